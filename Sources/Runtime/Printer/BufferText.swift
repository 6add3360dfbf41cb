import TraceLang

/// Bytes of `buf()` as text.
package enum BufferText {
  enum Style {
    /// 32 to 126 as they are, others as \xNN.
    case printable
    /// All as \xNN.
    case escaped
    /// NN with blanks between.
    case hexadecimal
  }

  /// The bytes of a value that is a 32-bit length and up to `capacity` bytes.
  package static func contents(_ value: UnsafeRawPointer, capacity: Int) -> UnsafeRawBufferPointer {
    let length = Int(value.loadUnaligned(as: UInt32.self))
    return UnsafeRawBufferPointer(start: value + 4, count: min(length, capacity))
  }

  static func append(_ bytes: UnsafeRawBufferPointer, style: Style, to buffer: OutputBuffer) {
    for (index, byte) in bytes.enumerated() {
      switch style {
      case .printable where byte >= 32 && byte <= 126: buffer.append(byte)
      case .printable, .escaped:
        buffer.append("\\x")
        buffer.append(hexByte: byte)
      case .hexadecimal:
        if index > 0 { buffer.append(UInt8(ascii: " ")) }
        buffer.append(hexByte: byte)
      }
    }
  }
}
