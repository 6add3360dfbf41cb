extension Parser {
  /// `attachpoint, attachpoint /predicate/ { body }`
  mutating func probe(into items: inout [Script.Item]) throws(SyntaxError) {
    let start = token.lower
    let points = try attachPoints()
    let predicate = predicate()
    if atEnd, !gaveUp, predicate == nil, let last = points.last {
      throw fail(
        "the probe has no actions: write them in braces, such as '{ @ = count(); }'", at: last.range)
    }
    let usesAngles = at(.less)
    guard usesAngles || at(.leftBrace) else { throw missingBody(points, hasPredicate: predicate != nil) }
    let body = try block(usesAngles ? .angles : .braces, keepsResult: false)
    items.append(
      .probe(
        ProbeBlock(
          attachPoints: points, predicate: predicate, body: body, usesAngles: usesAngles, range: range(from: start))))
  }

  private mutating func missingBody(_ points: [AttachPointSyntax], hasPredicate: Bool) -> SyntaxError {
    if hasPredicate { return unexpected("'{' and the probe's actions after the predicate") }
    var notes: [Diagnostic.Note] = []
    if let only = points.first, points.count == 1, only.parts.count == 1 {
      let words = ["begin", "end", "config", "macro", "struct", "union", "enum", "typedef", "import", "let"]
      for word in Suggestions.nearest(to: only.parts[0].text, among: words, limit: 1) {
        notes.append(Diagnostic.Note("did you mean '\(word)'?"))
      }
    }
    return unexpected("'{' and the probe's actions", notes: notes)
  }

  /// `/ expression /`; `nil` when there is none. After an error in it the parser stands at the body.
  private mutating func predicate() -> Expression? {
    guard at(.slash) else { return nil }
    let opening = advance()
    terminator = .slash
    defer { terminator = .none }
    do {
      let condition = try expression()
      guard at(.slash) else {
        let place = range(opening.lower, opening.upper)
        throw unexpected(
          "'/' and the probe's actions after the predicate",
          notes: [Diagnostic.Note("the predicate starts here", at: place)])
      }
      advance()
      return condition
    } catch {
      while !atEnd, !at(.leftBrace) { advance() }
      return Expression(.invalid, range(from: opening.lower))
    }
  }

  /// Whether the `/` in hand ends the predicate: the body starts behind it.
  var slashEndsPredicate: Bool {
    guard terminator == .slash else { return false }
    let next = next
    return next.kind == .punctuator(.leftBrace) || next.kind == .punctuator(.less) || next.kind == .end
  }

  /// A comma list, which may end in a comma.
  mutating func attachPoints() throws(SyntaxError) -> [AttachPointSyntax] {
    var points = [try attachPoint()]
    while take(.comma) {
      if at(.leftBrace) || at(.slash) || at(.less) { break }
      points.append(try attachPoint())
    }
    return points
  }

  private mutating func attachPoint() throws(SyntaxError) -> AttachPointSyntax {
    var scanner = AttachPointScanner(lexer: lexer, source: source, offset: token.lower)
    guard let point = scanner.scan() else { throw unexpected("a probe, such as 'kprobe:vfs_read'") }
    move(to: scanner.offset)
    if let quote = scanner.unterminatedQuote {
      throw fail(
        "unterminated string: '\"' is missing at the end of the line", at: range(quote, scanner.offset),
        notes: [Diagnostic.Note("the string starts here", at: range(quote, quote + 1))])
    }
    return point
  }
}
