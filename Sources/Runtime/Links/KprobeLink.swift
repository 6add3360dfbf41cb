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
    guard let source = PerfEventSource("kprobe") else {
      throw .unavailable("\(hook.title): this kernel has no kprobes (CONFIG_KPROBE_EVENTS)")
    }
    let event =
      switch place {
      // The kernel takes "module:function", too.
      case .function(let function, let offset):
        source.open(function.text, offset, isReturn: side == .exit, cpu: onlineCPUs[0])
      case .address(let address): source.open(nil, address, isReturn: side == .exit, cpu: onlineCPUs[0])
      }
    guard event >= 0 else { throw refusal(of: place, hook, code: errno) }
    do throws(RuntimeError) {
      try attach(event, cookie: cookie, hook, attachments)
    } catch .failed(_, .invalidArgument, _) where specs[hook.program].calls(.overrideReturn) {
      throw .unavailable(
        "\(hook.title): the kernel lets override() change only functions that are marked for it"
          + " (ALLOW_ERROR_INJECTION), which /sys/kernel/debug/error_injection/list has")
    }
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
