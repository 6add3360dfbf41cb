/// Moves computations out of loops that give the same in every round: arithmetic on numbers, which nothing can fail.
///
/// What is added to a pointer stays, as the verifier knows its bounds only behind the comparison that they come from.
public struct LoopInvariantMotion: Pass {
  public let name = "loop-invariants"

  public init() {}

  public func run(_ function: inout Function) {
    let flow = ControlFlow(function)
    guard flow.order.contains(where: { flow.loopDepths[$0.index] > 0 }) else { return }
    let order = DominanceOrder(flow)
    let outward = outward(flow)
    let isOffset = offsets(function)
    var home = [BlockID](repeating: BlockID(0), count: function.valueTypes.count)
    for block in flow.order {
      for parameter in function[block].parameters { home[parameter.index] = block }
      var kept: [Instruction] = []
      for instruction in function[block].instructions {
        var target = block
        if let result = instruction.result, !isOffset[result.index], isMovable(instruction.operation, function) {
          target = shallowest(block, instruction.operation, home, order, outward)
          home[result.index] = target
        } else if let result = instruction.result {
          home[result.index] = block
        }
        if target == block { kept.append(instruction) } else { function[target].instructions.append(instruction) }
      }
      function[block].instructions = kept
    }
  }

  /// By value: whether it is a number that a pointer moves by.
  private func offsets(_ function: Function) -> [Bool] {
    var result = [Bool](repeating: false, count: function.valueTypes.count)
    for block in function.blocks {
      for instruction in block.instructions {
        guard let value = instruction.result, case .pointer = function.type(of: value),
          case .arithmetic(_, let a, let b) = instruction.operation
        else { continue }
        for case .value(let operand) in [a, b] { result[operand.index] = true }
      }
    }
    return result
  }

  private func isMovable(_ operation: Operation, _ function: Function) -> Bool {
    switch operation {
    case .arithmetic, .extend, .byteSwap, .compare:
      var isNumeric = true
      operation.forEachOperand { operand in
        if case .value(let value) = operand, case .pointer = function.type(of: value) { isNumeric = false }
      }
      return isNumeric
    case .constant, .mapReference, .mapValueAddress, .functionAddress, .slotAddress, .load, .store, .atomicAdd, .copy,
      .zero, .call, .callFunction, .callKernel:
      return false
    }
  }

  /// By block: its nearest dominator in fewer loops; `nil` for one outside of all loops.
  private func outward(_ flow: ControlFlow) -> [BlockID?] {
    var result = [BlockID?](repeating: nil, count: flow.loopDepths.count)
    // Dominators come first, so that theirs are known.
    for block in flow.order where flow.loopDepths[block.index] > 0 {
      var next = flow.immediateDominator(of: block)
      while let current = next, flow.loopDepths[current.index] >= flow.loopDepths[block.index] {
        next = result[current.index]
      }
      result[block.index] = next
    }
    return result
  }

  /// The nearest dominator in the fewest loops that all operands reach.
  private func shallowest(
    _ block: BlockID, _ operation: Operation, _ home: [BlockID], _ order: DominanceOrder, _ outward: [BlockID?]
  ) -> BlockID {
    var best = block
    while let next = outward[best.index] {
      var isReached = true
      operation.forEachOperand { operand in
        if case .value(let value) = operand, !order.dominates(home[value.index], next) { isReached = false }
      }
      if !isReached { break }
      best = next
    }
    return best
  }
}
