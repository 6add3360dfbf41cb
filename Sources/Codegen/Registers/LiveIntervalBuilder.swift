/// Builds each value's live interval by one walk over the code from its end.
struct LiveIntervalBuilder {
  private(set) var intervals: [LiveInterval]
  /// Values that would best share a register, two for each value, -1 for none.
  private(set) var partners: [(Int32, Int32)]
  /// The register in which a call or the function's caller leaves the value.
  private(set) var definitionHints: [Register?]
  /// The register in which the value, or what is computed from it, is wanted last.
  private(set) var wantedRegisters: [Register?]
  /// Instructions that lose r0 to r5, ascending.
  private(set) var calls: [Int] = []

  init(_ function: SelectedFunction, _ liveness: Liveness) {
    let count = function.virtualRegisters.count
    intervals = (0..<count).map { LiveInterval(value: VirtualRegister($0)) }
    partners = .init(repeating: (-1, -1), count: count)
    definitionHints = .init(repeating: nil, count: count)
    wantedRegisters = definitionHints
    for index in function.blocks.indices.reversed() { walk(function, index, liveness) }
    for index in intervals.indices {
      intervals[index].ranges.reverse()
      intervals[index].uses.reverse()
    }
    calls.reverse()
    for (index, parameter) in function.parameters.enumerated() {
      definitionHints[parameter.index] = Register.argument(index)
    }
  }

  private mutating func walk(_ function: SelectedFunction, _ index: Int, _ liveness: Liveness) {
    let block = function.blocks[index]
    let start = Position.gap(block.range.lowerBound)
    let end = Position.gap(block.range.upperBound)
    for edge in block.edges {
      liveness.forEachLiveIn(edge.block) { addRange($0, start, end) }
      for (argument, parameter) in zip(edge.arguments, function.blocks[edge.block].parameters) {
        guard case .register(let register) = argument else { continue }
        addRange(register, start, Position.clobber(block.range.upperBound - 1))
        addPartner(register, parameter)
        addPartner(parameter, register)
        want(register, wantedRegisters[parameter.index])
      }
    }
    for position in block.range.reversed() {
      let instruction = function.instructions[position]
      if instruction.isCall { calls.append(position) }
      if let result = instruction.definition { define(function, result, at: position, by: instruction) }
      instruction.forEachUse { register, kind in
        switch kind {
        case .early:
          addRange(register, start, Position.clobber(position))
          addUse(register, LiveUse(position: Position.input(position), needsRegister: true, hint: nil))
        case .late:
          addRange(register, start, Position.gap(position + 1))
          addUse(register, LiveUse(position: Position.output(position), needsRegister: true, hint: nil))
        case .anywhere(let hint):
          addRange(register, start, Position.clobber(position))
          addUse(register, LiveUse(position: Position.input(position), needsRegister: false, hint: hint))
          want(register, hint)
        }
      }
    }
    for parameter in block.parameters { addRange(parameter, start, start + 1) }
  }

  private mutating func define(
    _ function: SelectedFunction, _ result: VirtualRegister, at index: Int, by instruction: SelectedInstruction
  ) {
    let position = Position.output(index)
    if intervals[result.index].ranges.isEmpty {
      intervals[result.index].ranges.append(LiveRange(start: position, end: position + 1))
    } else {
      intervals[result.index].ranges[intervals[result.index].ranges.count - 1].start = position
    }
    switch instruction {
    case .call: definitionHints[result.index] = .r0
    case .materialize: break
    case .move, .arithmetic, .negate, .moveWord, .moveSigned, .byteOrder, .setCondition, .load, .store, .atomicAdd,
      .jump, .branch, .exit:
      addUse(result, LiveUse(position: position, needsRegister: true, hint: nil))
    }
    if let source = instruction.copiedOperand {
      addPartner(result, source)
      addPartner(source, result)
      want(source, wantedRegisters[result.index])
    }
  }

  /// Ranges come from the end of the code to its start, so that only the last one can touch a new one.
  private mutating func addRange(_ register: VirtualRegister, _ start: Int, _ end: Int) {
    let last = intervals[register.index].ranges.count - 1
    if last >= 0, intervals[register.index].ranges[last].start <= end {
      intervals[register.index].ranges[last].start = min(intervals[register.index].ranges[last].start, start)
      intervals[register.index].ranges[last].end = max(intervals[register.index].ranges[last].end, end)
    } else {
      intervals[register.index].ranges.append(LiveRange(start: start, end: end))
    }
  }

  private mutating func addUse(_ register: VirtualRegister, _ use: LiveUse) {
    intervals[register.index].uses.append(use)
  }

  private mutating func want(_ value: VirtualRegister, _ register: Register?) {
    if wantedRegisters[value.index] == nil { wantedRegisters[value.index] = register }
  }

  private mutating func addPartner(_ register: VirtualRegister, _ other: VirtualRegister) {
    if partners[register.index].0 < 0 {
      partners[register.index].0 = Int32(other.index)
    } else if partners[register.index].1 < 0 {
      partners[register.index].1 = Int32(other.index)
    }
  }
}
