/// What the lexer asks of a byte.
extension UInt8 {
  /// Space, tab, line feed, vertical tab, form feed, carriage return.
  var isWhitespace: Bool { self == 0x20 || (self >= 0x09 && self <= 0x0d) }

  var isDigit: Bool { self >= 0x30 && self <= 0x39 }

  var isWordStart: Bool { (self | 0x20) >= 0x61 && (self | 0x20) <= 0x7a || self == 0x5f }

  var isWordBody: Bool { isWordStart || isDigit }

  /// The value of a hexadecimal digit.
  var hexDigit: UInt8? {
    if isDigit { return self - 0x30 }
    let lowered = self | 0x20
    return lowered >= 0x61 && lowered <= 0x66 ? lowered - 0x61 + 10 : nil
  }

  /// A control byte that no text file holds; tab, line ends and escape are not.
  var isBinary: Bool { self < 0x20 && !isWhitespace && self != 0x1b || self == 0x7f }
}
