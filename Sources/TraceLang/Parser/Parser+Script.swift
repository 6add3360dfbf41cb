extension Parser {
  /// All items of the text; an error when there are none.
  mutating func script() -> Script {
    var items: [Script.Item] = []
    var configRange: SourceRange?
    while !atEnd {
      let start = token.lower
      do {
        try item(into: &items, &configRange)
      } catch {
        recoverItem(from: start)
      }
    }
    if token.kind == .end, items.isEmpty, !diagnostics.hasErrors {
      report(
        "the program is empty: write a probe and its actions, such as 'interval:1s { print(nsecs); }'",
        at: range(0, 0))
    }
    return Script(
      items: items, comments: comments, range: range(0, lexer.bytes.count), hasInnerDirectives: hasInnerDirectives)
  }

  private mutating func item(
    into items: inout [Script.Item], _ configRange: inout SourceRange?
  ) throws(SyntaxError) {
    if token.kind == .directive {
      items.append(.directive(try directive()))
      return
    }
    if let error = malformedToken() { throw error }
    switch word {
    case "struct", "union", "enum", "typedef":
      items += try declarations().map { .declaration($0) }
    case "config" where next.kind == .punctuator(.equal) || next.kind == .punctuator(.leftBrace):
      let config = try config()
      if let configRange {
        report(
          "the script has two config blocks: put all settings into one", at: config.range,
          notes: [Diagnostic.Note("the first config block", at: configRange)])
      }
      configRange = configRange ?? config.range
      items.append(.config(config))
    case "let":
      items.append(.map(try mapDeclaration()))
    case "import" where next.kind != .punctuator(.colon):
      items.append(.imported(try importDeclaration()))
    case "macro" where next.kind == .identifier:
      items.append(.macro(try macro()))
    case "fn" where next.kind == .identifier:
      throw fail("functions (fn) are not supported: write a macro", at: tokenRange)
    default:
      try probeOrStray(into: &items)
    }
  }

  private mutating func probeOrStray(into items: inout [Script.Item]) throws(SyntaxError) {
    if take(.semicolon) { return }
    if at(.rightBrace) {
      report("this '}' closes nothing: remove it, or add the missing '{'", at: tokenRange)
      while take(.rightBrace) {}
      return
    }
    if at(.leftBrace) || at(.leftParen) || at(.leftBracket) {
      let opening = token
      skipBrackets()
      report(
        "expected a probe, such as 'kprobe:vfs_read', found \(description(opening))",
        at: range(opening.lower, opening.upper))
      return
    }
    try probe(into: &items)
  }

  /// Skips a bracket and all up to what closes it.
  private mutating func skipBrackets() {
    var depth = 0
    repeat {
      if at(.leftBrace) || at(.leftParen) || at(.leftBracket) { depth += 1 }
      if at(.rightBrace) || at(.rightParen) || at(.rightBracket) { depth -= 1 }
      if depth > Self.maximumNesting {
        giveUpNesting()
        return
      }
      advance()
    } while depth > 0 && !atEnd
  }

  /// Skips to where the next item may start: behind the next `{ }`, a `;` or in front of a new item's line.
  private mutating func recoverItem(from start: Int) {
    if token.lower == start, !atEnd { advance() }
    while !atEnd {
      if take(.semicolon) || take(.rightBrace) { return }
      if at(.leftBrace) {
        skipBlock()
        return
      }
      if token.startsLine, token.kind == .directive || looksLikeProbe(token) { return }
      advance()
    }
  }

  /// Skips a `{` and all up to its `}`.
  mutating func skipBlock() {
    var depth = 0
    repeat {
      if at(.leftBrace) { depth += 1 }
      if at(.rightBrace) { depth -= 1 }
      advance()
    } while depth > 0 && !atEnd
  }

  /// Whether a word that starts a line or follows `>` is the start of a probe: `kprobe:f`, `BEGIN {`.
  func looksLikeProbe(_ first: Token) -> Bool {
    guard first.kind == .identifier else { return false }
    let second = lexer.token(at: first.upper)
    if second.kind == .punctuator(.colon), second.lower == first.upper {
      return !lexer.byte(second.upper).isWhitespace && lexer.byte(second.upper) != UInt8(ascii: ":")
    }
    guard ["BEGIN", "END", "begin", "end"].contains(text(first)) else { return false }
    return [.punctuator(.leftBrace), .punctuator(.slash), .punctuator(.less), .punctuator(.comma)].contains(
      second.kind)
  }

  mutating func wholeExpression() throws(SyntaxError) -> Expression {
    let expression = try expression()
    guard atEnd else { throw unexpected("the end of the expression") }
    return expression
  }

  mutating func wholeAttachPoints() throws(SyntaxError) -> [AttachPointSyntax] {
    let points = try attachPoints()
    guard atEnd else { throw unexpected("',' or the end of the list") }
    return points
  }
}
