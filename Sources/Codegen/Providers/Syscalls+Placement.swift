import TraceLang

/// The probes on system calls, which share one program on the raw tracepoint of their side.
struct SyscallBlocks {
  private var enter: [SyscallEntry.Block] = []
  private var exit: [SyscallEntry.Block] = []
  private var isExitFirst = false

  /// Those on the side that the script names first come first.
  var sides: [(SyscallEntry.Side, [SyscallEntry.Block])] {
    isExitFirst ? [(.exit, exit), (.enter, enter)] : [(.enter, enter), (.exit, exit)]
  }

  /// Takes the attach points of a probe that are system calls with known numbers, and returns the others.
  mutating func take(_ probe: Probe, _ index: Int, _ target: any Target) -> [AttachPoint] {
    var rest: [AttachPoint] = []
    var entering = SyscallEntry.Section(probe: index, members: [])
    var exiting = entering
    for point in probe.attachPoints {
      switch point.syscall(on: target) {
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
    return rest
  }

  /// Puts a section to the others of its probe's block.
  private static func add(_ section: SyscallEntry.Section, of probe: Probe, to blocks: inout [SyscallEntry.Block]) {
    if section.members.isEmpty { return }
    // The probes of a block are next to each other.
    if let last = blocks.indices.last, blocks[last].number == probe.block {
      blocks[last].sections.append(section)
    } else {
      blocks.append(SyscallEntry.Block(number: probe.block, sections: [section], dispatch: .one(section.members[0])))
    }
  }
}

extension AttachPoint {
  /// The side and number of a syscall tracepoint, if that is what it is and the number is known.
  fileprivate func syscall(on target: any Target) -> (SyscallEntry.Side, Int)? {
    guard case .tracepoint(let tracepoint) = kind, tracepoint.name.category == "syscalls" else { return nil }
    let event = tracepoint.name.event
    for side in [SyscallEntry.Side.enter, .exit] where event.hasPrefix(side.eventPrefix) {
      return target.syscallNumber(String(event.dropFirst(side.eventPrefix.count))).map { (side, $0) }
    }
    return nil
  }
}

extension SyscallEntry {
  fileprivate var served: [PlannedProgram.Served] {
    blocks.flatMap(\.sections).flatMap { section in
      section.members.map { PlannedProgram.Served(probe: section.probe, name: $0.nameIndex) }
    }
  }
}

extension SyscallEntry.Side {
  /// What the names of its tracepoints begin with.
  fileprivate var eventPrefix: String { "sys_\(rawValue)_" }
}

extension Planner {
  mutating func planSyscalls(_ side: SyscallEntry.Side, _ blocks: [SyscallEntry.Block]) {
    let members = blocks.flatMap { $0.sections.flatMap(\.members) }
    let maximum = members.map(\.number).max() ?? 0
    let readsRegisters =
      side == .exit
      || blocks.contains { $0.sections.contains { usage.usesArguments[$0.probe] || usage.callsKernel[$0.probe] } }
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
        name: tracepoint, title: title,
        placement: Placement(
          registers == .typed ? .tracingRawTracepoint(tracepoint) : .rawTracepoint, arguments: .words,
          framesToSkip: RawTracepoint.framesToSkip),
        points: [.rawTracepoint(tracepoint)], entry: .syscalls(entry), served: entry.served))
  }

  private mutating func layOutTables(_ block: inout SyscallEntry.Block, _ maximum: Int) {
    guard block.sections.reduce(0, { $0 + $1.members.count }) > 1 else { return }
    var sections = [UInt16](repeating: 0, count: maximum + 1)
    var names = sections
    for (ordinal, section) in block.sections.enumerated() {
      for member in section.members {
        sections[member.number] = UInt16(ordinal + 1)
        names[member.number] = UInt16(truncatingIfNeeded: member.nameIndex + 1)
      }
    }
    if block.sections.count == 1 {
      block.dispatch = .names(table: addConstants(names))
      return
    }
    let table = addConstants(sections)
    let usesNames = block.sections.contains { usage.usesProbeName[$0.probe] }
    block.dispatch = usesNames ? .sectionsWithNames(table: table, names: addConstants(names)) : .sections(table: table)
  }

  private mutating func addConstants(_ table: [UInt16]) -> Int {
    let offset = constants.count
    for entry in table { constants += [UInt8(truncatingIfNeeded: entry), UInt8(truncatingIfNeeded: entry >> 8)] }
    while constants.count % 8 != 0 { constants.append(0) }
    return offset
  }
}
