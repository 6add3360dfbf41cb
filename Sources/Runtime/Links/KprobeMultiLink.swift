import CLibBPF
import Codegen
import Glibc
import SystemPackage
import TraceLang

extension swtrace_kprobe_multi {
  /// The link's descriptor, or a negated errno.
  mutating func createLink() -> Int32 {
    let link = swtrace_bpf(Int32(BPF_LINK_CREATE.rawValue), &self, UInt32(MemoryLayout<Self>.size))
    return link >= 0 ? link : -errno
  }
}

extension Attacher {
  /// Where in a call a link to many functions runs its program.
  enum KprobeMoment {
    case entry, exit
    /// At both (6.10).
    case session
  }

  /// One link to many functions, each with its cookie (BPF_TRACE_KPROBE_MULTI, 5.18, and BPF_TRACE_KPROBE_SESSION).
  func openKprobes(
    _ functions: [KernelFunction], _ moment: KprobeMoment, _ cookies: [UInt64], _ hook: Hook
  ) throws(RuntimeError) -> Int32 {
    let program = try program(of: hook)
    let link: Int32
    if functions.contains(where: \.isInModule) {
      // Names alone do not say the module, and kernels before 6.2 look in none.
      let addresses = try addresses(of: functions, hook)
      link = addresses.withUnsafeBufferPointer { addresses in
        createLink(program, moment, cookies) { $0.addresses = UInt64(UInt(bitPattern: addresses.baseAddress)) }
      }
    } else {
      link = Self.withStrings(functions.map(\.name)) { names in
        createLink(program, moment, cookies) { $0.symbols = UInt64(UInt(bitPattern: names)) }
      }
    }
    if link >= 0 { return link }
    let code = -link
    let refusals: [Errno] = [.noSuchProcess, .noSuchFileOrDirectory, .invalidArgument]
    if refusals.contains(Errno(rawValue: code)) { throw .unavailable(reasons(functions, hook)) }
    throw .failure(doing: "attach \(hook.title)", code: code, of: .bpf)
  }

  private func createLink(
    _ program: Int32, _ moment: KprobeMoment, _ cookies: [UInt64], _ fill: (inout swtrace_kprobe_multi) -> Void
  ) -> Int32 {
    cookies.withUnsafeBufferPointer { cookies in
      var attributes = swtrace_kprobe_multi()
      attributes.program = UInt32(bitPattern: program)
      attributes.attach_type = moment == .session ? AttachType.traceKprobeSession : AttachType.traceKprobeMulti
      attributes.multi_flags = moment == .exit ? UInt32(BPF_F_KPROBE_MULTI_RETURN) : 0
      attributes.count = UInt32(cookies.count)
      attributes.cookies = UInt64(UInt(bitPattern: cookies.baseAddress))
      fill(&attributes)
      return attributes.createLink()
    }
  }

  private func addresses(of functions: [KernelFunction], _ hook: Hook) throws(RuntimeError) -> [UInt] {
    let known = host.functionAddresses(functions)
    let missing = functions.filter { known[$0] == nil }
    guard missing.isEmpty else { throw .unavailable(reasons(missing, hook)) }
    return functions.compactMap { known[$0].map { UInt($0) } }
  }

  /// What is wrong with the functions that cannot be traced; of all where none is known to be.
  private func reasons(_ functions: [KernelFunction], _ hook: Hook) -> String {
    let refused = functions.filter { host.isTraceable($0) == false }
    let named = refused.isEmpty ? functions : refused
    let listed = named.prefix(Self.listed).map(\.text).joined(separator: ", ")
    let more = named.count > Self.listed ? " and \(named.count - Self.listed) more" : ""
    return refused.isEmpty
      ? "\(hook.title): the kernel does not let it be traced: \(listed)\(more)"
      : "\(hook.title): the kernel marks as not to be traced, or has no longer: \(listed)\(more)"
  }

  /// Functions that a message names.
  private static let listed = 12

  /// Calls `body` with C strings.
  private static func withStrings<Result>(
    _ strings: [String], _ body: (UnsafeMutablePointer<UnsafePointer<CChar>?>?) -> Result
  ) -> Result {
    var bytes: [CChar] = []
    var offsets: [Int] = []
    for string in strings {
      offsets.append(bytes.count)
      bytes += string.utf8.map { CChar(bitPattern: $0) } + [0]
    }
    return bytes.withUnsafeBufferPointer { bytes in
      var pointers = offsets.map { offset in bytes.baseAddress.map { $0 + offset } }
      return pointers.withUnsafeMutableBufferPointer { body($0.baseAddress) }
    }
  }
}
