// MARK: Types in expressions

extension Parser {
  /// A type as written in `let` and casts: `uint64`, `struct x *`, `string[64]`, `typeof(e)`, `(int64, string)`.
  mutating func type() throws(SyntaxError) -> TypeSyntax {
    try enter()
    defer { nesting -= 1 }
    if expressionDepth == 0 { chain = 0 }
    let start = token.lower
    while TypeWords.qualifiers.contains(word) { advance() }
    var type = try unsuffixedType(start)
    while true {
      if at(.star) {
        try link()
        advance()
        type = TypeSyntax(.pointer(type), range(from: start))
      } else if at(.leftBracket) {
        try link()
        type = try arrayType(of: type, start)
      } else if TypeWords.qualifiers.contains(word) {
        advance()
      } else {
        return type
      }
    }
  }

  private mutating func unsuffixedType(_ start: Int) throws(SyntaxError) -> TypeSyntax {
    if at(.leftParen) { return try tupleType() }
    guard token.kind == .identifier else { throw unexpected("a type") }
    let first = word
    if let keyword = CDeclaration.Keyword(rawValue: first) {
      advance()
      let name = try expectName("the name of the \(first)")
      return TypeSyntax(.structure(keyword, name: name.text + namesInside()), range(from: start))
    }
    if first == "typeof", next.kind == .punctuator(.leftParen) {
      advance()
      let opening = advance()
      let operand = try typeOrExpression()
      try close(.rightParen, opening)
      return TypeSyntax(.typeof(operand), range(from: start))
    }
    if TypeWords.wordsOfC.contains(first) { return namedC(start) }
    advance()
    guard TypeWords.sized.contains(first), at(.leftBracket), next.kind != .punctuator(.rightBracket) else {
      return TypeSyntax(.named(first + namesInside()), range(from: start))
    }
    let opening = advance()
    let size = try nestedExpression()
    try close(.rightBracket, opening)
    return TypeSyntax(.sized(first, size), range(from: start))
  }

  /// "::C" for what follows the name of a namespace; "" where nothing does.
  private mutating func namesInside() -> String {
    var text = ""
    while let name = nameInside(at: token) {
      text += "::\(self.text(name))"
      while token.lower <= name.lower { advance() }
    }
    return text
  }

  /// The name after "::", where all that is written without spaces.
  private func nameInside(at colon: Token) -> Token? {
    guard colon.kind == .punctuator(.colon) else { return nil }
    let second = lexer.token(at: colon.upper)
    guard second.kind == .punctuator(.colon), second.lower == colon.upper else { return nil }
    let name = lexer.token(at: second.upper)
    return name.kind == .identifier && name.lower == second.upper ? name : nil
  }

  /// `unsigned long` and such, qualifiers dropped.
  mutating func namedC(_ start: Int) -> TypeSyntax {
    var words: [String] = []
    while token.kind == .identifier {
      let word = word
      if TypeWords.wordsOfC.contains(word) {
        words.append(word)
      } else if !TypeWords.qualifiers.contains(word) {
        break
      }
      advance()
    }
    return TypeSyntax(.named(words.joined(separator: " ")), range(from: start))
  }

  private mutating func tupleType() throws(SyntaxError) -> TypeSyntax {
    let opening = advance()
    var elements: [TypeSyntax] = []
    while !at(.rightParen) {
      elements.append(try type())
      guard take(.comma) else { break }
    }
    try close(.rightParen, opening)
    return TypeSyntax(.tuple(elements), range(from: opening.lower))
  }

  /// `[n]` or `[]` behind a type.
  mutating func arrayType(of element: TypeSyntax, _ start: Int) throws(SyntaxError) -> TypeSyntax {
    let opening = try expect(.leftBracket)
    let count = at(.rightBracket) ? nil : try nestedExpression()
    try close(.rightBracket, opening)
    return TypeSyntax(.array(element, count: count), range(from: start))
  }

  /// The operand of `sizeof`, `typeof` and `typeinfo`; a type is `.type`. An unknown word alone is an expression.
  mutating func typeOrExpression() throws(SyntaxError) -> Expression {
    guard typeStandsHere(until: [.rightParen, .comma]) else { return try nestedExpression() }
    let start = token.lower
    let type = try type()
    return Expression(.type(type), range(from: start))
  }

  /// Whether the tokens in hand are a type that ends in front of one of `ends`.
  func typeStandsHere(until ends: [Punctuator]) -> Bool {
    guard let shape = typeShape(from: token), case .punctuator(let end) = shape.end.kind, ends.contains(end) else {
      return false
    }
    return shape.isCertain || shape.hasSuffix
  }

  /// Whether a word names a type in this script.
  func isType(_ word: String) -> Bool { TypeWords.isType(word) || typedefs.contains(word) }
}

// MARK: Looking ahead

extension Parser {
  /// What looks like a type in the tokens ahead.
  struct TypeShape {
    /// Behind the type.
    let end: Token
    /// Its name is a type's name, not just a word.
    let isCertain: Bool
    /// It ends in `*` or `[n]`.
    let hasSuffix: Bool
    /// It ends in `*`.
    let endsInStar: Bool
  }

  /// How many tokens a look ahead may take, which keeps parsing linear.
  private static let maximumLookAhead = 64

  /// The type that starts at a token, if it may be one.
  func typeShape(from first: Token) -> TypeShape? {
    guard first.kind == .identifier else { return nil }
    var current = first
    var isCertain = false
    var steps = 0
    func move() -> Token { lexer.token(at: current.upper) }
    while current.kind == .identifier, TypeWords.startsC(text(current)), steps < Self.maximumLookAhead {
      if TypeWords.wordsOfC.contains(text(current)) { isCertain = true }
      current = move()
      steps += 1
    }
    if !isCertain {
      guard current.kind == .identifier else { return nil }
      let word = text(current)
      isCertain = isType(word) || TypeWords.tags.contains(word)
      current = move()
      if TypeWords.tags.contains(word) {
        guard current.kind == .identifier else { return nil }
        current = move()
      } else if word == "typeof" {
        guard current.kind == .punctuator(.leftParen), let end = bracketEnd(current, .leftParen, .rightParen, &steps)
        else { return nil }
        isCertain = true
        current = end
      }
      while steps < Self.maximumLookAhead, let name = nameInside(at: current) {
        isCertain = true
        current = lexer.token(at: name.upper)
        steps += 3
      }
    }
    var hasSuffix = false
    var endsInStar = false
    while steps < Self.maximumLookAhead {
      steps += 1
      if current.kind == .punctuator(.star) {
        hasSuffix = true
        endsInStar = true
        current = move()
      } else if current.kind == .punctuator(.leftBracket) {
        guard let end = bracketEnd(current, .leftBracket, .rightBracket, &steps) else { return nil }
        hasSuffix = true
        endsInStar = false
        current = end
      } else if current.kind == .identifier, TypeWords.qualifiers.contains(text(current)) {
        current = move()
      } else {
        break
      }
    }
    return TypeShape(end: current, isCertain: isCertain, hasSuffix: hasSuffix, endsInStar: endsInStar)
  }

  /// The token behind the bracket that closes `open`.
  private func bracketEnd(
    _ open: Token, _ opening: Punctuator, _ closing: Punctuator, _ steps: inout Int
  ) -> Token? {
    var depth = 0
    var current = open
    while steps < Self.maximumLookAhead, current.kind != .end {
      steps += 1
      if current.kind == .punctuator(opening) { depth += 1 }
      if current.kind == .punctuator(closing) { depth -= 1 }
      current = lexer.token(at: current.upper)
      if depth == 0 { return current }
    }
    return nil
  }

  /// Whether the `(` in hand is that of a cast: what it encloses is a type, and an operand follows.
  func castStandsHere() -> Bool {
    let first = next
    guard let shape = typeShape(from: first), shape.end.kind == .punctuator(.rightParen) else { return false }
    let operand = lexer.token(at: shape.end.upper)
    if shape.isCertain || shape.endsInStar { return startsOperand(operand) }
    return !operand.startsLine && isOnlyOperand(operand)
  }

  private func startsOperand(_ token: Token) -> Bool {
    if isOnlyOperand(token) { return true }
    let punctuators: [Punctuator] = [.minus, .plus, .star, .ampersand, .plusPlus, .minusMinus]
    return punctuators.contains { token.kind == .punctuator($0) }
  }

  /// Whether a token starts an operand and cannot follow one.
  private func isOnlyOperand(_ token: Token) -> Bool {
    switch token.kind {
    case .identifier:
      return !["and", "or", "else"].contains(text(token))
    case .variable, .positional, .positionalCount, .map, .integer, .string:
      return true
    case .punctuator(let punctuator):
      return punctuator == .leftParen || punctuator == .exclamation || punctuator == .tilde
    case .character, .directive, .unterminatedString, .unterminatedComment, .unknown, .end:
      return false
    }
  }
}
