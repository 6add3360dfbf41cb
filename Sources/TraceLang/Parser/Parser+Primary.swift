extension Parser {
  /// An operand without operators around it.
  mutating func primary() throws(SyntaxError) -> Expression {
    let start = token
    switch token.kind {
    case .integer where lexer.byte(start.upper) == UInt8(ascii: ".") && lexer.byte(start.upper + 1).isDigit:
      return try decimal(start)
    case .integer:
      let value = try integerLiteral(start)
      advance()
      return Expression(.integer(Expression.IntegerLiteral(value)), range(from: start.lower))
    case .string:
      let bytes = try stringLiteral(start)
      advance()
      return Expression(.string(bytes), range(from: start.lower))
    case .variable:
      advance()
      return Expression(.variable(lexer.text(start.lower + 1, start.upper)), range(from: start.lower))
    case .map:
      advance()
      return Expression(.map(lexer.text(start.lower + 1, start.upper)), range(from: start.lower))
    case .positional:
      return try positional()
    case .positionalCount:
      advance()
      return Expression(.positionalCount, range(from: start.lower))
    case .identifier:
      return try word(start)
    case .punctuator(.leftParen):
      return try parenthesised()
    case .punctuator(.leftBrace):
      let block = try block(.braces, keepsResult: true)
      return Expression(.block(block), block.range)
    case .punctuator, .character, .directive, .unterminatedString, .unterminatedComment, .unknown, .end:
      throw unexpected("an expression")
    }
  }

  private mutating func positional() throws(SyntaxError) -> Expression {
    let digits = lexer.text(token.lower + 1, token.upper)
    guard let number = Int(digits), number > 0 else {
      throw fail("'$\(digits)' is not a parameter: the first is '$1'", at: tokenRange)
    }
    let start = advance().lower
    return Expression(.positional(number), range(from: start))
  }

  /// What a word starts: a keyword's expression, a type, a call, or just a name.
  private mutating func word(_ start: Token) throws(SyntaxError) -> Expression {
    let text = text(start)
    let isCalled = next.kind == .punctuator(.leftParen)
    switch text {
    case "true", "false":
      advance()
      return Expression(.boolean(text == "true"), range(from: start.lower))
    case "if":
      let conditional = try conditional()
      return Expression(.conditional(conditional), range(from: start.lower))
    case "comptime":
      try enter()
      defer { nesting -= 1 }
      advance()
      let operand = try unary()
      return Expression(.comptime(operand), range(from: start.lower))
    case "sizeof" where isCalled:
      return try sizeof()
    case "offsetof" where isCalled:
      return try offsetof()
    case "typeinfo" where isCalled:
      advance()
      let opening = advance()
      let operand = try typeOrExpression()
      try close(.rightParen, opening)
      return Expression(.call(Name(text, range(start.lower, start.upper)), [operand]), range(from: start.lower))
    case "else", "while", "for", "unroll", "let", "return", "break", "continue", "macro", "import":
      if text == "else" {
        throw fail("this 'else' belongs to no 'if'", at: tokenRange)
      }
      throw fail("expected an expression, found the keyword '\(text)'", at: tokenRange)
    default:
      if typeStands(start, text, isCalled) {
        let type = try type()
        return Expression(.type(type), range(from: start.lower))
      }
      advance()
      let name = Name(text, range(start.lower, start.upper))
      guard at(.leftParen) else { return Expression(.identifier(text), name.range) }
      let opening = advance()
      let arguments = try arguments(.rightParen, opening)
      return Expression(.call(name, arguments), range(from: start.lower))
    }
  }

  /// Whether a word in the place of an operand starts a type: an argument of a macro.
  private func typeStands(_ token: Token, _ text: String, _ isCalled: Bool) -> Bool {
    if text == "typeof" { return isCalled }
    if isCalled { return false }
    if TypeWords.tags.contains(text) { return next.kind == .identifier }
    if TypeWords.plain.contains(text) || TypeWords.startsC(text) { return true }
    return TypeWords.sized.contains(text) && next.kind == .punctuator(.leftBracket)
  }

  private mutating func sizeof() throws(SyntaxError) -> Expression {
    let start = advance().lower
    let opening = advance()
    let operand = try typeOrExpression()
    try close(.rightParen, opening)
    if case .type(let type) = operand.kind { return Expression(.sizeofType(type), range(from: start)) }
    return Expression(.sizeofValue(operand), range(from: start))
  }

  /// `offsetof(struct x, a.b)`
  private mutating func offsetof() throws(SyntaxError) -> Expression {
    let start = advance().lower
    let opening = advance()
    let operand = try typeOrExpression()
    try expect(.comma, "and a field")
    var path = [try expectName("the name of a field")]
    while take(.dot) { path.append(try expectName("the name of a field")) }
    try close(.rightParen, opening)
    if case .type(let type) = operand.kind { return Expression(.offsetofType(type, path: path), range(from: start)) }
    return Expression(.offsetofValue(operand, path: path), range(from: start))
  }

  /// A cast, a tuple, a record or an expression in parentheses, which its range includes.
  private mutating func parenthesised() throws(SyntaxError) -> Expression {
    if castStandsHere() { return try cast() }
    let opening = advance()
    if take(.rightParen) { return Expression(.tuple([]), range(from: opening.lower)) }
    if token.kind == .identifier, next.kind == .punctuator(.equal) { return try record(opening) }
    let first = try nestedExpression()
    guard at(.comma) else {
      try close(.rightParen, opening)
      return Expression(first.kind, range(from: opening.lower))
    }
    var elements = [first]
    while take(.comma), !at(.rightParen) { elements.append(try nestedExpression()) }
    try close(.rightParen, opening)
    return Expression(.tuple(elements), range(from: opening.lower))
  }

  private mutating func cast() throws(SyntaxError) -> Expression {
    try enter()
    defer { nesting -= 1 }
    let opening = advance()
    let type = try type()
    try close(.rightParen, opening)
    let operand = try unary()
    return Expression(.cast(type, operand), range(from: opening.lower))
  }

  /// `name = value, ...)`
  private mutating func record(_ opening: Token) throws(SyntaxError) -> Expression {
    var fields: [(name: Name, value: Expression)] = []
    var seen: [String: SourceRange] = [:]
    repeat {
      if at(.rightParen) { break }
      let name = try expectName("the name of a field")
      try expect(.equal, "and the value of '\(name.text)'")
      if let first = seen[name.text] {
        report(
          "the record has two fields '\(name.text)'", at: name.range,
          notes: [Diagnostic.Note("the first one", at: first)])
      }
      seen[name.text] = seen[name.text] ?? name.range
      fields.append((name, try nestedExpression()))
    } while take(.comma)
    try close(.rightParen, opening)
    return Expression(.record(fields), range(from: opening.lower))
  }
}
