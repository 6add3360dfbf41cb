/// Brings a function into the form that selection takes: no branch whose outcome is known, no signed division where the
/// machine has none, and no edge from a block with two successors to one with two predecessors.
struct Legalizer {
  let options: BackendOptions

  func run(_ function: inout Function) throws(BackendError) {
    foldBranches(&function)
    if !options.isV4 { expandSignedDivision(&function) }
    splitCriticalEdges(&function)
    if !ControlFlow(function).predecessors(of: BlockID(0)).isEmpty {
      throw .malformed(function: function.name, reason: "the entry block is jumped to")
    }
  }

  private func foldBranches(_ function: inout Function) {
    for index in function.blocks.indices {
      guard case .branch(let condition, let a, let b, let then, let otherwise) = function.blocks[index].terminator
      else { continue }
      if case .constant(let x) = a, case .constant(let y) = b {
        function.blocks[index].terminator = .jump(condition.holds(x, y) ? then : otherwise)
      } else if then == otherwise {
        function.blocks[index].terminator = .jump(then)
      }
    }
  }

  private func splitCriticalEdges(_ function: inout Function) {
    let flow = ControlFlow(function)
    for block in flow.order {
      guard case .branch(let condition, let a, let b, var then, var otherwise) = function[block].terminator else {
        continue
      }
      let line = function[block].terminatorLine
      for edge in [then, otherwise] where flow.predecessors(of: edge.block).count > 1 {
        let middle = function.makeBlock()
        function[middle].terminator = .jump(edge)
        function[middle].terminatorLine = line
        if edge == then { then = Edge(middle) } else { otherwise = Edge(middle) }
      }
      function[block].terminator = .branch(condition, a, b, then: then, otherwise: otherwise)
    }
  }

  private func expandSignedDivision(_ function: inout Function) {
    for index in function.blocks.indices {
      guard function.blocks[index].instructions.contains(where: \.isSignedDivision) else { continue }
      var result: [Instruction] = []
      for instruction in function.blocks[index].instructions {
        guard case .arithmetic(let operation, let a, let b) = instruction.operation, let value = instruction.result,
          instruction.isSignedDivision
        else {
          result.append(instruction)
          continue
        }
        var expansion = SignedDivision(line: instruction.line)
        expansion.expand(operation, a, b, into: value, &function)
        result.append(contentsOf: expansion.instructions)
      }
      function.blocks[index].instructions = result
    }
  }
}

extension Instruction {
  fileprivate var isSignedDivision: Bool {
    if case .arithmetic(let operation, _, _) = operation { operation == .sdiv || operation == .smod } else { false }
  }
}

/// Signed division by the unsigned one of magnitudes, without branches: `(x ^ s) - s` with `s` all ones negates.
private struct SignedDivision {
  let line: SourceLine?
  var instructions: [Instruction] = []

  mutating func expand(
    _ operation: ArithmeticOperator, _ a: Operand, _ b: Operand, into result: Value, _ function: inout Function
  ) {
    let signOfA = sign(a, &function)
    let signOfB = sign(b, &function)
    let left = conditionallyNegate(a, signOfA, &function)
    let right = conditionallyNegate(b, signOfB, &function)
    let isDivision = operation == .sdiv
    let magnitude = emit(isDivision ? .udiv : .umod, left, right, &function)
    let sign = isDivision ? emit(.xor, signOfA, signOfB, &function) : signOfA
    let flipped = emit(.xor, magnitude, sign, &function)
    instructions.append(Instruction(result: result, .arithmetic(.sub, flipped, sign), line: line))
  }

  private mutating func sign(_ operand: Operand, _ function: inout Function) -> Operand {
    if case .constant(let value) = operand { return .constant(value < 0 ? -1 : 0) }
    return emit(.ashr, operand, .constant(63), &function)
  }

  private mutating func conditionallyNegate(
    _ operand: Operand, _ sign: Operand, _ function: inout Function
  ) -> Operand {
    if case .constant(let value) = operand { return .constant(value < 0 ? 0 &- value : value) }
    return emit(.sub, emit(.xor, operand, sign, &function), sign, &function)
  }

  private mutating func emit(
    _ operation: ArithmeticOperator, _ a: Operand, _ b: Operand, _ function: inout Function
  ) -> Operand {
    if case .constant(let x) = a, case .constant(let y) = b { return .constant(operation.apply(x, y)) }
    let value = function.makeValue(.integer)
    instructions.append(Instruction(result: value, .arithmetic(operation, a, b), line: line))
    return .value(value)
  }
}
