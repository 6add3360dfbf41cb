/// JSON's strings (RFC 8259, section 7).
enum JSONText {
  /// A quoted string; bytes that are not UTF-8 become the replacement character.
  static func append(_ bytes: UnsafeRawBufferPointer, to buffer: OutputBuffer) {
    buffer.append(UInt8(ascii: "\""))
    appendContents(bytes, to: buffer)
    buffer.append(UInt8(ascii: "\""))
  }

  static func append(_ text: String, to buffer: OutputBuffer) {
    var text = text
    text.withUTF8 { append(UnsafeRawBufferPointer($0), to: buffer) }
  }

  private static func appendContents(_ bytes: UnsafeRawBufferPointer, to buffer: OutputBuffer) {
    var plain = 0
    var position = 0
    while position < bytes.count {
      let byte = bytes[position]
      if byte >= 0x20, byte < 0x80, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
        position &+= 1
        continue
      }
      let length = byte < 0x80 ? 0 : UTF8Sequence.length(bytes, position)
      if length > 0 {
        position += length
        continue
      }
      buffer.append(UnsafeRawBufferPointer(rebasing: bytes[plain..<position]))
      appendEscape(byte, to: buffer)
      position += 1
      plain = position
    }
    buffer.append(UnsafeRawBufferPointer(rebasing: bytes[plain..<position]))
  }

  private static func appendEscape(_ byte: UInt8, to buffer: OutputBuffer) {
    switch byte {
    case UInt8(ascii: "\""): buffer.append("\\\"")
    case UInt8(ascii: "\\"): buffer.append("\\\\")
    case UInt8(ascii: "\n"): buffer.append("\\n")
    case UInt8(ascii: "\r"): buffer.append("\\r")
    case UInt8(ascii: "\t"): buffer.append("\\t")
    case 8: buffer.append("\\b")
    case 12: buffer.append("\\f")
    case 0..<0x20:
      buffer.append("\\u00")
      buffer.append(hexByte: byte)
    default: buffer.append("\\ufffd")
    }
  }
}
