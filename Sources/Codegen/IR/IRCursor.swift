/// A place in one line of IR text.
struct IRCursor {
  private let text: [UInt8]
  private var position = 0
  private let line: Int

  init() {
    text = []
    line = 0
  }

  init(_ content: Substring, line: Int) {
    text = Array(content.utf8.prefix { $0 != UInt8(ascii: ";") })
    self.line = line
    skipSpaces()
  }

  var isAtEnd: Bool { position >= text.count }

  func error(_ message: String) -> IRSyntaxError { IRSyntaxError(line: line, message: message) }

  private mutating func skipSpaces() {
    while position < text.count, text[position] == UInt8(ascii: " ") { position += 1 }
  }

  func peek(_ expected: String) -> Bool { text[position...].starts(with: expected.utf8) }

  /// Passes `expected` and the spaces after it when it is next.
  mutating func take(_ expected: String, beforeDigit: Bool = false) -> Bool {
    guard peek(expected) else { return false }
    let end = position + expected.utf8.count
    if beforeDigit, end >= text.count || !isDigit(text[end]) { return false }
    position = end
    skipSpaces()
    return true
  }

  mutating func expect(_ expected: String) throws(IRSyntaxError) {
    if !take(expected) { throw error("`\(expected)` expected") }
  }

  /// Letters, digits and underscores; empty when there are none.
  mutating func word() -> String {
    let start = position
    while position < text.count, isWord(text[position]) { position += 1 }
    let word = String(decoding: text[start..<position], as: UTF8.self)
    skipSpaces()
    return word
  }

  mutating func integer64() throws(IRSyntaxError) -> Int64 {
    let start = position
    if position < text.count, text[position] == UInt8(ascii: "-") { position += 1 }
    while position < text.count, isDigit(text[position]) { position += 1 }
    guard let value = Int64(String(decoding: text[start..<position], as: UTF8.self)) else {
      throw error("number expected")
    }
    skipSpaces()
    return value
  }

  /// A small number, such as an index or an offset.
  mutating func integer() throws(IRSyntaxError) -> Int {
    let value = try integer64()
    guard value.magnitude < 1 << 31 else { throw error("number out of range") }
    return Int(value)
  }

  mutating func unsigned() throws(IRSyntaxError) -> UInt64 {
    let start = position
    while position < text.count, isDigit(text[position]) { position += 1 }
    guard let value = UInt64(String(decoding: text[start..<position], as: UTF8.self)) else {
      throw error("number expected")
    }
    skipSpaces()
    return value
  }

  private func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

  private func isWord(_ byte: UInt8) -> Bool {
    let lower = byte | 0x20
    return isDigit(byte) || byte == UInt8(ascii: "_") || lower >= UInt8(ascii: "a") && lower <= UInt8(ascii: "z")
  }
}
