import TraceLang

extension Tracepoint: PlannedPlace {
  /// A body that does not read the record runs on the raw tracepoint of its name, for which the kernel fills none.
  func placement(for body: BodyUse, on target: any Target) -> Placement {
    guard target.isKernelTracepoint(name), !body.callsKernel else { return Placement(.tracepoint) }
    let raw = Placement(.rawTracepoint, framesToSkip: RawTracepoint.framesToSkip)
    if !body.usesArguments { return raw }
    // What these two are given, a program on the raw tracepoint can tell without a record.
    let (side, known): (SyscallEntry.Side, Set<String>)
    switch (name.category, name.event) {
    case ("raw_syscalls", "sys_enter"): (side, known) = (.enter, ["id"])
    case ("raw_syscalls", "sys_exit"): (side, known) = (.exit, ["id", "ret"])
    default: return Placement(.tracepoint)
    }
    guard let members = body.argumentMembers, members.isSubset(of: known) else { return Placement(.tracepoint) }
    return Placement(.rawTracepoint, arguments: .rawSyscall(side), framesToSkip: RawTracepoint.framesToSkip)
  }

  func hook(_ placement: Placement) -> Hook.Point {
    placement.load == .tracepoint ? .tracepoint(name) : .rawTracepoint(name.event)
  }

  var shortName: String? { name.event }
}
