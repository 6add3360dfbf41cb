import TraceLang

/// Another target with few `sys_exit_*` tracepoints, as the formats of all would fill the recorded file.
final class SampledTarget: Target {
  private let source: any Target

  init(_ source: any Target) { self.source = source }

  private static let kept: Set<String> = [
    "sys_exit_brk", "sys_exit_close", "sys_exit_execve", "sys_exit_futex", "sys_exit_mmap", "sys_exit_open",
    "sys_exit_openat", "sys_exit_pread64", "sys_exit_read", "sys_exit_write",
  ]

  func answer(_ question: Question) throws(TargetError) -> Answer {
    let answer = try source.answer(question)
    guard case .tracepoint(.matching(_, let event)) = question, Glob(event).literal == nil,
      case .tracepoints(let names) = answer
    else { return answer }
    return .tracepoints(names.filter { !$0.event.hasPrefix("sys_exit_") || Self.kept.contains($0.event) })
  }

  /// With the kernel's version only, not the name of its build.
  var machine: Machine {
    let machine = source.machine
    return Machine(
      architecture: machine.architecture, isLittleEndian: machine.isLittleEndian, possibleCPUs: machine.possibleCPUs,
      pageSize: machine.pageSize, kernelRelease: String(machine.kernelRelease.prefix { $0 != "-" }))
  }
}
