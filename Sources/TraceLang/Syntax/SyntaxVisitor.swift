/// Walks over every expression of a piece of syntax, outer ones first; `enter` says whether to go inside.
extension Block {
  public func visit(_ enter: (Expression) -> Bool) {
    for statement in statements { statement.visit(enter) }
    result?.visit(enter)
  }
}

extension Statement {
  public func visit(_ enter: (Expression) -> Bool) {
    switch kind {
    case .expression(let value), .discard(let value): value.visit(enter)
    case .assign(let target, _, let value):
      target.visit(enter)
      value.visit(enter)
    case .declare(_, _, let value): value?.visit(enter)
    case .conditional(let conditional): conditional.visit(enter)
    case .whileLoop(let condition, let body):
      condition.visit(enter)
      body.visit(enter)
    case .unroll(let count, let body):
      count.visit(enter)
      body.visit(enter)
    case .forMap(_, let map, let body):
      map.visit(enter)
      body.visit(enter)
    case .forRange(_, let start, let end, let body):
      start.visit(enter)
      end.visit(enter)
      body.visit(enter)
    case .block(let block): block.visit(enter)
    case .returnProbe(let value): value?.visit(enter)
    case .breakLoop, .continueLoop, .directive, .invalid: break
    }
  }
}

extension Statement.If {
  public func visit(_ enter: (Expression) -> Bool) {
    condition.visit(enter)
    then.visit(enter)
    switch otherwise {
    case .block(let block): block.visit(enter)
    case .conditional(let next, _): next.visit(enter)
    case nil: break
    }
  }
}

extension Expression {
  public func visit(_ enter: (Expression) -> Bool) {
    guard enter(self) else { return }
    switch kind {
    case .integer, .decimal, .string, .boolean, .identifier, .positional, .positionalCount, .variable, .map,
      .sizeofType,
      .offsetofType, .type, .invalid:
      break
    case .index(let base, let indices):
      base.visit(enter)
      for index in indices { index.visit(enter) }
    case .member(let base, _, _), .element(let base, _, _): base.visit(enter)
    case .call(_, let arguments), .tuple(let arguments):
      for argument in arguments { argument.visit(enter) }
    case .unary(_, let operand), .step(_, let operand), .cast(_, let operand), .sizeofValue(let operand),
      .offsetofValue(let operand, _), .comptime(let operand):
      operand.visit(enter)
    case .binary(_, let left, let right, _):
      left.visit(enter)
      right.visit(enter)
    case .ternary(let condition, let then, let otherwise):
      condition.visit(enter)
      then?.visit(enter)
      otherwise.visit(enter)
    case .record(let members):
      for member in members { member.value.visit(enter) }
    case .block(let block): block.visit(enter)
    case .conditional(let conditional): conditional.visit(enter)
    }
  }
}
