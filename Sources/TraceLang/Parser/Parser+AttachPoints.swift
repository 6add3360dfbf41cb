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

/// Reads one attach point byte by byte, as paths and symbols hold what tokens do not.
struct AttachPointScanner {
  let lexer: Lexer
  let source: SourceID
  /// Where scanning goes on; behind the attach point in the end.
  var offset: Int
  private(set) var unterminatedQuote: Int?

  /// Providers whose parts hold no path, so that a `/` after one starts a predicate.
  /// Others, wildcards among them, may be uprobes.
  private static let pathless: Set<String> = [
    "BEGIN", "END", "begin", "end", "self", "test", "bench", "hardware", "h", "interval", "i", "fentry", "fexit", "f",
    "fr", "kfunc", "kretfunc", "kprobe", "kretprobe", "k", "kr", "profile", "p", "rawtracepoint", "rt", "software",
    "s", "tracepoint", "t", "watchpoint", "w", "asyncwatchpoint", "aw",
  ]

  init(lexer: Lexer, source: SourceID, offset: Int) {
    self.lexer = lexer
    self.source = source
    self.offset = offset
  }

  /// The attach point; `nil` when nothing that may be one stands here.
  mutating func scan() -> AttachPointSyntax? {
    let label = label()
    let start = offset
    guard Self.starts(lexer.byte(start)) else { return nil }
    var parts: [AttachPointSyntax.Part] = []
    while true {
      let part = part(isFirst: parts.isEmpty, provider: parts.first?.text)
      if parts.isEmpty, part.text.isEmpty, !part.quoted { return nil }
      parts.append(part)
      guard unterminatedQuote == nil, let colon = colon() else { break }
      offset = colon + 1
      skipSpaceInside()
    }
    return AttachPointSyntax(
      label: label, parts: parts, range: SourceRange(source, label.map { Int($0.range.lower) } ?? start, offset))
  }

  /// `name=`
  private mutating func label() -> Name? {
    guard lexer.byte(offset).isWordStart else { return nil }
    let end = lexer.wordEnd(offset)
    var equal = end
    while lexer.byte(equal) == UInt8(ascii: " ") { equal += 1 }
    guard lexer.byte(equal) == UInt8(ascii: "="), lexer.byte(equal + 1) != UInt8(ascii: "=") else { return nil }
    let name = Name(lexer.text(offset, end), SourceRange(source, offset, end))
    offset = lexer.trivia(at: equal + 1).end
    return name
  }

  /// The offset of the `:` that goes on, white space in front of it skipped.
  private func colon() -> Int? {
    var end = offset
    while lexer.byte(end).isWhitespace { end += 1 }
    return lexer.byte(end) == UInt8(ascii: ":") ? end : nil
  }

  /// Skips white space behind a `:` when a part follows it, not a predicate or a body.
  private mutating func skipSpaceInside() {
    var end = offset
    while lexer.byte(end).isWhitespace { end += 1 }
    let next = lexer.byte(end)
    let continues: [UInt8] = [UInt8(ascii: "\""), UInt8(ascii: "*"), UInt8(ascii: "$"), UInt8(ascii: "?")]
    if next.isWordBody || continues.contains(next) { offset = end }
  }

  private mutating func part(isFirst: Bool, provider: String?) -> AttachPointSyntax.Part {
    let start = offset
    var bytes: [UInt8] = []
    var quoted = false
    while offset < lexer.bytes.count {
      let byte = lexer.bytes[offset]
      if byte == UInt8(ascii: "\"") {
        quoted = true
        quote(into: &bytes)
        if unterminatedQuote != nil { break }
        continue
      }
      if Self.ends(byte) { break }
      if byte == UInt8(ascii: "/"), isFirst || Self.pathless.contains(provider ?? "") { break }
      bytes.append(byte)
      offset += 1
    }
    let text = String(decoding: bytes, as: UTF8.self)
    return AttachPointSyntax.Part(text, SourceRange(source, start, offset), quoted: quoted)
  }

  /// Whether a byte may start a provider's name or a wildcard or quote in its place.
  private static func starts(_ byte: UInt8) -> Bool {
    byte.isWordBody || byte == UInt8(ascii: "*") || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "[")
      || byte == UInt8(ascii: "\"")
  }

  private static func ends(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: ":"), UInt8(ascii: ","), UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "<"),
      UInt8(ascii: ">"), UInt8(ascii: ";"):
      true
    default:
      byte.isWhitespace || byte.isBinary
    }
  }

  /// Appends what stands between quotes; `\"` and `\\` are `"` and `\`, other escapes stay.
  private mutating func quote(into bytes: inout [UInt8]) {
    let opening = offset
    offset += 1
    while offset < lexer.bytes.count, lexer.bytes[offset] != UInt8(ascii: "\n") {
      let byte = lexer.bytes[offset]
      offset += 1
      if byte == UInt8(ascii: "\"") { return }
      let next = lexer.byte(offset)
      if byte == UInt8(ascii: "\\"), next == UInt8(ascii: "\"") || next == UInt8(ascii: "\\") {
        bytes.append(next)
        offset += 1
      } else {
        bytes.append(byte)
      }
    }
    unterminatedQuote = opening
  }
}
