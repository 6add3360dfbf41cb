import TraceLang

/// A value as the language means it, whatever its place in memory.
public indirect enum Value: Hashable, Sendable {
  /// Integers, bools, enums, pointers and all that fits a register, extended to 64 bits by the sign of their type.
  case integer(Int64)
  /// Without the terminator.
  case string([UInt8])
  case buffer([UInt8])
  case tuple([Value])
  /// Arrays, structs and what prints by its bytes.
  case bytes([UInt8])
  /// An aggregation's words; see `Aggregation.words`.
  case slot([UInt64])

  /// The number of a scalar, 0 of others.
  var number: Int64 {
    if case .integer(let number) = self { number } else { 0 }
  }

  /// The text of a string, nothing of others.
  var text: [UInt8] {
    if case .string(let text) = self { text } else { [] }
  }

  var parts: [Value] {
    if case .tuple(let parts) = self { parts } else { [] }
  }
}

extension IntegerType {
  /// The low bits of a number, extended by this type's sign.
  func wrapped(_ number: Int64) -> Int64 {
    switch (bits, isSigned) {
    case (8, true): Int64(Int8(truncatingIfNeeded: number))
    case (8, false): Int64(UInt8(truncatingIfNeeded: number))
    case (16, true): Int64(Int16(truncatingIfNeeded: number))
    case (16, false): Int64(UInt16(truncatingIfNeeded: number))
    case (32, true): Int64(Int32(truncatingIfNeeded: number))
    case (32, false): Int64(UInt32(truncatingIfNeeded: number))
    default: number
    }
  }
}

/// How values of types lie in memory, for printing and for reading what lies there.
struct Layouts {
  let target: any Target

  func size(of type: Type) -> Int { type.size(recordSize: recordSize) }

  func recordSize(_ record: RecordReference) -> Int { target.layout(of: record)?.size ?? 0 }

  /// The bytes of a value of a type, little endian, gaps and ends filled with zeros.
  func encoded(_ value: Value, _ type: Type) -> [UInt8] {
    var bytes: [UInt8]
    switch value {
    case .integer(let number): bytes = Self.bytes(of: UInt64(bitPattern: number))
    case .string(let text): bytes = text
    case .buffer(let content): bytes = Array(Self.bytes(of: UInt64(content.count)).prefix(4)) + content
    case .bytes(let content): bytes = content
    case .slot(let words): bytes = words.flatMap { Self.bytes(of: $0) }
    case .tuple(let parts):
      bytes = []
      guard case .tuple(let elements) = type else { break }
      let layout = Type.tupleLayout(elements, recordSize: recordSize)
      for (index, part) in parts.enumerated() {
        bytes += [UInt8](repeating: 0, count: layout.offsets[index] - bytes.count)
        bytes += encoded(part, elements[index].type)
      }
    }
    let size = size(of: type)
    return bytes.prefix(size) + [UInt8](repeating: 0, count: max(0, size - bytes.count))
  }

  /// The value that bytes of a type's size stand for.
  func decoded(_ bytes: [UInt8], _ type: Type) -> Value {
    switch type {
    case .integer(let integer), .enumeration(_, let integer):
      return .integer(integer.wrapped(Self.word(bytes)))
    case .bool: return .integer(Self.word(Array(bytes.prefix(1))))
    case .pointer,
      .symbolic where size(of: type) == 8:
      return .integer(Self.word(bytes))
    case .string: return .string(Array(bytes.prefix { $0 != 0 }))
    case .buffer:
      let count = Int(truncatingIfNeeded: Self.word(Array(bytes.prefix(4))))
      return .buffer(Array(bytes.dropFirst(4).prefix(count)))
    case .tuple(let elements):
      let layout = Type.tupleLayout(elements, recordSize: recordSize)
      return .tuple(
        zip(elements, layout.offsets).map { element, offset in
          decoded(Array(bytes.dropFirst(offset).prefix(size(of: element.type))), element.type)
        })
    case .array, .record, .symbolic, .stack, .aggregation, .void, .invalid:
      return .bytes(bytes)
    }
  }

  /// What a variable or a missing entry of a type is.
  func zero(_ type: Type) -> Value {
    if case .aggregation(let aggregation) = type { return .slot([UInt64](repeating: 0, count: aggregation.words)) }
    return decoded([UInt8](repeating: 0, count: size(of: type)), type)
  }

  static func bytes(of word: UInt64) -> [UInt8] { withUnsafeBytes(of: word.littleEndian) { Array($0) } }

  /// The number of up to 8 little-endian bytes.
  static func word(_ bytes: [UInt8]) -> Int64 {
    Int64(bitPattern: bytes.prefix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) })
  }
}
