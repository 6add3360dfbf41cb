/// A value being built by `Encoder`'s containers, which refer to it while they fill it.
final class JSONEncodingNode {
  private enum Content {
    case empty
    case value(JSONValue)
    case array([JSONEncodingNode])
    case object([(key: String, node: JSONEncodingNode)])
  }

  private var content = Content.empty
  /// Whether an object's members come in the order of their keys.
  var isSorted = false

  /// What was encoded; an object without members when nothing was, as for a type without properties.
  var value: JSONValue {
    switch content {
    case .empty: return .object([] as [JSONMember])
    case .value(let value): return value
    case .array(let elements): return .array(elements.map(\.value))
    case .object(let members):
      let ordered = isSorted ? members.sorted { $0.key < $1.key } : members
      return .object(ordered.map { JSONMember($0.key, $0.node.value) })
    }
  }

  var count: Int {
    if case .array(let elements) = content { elements.count } else { 0 }
  }

  func set(_ value: JSONValue) { content = .value(value) }

  func becomeObject() {
    if case .object = content { return }
    content = .object([])
  }

  func becomeArray() {
    if case .array = content { return }
    content = .array([])
  }

  func append() -> JSONEncodingNode {
    let node = JSONEncodingNode()
    var elements: [JSONEncodingNode] = []
    if case .array(let existing) = content { elements = existing }
    content = .empty
    elements.append(node)
    content = .array(elements)
    return node
  }

  /// A member under a key; a second value for the key takes the place of the first.
  func member(_ key: String) -> JSONEncodingNode {
    let node = JSONEncodingNode()
    var members: [(key: String, node: JSONEncodingNode)] = []
    if case .object(let existing) = content { members = existing }
    content = .empty
    if !isSorted, let index = members.firstIndex(where: { $0.key == key }) {
      members[index].node = node
    } else {
      members.append((key, node))
    }
    content = .object(members)
    return node
  }
}

struct JSONValueEncoder: Encoder {
  let node: JSONEncodingNode
  let codingPath: [any CodingKey]
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    node.becomeObject()
    return KeyedEncodingContainer(KeyedJSONEncoding<Key>(node: node, codingPath: codingPath))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    node.becomeArray()
    return UnkeyedJSONEncoding(node: node, codingPath: codingPath)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer { self }
}

extension JSONValueEncoder: SingleValueEncodingContainer {
  func encodeNil() { node.set(.null) }

  func encode(_ value: some Encodable) throws {
    switch value {
    case let value as Bool: node.set(.bool(value))
    case let value as String: node.set(.string(value))
    case let value as any FixedWidthInteger & Encodable: try encode(integer: value)
    case let value as Double: try encode(floatingPoint: value)
    case let value as Float: try encode(floatingPoint: Double(value))
    default:
      node.isSorted = value is any StringKeyedDictionary
      try value.encode(to: self)
    }
  }

  private func encode(integer value: some FixedWidthInteger) throws {
    guard Int64(exactly: value) != nil || UInt64(exactly: value) != nil else {
      throw EncodingError.invalidValue(
        value, .init(codingPath: codingPath, debugDescription: "an integer of more than 64 bits"))
    }
    node.set(JSONValue(value))
  }

  private func encode(floatingPoint value: Double) throws {
    guard value.isFinite else {
      throw EncodingError.invalidValue(
        value, .init(codingPath: codingPath, debugDescription: "JSON has no \(value)"))
    }
    node.set(.number(value))
  }
}

/// Marks the dictionaries whose own coding makes an object, in no order.
private protocol StringKeyedDictionary {}
extension Dictionary: StringKeyedDictionary where Key == String {}

private struct KeyedJSONEncoding<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let node: JSONEncodingNode
  let codingPath: [any CodingKey]

  func encodeNil(forKey key: Key) { node.member(key.stringValue).set(.null) }

  func encode(_ value: some Encodable, forKey key: Key) throws { try encoder(for: key).encode(value) }

  func nestedContainer<NestedKey: CodingKey>(
    keyedBy keyType: NestedKey.Type, forKey key: Key
  ) -> KeyedEncodingContainer<NestedKey> {
    encoder(for: key).container(keyedBy: keyType)
  }

  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { encoder(for: key).unkeyedContainer() }

  func superEncoder() -> any Encoder { encoder(for: JSONKey.superclass) }

  func superEncoder(forKey key: Key) -> any Encoder { encoder(for: key) }

  private func encoder(for key: some CodingKey) -> JSONValueEncoder {
    JSONValueEncoder(node: node.member(key.stringValue), codingPath: codingPath + [key])
  }
}

private struct UnkeyedJSONEncoding: UnkeyedEncodingContainer {
  let node: JSONEncodingNode
  let codingPath: [any CodingKey]
  var count: Int { node.count }

  func encodeNil() { node.append().set(.null) }

  func encode(_ value: some Encodable) throws { try next().encode(value) }

  func nestedContainer<NestedKey: CodingKey>(keyedBy keyType: NestedKey.Type) -> KeyedEncodingContainer<NestedKey> {
    next().container(keyedBy: keyType)
  }

  func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { next().unkeyedContainer() }

  func superEncoder() -> any Encoder { next() }

  private func next() -> JSONValueEncoder {
    let key = JSONKey(intValue: count)
    return JSONValueEncoder(node: node.append(), codingPath: codingPath + [key])
  }
}
