// Values that a condition chooses.
extension Checker {
  mutating func ternary(
    _ condition: Expression, _ then: Expression?, _ otherwise: Expression, _ range: SourceRange
  ) -> TypedExpression {
    let test = self.condition(condition)
    return choice(test, then.map { expression($0) } ?? test, expression(otherwise), range)
  }

  /// `if condition { a } else { b }` as a value.
  mutating func choice(_ conditional: Statement.If, _ range: SourceRange) -> TypedExpression {
    let test = condition(conditional.condition)
    guard let otherwise = conditional.otherwise else {
      error("'if' as a value needs an 'else'", at: range)
      return invalid(range)
    }
    if let isTaken = comptime(conditional.condition, test) {
      if isTaken { return blockValue(conditional.then, conditional.then.range) }
      return value(of: otherwise)
    }
    let first = blockValue(conditional.then, conditional.then.range)
    return choice(test, first, value(of: otherwise), range)
  }

  private mutating func value(of otherwise: Statement.Otherwise) -> TypedExpression {
    switch otherwise {
    case .block(let block): blockValue(block, block.range)
    case .conditional(let next, let range): choice(next, range)
    }
  }

  /// Whether a `comptime` condition holds; `nil` for one that is to be computed by the program.
  func comptime(_ syntax: Expression, _ condition: TypedExpression) -> Bool? {
    guard case .comptime = syntax.kind, case .integer(let constant) = condition.kind else { return nil }
    return constant != 0
  }

  mutating func choice(
    _ test: TypedExpression, _ first: TypedExpression, _ second: TypedExpression, _ range: SourceRange
  ) -> TypedExpression {
    let (first, second) = assumedSides(first, second)
    if first.type == .invalid || second.type == .invalid { return invalid(range) }
    let type =
      takes(first.type, second)
      ? first.type : takes(second.type, first) ? second.type : joined(first.type, second.type)
    guard let type else {
      // Known at compile time, one side is never looked at.
      if case .integer(let constant) = test.kind { return constant != 0 ? first : second }
      error(
        "the two sides are \(first.type.description) and \(second.type.description); they must be of one type",
        at: range)
      return invalid(range)
    }
    if case .integer(let constant) = test.kind {
      return TypedExpression(converted(constant != 0 ? first : second, type).kind, type, range)
    }
    return TypedExpression(
      .ternary(test, then: converted(first, type), otherwise: converted(second, type)), type, range)
  }

  /// Whether a value is a constant that a type holds as it is: a number that fits, or 0 as the null pointer.
  func takes(_ type: Type, _ value: TypedExpression) -> Bool {
    guard case .integer(let constant) = value.kind, value.type.isInteger else { return false }
    if case .pointer = type { return constant == 0 }
    return type.integer.map { TypeRules.fits(constant, $0) } ?? false
  }
}
