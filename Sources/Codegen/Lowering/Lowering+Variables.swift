import TraceLang

// Scratch variables: scalars are SSA values unless their address is taken, all others lie in memory.
extension Lowering {
  /// The value of a scalar variable.
  mutating func readVariable(_ variable: VariableID, _ type: Type) -> Operand {
    guard let memory = variableMemory[variable] else {
      return builder.variables[variable] ?? impossible("a variable without a value")
    }
    return builder.load(
      size(of: type) * 8, signed: type.integer?.isSigned ?? false, memory.base, memory.offset)
  }

  mutating func writeVariable(_ variable: VariableID, _ value: Operand) {
    guard isInMemory(variable) else {
      builder.variables[variable] = value
      return
    }
    let memory = variableMemory[variable] ?? temporary(size: 8)
    variableMemory[variable] = memory
    let bits = size(of: probe.variables[variable.index].type) * 8
    builder.emit(.store(bits: bits, base: memory.base, offset: memory.offset, value))
  }

  /// Whether a scalar variable lies in memory.
  private func isInMemory(_ variable: VariableID) -> Bool {
    // Loop counters of our own are no variables of the probe.
    guard probe.variables.indices.contains(variable.index) else { return false }
    return stackUse == .least || probe.variables[variable.index].isAddressed
  }

  /// The address of a variable or of a scalar map's value, as a plain number.
  mutating func addressNumber(of place: Destination) -> Operand {
    switch place {
    case .variable(let variable):
      return variableMemory[variable].map { plainNumber(address($0)) } ?? impossible("a variable without an address")
    case .map(let map, _):
      switch plan.views[map.index].content {
      case .plain(_, .cells(let cells)): return plainNumber(.value(dataAddress(cells.map, cells.offset)))
      case .aggregation(_, .slots(let slots)): return plainNumber(.value(dataAddress(slots.map, slots.offset)))
      case .plain(_, .hash), .aggregation(_, .hash): return plainNumber(.value(lookup(map, nil)))
      }
    }
  }

  /// A pointer as a number that the verifier lets every operation have: one loaded from memory that it does not track.
  private mutating func plainNumber(_ pointer: Operand) -> Operand {
    let memory = perCPUMemory(size: 8)
    builder.emit(.store(bits: 64, base: memory.base, offset: memory.offset, pointer))
    return builder.load(64, memory.base, memory.offset)
  }
}
