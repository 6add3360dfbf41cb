import CLibBPF
import Codegen
import Glibc

extension Attacher {
  /// Watches memory of the traced process, else of the kernel.
  func attach(_ breakpoint: Breakpoint, _ hook: Hook, _ attachments: Attachments) throws(RuntimeError) {
    guard let process else {
      return attachments.add(timer: try opened(Timer(source: .breakpoint(breakpoint), hook: hook)))
    }
    var events: [Int32] = []
    do throws(RuntimeError) {
      // Threads that start later are watched with the one that starts them.
      for thread in try Self.threads(of: process) {
        let event = swtrace_breakpoint_open(
          breakpoint.address, breakpoint.length, breakpoint.accessBits, thread, -1)
        // It ended a moment ago.
        if event < 0, errno == ESRCH { continue }
        try start(try checked(event, hook), hook)
        events.append(event)
      }
    } catch {
      for event in events { _ = close(event) }
      throw error
    }
    for event in events { attachments.add(watch: event, at: breakpoint.address) }
  }

  /// A breakpoint of the kernel's memory on a CPU, stopped.
  func open(_ breakpoint: Breakpoint, on cpu: Int32, _ hook: Hook) throws(RuntimeError) -> Int32 {
    try checked(swtrace_breakpoint_open(breakpoint.address, breakpoint.length, breakpoint.accessBits, -1, cpu), hook)
  }

  private func checked(_ event: Int32, _ hook: Hook) throws(RuntimeError) -> Int32 {
    if event >= 0 { return event }
    switch errno {
    case ENOSPC:
      throw .unavailable("\(hook.title): all of the processor's debug registers are in use (x86 has 4)")
    case ENODEV where process == nil: throw .failure(doing: "watch the memory of \(hook.title)", code: ENODEV)
    case ENODEV, ENOENT, EOPNOTSUPP:
      throw .unavailable("\(hook.title): this machine's processor has no debug registers that the kernel can use")
    case EINVAL:
      throw .unavailable("\(hook.title): the processor cannot watch this address")
    case let code: throw .failure(doing: "watch the memory of \(hook.title)", code: code, of: .perfEvent)
    }
  }

  /// In ascending order; at least one.
  private static func threads(of process: Int32) throws(RuntimeError) -> [Int32] {
    guard let threads = numbers(inFolder: "/proc/\(process)/task"), !threads.isEmpty else {
      throw .unavailable("there is no process \(process)")
    }
    return threads
  }
}
