/// Protocol buffers in their binary form (https://protobuf.dev/programming-guides/encoding): fields in the order they
/// are written. Numbers that are 0 and texts that are empty are left out, as they are the defaults.
struct ProtobufEncoder {
  private(set) var bytes: [UInt8] = []

  /// A uint64, or a bool.
  mutating func append(_ field: Int, _ number: UInt64) {
    if number == 0 { return }
    append(varint: UInt64(field) << 3)
    append(varint: number)
  }

  /// An int64: a negative one takes ten bytes.
  mutating func append(_ field: Int, _ number: Int64) { append(field, UInt64(bitPattern: number)) }

  mutating func append(_ field: Int, _ flag: Bool) { append(field, flag ? 1 as UInt64 : 0) }

  /// A text, which counts where it is one of several even when it is empty.
  mutating func append(element field: Int, _ text: String) { append(field, bytes: Array(text.utf8)) }

  mutating func append(_ field: Int, _ message: ProtobufEncoder) { append(field, bytes: message.bytes) }

  /// Several numbers of one field in one piece.
  mutating func append(packed field: Int, _ numbers: some Sequence<UInt64>) {
    var packed = ProtobufEncoder()
    for number in numbers { packed.append(varint: number) }
    if !packed.bytes.isEmpty { append(field, packed) }
  }

  private mutating func append(_ field: Int, bytes content: [UInt8]) {
    append(varint: UInt64(field) << 3 | 2)
    append(varint: UInt64(content.count))
    bytes += content
  }

  private mutating func append(varint number: UInt64) {
    var rest = number
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }
}
