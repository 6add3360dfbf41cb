/// Sends an edge whose constant argument decides the branch of an otherwise empty block straight on, where the block's
/// parameters are read on the other side of the branch only: the null check of a pointer that one way found to be null.
public struct NullCheckThreading: Pass {
  public let name = "null-checks"

  /// How often the edges are gone through in one run at most; the next round goes on.
  private static let limit = 8

  public init() {}

  public func run(_ function: inout Function) {
    for _ in 0..<Self.limit where hasCandidate(function) {
      guard threadEdges(&function) else { return }
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

  /// Sends on all edges that do not depend on one another.
  ///
  /// To send an edge on keeps what dominates what, but for the block that it no longer leads to, and adds a predecessor to
  /// the one that it leads to now: what asks for either waits for the next time.
  /// - Returns: whether an edge was sent on.
  private func threadEdges(_ function: inout Function) -> Bool {
    let flow = ControlFlow(function)
    let order = DominanceOrder(flow)
    let readers = readers(function)
    var isStale = [Bool](repeating: false, count: function.blocks.count)
    var isChanged = false
    for block in flow.order {
      var terminator = function[block].terminator
      var isOwnChanged = false
      terminator.mapEdges { edge in
        guard let next = onward(edge, function, flow, order, readers, isStale) else { return edge }
        isStale[edge.block.index] = true
        isStale[next.block.index] = true
        isOwnChanged = true
        return next
      }
      if isOwnChanged {
        function[block].terminator = terminator
        isChanged = true
      }
    }
    return isChanged
  }

  /// By value: the blocks that read it, if it is a parameter of a candidate.
  private func readers(_ function: Function) -> [[BlockID]] {
    var readers = [[BlockID]](repeating: [], count: function.valueTypes.count)
    var isParameter = [Bool](repeating: false, count: function.valueTypes.count)
    for index in function.blocks.indices where isCandidate(BlockID(index), function) {
      for parameter in function.blocks[index].parameters { isParameter[parameter.index] = true }
    }
    for index in function.blocks.indices {
      func note(_ operand: Operand) {
        guard case .value(let value) = operand, isParameter[value.index] else { return }
        if readers[value.index].last != BlockID(index) { readers[value.index].append(BlockID(index)) }
      }
      for instruction in function.blocks[index].instructions { instruction.operation.forEachOperand(note) }
      function.blocks[index].terminator.forEachOperand(note)
    }
    return readers
  }

  private func onward(
    _ edge: Edge, _ function: Function, _ flow: ControlFlow, _ order: DominanceOrder, _ readers: [[BlockID]],
    _ isStale: [Bool]
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
    guard !isStale[other.block.index], flow.predecessors(of: other.block) == [edge.block],
      !order.dominates(other.block, taken.block)
    else { return nil }
    let areReadBehindOther = block.parameters.allSatisfy { parameter in
      readers[parameter.index].allSatisfy { $0 == edge.block || order.dominates(other.block, $0) }
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
