import TraceLang

extension Planner {
  /// Distributes the probes over BPF programs; all syscall probes of one side share one.
  mutating func planPrograms() {
    var enter: [SyscallEntry.Block] = []
    var exit: [SyscallEntry.Block] = []
    // Those on the side that the script names first come first.
    var isExitFirst = false
    for (index, probe) in program.probes.enumerated() {
      var rest: [AttachPoint] = []
      var entering = SyscallEntry.Section(probe: index, members: [])
      var exiting = entering
      for point in probe.attachPoints {
        switch syscall(point) {
        case (.enter, let number)?:
          entering.members.append(SyscallEntry.Member(number: number, nameIndex: point.nameIndex))
        case (.exit, let number)?:
          exiting.members.append(SyscallEntry.Member(number: number, nameIndex: point.nameIndex))
        case nil: rest.append(point)
        }
      }
      if enter.isEmpty, exit.isEmpty { isExitFirst = entering.members.isEmpty && !exiting.members.isEmpty }
      Self.add(entering, of: probe, to: &enter)
      Self.add(exiting, of: probe, to: &exit)
      planSingles(index, rest)
    }
    for side in isExitFirst ? [SyscallEntry.Side.exit, .enter] : [.enter, .exit] {
      let blocks = side == .enter ? enter : exit
      if !blocks.isEmpty { planSyscalls(side, blocks) }
    }
  }

  /// Puts a section to the others of its probe's block.
  private static func add(_ section: SyscallEntry.Section, of probe: Probe, to blocks: inout [SyscallEntry.Block]) {
    if section.members.isEmpty { return }
    // The probes of a block are next to each other.
    if let last = blocks.indices.last, blocks[last].number == probe.block {
      blocks[last].sections.append(section)
    } else {
      blocks.append(SyscallEntry.Block(number: probe.block, sections: [section], sectionTable: nil, nameTable: nil))
    }
  }

  /// The side and number of a syscall tracepoint, if that is what a point is and the number is known.
  private func syscall(_ point: AttachPoint) -> (SyscallEntry.Side, Int)? {
    guard case .tracepoint(let name) = point.kind, name.category == "syscalls" else { return nil }
    let side: SyscallEntry.Side
    let prefix: String
    if name.event.hasPrefix("sys_enter_") {
      (side, prefix) = (.enter, "sys_enter_")
    } else if name.event.hasPrefix("sys_exit_") {
      (side, prefix) = (.exit, "sys_exit_")
    } else {
      return nil
    }
    guard let number = target.syscallNumber(String(name.event.dropFirst(prefix.count))) else { return nil }
    return (side, number)
  }

  // MARK: - One program a body

  private mutating func planSingles(_ probe: Int, _ points: [AttachPoint]) {
    guard let first = points.first else { return }
    // Without `probe`, one program serves all points of its kind.
    let groups = usage.usesProbeName[probe] || followsArguments(probe, first) ? points.map { [$0] } : [points]
    for group in groups {
      guard let leader = group.first else { continue }
      let title = program.probeNames[leader.nameIndex] + (group.count > 1 ? " and \(group.count - 1) more" : "")
      plan.programs.append(
        PlannedProgram(
          name: Self.kernelName(Self.shortName(leader, program.probeNames[leader.nameIndex])), title: title,
          kind: programKind(leader, probe), points: group.map { hook($0, probe) },
          entry: .single(probe: probe, nameIndex: leader.nameIndex)))
    }
  }

  private static func shortName(_ point: AttachPoint, _ title: String) -> String {
    switch point.kind {
    case .tracepoint(let name): name.event
    case .rawTracepoint(let name): name
    case .begin, .end, .interval, .profile, .software: title
    }
  }

  /// Whether a program is to be one whose arguments the verifier knows as kernel objects, so that their members are
  /// plain loads.
  private func followsArguments(_ probe: Int, _ point: AttachPoint) -> Bool {
    guard case .rawTracepoint(let name) = point.kind, usage.followsArguments[probe] else { return false }
    return target.has(.tracingRawTracepoint) && target.rawTracepointArguments(name) != nil
  }

  private func programKind(_ point: AttachPoint, _ probe: Int) -> ProgramSpec.Kind {
    switch point.kind {
    case .rawTracepoint(let name): followsArguments(probe, point) ? .tracingRawTracepoint(name) : .rawTracepoint
    case .begin, .end: .rawTracepoint
    case .tracepoint: rawTracepoint(of: point, probe) == nil ? .tracepoint : .rawTracepoint
    case .interval, .profile, .software: .perfEvent
    }
  }

  /// The raw tracepoint that fires with a tracepoint, for a body that does not read the record the kernel would have to
  /// fill for it; `nil` where the record is needed.
  private func rawTracepoint(of point: AttachPoint, _ probe: Int) -> String? {
    guard case .tracepoint(let name) = point.kind, target.isKernelTracepoint(name) else { return nil }
    if !usage.usesArguments[probe] { return name.event }
    // What these two are given, a program on the raw tracepoint can tell without a record.
    let known: Set<String>
    switch (name.category, name.event) {
    case ("raw_syscalls", "sys_enter"): known = ["id"]
    case ("raw_syscalls", "sys_exit"): known = ["id", "ret"]
    default: return nil
    }
    guard let members = usage.argumentMembers[probe], members.isSubset(of: known) else { return nil }
    return name.event
  }

  private func hook(_ point: AttachPoint, _ probe: Int) -> Hook.Point {
    switch point.kind {
    case .begin: .begin
    case .end: .end
    case .interval(let period): .interval(period: period)
    case .profile(.period(let period)): .profilePeriod(period)
    case .profile(.frequency(let frequency)): .profileFrequency(frequency)
    case .tracepoint(let name): rawTracepoint(of: point, probe).map { .rawTracepoint($0) } ?? .tracepoint(name)
    case .rawTracepoint(let name): .rawTracepoint(name)
    case .software(let config, let period): .software(config: config, period: period)
    }
  }

  // MARK: - Syscalls

  private mutating func planSyscalls(_ side: SyscallEntry.Side, _ blocks: [SyscallEntry.Block]) {
    let members = blocks.flatMap { $0.sections.flatMap(\.members) }
    let maximum = members.map(\.number).max() ?? 0
    let readsRegisters =
      side == .exit || blocks.contains { $0.sections.contains { usage.usesArguments[$0.probe] } }
    let registers: SyscallEntry.Registers =
      !readsRegisters ? .unused : target.has(.tracingRawTracepoint) ? .typed : .copied
    var entry = SyscallEntry(side: side, registers: registers, blocks: blocks, maximumNumber: maximum)
    for index in entry.blocks.indices { layOutTables(&entry.blocks[index], maximum) }
    let tracepoint = "sys_\(side.rawValue)"
    let title =
      members.count == 1
      ? program.probeNames[members[0].nameIndex] : "\(members.count) probes on tracepoint:syscalls:\(tracepoint)_*"
    plan.programs.append(
      PlannedProgram(
        name: tracepoint, title: title, kind: registers == .typed ? .tracingRawTracepoint(tracepoint) : .rawTracepoint,
        points: [.rawTracepoint(tracepoint)], entry: .syscalls(entry)))
  }

  private mutating func layOutTables(_ block: inout SyscallEntry.Block, _ maximum: Int) {
    let count = block.sections.reduce(0) { $0 + $1.members.count }
    guard count > 1 else { return }
    var sections = [UInt16](repeating: 0, count: maximum + 1)
    var names = sections
    for (ordinal, section) in block.sections.enumerated() {
      for member in section.members {
        sections[member.number] = UInt16(ordinal + 1)
        names[member.number] = UInt16(truncatingIfNeeded: member.nameIndex + 1)
      }
    }
    let hasSections = block.sections.count > 1
    if hasSections { block.sectionTable = addConstants(sections) }
    if !hasSections || block.sections.contains(where: { usage.usesProbeName[$0.probe] }) {
      block.nameTable = addConstants(names)
    }
  }

  private mutating func addConstants(_ table: [UInt16]) -> Int {
    let offset = constants.count
    for entry in table { constants += [UInt8(truncatingIfNeeded: entry), UInt8(truncatingIfNeeded: entry >> 8)] }
    while constants.count % 8 != 0 { constants.append(0) }
    return offset
  }
}
