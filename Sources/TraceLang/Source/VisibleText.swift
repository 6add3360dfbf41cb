/// Text that strangers may have a part in (names of files, a script's strings), made harmless for a terminal.
public enum VisibleText {
  /// The text with control characters, and those that reverse or hide what follows, written as in a script: `\n`,
  /// `\x1b`, `\u{202e}`; bytes that are not UTF-8 (`systemBytes`) likewise.
  public static func escaped(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { isHarmful($0) || $0.systemByte != nil }) else { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\r": result += "\\r"
      case _ where scalar.systemByte != nil: result += "\\x" + String(scalar.value & 0xff, radix: 16)
      case _ where !isHarmful(scalar): result.unicodeScalars.append(scalar)
      case _ where scalar.value < 0x100:
        result += (scalar.value < 0x10 ? "\\x0" : "\\x") + String(scalar.value, radix: 16)
      default: result += "\\u{" + String(scalar.value, radix: 16) + "}"
      }
    }
    return result
  }

  /// Whether a character steers a terminal: C0 and C1 controls, DEL, ends of lines, and the marks of direction (Unicode
  /// Standard Annex 9).
  static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7f...0x9f, 0x200e...0x200f, 0x2028...0x202e, 0x2066...0x2069: true
    default: false
    }
  }
}
