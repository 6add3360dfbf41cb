extension TypedStatement {
  /// The expressions directly in this statement, in order of evaluation; the keys of places it writes to come first.
  public var expressions: [TypedExpression] {
    switch kind {
    case .assign(let place, let value), .update(let place, _, let value, _): place.keys + [value]
    case .aggregate(_, let key, let value): [key, value].compactMap { $0 }
    case .copy(_, let key, _, let sourceKey, _): [key, sourceKey].compactMap { $0 }
    case .evaluate(let value), .conditional(let value, _, _), .whileLoop(let value, _): [value]
    case .forRange(_, let start, let end, _): [start, end]
    case .send(let message): message.values
    case .unroll, .forMap, .breakLoop, .continueLoop, .finish: []
    }
  }

  /// The lists of statements directly inside this statement.
  public var bodies: [[TypedStatement]] {
    switch kind {
    case .conditional(_, let then, let otherwise): [then, otherwise]
    case .whileLoop(_, let body), .unroll(_, let body), .forRange(_, _, _, let body), .forMap(_, _, let body): [body]
    case .assign, .update, .aggregate, .copy, .evaluate, .breakLoop, .continueLoop, .finish, .send: []
    }
  }

  /// Visits this statement and all inside of it, those of block expressions included, outer ones first.
  public func visit(_ enter: (TypedStatement) -> Void) {
    enter(self)
    for expression in expressions { expression.visitBlocks(enter) }
    for statement in bodies.joined() { statement.visit(enter) }
  }
}

extension TypedExpression {
  /// Visits this expression and all inside of it, outer ones first; not those of statements in blocks.
  public func visit(_ enter: (TypedExpression) -> Void) {
    enter(self)
    for child in children { child.visit(enter) }
  }

  fileprivate func visitBlocks(_ enter: (TypedStatement) -> Void) {
    visit { expression in
      guard case .block(let statements, _) = expression.kind else { return }
      for statement in statements { statement.visit(enter) }
    }
  }
}

extension Probe {
  /// Visits all statements.
  public func visitStatements(_ enter: (TypedStatement) -> Void) {
    predicate?.visitBlocks(enter)
    for statement in body { statement.visit(enter) }
  }

  /// Visits all expressions, each once.
  public func visitExpressions(_ enter: (TypedExpression) -> Void) {
    predicate?.visit(enter)
    visitStatements { statement in
      for expression in statement.expressions { expression.visit(enter) }
    }
  }
}

extension Destination {
  /// The key, where it is a map's entry with one.
  public var keys: [TypedExpression] {
    switch self {
    case .variable: []
    case .map(_, let key): key.map { [$0] } ?? []
    }
  }
}
