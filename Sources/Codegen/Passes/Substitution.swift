/// Operands that stand for values from now on.
struct Substitution {
  private var replacements: [Operand?]
  private(set) var isEmpty = true

  init(_ function: Function) { replacements = .init(repeating: nil, count: function.valueTypes.count) }

  mutating func replace(_ value: Value, by operand: Operand) {
    replacements[value.index] = operand
    isEmpty = false
  }

  func resolve(_ operand: Operand) -> Operand {
    var current = operand
    while case .value(let value) = current, value.index < replacements.count, let next = replacements[value.index] {
      current = next
    }
    return current
  }

  /// The operation on what its operands stand for now; most have none that were replaced.
  func resolve(_ operation: Operation) -> Operation {
    if isEmpty { return operation }
    var isAffected = false
    operation.forEachOperand { if isReplaced($0) { isAffected = true } }
    return isAffected ? operation.mapOperands(resolve) : operation
  }

  func resolve(_ terminator: inout Terminator) {
    if isEmpty { return }
    var isAffected = false
    terminator.forEachOperand { if isReplaced($0) { isAffected = true } }
    if isAffected { terminator.mapOperands(resolve) }
  }

  private func isReplaced(_ operand: Operand) -> Bool {
    guard case .value(let value) = operand, value.index < replacements.count else { return false }
    return replacements[value.index] != nil
  }

  /// Rewrites every operand of the function.
  func apply(to function: inout Function) {
    if isEmpty { return }
    for index in function.blocks.indices {
      for position in function.blocks[index].instructions.indices {
        let operation = function.blocks[index].instructions[position].operation
        var isAffected = false
        operation.forEachOperand { if isReplaced($0) { isAffected = true } }
        if isAffected { function.blocks[index].instructions[position].operation = operation.mapOperands(resolve) }
      }
      resolve(&function.blocks[index].terminator)
    }
  }
}

extension Function {
  /// The operation that defines each value; `nil` for block parameters.
  func definitions() -> [Operation?] {
    var result = [Operation?](repeating: nil, count: valueTypes.count)
    for block in blocks {
      for instruction in block.instructions {
        if let value = instruction.result { result[value.index] = instruction.operation }
      }
    }
    return result
  }

  /// How often each value is read.
  func useCounts() -> [Int] {
    var counts = [Int](repeating: 0, count: valueTypes.count)
    func count(_ operand: Operand) {
      if case .value(let value) = operand { counts[value.index] += 1 }
    }
    for block in blocks {
      for instruction in block.instructions { instruction.operation.forEachOperand(count) }
      block.terminator.forEachOperand(count)
    }
    return counts
  }
}
