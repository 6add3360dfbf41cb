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
    "begin", "end", "self", "test", "bench", "hardware", "h", "interval", "i", "fentry", "fexit", "f",
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
    guard Self.starts(lexer.byte(start)) || startsParameter(start) else { return nil }
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
      if byte == UInt8(ascii: "/"), isFirst || Self.pathless.contains(provider?.lowercased() ?? "") { break }
      bytes.append(byte)
      offset += 1
    }
    let text = String(systemBytes: bytes)
    return AttachPointSyntax.Part(text, SourceRange(source, start, offset), quoted: quoted)
  }

  /// Whether a byte may start a provider's name or a wildcard or quote in its place.
  private static func starts(_ byte: UInt8) -> Bool {
    byte.isWordBody || byte == UInt8(ascii: "*") || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "[")
      || byte == UInt8(ascii: "\"")
  }

  /// `$1`, which stands for an attach point.
  private func startsParameter(_ offset: Int) -> Bool {
    lexer.byte(offset) == UInt8(ascii: "$") && lexer.byte(offset + 1).isDigit
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
