import TraceLang

extension Value {
  /// The value as the kernel has one of a type.
  /// - Throws: when it is none of the type, or does not fit it.
  func encoded(as type: Type) throws(TraceError) -> [UInt8] {
    switch (type, self) {
    case (.bool, .bool(let value)): return [value ? 1 : 0]
    case (.integer(let type), .signed(let value)):
      if type.isSigned || value >= 0, let bytes = Self.bytes(value, type) { return bytes }
    case (.integer(let type), .unsigned(let value)):
      if let value = Int64(exactly: value) {
        if let bytes = Self.bytes(value, type) { return bytes }
      } else if type.size == 8, !type.isSigned {
        return Self.bytes(of: value, count: 8)
      }
    case (.enumeration(_, let type), .enumerator(_, let value)), (.enumeration(_, let type), .signed(let value)):
      if let bytes = Self.bytes(value, type) { return bytes }
    case (.pointer, .unsigned(let value)): return Self.bytes(of: value, count: 8)
    case (.string(let capacity), .string(let text)):
      let bytes = Array(text.utf8)
      if bytes.count < capacity, !bytes.contains(0) {
        return bytes + [UInt8](repeating: 0, count: capacity - bytes.count)
      }
    case (.tuple(let elements), .tuple(let parts)) where elements.count == parts.count:
      let layout = Type.tupleLayout(elements)
      var bytes = [UInt8](repeating: 0, count: type.size())
      for (index, part) in parts.enumerated() {
        let encoded = try part.encoded(as: elements[index].type)
        bytes.replaceSubrange(layout.offsets[index]..<layout.offsets[index] + encoded.count, with: encoded)
      }
      return bytes
    case (.void, _), (.bool, _), (.string, _), (.buffer, _), (.pointer, _), (.array, _), (.record, _),
      (.enumeration, _), (.tuple, _), (.symbolic, _), (.stack, _), (.aggregation, _), (.invalid, _), (.integer, _):
      break
    }
    throw TraceError("\(self) is no value of type \(type.description)")
  }

  /// `nil` where the number does not fit.
  private static func bytes(_ value: Int64, _ type: IntegerType) -> [UInt8]? {
    let bits = type.size * 8
    if type.isSigned {
      let limit = Int64.max >> Int64(64 - bits)
      guard value >= -limit - 1, value <= limit else { return nil }
    } else {
      guard value >= 0, bits == 64 || value < 1 << Int64(bits) else { return nil }
    }
    return bytes(of: UInt64(bitPattern: value), count: type.size)
  }

  private static func bytes(of value: UInt64, count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (UInt64($0) * 8)) }
  }
}
