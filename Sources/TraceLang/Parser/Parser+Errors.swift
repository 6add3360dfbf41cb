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
    diagnostics.stop()
    gaveUp = true
    let end = lexer.bytes.count
    previousEnd = end
    token = Token(kind: .end, lower: end, upper: end, startsLine: false, followsComment: false)
  }

  /// Reports that the current token is not what must stand here; tokens that are wrong anywhere say so themselves.
  mutating func unexpected(
    _ expected: String, notes: [Diagnostic.Note] = [], fixIts: [Diagnostic.FixIt] = []
  ) -> SyntaxError {
    if let error = malformedToken() { return error }
    var fixIts = fixIts
    var notes = notes
    if at(.equal), expressionDepth > 0 || terminator == .slash {
      if token.lower == previousEnd, previousEnd > 0, lexer.bytes[previousEnd - 1] == UInt8(ascii: "=") {
        notes.append(Diagnostic.Note("to compare, write '=='"))
        fixIts.append(Diagnostic.FixIt(tokenRange, ""))
      } else {
        notes.append(Diagnostic.Note("'=' assigns and only stands after a variable or map; to compare, write '=='"))
        // Inside of '[' a bracket is missing as likely.
        if !expected.contains("]") { fixIts.append(Diagnostic.FixIt(tokenRange, "==")) }
      }
    }
    let replacement = Self.foreignOperators[word]
    if let replacement {
      notes.append(Diagnostic.Note("'\(word)' is not an operator: write '\(replacement)'"))
      fixIts.append(Diagnostic.FixIt(tokenRange, replacement))
    }
    if atEnd {
      return fail("expected \(expected), found the end of the script", at: tokenRange, notes: notes, fixIts: fixIts)
    }
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
    let isPlain = !content.contains(UInt8(ascii: "\"")) && lexer.bytes[token.upper - 1] == UInt8(ascii: "'")
    let quoted = Diagnostic.FixIt(tokenRange, "\"\(String(decoding: content, as: UTF8.self))\"")
    return fail(
      "strings are written in double quotes, not in single quotes", at: tokenRange, fixIts: isPlain ? [quoted] : [])
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
