extension Parser {
  /// `config = { name = value; ... }`
  mutating func config() throws(SyntaxError) -> ConfigBlock {
    let start = advance().lower
    if !take(.equal) { report("expected '=' after 'config'", at: range(previousEnd, previousEnd)) }
    let opening = try expect(.leftBrace, "and the settings after 'config ='")
    var entries: [ConfigBlock.Entry] = []
    while !at(.rightBrace), !atEnd {
      do {
        entries.append(try configEntry())
        if at(.rightBrace) { break }
        if !take(.semicolon) { try missingSemicolon("setting") }
      } catch {
        while !atEnd, !at(.rightBrace), !at(.semicolon) { advance() }
        _ = take(.semicolon)
      }
    }
    try close(.rightBrace, opening)
    return ConfigBlock(entries: entries, range: range(from: start))
  }

  private mutating func configEntry() throws(SyntaxError) -> ConfigBlock.Entry {
    let name = try expectName("the name of a setting")
    try expect(.equal, "after '\(name.text)'")
    let valueToken = token
    let value: ConfigBlock.Entry.Value
    switch token.kind {
    case .integer: value = .integer(try integerLiteral(valueToken))
    case .string: value = .string(String(systemBytes: try stringLiteral(valueToken)))
    case .identifier: value = .word(text(valueToken))
    case .variable, .positional, .positionalCount, .map, .character, .directive, .punctuator, .unterminatedString,
      .unterminatedComment, .unknown, .end:
      throw unexpected("a number, a string or a word as the value of '\(name.text)'")
    }
    advance()
    return ConfigBlock.Entry(name: name, value: value, valueRange: range(valueToken.lower, valueToken.upper))
  }

  /// `let @name = kind(entries);`
  mutating func mapDeclaration() throws(SyntaxError) -> MapDeclaration {
    let start = advance().lower
    guard token.kind == .map else {
      if token.kind == .variable {
        throw fail("variables are declared inside of a probe; only maps ('let @a = hash(10);') outside", at: tokenRange)
      }
      throw unexpected("a map, as in 'let @a = hash(10);'")
    }
    let name = Name(lexer.text(token.lower + 1, token.upper), tokenRange)
    advance()
    try expect(.equal, "and the map's type, as in 'let @\(name.text) = hash(10);'")
    let kind = try expectName("the map's type, such as 'hash'")
    let opening = try expect(.leftParen, "and the number of entries")
    let entries = at(.rightParen) ? nil : try expression()
    try close(.rightParen, opening)
    _ = take(.semicolon)
    return MapDeclaration(name: name, kind: kind, entries: entries, range: range(from: start))
  }

  /// `import "path";`
  mutating func importDeclaration() throws(SyntaxError) -> ImportDeclaration {
    let start = advance().lower
    let pathToken = token
    guard pathToken.kind == .string else { throw unexpected("what to import in quotes, as in 'import \"stdlib\";'") }
    let path = Name(
      String(systemBytes: try stringLiteral(pathToken)), range(pathToken.lower, pathToken.upper))
    advance()
    if !take(.semicolon) { try missingSemicolon("import") }
    return ImportDeclaration(path: path, range: range(from: start))
  }

  /// `macro name($a, b, @c) { ... }`
  mutating func macro() throws(SyntaxError) -> MacroDeclaration {
    let start = advance().lower
    let name = try expectName("the macro's name")
    let opening = try expect(.leftParen, "and the parameters of the macro")
    var parameters: [MacroDeclaration.Parameter] = []
    while !at(.rightParen) {
      parameters.append(try macroParameter())
      guard take(.comma) else { break }
    }
    try close(.rightParen, opening)
    let body = try block(.braces, keepsResult: true)
    return MacroDeclaration(name: name, parameters: parameters, body: body, range: range(from: start))
  }

  private mutating func macroParameter() throws(SyntaxError) -> MacroDeclaration.Parameter {
    let kind: MacroDeclaration.Parameter.Kind
    switch token.kind {
    case .variable: kind = .variable
    case .map: kind = .map
    case .identifier: kind = .expression
    case .positional, .positionalCount, .integer, .string, .character, .directive, .punctuator, .unterminatedString,
      .unterminatedComment, .unknown, .end:
      throw unexpected("a parameter: $variable, @map or a name for an expression or type")
    }
    let name = Name(kind == .expression ? text(token) : lexer.text(token.lower + 1, token.upper), tokenRange)
    advance()
    let defaultValue = take(.equal) ? try expression() : nil
    return MacroDeclaration.Parameter(kind: kind, name: name, defaultValue: defaultValue)
  }

  /// A preprocessor line; comments in it are kept apart.
  mutating func directive() throws(SyntaxError) -> Directive {
    let line = token
    defer { advance() }
    var offset = line.lower + 1
    while offset < line.upper, lexer.bytes[offset].isWhitespace { offset += 1 }
    let keywordEnd = min(lexer.wordEnd(offset), line.upper)
    guard keywordEnd > offset else {
      throw fail(
        "expected a preprocessor keyword such as 'include' after '#'", at: range(line.lower, line.upper),
        notes: [Directive.commentNote])
    }
    let keyword = Name(lexer.text(offset, keywordEnd), range(offset, keywordEnd))
    return Directive(
      keyword: keyword, rest: try directiveRest(keywordEnd, line.upper), range: range(line.lower, line.upper))
  }

  /// The text behind a directive's keyword: continued lines joined, comments and outer white space removed.
  private mutating func directiveRest(_ start: Int, _ end: Int) throws(SyntaxError) -> Name {
    var kept: [UInt8] = []
    var offset = start
    var first: Int?
    var last = start
    var isQuoted = false
    while offset < end {
      let byte = lexer.bytes[offset]
      if byte == UInt8(ascii: "\\"), let next = lexer.continuation(offset), next <= end {
        kept.append(UInt8(ascii: " "))
        offset = next
        continue
      }
      if !isQuoted, let comment = lexer.commentEnd(offset) {
        guard comment.isTerminated else { throw unterminatedComment(at: offset) }
        let upper = min(comment.end, end)
        comments.append(Comment(lexer.text(offset, upper), range(offset, upper)))
        kept.append(UInt8(ascii: " "))
        offset = upper
        continue
      }
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      if byte == UInt8(ascii: "\\"), isQuoted, offset + 1 < end {
        kept.append(byte)
        offset += 1
      }
      kept.append(lexer.bytes[offset])
      if !byte.isWhitespace {
        first = first ?? offset
        last = offset + 1
      }
      offset += 1
    }
    let trimmed = kept.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed()
    return Name(String(systemBytes: Array(trimmed)), range(first ?? start, first == nil ? start : last))
  }
}
