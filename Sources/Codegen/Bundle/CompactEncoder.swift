/// Turns `Codable` values into few bytes; equal values give equal bytes.
///
/// The names of members stand once in a table at the start and are numbers from then on, so that a value of another
/// shape is told and not misread. Integers take as many bytes as they need; arrays of bytes and of 64-bit words are
/// copied as they are.
///
///     data   = count of names, names, value
///     value  = bytes of a scalar | container
///     keyed  = (name's number + 1, value)* 0
///     array  = (1, value)* 0
enum CompactEncoder {
  /// - Throws: `EncodingError` for a floating-point number and for an optional that is an element or a whole value.
  static func encode(_ value: some Encodable) throws -> [UInt8] {
    let output = CompactOutput()
    try CompactValueEncoder(output: output).encode(value)
    var result: [UInt8] = []
    result.append(number: UInt64(output.names.count))
    for name in output.names { result.append(text: name) }
    return result + output.bytes
  }
}

/// What has been encoded so far; all containers of one value write to it.
final class CompactOutput {
  var bytes: [UInt8] = []
  private(set) var names: [String] = []
  private var numbers: [String: Int] = [:]
  /// Containers opened for the value that is being encoded.
  var openContainers = 0

  func append(name: String) {
    let number = numbers[name] ?? names.count
    if number == names.count {
      names.append(name)
      numbers[name] = number
    }
    bytes.append(number: UInt64(number + 1))
  }
}

private struct CompactValueEncoder: Encoder, SingleValueEncodingContainer {
  let output: CompactOutput
  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    output.openContainers += 1
    return KeyedEncodingContainer(KeyedCompactEncoding<Key>(output: output))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    output.openContainers += 1
    return UnkeyedCompactEncoding(output: output)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer { self }

  func encodeNil() throws { throw unsupported(0, "an optional that is no member") }

  func encode<Value: Encodable>(_ value: Value) throws {
    if try encodeScalar(value) { return }
    let outer = output.openContainers
    output.openContainers = 0
    try value.encode(to: self)
    // A payload's container ends with the one its case is in.
    if output.openContainers > 0 { output.bytes.append(0) }
    output.openContainers = outer
  }

  /// - Returns: whether the value is one of those that are written as they are.
  private func encodeScalar(_ value: some Encodable) throws -> Bool {
    if let value = exactly(Int.self, value) {
      try encode(integer: value)
    } else if let value = exactly(String.self, value) {
      output.bytes.append(text: value)
    } else if let value = exactly(Bool.self, value) {
      output.bytes.append(value ? 1 : 0)
    } else if let value = exactly([UInt8].self, value) {
      output.bytes.append(number: UInt64(value.count))
      output.bytes += value
    } else if let value = exactly([UInt64].self, value) {
      output.bytes.append(number: UInt64(value.count))
      for word in value { output.bytes.append(word64: word) }
    } else if let value = exactly(UInt64.self, value) {
      output.bytes.append(number: value)
    } else if let value = exactly(UInt32.self, value) {
      try encode(integer: value)
    } else if let value = exactly(UInt16.self, value) {
      try encode(integer: value)
    } else if let value = exactly(UInt8.self, value) {
      try encode(integer: value)
    } else if let value = exactly(Int64.self, value) {
      try encode(integer: value)
    } else if let value = exactly(Int32.self, value) {
      try encode(integer: value)
    } else if let value = exactly(Int16.self, value) {
      try encode(integer: value)
    } else if let value = exactly(Int8.self, value) {
      try encode(integer: value)
    } else if let value = exactly(UInt.self, value) {
      try encode(integer: value)
    } else if exactly(Double.self, value) != nil || exactly(Float.self, value) != nil {
      throw unsupported(value, "a floating-point number")
    } else {
      return false
    }
    return true
  }

  /// A value of just this type. A cast that fails takes long, and a question for a protocol longer still.
  private func exactly<Wanted, Value>(_ type: Wanted.Type, _ value: Value) -> Wanted? {
    Value.self == type ? value as? Wanted : nil
  }

  private func encode(integer value: some FixedWidthInteger) throws {
    if let number = Int64(exactly: value) {
      output.bytes.append(number: UInt64(bitPattern: number << 1 ^ number >> 63))
    } else {
      throw unsupported(value, "an integer above 2^63")
    }
  }

  private func unsupported(_ value: Any, _ what: String) -> EncodingError {
    EncodingError.invalidValue(value, .init(codingPath: [], debugDescription: "the compact form does not hold \(what)"))
  }
}

private struct KeyedCompactEncoding<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let output: CompactOutput
  var codingPath: [any CodingKey] { [] }

  func encodeNil(forKey key: Key) {}

  func encode(_ value: some Encodable, forKey key: Key) throws {
    output.append(name: key.stringValue)
    try CompactValueEncoder(output: output).encode(value)
  }

  func nestedContainer<NestedKey: CodingKey>(
    keyedBy keyType: NestedKey.Type, forKey key: Key
  ) -> KeyedEncodingContainer<NestedKey> {
    output.append(name: key.stringValue)
    return CompactValueEncoder(output: output).container(keyedBy: keyType)
  }

  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    output.append(name: key.stringValue)
    return CompactValueEncoder(output: output).unkeyedContainer()
  }

  func superEncoder() -> any Encoder { CompactValueEncoder(output: output) }

  func superEncoder(forKey key: Key) -> any Encoder { CompactValueEncoder(output: output) }
}

private struct UnkeyedCompactEncoding: UnkeyedEncodingContainer {
  let output: CompactOutput
  var codingPath: [any CodingKey] { [] }
  private(set) var count = 0

  init(output: CompactOutput) { self.output = output }

  mutating func encodeNil() throws { try next().encodeNil() }

  mutating func encode(_ value: some Encodable) throws { try next().encode(value) }

  mutating func nestedContainer<NestedKey: CodingKey>(
    keyedBy keyType: NestedKey.Type
  ) -> KeyedEncodingContainer<NestedKey> {
    next().container(keyedBy: keyType)
  }

  mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { next().unkeyedContainer() }

  mutating func superEncoder() -> any Encoder { next() }

  private mutating func next() -> CompactValueEncoder {
    output.bytes.append(1)
    count += 1
    return CompactValueEncoder(output: output)
  }
}

extension [UInt8] {
  /// Appends a number in groups of 7 bits, the lowest first, all but the last with the top bit set (LEB128).
  mutating func append(number: UInt64) {
    var rest = number
    while rest >= 0x80 {
      append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    append(UInt8(rest))
  }

  fileprivate mutating func append(text: String) {
    append(number: UInt64(text.utf8.count))
    append(contentsOf: text.utf8)
  }

  /// Appends a little-endian 64-bit number.
  mutating func append(word64 word: UInt64) {
    Swift.withUnsafeBytes(of: word.littleEndian) { append(contentsOf: $0) }
  }
}
