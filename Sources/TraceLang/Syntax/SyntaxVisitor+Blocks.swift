/// Walks over every block of a piece of syntax, outer ones first, those of block expressions included.
extension Block {
  public func visitBlocks(_ enter: (Block) -> Void) {
    enter(self)
    for statement in statements { statement.visitBlocks(enter) }
    result?.visitBlocks(enter)
  }

  /// Visits every statement, inner ones after the one they are in.
  public func visitStatements(_ enter: (Statement) -> Void) {
    visitBlocks { block in block.statements.forEach(enter) }
  }
}

extension Statement {
  public func visitBlocks(_ enter: (Block) -> Void) {
    for expression in expressions { expression.visitBlocks(enter) }
    for block in blocks { block.visitBlocks(enter) }
  }

  /// The expressions directly in this statement.
  public var expressions: [Expression] {
    switch kind {
    case .expression(let value), .discard(let value): [value]
    case .assign(let target, _, let value): [target, value]
    case .declare(_, _, let value), .returnProbe(let value): value.map { [$0] } ?? []
    case .conditional(let conditional): conditional.conditions
    case .whileLoop(let condition, _): [condition]
    case .unroll(let count, _): [count]
    case .forMap(_, let map, _): [map]
    case .forRange(_, let start, let end, _): [start, end]
    case .block, .breakLoop, .continueLoop, .directive, .invalid: []
    }
  }

  /// The blocks directly in this statement.
  public var blocks: [Block] {
    switch kind {
    case .conditional(let conditional): conditional.blocks
    case .whileLoop(_, let body), .unroll(_, let body), .forMap(_, _, let body), .forRange(_, _, _, let body),
      .block(let body):
      [body]
    case .expression, .discard, .assign, .declare, .returnProbe, .breakLoop, .continueLoop, .directive, .invalid: []
    }
  }
}

extension Statement.If {
  /// The conditions of this and all `else if` behind it.
  public var conditions: [Expression] {
    if case .conditional(let next, _)? = otherwise { return [condition] + next.conditions }
    return [condition]
  }

  /// The blocks of this and all `else` behind it.
  public var blocks: [Block] {
    switch otherwise {
    case .block(let block): [then, block]
    case .conditional(let next, _): [then] + next.blocks
    case nil: [then]
    }
  }
}

extension Expression {
  public func visitBlocks(_ enter: (Block) -> Void) {
    visit { expression in
      switch expression.kind {
      case .block(let block):
        block.visitBlocks(enter)
        return false
      case .conditional(let conditional):
        for condition in conditional.conditions { condition.visitBlocks(enter) }
        for block in conditional.blocks { block.visitBlocks(enter) }
        return false
      case .integer, .decimal, .string, .boolean, .identifier, .positional, .positionalCount, .variable, .map, .index,
        .member,
        .element, .call, .unary, .step, .binary, .ternary, .cast, .tuple, .record, .sizeofType, .sizeofValue,
        .offsetofType, .offsetofValue, .type, .comptime, .invalid:
        return true
      }
    }
  }
}
