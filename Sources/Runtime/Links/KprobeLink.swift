import CLibBPF
import Codegen
import Glibc
import SystemPackage
import TraceLang

extension Attacher {
  /// Attaches to an instruction of the kernel, or to a function's return, by a perf event on it.
  func attachKprobe(
    _ place: Kprobe.Place, _ side: FunctionSide, _ cookie: UInt64, _ hook: Hook, _ attachments: Attachments
  ) throws(RuntimeError) {
    guard let source = KprobeSource() else {
      throw .unavailable("\(hook.title): this kernel has no kprobes (CONFIG_KPROBE_EVENTS)")
    }
    let event = source.open(place, side, cpu: onlineCPUs[0])
    guard event >= 0 else { throw refusal(of: place, hook, code: errno) }
    var options = bpf_link_create_opts()
    options.sz = MemoryLayout<bpf_link_create_opts>.size
    options.perf_event.bpf_cookie = cookie
    let link = bpf_link_create(program(of: hook), event, BPF_PERF_EVENT, &options)
    if link >= 0 { return attachments.add(event: event, link: link) }
    // Before 5.15 perf events take no links.
    try start(event, hook)
    attachments.add(carrier: event)
  }

  /// Why there is no kprobe at a place.
  func refusal(of place: Kprobe.Place, _ hook: Hook, code: Int32) -> RuntimeError {
    switch (Errno(rawValue: code), place) {
    case (.noSuchFileOrDirectory, .function(let function, _)):
      .unavailable("\(hook.title): this kernel has no function \(function.text) that can be probed")
    case (.addressNotAvailable, .function(let function, _)):
      .unavailable("\(hook.title): the kernel has several functions named \(function.text) and cannot tell them apart")
    case (.illegalByteSequence, .function(let function, let offset)):
      .unavailable("\(hook.title): no instruction of \(function.text) begins at +\(offset)")
    case (.illegalByteSequence, .address), (.noSuchFileOrDirectory, .address), (.addressNotAvailable, .address):
      .unavailable("\(hook.title): no instruction of the kernel begins there")
    case (.invalidArgument, _): .unavailable("\(hook.title): the kernel does not let it be probed")
    case (let errno, _): .failure(doing: "attach \(hook.title)", code: errno.rawValue, of: .perfEvent)
    }
  }
}

/// The kernel's source of perf events at its functions, as sysfs describes it.
struct KprobeSource {
  private let type: UInt32
  /// The bit of the configuration that means the return.
  private let returnBit: Int32

  /// `nil` without kprobes.
  init?() {
    let folder = "/sys/bus/event_source/devices/kprobe"
    guard let type = Self.text("\(folder)/type").flatMap({ UInt32($0) }) else { return nil }
    self.type = type
    // "config:0"
    returnBit = Self.text("\(folder)/format/retprobe").flatMap { Int32($0.drop { $0 != ":" }.dropFirst()) } ?? 0
  }

  /// A stopped event, or -1 and errno.
  func open(_ place: Kprobe.Place, _ side: FunctionSide, cpu: Int32) -> Int32 {
    switch place {
    case .function(let function, let offset):
      // The kernel takes "module:function", too.
      function.text.withCString { swtrace_kprobe_open(type, returnBit, side == .exit, $0, offset, cpu) }
    case .address(let address): swtrace_kprobe_open(type, returnBit, side == .exit, nil, address, cpu)
    }
  }

  private static func text(_ path: String) -> String? {
    guard let bytes = try? openFile(path).closing({ file throws(Errno) in try file.readAll() }) else { return nil }
    return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
  }
}
