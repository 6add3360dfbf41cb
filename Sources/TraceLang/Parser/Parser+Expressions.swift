extension Parser {
  /// Any expression; `terminator` says which operators end it.
  mutating func expression() throws(SyntaxError) -> Expression {
    try enter()
    defer { nesting -= 1 }
    if expressionDepth == 0 { chain = 0 }
    expressionDepth += 1
    defer { expressionDepth -= 1 }
    return try ternary(try binary(try unary(), 1))
  }

  /// An expression in brackets, where no operator ends it.
  mutating func nestedExpression() throws(SyntaxError) -> Expression {
    let outer = terminator
    terminator = .none
    defer { terminator = outer }
    return try expression()
  }

  /// `condition ? then : otherwise` and `condition ?: otherwise` behind a condition.
  private mutating func ternary(_ condition: Expression) throws(SyntaxError) -> Expression {
    guard at(.question) else { return condition }
    let question = advance()
    let then: Expression? = at(.colon) ? nil : try nestedExpression()
    guard at(.colon) else {
      throw unexpected(
        "':'", notes: [Diagnostic.Note("for this '?'", at: range(question.lower, question.upper))])
    }
    advance()
    let otherwise = try expression()
    return Expression(
      .ternary(condition, then: then, otherwise: otherwise), condition.range.union(otherwise.range))
  }

  /// Continues an operand with operators that bind at least as tightly as `minimum`.
  private mutating func binary(_ left: Expression, _ minimum: Int) throws(SyntaxError) -> Expression {
    var left = left
    while case .punctuator(let punctuator) = token.kind, let operation = punctuator.binaryOperator {
      guard operation.precedence >= minimum, !endsExpression(punctuator) else { break }
      try link()
      let operatorToken = advance()
      let right = try binary(try unary(), operation.precedence + 1)
      left = Expression(
        .binary(operation, left, right, operatorRange: range(operatorToken.lower, operatorToken.upper)),
        left.range.union(right.range))
    }
    return left
  }

  private func endsExpression(_ punctuator: Punctuator) -> Bool {
    switch terminator {
    case .none: false
    case .slash: punctuator == .slash && slashEndsPredicate
    case .angle: punctuator == .greater && greaterEndsBody
    }
  }

  /// Whether the `>` in hand ends an angle body: no operand follows but the end or a new item.
  private var greaterEndsBody: Bool {
    let next = next
    switch next.kind {
    case .end, .directive: return true
    case .identifier:
      if looksLikeProbe(next) { return true }
      guard next.startsLine else { return false }
      let words = ["struct", "union", "enum", "typedef", "config", "macro", "let", "import"]
      return words.contains(text(next))
    case .variable, .positional, .positionalCount, .map, .integer, .string, .character, .punctuator,
      .unterminatedString, .unterminatedComment, .unknown:
      return false
    }
  }

  /// Operators in front of an operand.
  mutating func unary() throws(SyntaxError) -> Expression {
    guard case .punctuator(let punctuator) = token.kind else { return try postfix(try primary()) }
    if punctuator == .plusPlus || punctuator == .minusMinus { return try prefixStep(punctuator) }
    guard let operation = punctuator.unaryOperator else { return try postfix(try primary()) }
    try enter()
    defer { nesting -= 1 }
    let start = advance().lower
    let operand = try unary()
    return Expression(.unary(operation, operand), range(from: start))
  }

  private mutating func prefixStep(_ punctuator: Punctuator) throws(SyntaxError) -> Expression {
    try enter()
    defer { nesting -= 1 }
    let start = advance().lower
    let operand = try unary()
    let step = Expression.Step(amount: punctuator == .plusPlus ? 1 : -1, isPrefix: true)
    checkStep(operand, punctuator)
    return Expression(.step(step, operand), range(from: start))
  }

  /// Reports a `++` or `--` on what is neither variable nor map.
  private mutating func checkStep(_ operand: Expression, _ punctuator: Punctuator) {
    if operand.isAssignable { return }
    if case .invalid = operand.kind { return }
    report("'\(punctuator.rawValue)' needs a variable or a map", at: operand.range)
  }

  /// `.name`, `->name`, `.0`, `[index]`, `++` and `--` behind an operand.
  private mutating func postfix(_ operand: Expression) throws(SyntaxError) -> Expression {
    var operand = operand
    while case .punctuator(let punctuator) = token.kind {
      let start = Int(operand.range.lower)
      if punctuator == .dot || punctuator == .arrow {
        try link()
        operand = try member(of: operand)
      } else if punctuator == .leftBracket {
        try link()
        let opening = advance()
        let keys = try arguments(.rightBracket, opening)
        if keys.isEmpty { report("expected a key or an index between '[' and ']'", at: range(from: opening.lower)) }
        operand = Expression(.index(operand, keys), range(from: start))
      } else if punctuator == .plusPlus || punctuator == .minusMinus, !(token.startsLine && !operand.isAssignable) {
        try link()
        advance()
        let step = Expression.Step(amount: punctuator == .plusPlus ? 1 : -1, isPrefix: false)
        checkStep(operand, punctuator)
        operand = Expression(.step(step, operand), range(from: start))
      } else {
        break
      }
    }
    return operand
  }

  private mutating func member(of base: Expression) throws(SyntaxError) -> Expression {
    let isArrow = advance().kind == .punctuator(.arrow)
    let start = Int(base.range.lower)
    if token.kind == .integer {
      let indexRange = tokenRange
      let digits = text(token)
      guard !isArrow, let index = Int(digits), String(index) == digits else {
        throw fail("expected the name or the decimal number of an element, found '\(digits)'", at: tokenRange)
      }
      advance()
      return Expression(.element(base, index, indexRange), range(from: start))
    }
    let name = try expectName("the name of a field after '\(isArrow ? "->" : ".")'")
    return Expression(.member(base, name, arrow: isArrow), range(from: start))
  }

  /// A comma list up to and with the closing bracket.
  mutating func arguments(_ closing: Punctuator, _ opening: Token) throws(SyntaxError) -> [Expression] {
    var arguments: [Expression] = []
    while !at(closing) {
      arguments.append(try nestedExpression())
      guard take(.comma) else { break }
    }
    guard take(closing) else {
      let note = Diagnostic.Note("to close this '\(text(opening))'", at: range(opening.lower, opening.upper))
      let place = range(previousEnd, previousEnd)
      throw unexpected(
        arguments.isEmpty ? "'\(closing.rawValue)'" : "',' or '\(closing.rawValue)'", notes: [note],
        fixIts: startsValue ? [Diagnostic.FixIt(place, ",")] : [])
    }
    return arguments
  }
}

extension Parser {
  /// Whether the current token, on the same line, is a value that a comma must be missing before.
  private var startsValue: Bool {
    switch token.kind {
    case .variable, .map, .integer, .string, .positional, .positionalCount: !token.startsLine
    case .identifier, .directive, .punctuator, .end, .character, .unknown, .unterminatedString, .unterminatedComment:
      false
    }
  }
}

extension Expression {
  /// A variable, a map or a map's element.
  var isAssignable: Bool {
    if case .variable = kind { return true }
    if case .map = kind { return true }
    if case .index(let base, _) = kind, case .map = base.kind { return true }
    return false
  }
}
