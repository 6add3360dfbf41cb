/// Cuts UTF-8 text into tokens on demand; it has no state, so looking ahead is asking again.
struct Lexer: Sendable {
  let bytes: [UInt8]

  /// The first token at or behind an offset, white space and comments skipped.
  func token(at offset: Int) -> Token {
    let trivia = trivia(at: offset)
    if trivia.isUnterminated { return make(.unterminatedComment, trivia.end, bytes.count, trivia) }
    let start = trivia.end
    guard start < bytes.count else { return make(.end, bytes.count, bytes.count, trivia) }
    let first = bytes[start]
    if first.isWordStart { return make(.identifier, start, wordEnd(start), trivia) }
    if first.isDigit { return make(.integer, start, wordEnd(start), trivia) }
    if first == UInt8(ascii: "\"") { return quoted(start, trivia) }
    if first == UInt8(ascii: "'") { return character(start, trivia) }
    if first == UInt8(ascii: "$") { return dollar(start, trivia) }
    if first == UInt8(ascii: "@") {
      let named = byte(start + 1).isWordStart
      return make(.map, start, named ? wordEnd(start + 1) : start + 1, trivia)
    }
    if first == UInt8(ascii: "#") { return make(.directive, start, logicalLineEnd(start), trivia) }
    if let (punctuator, length) = punctuator(start) {
      return make(.punctuator(punctuator), start, start + length, trivia)
    }
    return make(.unknown, start, unknownEnd(start), trivia)
  }

  /// The byte at an offset; 0 behind the end.
  func byte(_ offset: Int) -> UInt8 { offset < bytes.count ? bytes[offset] : 0 }

  func text(_ lower: Int, _ upper: Int) -> String { String(decoding: bytes[lower..<upper], as: UTF8.self) }

  /// The offset behind the word that goes on at an offset.
  func wordEnd(_ offset: Int) -> Int {
    var end = offset
    while end < bytes.count, bytes[end].isWordBody { end += 1 }
    return end
  }

  /// The offset of the line end at or behind an offset.
  func lineEnd(_ offset: Int) -> Int {
    var end = offset
    while end < bytes.count, bytes[end] != UInt8(ascii: "\n") { end += 1 }
    return end
  }

  private func make(_ kind: Token.Kind, _ lower: Int, _ upper: Int, _ trivia: Trivia) -> Token {
    Token(
      kind: kind, lower: lower, upper: upper, startsLine: trivia.hasLineEnd, followsComment: trivia.hasComment)
  }

  private func quoted(_ start: Int, _ trivia: Trivia) -> Token {
    var end = start + 1
    while end < bytes.count {
      let byte = bytes[end]
      if byte == UInt8(ascii: "\"") { return make(.string, start, end + 1, trivia) }
      if byte == UInt8(ascii: "\n") { break }
      let escapes = byte == UInt8(ascii: "\\") && end + 1 < bytes.count && bytes[end + 1] != UInt8(ascii: "\n")
      end += escapes ? 2 : 1
    }
    return make(.unterminatedString, start, end, trivia)
  }

  /// `'a'`, or else what looks like the start of one.
  private func character(_ start: Int, _ trivia: Trivia) -> Token {
    var end = start + 1
    while end < bytes.count, bytes[end] != UInt8(ascii: "\n"), bytes[end] != UInt8(ascii: "'") { end += 1 }
    let isClosed = byte(end) == UInt8(ascii: "'")
    return make(.character, start, isClosed ? end + 1 : start + 1, trivia)
  }

  private func dollar(_ start: Int, _ trivia: Trivia) -> Token {
    let next = byte(start + 1)
    if next == UInt8(ascii: "#") { return make(.positionalCount, start, start + 2, trivia) }
    if next.isDigit { return make(.positional, start, wordEnd(start + 1), trivia) }
    if next.isWordStart { return make(.variable, start, wordEnd(start + 1), trivia) }
    return make(.unknown, start, start + 1, trivia)
  }

  /// The end of a directive's line; lines that end in a backslash or inside of a `/* */` go on.
  private func logicalLineEnd(_ start: Int) -> Int {
    var end = start
    var isQuoted = false
    while end < bytes.count {
      switch bytes[end] {
      case UInt8(ascii: "\n"): return end
      case UInt8(ascii: "\\"): end = continuation(end) ?? end + (isQuoted ? 2 : 1)
      case UInt8(ascii: "\""):
        isQuoted.toggle()
        end += 1
      case UInt8(ascii: "/") where !isQuoted:
        guard let comment = commentEnd(end) else {
          end += 1
          continue
        }
        end = comment.isTerminated ? comment.end : lineEnd(end)
      default: end += 1
      }
    }
    return min(end, bytes.count)
  }

  /// The offset behind a backslash and the line end or end of the text behind it; `nil` when neither stands there.
  func continuation(_ backslash: Int) -> Int? {
    let end = backslash + (byte(backslash + 1) == UInt8(ascii: "\r") ? 2 : 1)
    if end >= bytes.count { return bytes.count }
    return bytes[end] == UInt8(ascii: "\n") ? end + 1 : nil
  }

  /// Neighbours that start nothing are one token, so that they give one diagnostic.
  private func unknownEnd(_ start: Int) -> Int {
    var end = start + 1
    while end < bytes.count, bytes[end] >= 0x80 || bytes[end].isBinary { end += 1 }
    return end
  }
}

extension Lexer {
  /// The white space and comments in front of a token.
  struct Trivia {
    var end: Int
    var hasLineEnd = false
    var hasComment = false
    var isUnterminated = false
  }

  func trivia(at offset: Int) -> Trivia {
    var trivia = Trivia(end: offset)
    while trivia.end < bytes.count {
      let byte = bytes[trivia.end]
      if byte.isWhitespace {
        if byte == UInt8(ascii: "\n") { trivia.hasLineEnd = true }
        trivia.end += 1
        continue
      }
      guard let comment = commentEnd(trivia.end) else { return trivia }
      guard comment.isTerminated else {
        trivia.isUnterminated = true
        return trivia
      }
      trivia.hasComment = true
      trivia.hasLineEnd = trivia.hasLineEnd || comment.hasLineEnd
      trivia.end = comment.end
    }
    return trivia
  }

  /// The ranges of the comments between two offsets.
  func comments(from lower: Int, to upper: Int) -> [Range<Int>] {
    var comments: [Range<Int>] = []
    var offset = lower
    while offset < upper {
      if bytes[offset].isWhitespace {
        offset += 1
      } else if let comment = commentEnd(offset) {
        comments.append(offset..<comment.end)
        offset = comment.end
      } else {
        break
      }
    }
    return comments
  }

  /// Where the comment at an offset ends, if there is one.
  func commentEnd(_ start: Int) -> (end: Int, isTerminated: Bool, hasLineEnd: Bool)? {
    guard bytes[start] == UInt8(ascii: "/") else { return nil }
    if byte(start + 1) == UInt8(ascii: "/") {
      var end = lineEnd(start)
      if end < bytes.count, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
      return (end, true, false)
    }
    guard byte(start + 1) == UInt8(ascii: "*") else { return nil }
    var end = start + 2
    var hasLineEnd = false
    while end + 1 < bytes.count {
      if bytes[end] == UInt8(ascii: "*"), bytes[end + 1] == UInt8(ascii: "/") { return (end + 2, true, hasLineEnd) }
      if bytes[end] == UInt8(ascii: "\n") { hasLineEnd = true }
      end += 1
    }
    return (bytes.count, false, hasLineEnd)
  }
}
