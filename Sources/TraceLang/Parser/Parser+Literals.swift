extension Parser {
  /// The value of an integer token; durations are nanoseconds.
  mutating func integerLiteral(_ token: Token) throws(SyntaxError) -> UInt64 {
    let outcome = IntegerText.value(of: lexer.bytes[token.lower..<token.upper])
    switch outcome {
    case .success(let value): return value
    case .failure(let problem):
      throw fail(problem.message, at: range(problem.range.lowerBound, problem.range.upperBound))
    }
  }

  /// `1000.5`: the digits before the point, the point and those after it are tokens of their own.
  mutating func decimal(_ whole: Token) throws(SyntaxError) -> Expression {
    let end = lexer.wordEnd(whole.upper + 1)
    var digits: UInt64 = 0
    for byte in lexer.bytes[whole.lower..<end] where byte != UInt8(ascii: ".") && byte != UInt8(ascii: "_") {
      guard byte.isDigit else {
        throw fail("a number with decimals has digits only, without exponent or unit", at: range(whole.lower, end))
      }
      let shifted = digits.multipliedReportingOverflow(by: 10)
      let sum = shifted.partialValue.addingReportingOverflow(UInt64(byte - UInt8(ascii: "0")))
      if shifted.overflow || sum.overflow {
        throw fail(
          "the number has too many digits: as one whole number they must fit 64 bits", at: range(whole.lower, end))
      }
      digits = sum.partialValue
    }
    let places = lexer.bytes[whole.upper + 1..<end].count { $0.isDigit }
    while token.lower < end, token.kind != .end { advance() }
    return Expression(.decimal(.init(digits: digits, places: places)), range(from: whole.lower))
  }

  /// The bytes of a string token, escapes replaced.
  mutating func stringLiteral(_ token: Token) throws(SyntaxError) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(token.upper - token.lower)
    var offset = token.lower + 1
    let end = token.upper - 1
    while offset < end {
      let byte = lexer.bytes[offset]
      if byte == UInt8(ascii: "\\") {
        bytes.append(try escape(&offset, end))
      } else {
        bytes.append(byte)
        offset += 1
      }
    }
    return bytes
  }

  /// The byte that the escape at `offset` stands for; `offset` moves behind it.
  private mutating func escape(_ offset: inout Int, _ end: Int) throws(SyntaxError) -> UInt8 {
    let start = offset
    let letter = lexer.bytes[start + 1]
    offset += 2
    switch letter {
    case UInt8(ascii: "n"): return 0x0a
    case UInt8(ascii: "t"): return 0x09
    case UInt8(ascii: "r"): return 0x0d
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): return letter
    case UInt8(ascii: "0")...UInt8(ascii: "7"):
      var value = Int(letter) - 0x30
      while offset < end, offset < start + 4, (0x30...0x37).contains(lexer.bytes[offset]) {
        value = value * 8 + Int(lexer.bytes[offset]) - 0x30
        offset += 1
      }
      if let byte = UInt8(exactly: value) { return byte }
      throw fail(
        "the octal escape '\(lexer.text(start, offset))' is more than one byte: at most \\377",
        at: range(start, offset))
    case UInt8(ascii: "x"), UInt8(ascii: "X"):
      var value: UInt8?
      while offset < end, offset < start + 4, let digit = lexer.bytes[offset].hexDigit {
        value = (value ?? 0) * 16 + digit
        offset += 1
      }
      if let value { return value }
      throw fail("expected two hexadecimal digits after '\\x'", at: range(start, offset))
    default:
      var upper = offset
      while upper < end, lexer.bytes[upper] & 0xc0 == 0x80 { upper += 1 }
      throw fail(
        "invalid escape '\(lexer.text(start, upper))': known are \\n \\t \\r \\\" \\\\ \\0nn \\xnn",
        at: range(start, upper))
    }
  }
}
