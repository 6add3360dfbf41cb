extension Terminator {
  /// The edges in order: a jump's one, a branch's `then` and `otherwise`, none of an exit.
  @inline(__always)
  public func forEachEdge(_ body: (Edge) -> Void) {
    switch self {
    case .jump(let edge): body(edge)
    case .branch(_, _, _, let then, let otherwise):
      body(then)
      body(otherwise)
    case .exit, .unreachable: break
    }
  }

  public mutating func mapEdges(_ transform: (Edge) -> Edge) {
    switch self {
    case .jump(let edge): self = .jump(transform(edge))
    case .branch(let condition, let a, let b, let then, let otherwise):
      self = .branch(condition, a, b, then: transform(then), otherwise: transform(otherwise))
    case .exit, .unreachable: break
    }
  }

  /// Every operand read: of the comparison, the exit and the edges.
  @inline(__always)
  public func forEachOperand(_ body: (Operand) -> Void) {
    switch self {
    case .jump(let edge): edge.arguments.forEach(body)
    case .branch(_, let a, let b, let then, let otherwise):
      body(a)
      body(b)
      then.arguments.forEach(body)
      otherwise.arguments.forEach(body)
    case .exit(let operand): body(operand)
    case .unreachable: break
    }
  }

  public mutating func mapOperands(_ transform: (Operand) -> Operand) {
    switch self {
    case .jump(let edge):
      self = .jump(Edge(edge.block, edge.arguments.map(transform)))
    case .branch(let condition, let a, let b, let then, let otherwise):
      self = .branch(
        condition, transform(a), transform(b), then: Edge(then.block, then.arguments.map(transform)),
        otherwise: Edge(otherwise.block, otherwise.arguments.map(transform)))
    case .exit(let operand): self = .exit(transform(operand))
    case .unreachable: break
    }
  }
}
