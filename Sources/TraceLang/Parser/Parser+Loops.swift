extension Parser {
  /// `if condition { } else if ... else { }`; the branches keep their values.
  mutating func conditional() throws(SyntaxError) -> Statement.If {
    var arms: [(start: Int, condition: Expression, then: Block)] = []
    var last: Block?
    let outer = branches
    defer { branches = outer }
    while true {
      let start = advance().lower
      let condition = try condition("if")
      let then = try body("if", keepsResult: true)
      arms.append((start, condition, then))
      guard atWord("else") else { break }
      advance()
      guard atWord("if") else {
        if !at(.leftBrace) { throw unexpected("'{' or 'if' after 'else'") }
        last = try block(.braces, keepsResult: true)
        break
      }
      branches += 1
      if branches > Self.maximumChain {
        giveUp(
          with: "too many branches: at most \(Self.maximumChain) 'else if' are allowed", token.lower, token.upper)
        throw SyntaxError()
      }
    }
    var otherwise: Statement.Otherwise? = last.map { .block($0) }
    while arms.count > 1, let arm = arms.popLast() {
      let conditional = Statement.If(condition: arm.condition, then: arm.then, otherwise: otherwise)
      otherwise = .conditional(conditional, range(from: arm.start))
    }
    guard let first = arms.first else { throw unexpected("'if'") }
    return Statement.If(condition: first.condition, then: first.then, otherwise: otherwise)
  }

  /// An expression in front of a block.
  private mutating func condition(_ keyword: String) throws(SyntaxError) -> Expression {
    if at(.leftBrace) { throw unexpected("a condition after '\(keyword)'") }
    return try nestedExpression()
  }

  private mutating func body(_ keyword: String, keepsResult: Bool) throws(SyntaxError) -> Block {
    guard at(.leftBrace) else { throw unexpected("'{' and the statements of the '\(keyword)'") }
    return try block(.braces, keepsResult: keepsResult)
  }

  mutating func whileLoop() throws(SyntaxError) -> Statement {
    let start = advance().lower
    let condition = try condition("while")
    let body = try body("while", keepsResult: false)
    return Statement(.whileLoop(condition: condition, body: body), range(from: start))
  }

  mutating func unroll() throws(SyntaxError) -> Statement {
    let start = advance().lower
    if at(.leftBrace) { throw unexpected("how many times after 'unroll'") }
    let count = try nestedExpression()
    let body = try body("unroll", keepsResult: false)
    return Statement(.unroll(count: count, body: body), range(from: start))
  }

  /// `for ($kv : @map) { }` and `for ($i : start..end) { }`, parentheses optional.
  mutating func forLoop() throws(SyntaxError) -> Statement {
    let start = advance().lower
    let opening = at(.leftParen) ? advance() : nil
    guard token.kind == .variable else { throw unexpected("a variable, as in 'for ($i : 0..10)'") }
    let variable = Name(lexer.text(token.lower + 1, token.upper), tokenRange)
    advance()
    guard take(.colon) else {
      throw unexpected(
        "':' and a map or a range, as in 'for ($i : 0..10)'",
        fixIts: atWord("in") ? [Diagnostic.FixIt(tokenRange, ":")] : [])
    }
    let first = try nestedExpression()
    let end = take(.range) ? try nestedExpression() : nil
    if let opening { try close(.rightParen, opening) }
    if end == nil, !Self.isMap(first) {
      report("'for' needs a map or a range such as '0..10'", at: first.range)
    }
    let body = try body("for", keepsResult: false)
    if let end {
      return Statement(.forRange(variable: variable, start: first, end: end, body: body), range(from: start))
    }
    return Statement(.forMap(variable: variable, map: first, body: body), range(from: start))
  }

  private static func isMap(_ expression: Expression) -> Bool {
    if case .map = expression.kind { return true }
    return false
  }

  /// `let $x: type = value`
  mutating func declaration() throws(SyntaxError) -> Statement {
    let start = advance().lower
    if token.kind == .map {
      throw fail("maps are declared outside of probes, as in 'let @a = hash(10);'", at: tokenRange)
    }
    guard token.kind == .variable else {
      let isName = token.kind == .identifier
      throw unexpected("a variable after 'let'", fixIts: isName ? [Diagnostic.FixIt(tokenRange, "$" + word)] : [])
    }
    let name = Name(lexer.text(token.lower + 1, token.upper), tokenRange)
    advance()
    let type = take(.colon) ? try type() : nil
    let value = take(.equal) ? try expression() : nil
    return Statement(.declare(name, type: type, value: value), range(from: start))
  }
}
