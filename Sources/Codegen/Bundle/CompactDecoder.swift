/// Reads what `CompactEncoder` wrote. Bytes that it did not write fail or give some value; they never crash.
enum CompactDecoder {
  static func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws(CompactDecodingError) -> Value {
    do {
      let input = try CompactInput(bytes)
      let value = try CompactValueDecoder(input: input).decode(type)
      guard input.isAtEnd else { throw CompactDecodingError() }
      return value
    } catch {
      throw CompactDecodingError()
    }
  }
}

/// The bytes are not a value of the type asked for.
struct CompactDecodingError: Error {}

/// The position in the bytes, shared by all containers of one value.
final class CompactInput {
  private let bytes: [UInt8]
  private var position = 0
  private var names: [String] = []
  /// Containers opened for the value that is being decoded.
  var openContainers = 0
  /// Values that the current one is inside of.
  private var depth = 0

  /// Deeper values than any bundle has.
  private static let depthLimit = 100

  init(_ bytes: [UInt8]) throws(CompactDecodingError) {
    self.bytes = bytes
    let count = try number()
    guard count <= UInt64(bytes.count) else { throw CompactDecodingError() }
    names.reserveCapacity(Int(count))
    for _ in 0..<count { names.append(try text()) }
  }

  var isAtEnd: Bool { position == bytes.count }

  func enter() throws(CompactDecodingError) {
    depth += 1
    guard depth < Self.depthLimit else { throw CompactDecodingError() }
  }

  func leave() { depth -= 1 }

  func byte() throws(CompactDecodingError) -> UInt8 {
    guard position < bytes.count else { throw CompactDecodingError() }
    position += 1
    return bytes[position - 1]
  }

  func number() throws(CompactDecodingError) -> UInt64 {
    var result: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      let next = try byte()
      result |= UInt64(next & 0x7f) << shift
      if next < 0x80 { return result }
    }
    throw CompactDecodingError()
  }

  /// The next `count` items of `size` bytes.
  func take(size: Int) throws(CompactDecodingError) -> ArraySlice<UInt8> {
    let count = try number()
    guard count <= UInt64((bytes.count - position) / size) else { throw CompactDecodingError() }
    let start = position
    position += Int(count) * size
    return bytes[start..<position]
  }

  func text() throws(CompactDecodingError) -> String {
    guard let text = String(validating: try take(size: 1), as: UTF8.self) else { throw CompactDecodingError() }
    return text
  }

  func words() throws(CompactDecodingError) -> [UInt64] {
    let raw = try take(size: 8)
    return raw.withUnsafeBytes { raw in
      (0..<raw.count / 8).map { UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self)) }
    }
  }

  /// The name that comes next, without taking it; `nil` at a container's end.
  func peekName() throws(CompactDecodingError) -> String? {
    let start = position
    defer { position = start }
    let number = try number()
    if number == 0 { return nil }
    guard number <= UInt64(names.count) else { throw CompactDecodingError() }
    return names[Int(number) - 1]
  }

  func takeName(_ expected: String) throws(CompactDecodingError) {
    guard try peekName() == expected else { throw CompactDecodingError() }
    _ = try number()
  }

  /// Whether the next byte is that of a container's end.
  var isAtContainerEnd: Bool { position >= bytes.count || bytes[position] == 0 }
}

private struct CompactValueDecoder: Decoder, SingleValueDecodingContainer {
  let input: CompactInput
  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
    input.openContainers += 1
    return KeyedDecodingContainer(KeyedCompactDecoding<Key>(input: input))
  }

  func unkeyedContainer() -> any UnkeyedDecodingContainer {
    input.openContainers += 1
    return UnkeyedCompactDecoding(input: input)
  }

  func singleValueContainer() -> any SingleValueDecodingContainer { self }

  func decodeNil() -> Bool { false }

  func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    if let scalar = try scalar(type) { return scalar }
    try input.enter()
    let outer = input.openContainers
    input.openContainers = 0
    let value = try Value(from: self)
    if input.openContainers > 0, try input.number() != 0 { throw CompactDecodingError() }
    input.openContainers = outer
    input.leave()
    return value
  }

  /// What the types that code themselves as one value are; `nil` for all other types. Types are told by comparison with
  /// each: to ask whether one conforms to a protocol takes the runtime longer than all the rest of decoding.
  private func scalar<Value>(_ type: Value.Type) throws(CompactDecodingError) -> Value? {
    if type == Int.self { return try integer(Int.self) as? Value }
    if type == String.self { return try input.text() as? Value }
    if type == Bool.self { return try boolean() as? Value }
    if type == [UInt8].self { return Array(try input.take(size: 1)) as? Value }
    if type == [UInt64].self { return try input.words() as? Value }
    if type == UInt64.self { return try input.number() as? Value }
    if type == UInt32.self { return try integer(UInt32.self) as? Value }
    if type == UInt16.self { return try integer(UInt16.self) as? Value }
    if type == UInt8.self { return try integer(UInt8.self) as? Value }
    if type == Int64.self { return try integer(Int64.self) as? Value }
    if type == Int32.self { return try integer(Int32.self) as? Value }
    if type == Int16.self { return try integer(Int16.self) as? Value }
    if type == Int8.self { return try integer(Int8.self) as? Value }
    if type == UInt.self { return try integer(UInt.self) as? Value }
    return nil
  }

  private func boolean() throws(CompactDecodingError) -> Bool {
    let byte = try input.byte()
    guard byte <= 1 else { throw CompactDecodingError() }
    return byte == 1
  }

  private func integer<Integer: FixedWidthInteger>(_ type: Integer.Type) throws(CompactDecodingError) -> Integer {
    let zigzag = try input.number()
    let value = Int64(bitPattern: zigzag >> 1) ^ -Int64(bitPattern: zigzag & 1)
    guard let exact = Integer(exactly: value) else { throw CompactDecodingError() }
    return exact
  }
}

private struct KeyedCompactDecoding<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let input: CompactInput
  var codingPath: [any CodingKey] { [] }

  /// The next one only: the payload of an enum asks for its case.
  var allKeys: [Key] {
    guard let name = try? input.peekName(), let key = Key(stringValue: name) else { return [] }
    return [key]
  }

  func contains(_ key: Key) -> Bool { (try? input.peekName()) == key.stringValue }

  func decodeNil(forKey key: Key) -> Bool { !contains(key) }

  func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
    try input.takeName(key.stringValue)
    return try CompactValueDecoder(input: input).decode(type)
  }

  func nestedContainer<NestedKey: CodingKey>(
    keyedBy type: NestedKey.Type, forKey key: Key
  ) throws -> KeyedDecodingContainer<NestedKey> {
    try input.takeName(key.stringValue)
    return CompactValueDecoder(input: input).container(keyedBy: type)
  }

  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try input.takeName(key.stringValue)
    return CompactValueDecoder(input: input).unkeyedContainer()
  }

  func superDecoder() -> any Decoder { CompactValueDecoder(input: input) }

  func superDecoder(forKey key: Key) -> any Decoder { CompactValueDecoder(input: input) }
}

private struct UnkeyedCompactDecoding: UnkeyedDecodingContainer {
  let input: CompactInput
  var codingPath: [any CodingKey] { [] }
  private(set) var currentIndex = 0

  init(input: CompactInput) { self.input = input }

  var count: Int? { nil }
  var isAtEnd: Bool { input.isAtContainerEnd }

  func decodeNil() -> Bool { false }

  mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try next().decode(type) }

  mutating func nestedContainer<NestedKey: CodingKey>(
    keyedBy type: NestedKey.Type
  ) throws -> KeyedDecodingContainer<NestedKey> {
    try next().container(keyedBy: type)
  }

  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { try next().unkeyedContainer() }

  mutating func superDecoder() throws -> any Decoder { try next() }

  private mutating func next() throws -> CompactValueDecoder {
    guard try input.byte() == 1 else { throw CompactDecodingError() }
    currentIndex += 1
    return CompactValueDecoder(input: input)
  }
}
