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
  /// How many structs of C the current token is in.
  var structs = 0
  /// Which of `/` and `>` end the expression in hand rather than continue it.
  var terminator: Terminator = .none
  /// Where a missing `}` was reported, so that the blocks around it do not report it again.
  var reportedUnclosed = -1
  /// Whether an unterminated string holds the `}` that is missing next.
  var excusesUnclosed = false
  var gaveUp = false
  private var errorCount = 0

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

  /// Refuses what is no text, keeps the `#!` line and reads the first token.
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

// MARK: Errors

extension Parser {
  /// Reports an error at a place and returns what to throw.
  mutating func fail(
    _ message: String, at range: SourceRange, notes: [Diagnostic.Note] = [], fixIts: [Diagnostic.FixIt] = []
  ) -> SyntaxError {
    report(message, at: range, notes: notes, fixIts: fixIts)
    return SyntaxError()
  }

  mutating func report(
    _ message: String, at range: SourceRange, notes: [Diagnostic.Note] = [], fixIts: [Diagnostic.FixIt] = []
  ) {
    if gaveUp { return }
    diagnostics.error(message, at: range, notes: notes, fixIts: fixIts)
    errorCount += 1
    if errorCount == Self.maximumErrors {
      giveUp(with: "too many errors: the rest of the script was not read", Int(range.lower), Int(range.upper))
    }
  }

  /// Reports a last error and skips the rest of the text, so that nothing follows from it.
  mutating func giveUp(with message: String, _ lower: Int, _ upper: Int, notes: [Diagnostic.Note] = []) {
    if gaveUp { return }
    diagnostics.error(message, at: range(lower, upper), notes: notes)
    gaveUp = true
    let end = lexer.bytes.count
    previousEnd = end
    token = Token(kind: .end, lower: end, upper: end, startsLine: false, followsComment: false)
  }

  /// Reports that the current token is not what must stand here; tokens that are wrong anywhere say so themselves.
  mutating func unexpected(_ expected: String, notes: [Diagnostic.Note] = []) -> SyntaxError {
    if let error = malformedToken() { return error }
    var fixIts: [Diagnostic.FixIt] = []
    var notes = notes
    if at(.equal), expressionDepth > 0 {
      notes.append(Diagnostic.Note("'=' assigns and only stands after a variable or map; to compare, write '=='"))
    }
    let replacement = Self.foreignOperators[word]
    if let replacement {
      notes.append(Diagnostic.Note("'\(word)' is not an operator: write '\(replacement)'"))
      fixIts.append(Diagnostic.FixIt(tokenRange, replacement))
    }
    if atEnd { return fail("expected \(expected), found the end of the script", at: tokenRange, notes: notes) }
    return fail("expected \(expected), found \(description(token))", at: tokenRange, notes: notes, fixIts: fixIts)
  }

  private static let foreignOperators = ["and": "&&", "or": "||", "not": "!", "mod": "%"]

  /// Reports a current token that cannot stand anywhere.
  mutating func malformedToken() -> SyntaxError? {
    switch token.kind {
    case .unterminatedString:
      let opening = range(token.lower, token.lower + 1)
      let text = lexer.bytes[token.lower..<token.upper]
      excusesUnclosed = text.contains(UInt8(ascii: "}")) || lexer.token(at: token.upper).kind == .end
      return fail(
        "unterminated string: '\"' is missing at the end of the line", at: tokenRange,
        notes: [Diagnostic.Note("the string starts here", at: opening)])
    case .unterminatedComment:
      return unterminatedComment(at: token.lower)
    case .character:
      return characterError()
    case .unknown:
      return unknownError()
    case .identifier, .variable, .positional, .positionalCount, .map, .integer, .string, .directive, .punctuator,
      .end:
      return nil
    }
  }

  mutating func unterminatedComment(at offset: Int) -> SyntaxError {
    giveUp(
      with: "unterminated comment: '*/' is missing", offset, offset + 2,
      notes: [Diagnostic.Note("all text after this '/*' is part of the comment")])
    return SyntaxError()
  }

  private mutating func characterError() -> SyntaxError {
    let content = lexer.bytes[(token.lower + 1)..<max(token.lower + 1, token.upper - 1)]
    if content.count == 1, let byte = content.first, byte < 0x80, byte != UInt8(ascii: "\\") {
      return fail(
        "character literals are not supported: write the code, \(byte), or a string", at: tokenRange,
        fixIts: [Diagnostic.FixIt(tokenRange, String(byte))])
    }
    return fail("strings are written in double quotes, not in single quotes", at: tokenRange)
  }

  private mutating func unknownError() -> SyntaxError {
    let content = text(token)
    if content == "$" {
      return fail("expected a name or a number after '$'", at: tokenRange)
    }
    if content.unicodeScalars.contains(where: { $0 == "\u{201c}" || $0 == "\u{201d}" || $0 == "\u{2018}" }) {
      return fail("typographic quotes are not quotes of this language: write '\"'", at: tokenRange)
    }
    if content.unicodeScalars.allSatisfy({ $0.properties.isWhitespace }) {
      return fail(
        "this is a white space character that is not a space: replace it with a space", at: tokenRange,
        fixIts: [Diagnostic.FixIt(tokenRange, " ")])
    }
    let byte = lexer.bytes[token.lower]
    if byte >= 0x80 || byte.isBinary || byte < 0x20 {
      let isValid = String(validating: lexer.bytes[token.lower..<token.upper], as: UTF8.self) != nil
      if isValid, byte >= 0x80 {
        return fail("unexpected text '\(content.prefix(40))': only strings and comments may hold it", at: tokenRange)
      }
      giveUp(
        with: "this is not a script: byte 0x\(String(byte, radix: 16)) at offset \(token.lower)", token.lower,
        token.lower + 1)
      return SyntaxError()
    }
    return fail("unexpected character '\(content)'", at: tokenRange)
  }

  /// How a token is named in a message.
  func description(_ token: Token) -> String {
    switch token.kind {
    case .end: return "the end of the script"
    case .string, .unterminatedString: return "a string"
    case .directive: return "a preprocessor line"
    case .unterminatedComment: return "a comment"
    case .integer: return "the number \(shortText(token))"
    case .identifier, .variable, .positional, .positionalCount, .map, .character, .punctuator, .unknown:
      return "'\(shortText(token))'"
    }
  }

  private func shortText(_ token: Token) -> String {
    token.upper - token.lower <= 60 ? text(token) : lexer.text(token.lower, token.lower + 57) + "..."
  }

  /// Counts a level of nesting; every caller leaves it again with `nesting -= 1`.
  mutating func enter() throws(SyntaxError) {
    nesting += 1
    guard nesting > Self.maximumNesting else { return }
    giveUpNesting()
    nesting -= 1
    throw SyntaxError()
  }

  mutating func giveUpNesting() {
    giveUp(with: "nested too deeply: at most \(Self.maximumNesting) levels are allowed", token.lower, token.upper)
  }

  /// Counts an operator of the outermost expression.
  mutating func link() throws(SyntaxError) {
    chain += 1
    guard chain > Self.maximumChain else { return }
    giveUp(
      with: "the expression is too long: at most \(Self.maximumChain) operators are allowed in one statement",
      token.lower, token.upper, notes: [Diagnostic.Note("keep parts of it in variables")])
    throw SyntaxError()
  }
}
