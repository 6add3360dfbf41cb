/// Control characters as escapes, so that what strangers name drives no terminal.
enum ControlText {
  /// Replaces control characters by `\xNN` in what a buffer holds from `start` on, except for tabs and ends of lines.
  /// C1 controls (ECMA-48; U+0080 to U+009F) count in their UTF-8 form and, where they are no part of UTF-8, as bytes.
  static func escape(_ buffer: OutputBuffer, from start: Int) {
    guard let first = buffer.bytes[start...].firstIndex(where: { !isPlain($0) }) else { return }
    let text = Array(buffer.bytes[first...])
    buffer.truncate(to: first)
    text.withUnsafeBytes { append($0, to: buffer) }
  }

  private static func append(_ text: UnsafeRawBufferPointer, to buffer: OutputBuffer) {
    var position = 0
    while position < text.count {
      let length = UTF8Sequence.length(text, position)
      let character = UnsafeRawBufferPointer(rebasing: text[position..<position + max(length, 1)])
      if isControl(character) {
        for byte in character {
          buffer.append("\\x")
          buffer.append(hexByte: byte)
        }
      } else {
        buffer.append(character)
      }
      position += character.count
    }
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    byte >= 0x20 && byte < 0x7f || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\t")
  }

  /// - Parameter character: a sequence of UTF-8, or a byte that is in none.
  private static func isControl(_ character: UnsafeRawBufferPointer) -> Bool {
    switch character.count {
    case 1: character[0] < 0xa0 && !isPlain(character[0])
    case 2: character[0] == 0xc2 && character[1] < 0xa0
    default: false
    }
  }
}
