/// Well-formed sequences of UTF-8 (Unicode, table 3-7).
enum UTF8Sequence {
  /// The length of the sequence of several bytes at a position; 0 when there is none.
  static func length(_ bytes: UnsafeRawBufferPointer, _ position: Int) -> Int {
    let first = bytes[position]
    let length =
      switch first {
      case 0xc2...0xdf: 2
      case 0xe0...0xef: 3
      case 0xf0...0xf4: 4
      default: 0
      }
    guard length > 0, position + length <= bytes.count else { return 0 }
    for index in 1..<length where bytes[position + index] & 0xc0 != 0x80 { return 0 }
    let second = bytes[position + 1]
    let isMalformed =
      first == 0xe0 && second < 0xa0 || first == 0xed && second > 0x9f || first == 0xf0 && second < 0x90
      || first == 0xf4 && second > 0x8f
    return isMalformed ? 0 : length
  }
}
