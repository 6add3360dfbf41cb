import TraceLang

// Programs on the raw tracepoints sys_enter and sys_exit stand for the tracepoints of all syscalls
// (Kernel: kernel/trace/trace_syscalls.c).
extension Lowering {
  /// Where the fields of a syscall tracepoint's record begin after the common ones and the number.
  private static let firstSyscallField = 16

  private var saved: ArchitectureFacts.SyscallRegisters { target.machine.architecture.facts.syscallRegisters }

  mutating func syscalls(_ entry: SyscallEntry) {
    let exit = builder.makeBlock()
    let registers = registers(entry)
    let number = number(entry.side, registers)
    self.entry.syscall = SyscallState(side: entry.side, number: number, registers: registers)
    let wanted = builder.makeBlock()
    if entry.blocks.count == 1, case .one(let only) = entry.blocks[0].dispatch {
      builder.branch(.eq, number, .constant(Int64(only.number)), then: wanted, otherwise: exit)
    } else {
      builder.branch(.ule, number, .constant(Int64(entry.maximumNumber)), then: wanted, otherwise: exit)
    }
    // What only wanted syscalls need is not done for others.
    let body = builder.makeBlock()
    prologue = Prologue(last: wanted, body: body)
    builder.continueIn(body)
    for block in entry.blocks { self.block(block, number) }
    builder.jump(to: exit)
    builder.continueIn(exit)
  }

  /// The number of the syscall: an argument of `sys_enter`, saved in the registers for `sys_exit`.
  private mutating func number(_ side: SyscallEntry.Side, _ registers: Memory?) -> Operand {
    switch side {
    case .enter: return builder.load(64, entry.context, 8)
    case .exit:
      return register(saved.number, bits: saved.numberBits, registers)
    }
  }

  /// The bodies of one block, for the syscalls it wants.
  private mutating func block(_ block: SyscallEntry.Block, _ number: Operand) {
    let after = builder.makeBlock()
    let then = builder.makeBlock()
    switch block.dispatch {
    case .one(let member):
      builder.branch(.eq, number, .constant(Int64(member.number)), then: then, otherwise: after)
      builder.continueIn(then)
      skipCompatTasks(after)
      entry.nameIndex = .constant(Int64(member.nameIndex))
      body(of: program.probes[block.sections[0].probe])
      builder.jump(to: after)
    case .names(let table):
      let found = find(number, in: table, then, after)
      entry.nameIndex = builder.arithmetic(.sub, found, .constant(1))
      dispatch(block, found, 0..<1, after)
    case .sections(let table):
      dispatch(block, find(number, in: table, then, after), 0..<block.sections.count, after)
    case .sectionsWithNames(let table, let names):
      let found = find(number, in: table, then, after)
      entry.nameIndex = builder.arithmetic(.sub, tableEntry(names, number), .constant(1))
      dispatch(block, found, 0..<block.sections.count, after)
    }
    builder.continueIn(after)
  }

  /// A table's entry of a number, in a block that is for those that have one.
  private mutating func find(_ number: Operand, in table: Int, _ then: BlockID, _ after: BlockID) -> Operand {
    let found = tableEntry(table, number)
    builder.branch(.ne, found, .constant(0), then: then, otherwise: after)
    builder.continueIn(then)
    skipCompatTasks(after)
    return found
  }

  private mutating func tableEntry(_ table: Int, _ number: Operand) -> Operand {
    let place = builder.advance(constantAddress(table), by: builder.arithmetic(.shl, number, .constant(1)))
    return builder.load(16, place, 0)
  }

  /// Finds the section of an ordinal (counted from 1) by halving.
  private mutating func dispatch(
    _ block: SyscallEntry.Block, _ ordinal: Operand, _ range: Range<Int>, _ after: BlockID
  ) {
    if range.count == 1 {
      let section = block.sections[range.lowerBound]
      if section.members.count == 1 { entry.nameIndex = .constant(Int64(section.members[0].nameIndex)) }
      body(of: program.probes[section.probe])
      builder.jump(to: after)
      return
    }
    let middle = range.lowerBound + range.count / 2
    let low = builder.makeBlock()
    let high = builder.makeBlock()
    builder.branch(.ule, ordinal, .constant(Int64(middle)), then: low, otherwise: high)
    builder.continueIn(low)
    dispatch(block, ordinal, range.lowerBound..<middle, after)
    builder.continueIn(high)
    dispatch(block, ordinal, middle..<range.upperBound, after)
  }

  /// Syscall tracepoints do not fire for 32-bit calls, whose numbers mean others
  /// (Kernel: arch_trace_is_compat_syscall in arch/x86/include/asm/ftrace.h and arch/arm64/include/asm/ftrace.h).
  private mutating func skipCompatTasks(_ exit: BlockID) {
    let flag = target.machine.architecture.facts.compatFlag
    let status: Operand
    // It came with the same release.
    if target.has(.currentTaskBTF) {
      let task = builder.call(.getCurrentTaskBTF, [], .pointer(.kernelObject))
      status = builder.load(flag.bits, task, flag.offset)
    } else {
      let task = builder.call(.getCurrentTask, [])
      status = read(
        flag.bits, signed: false, at: builder.arithmetic(.add, .value(task), .constant(Int64(flag.formerOffset))),
        .kernel)
    }
    let native = builder.makeBlock()
    builder.branch(.test, status, .constant(flag.mask), then: exit, otherwise: native)
    builder.continueIn(native)
  }

  private mutating func registers(_ entry: SyscallEntry) -> Memory? {
    switch entry.registers {
    case .unused: return nil
    case .typed:
      let pointer = builder.define(
        .pointer(.kernelObject), .load(bits: 64, signed: false, base: self.entry.context, offset: 0))
      return Memory(base: pointer, offset: 0)
    case .copied:
      let span = saved.span
      let copy = Memory(base: builder.slot(size: span.count), offset: 0)
      let pointer = builder.load(64, self.entry.context, 0)
      let source = builder.arithmetic(.add, pointer, .constant(Int64(span.lowerBound)))
      _ = builder.call(.probeReadKernel, [address(copy), .constant(Int64(span.count)), source])
      return copy.advanced(by: -span.lowerBound)
    }
  }

  private mutating func register(_ offset: Int, bits: Int, _ registers: Memory?) -> Operand {
    guard let registers else { return impossible("a register that the plan does not save") }
    return builder.load(bits, signed: bits < 64, registers.base, registers.offset + offset)
  }

  /// A field of `raw_syscalls:sys_enter` or `raw_syscalls:sys_exit` in a program on the raw tracepoint, whose context is the
  /// saved registers and the number or the result (Kernel: include/trace/events/syscalls.h).
  mutating func rawSyscallField(_ member: RecordLayout.Member, _ side: SyscallEntry.Side) -> Operand {
    guard side == .exit, member.name == "id" else { return builder.load(64, entry.context, 8) }
    let registers = builder.load(64, entry.context, 0)
    let offset = saved.number
    return read(32, signed: true, at: builder.arithmetic(.add, registers, .constant(Int64(offset))), .kernel)
  }

  /// A field of a syscall tracepoint: its number, a saved register, or the result.
  mutating func syscallField(_ member: RecordLayout.Member, _ state: SyscallState) -> Operand {
    // Fields behind the common ones and the number are 8 bytes each from offset 16 on.
    guard member.offset >= Self.firstSyscallField else { return state.number }
    let value: Operand
    switch state.side {
    case .exit: value = builder.load(64, entry.context, 8)
    case .enter:
      let index = (member.offset - Self.firstSyscallField) / 8
      guard saved.arguments.indices.contains(index) else { return .constant(0) }
      value = register(saved.arguments[index], bits: 64, state.registers)
    }
    guard let integer = member.type.integer, integer.bits < 64 else { return value }
    return .value(builder.define(.integer, .extend(bits: integer.bits, signed: integer.isSigned, value)))
  }
}
