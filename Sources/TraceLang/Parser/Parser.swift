/// Parses one source text; what is wrong with it is reported, and what could not be read is left out or `invalid`.
public func parse(_ source: SourceID, in sources: SourceMap, diagnostics: inout Diagnostics) -> Script {
  var parser = Parser(source, in: sources, reportingTo: diagnostics)
  let script = parser.script()
  diagnostics = parser.diagnostics
  return script
}

/// Parses a source text that is one expression, such as the body of a `#define`; `nil` after an error.
public func parseExpression(
  _ source: SourceID, in sources: SourceMap, diagnostics: inout Diagnostics
) -> Expression? {
  var parser = Parser(source, in: sources, reportingTo: diagnostics)
  defer { diagnostics = parser.diagnostics }
  guard let expression = try? parser.wholeExpression() else { return nil }
  return expression
}

/// Parses a source text that is a comma list of attach points, such as the argument of `-l`.
public func parseAttachPoints(
  _ source: SourceID, in sources: SourceMap, diagnostics: inout Diagnostics
) -> [AttachPointSyntax] {
  var parser = Parser(source, in: sources, reportingTo: diagnostics)
  defer { diagnostics = parser.diagnostics }
  return (try? parser.wholeAttachPoints()) ?? []
}

/// Says that an error was reported and the caller has to find a place to go on.
struct SyntaxError: Error {}

/// A recursive descent parser with one token in hand; it looks further ahead by asking the lexer again.
struct Parser {
  /// How deep statements, expressions and types may nest.
  static let maximumNesting = 256
  /// How many operators one statement may chain, and how many `else if` one `if`: both are depth of the tree.
  static let maximumChain = 500
  /// How many errors are reported before the rest of the text is given up.
  static let maximumErrors = 50

  let lexer: Lexer
  let source: SourceID
  var token: Token
  /// The offset behind the last token that was consumed.
  var previousEnd = 0
  var diagnostics: Diagnostics
  var comments: [Comment] = []
  /// Names that a `typedef` of this script declared.
  var typedefs: Set<String> = []
  var nesting = 0
  /// How many expressions the current token is in.
  var expressionDepth = 0
  /// Operators so far in the outermost expression.
  var chain = 0
  /// `else if` branches on the way to the current token.
  var branches = 0
  /// Whether a preprocessor line was found in a struct or a body.
  var hasInnerDirectives = false
  /// How many structs of C the current token is in.
  var structs = 0
  /// Which of `/` and `>` end the expression in hand rather than continue it.
  var terminator: Terminator = .none
  /// Where a missing `}` was reported, so that the blocks around it do not report it again.
  var reportedUnclosed = -1
  /// Whether an unterminated string holds the `}` that is missing next.
  var excusesUnclosed = false
  var gaveUp = false
  var errorCount = 0

  enum Terminator {
    case none
    /// In a predicate, outside of all brackets.
    case slash
    /// In an angle body, outside of all brackets.
    case angle
  }

  init(_ source: SourceID, in sources: SourceMap, reportingTo diagnostics: Diagnostics) {
    lexer = Lexer(bytes: sources[source].bytes)
    self.source = source
    self.diagnostics = diagnostics
    token = Token(kind: .end, lower: 0, upper: 0, startsLine: true, followsComment: false)
    start()
  }

  /// Refuses what is no text, skips a byte order mark, keeps the `#!` line and reads the first token.
  private mutating func start() {
    if lexer.bytes.count > SourceFile.maximumLength {
      giveUp(with: "the script is too long: at most \(SourceFile.maximumLength) bytes can be compiled", 0, 0)
      return
    }
    if let offset = binaryOffset() {
      let byte = String(lexer.bytes[offset], radix: 16)
      let padded = byte.utf8.count < 2 ? "0" + byte : byte
      giveUp(with: "this is not a script: byte 0x\(padded) at offset \(offset)", offset, offset + 1)
      return
    }
    if lexer.bytes.starts(with: [0xef, 0xbb, 0xbf]) { previousEnd = 3 }
    if lexer.byte(0) == UInt8(ascii: "#"), lexer.byte(1) == UInt8(ascii: "!") {
      previousEnd = lexer.lineEnd(0)
      comments.append(Comment(lexer.text(0, previousEnd), range(0, previousEnd)))
    }
    move(to: previousEnd)
  }

  /// The first byte that shows the text to be binary: there is a NUL in it, and this is the first control byte.
  private func binaryOffset() -> Int? {
    guard lexer.bytes.contains(0) else { return nil }
    return lexer.bytes.firstIndex { $0.isBinary }
  }
}

// MARK: Tokens

extension Parser {
  func at(_ punctuator: Punctuator) -> Bool { token.kind == .punctuator(punctuator) }

  var atEnd: Bool { token.kind == .end }

  /// The text of a token.
  func text(_ token: Token) -> String { lexer.text(token.lower, token.upper) }

  /// The current token's text when it is a word, else "".
  var word: String { token.kind == .identifier ? text(token) : "" }

  func atWord(_ word: String) -> Bool {
    token.kind == .identifier && token.upper - token.lower == word.utf8.count
      && lexer.bytes[token.lower..<token.upper].elementsEqual(word.utf8)
  }

  /// The token behind the current one.
  var next: Token { lexer.token(at: token.upper) }

  func range(_ lower: Int, _ upper: Int) -> SourceRange { SourceRange(source, lower, upper) }

  var tokenRange: SourceRange { range(token.lower, token.upper) }

  /// From an offset to the end of the last token consumed.
  func range(from lower: Int) -> SourceRange { range(lower, max(lower, previousEnd)) }

  /// Consumes the current token and keeps the comments in front of the next one.
  @discardableResult
  mutating func advance() -> Token {
    let consumed = token
    move(to: consumed.upper)
    return consumed
  }

  /// Continues behind `offset` as if what is before it had been consumed.
  mutating func move(to offset: Int) {
    previousEnd = offset
    if gaveUp { return }
    token = lexer.token(at: offset)
    guard token.followsComment else { return }
    for comment in lexer.comments(from: offset, to: token.lower) {
      let known = comments.last.map { Int($0.range.upper) } ?? 0
      guard comment.lowerBound >= known else { continue }
      comments.append(
        Comment(lexer.text(comment.lowerBound, comment.upperBound), range(comment.lowerBound, comment.upperBound)))
    }
  }

  mutating func take(_ punctuator: Punctuator) -> Bool {
    guard at(punctuator) else { return false }
    advance()
    return true
  }

  /// Consumes a punctuator or fails; `why` completes "expected ')' ...".
  @discardableResult
  mutating func expect(_ punctuator: Punctuator, _ why: String = "") throws(SyntaxError) -> Token {
    guard at(punctuator) else {
      throw unexpected("'\(punctuator.rawValue)'" + (why.isEmpty ? "" : " " + why))
    }
    return advance()
  }

  /// Consumes what closes a bracket or fails with a note at the bracket.
  mutating func close(_ punctuator: Punctuator, _ opening: Token) throws(SyntaxError) {
    guard at(punctuator) else {
      let note = Diagnostic.Note("to close this '\(text(opening))'", at: range(opening.lower, opening.upper))
      throw unexpected("'\(punctuator.rawValue)'", notes: [note])
    }
    advance()
  }

  mutating func expectName(_ what: String) throws(SyntaxError) -> Name {
    guard token.kind == .identifier else { throw unexpected(what) }
    let name = Name(text(token), tokenRange)
    advance()
    return name
  }
}
