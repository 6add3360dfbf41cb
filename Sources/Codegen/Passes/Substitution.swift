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

  /// Rewrites every operand of the function.
  func apply(to function: inout Function) {
    if isEmpty { return }
    for index in function.blocks.indices {
      for position in function.blocks[index].instructions.indices {
        let operation = function.blocks[index].instructions[position].operation
        function.blocks[index].instructions[position].operation = operation.mapOperands(resolve)
      }
      function.blocks[index].terminator.mapOperands(resolve)
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
