/// Sends an edge whose constant argument decides the branch of an otherwise empty block straight on, where the block's
/// parameters are read on the other side of the branch only: the null check of a pointer that one way found to be null.
public struct NullCheckThreading: Pass {
  public let name = "null-checks"

  /// Edges sent on in one run at most; the next round goes on.
  private static let limit = 32

  public init() {}

  public func run(_ function: inout Function) {
    for _ in 0..<Self.limit where hasCandidate(function) {
      guard threadOne(&function) else { return }
    }
  }

  /// Whether there is an empty block with parameters that branches, and an edge with a constant to it.
  private func hasCandidate(_ function: Function) -> Bool {
    for index in function.blocks.indices {
      var hasConstant = false
      function.blocks[index].terminator.forEachEdge { edge in
        if edge.arguments.contains(where: \.isConstant), isCandidate(edge.block, function) { hasConstant = true }
      }
      if hasConstant { return true }
    }
    return false
  }

  private func isCandidate(_ block: BlockID, _ function: Function) -> Bool {
    guard block.index != 0, function[block].instructions.isEmpty, !function[block].parameters.isEmpty,
      case .branch(_, _, _, let then, let otherwise) = function[block].terminator
    else { return false }
    return then.block != otherwise.block && then.block != block && otherwise.block != block
  }

  /// - Returns: whether an edge was sent on.
  private func threadOne(_ function: inout Function) -> Bool {
    let flow = ControlFlow(function)
    let order = DominanceOrder(flow)
    let readers = readers(function)
    for block in flow.order {
      var terminator = function[block].terminator
      var isChanged = false
      terminator.mapEdges { edge in
        guard !isChanged, let next = onward(edge, function, flow, order, readers) else { return edge }
        isChanged = true
        return next
      }
      if isChanged {
        function[block].terminator = terminator
        return true
      }
    }
    return false
  }

  /// The blocks that read each parameter of a candidate.
  private func readers(_ function: Function) -> [Value: [BlockID]] {
    var readers: [Value: [BlockID]] = [:]
    var isParameter = [Bool](repeating: false, count: function.valueTypes.count)
    for index in function.blocks.indices where isCandidate(BlockID(index), function) {
      for parameter in function.blocks[index].parameters { isParameter[parameter.index] = true }
    }
    for index in function.blocks.indices {
      func note(_ operand: Operand) {
        guard case .value(let value) = operand, isParameter[value.index] else { return }
        if readers[value]?.last != BlockID(index) { readers[value, default: []].append(BlockID(index)) }
      }
      for instruction in function.blocks[index].instructions { instruction.operation.forEachOperand(note) }
      function.blocks[index].terminator.forEachOperand(note)
    }
    return readers
  }

  private func onward(
    _ edge: Edge, _ function: Function, _ flow: ControlFlow, _ order: DominanceOrder, _ readers: [Value: [BlockID]]
  ) -> Edge? {
    guard isCandidate(edge.block, function) else { return nil }
    let block = function[edge.block]
    func passed(_ operand: Operand) -> Operand {
      guard case .value(let value) = operand, let index = block.parameters.firstIndex(of: value) else { return operand }
      return edge.arguments[index]
    }
    guard case .branch(let condition, let a, let b, let then, let otherwise) = block.terminator,
      case .constant(let x) = passed(a), case .constant(let y) = passed(b)
    else { return nil }
    let isTaken = condition.holds(x, y)
    let (taken, other) = isTaken ? (then, otherwise) : (otherwise, then)
    guard flow.predecessors(of: other.block) == [edge.block], !order.dominates(other.block, taken.block) else { return nil }
    let areReadBehindOther = block.parameters.allSatisfy { parameter in
      (readers[parameter] ?? []).allSatisfy { $0 == edge.block || order.dominates(other.block, $0) }
    }
    guard areReadBehindOther else { return nil }
    return Edge(taken.block, taken.arguments.map(passed))
  }
}

extension Operand {
  fileprivate var isConstant: Bool {
    if case .constant = self { true } else { false }
  }
}
