import Glibc
import Synchronization

/// One of LLVM's disassemblers, found at run time; nothing is linked.
public struct LLVM {
  public enum Target: String, Sendable {
    case bpf = "BPF"
    case x86 = "X86"
  }

  private typealias Create =
    @convention(c) (
      UnsafePointer<CChar>, UnsafePointer<CChar>, UnsafePointer<CChar>, UnsafeMutableRawPointer?, Int32,
      UnsafeMutableRawPointer?, UnsafeMutableRawPointer?
    ) -> OpaquePointer?
  private typealias Disassemble =
    @convention(c) (
      OpaquePointer, UnsafeMutablePointer<UInt8>, UInt64, UInt64, UnsafeMutablePointer<CChar>, Int
    ) -> Int

  /// LLVM keeps its targets in a list that no lock of its own guards.
  private static let registration = Mutex(())

  private let context: OpaquePointer
  private let disassemble: Disassemble
  public let version: Int

  /// Of the newest library that is installed.
  /// - Parameter triple: as LLVM names the machine: "bpfel", "x86_64".
  public init?(_ target: Target, triple: String) {
    for version in stride(from: 30, through: 14, by: -1) {
      for name in [
        "libLLVM-\(version).so.1", "libLLVM-\(version).so", "libLLVM.so.\(version)", "libLLVM.so.\(version).1",
      ] {
        if let library = LLVM(name, version, target, triple) {
          self = library
          return
        }
      }
    }
    return nil
  }

  private init?(_ name: String, _ version: Int, _ target: Target, _ triple: String) {
    guard let handle = dlopen(name, RTLD_NOW | RTLD_LOCAL) else { return nil }
    for part in ["TargetInfo", "TargetMC", "Disassembler"] {
      guard let symbol = dlsym(handle, "LLVMInitialize\(target.rawValue)\(part)") else { return nil }
      let register = unsafeBitCast(symbol, to: (@convention(c) () -> Void).self)
      Self.registration.withLock { _ in register() }
    }
    guard let create = dlsym(handle, "LLVMCreateDisasmCPUFeatures"), let run = dlsym(handle, "LLVMDisasmInstruction"),
      let context = unsafeBitCast(create, to: Create.self)(
        triple, target == .bpf ? (version >= 18 ? "v4" : "v3") : "", "", nil, 0, nil, nil)
    else { return nil }
    self.context = context
    self.version = version
    disassemble = unsafeBitCast(run, to: Disassemble.self)
  }

  /// The text of one instruction with its numbers in decimal, `nil` where LLVM knows none.
  public func text(_ slots: [UInt64]) -> String? {
    var bytes = slots.flatMap { slot in (0..<8).map { UInt8(truncatingIfNeeded: slot >> UInt64(8 * $0)) } }
    var buffer = [CChar](repeating: 0, count: 256)
    let length = disassemble(context, &bytes, UInt64(bytes.count), 0, &buffer, buffer.count)
    guard length == bytes.count else { return nil }
    let text = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    // Newer versions write offsets in hexadecimal.
    let decimal = text.replacing(/0x([0-9a-f]+)/) { match in UInt64(match.1, radix: 16).map(String.init) ?? "?" }
    return decimal.replacing("\t", with: " ").trimmingPrefix(while: { $0 == " " }).description
  }

  /// The length in bytes of the instruction that bytes begin with, 0 where LLVM knows none; and its text.
  public func instruction(_ bytes: some Collection<UInt8>) -> (length: Int, text: String) {
    var bytes = Array(bytes)
    var buffer = [CChar](repeating: 0, count: 256)
    let length = disassemble(context, &bytes, UInt64(bytes.count), 0, &buffer, buffer.count)
    return (length, String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
  }
}
