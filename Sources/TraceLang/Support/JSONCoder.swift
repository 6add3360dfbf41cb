/// Turns `Codable` values into JSON and back. Equal values give equal bytes: members of a struct come in the order it
/// encodes them, those of a dictionary sorted by key. Every 64-bit integer survives.
public enum JSONCoder {
  /// - Throws: for a number that JSON cannot hold and for what the value's own coding refuses.
  public static func value(of value: some Encodable) throws(JSONError) -> JSONValue {
    let node = JSONEncodingNode()
    do {
      try JSONValueEncoder(node: node, codingPath: []).encode(value)
    } catch let error as JSONError {
      throw error
    } catch EncodingError.invalidValue(_, let context) {
      throw JSONError("\(context.debugDescription)\(place(context.codingPath))")
    } catch {
      throw JSONError("\(error)")
    }
    return node.value
  }

  public static func encode(_ value: some Encodable, _ style: JSONValue.Style = .compact) throws(JSONError) -> [UInt8] {
    try self.value(of: value).encoded(style)
  }

  /// - Throws: when the bytes are not JSON or not of this type; the message says where.
  public static func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws(JSONError) -> Value {
    try decode(type, from: JSONValue(parsing: bytes))
  }

  public static func decode<Value: Decodable>(_ type: Value.Type, from json: JSONValue) throws(JSONError) -> Value {
    do {
      return try JSONValueDecoder(value: json, codingPath: []).decode(type)
    } catch let error as JSONError {
      throw error
    } catch let error as DecodingError {
      throw JSONError(describe(error))
    } catch {
      throw JSONError("\(error)")
    }
  }

  private static func describe(_ error: DecodingError) -> String {
    switch error {
    case .typeMismatch(_, let context), .dataCorrupted(let context), .valueNotFound(_, let context):
      "\(context.debugDescription)\(place(context.codingPath))"
    case .keyNotFound(let key, let context):
      "there is no \"\(key.stringValue)\"\(place(context.codingPath))"
    @unknown default: "\(error)"
    }
  }

  /// " in formats.2.size"
  private static func place(_ path: [any CodingKey]) -> String {
    if path.isEmpty { return "" }
    return " in " + path.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
  }
}

/// A key made of any text or index.
struct JSONKey: CodingKey {
  static let superclass = JSONKey(stringValue: "super")

  let stringValue: String
  let intValue: Int?

  init(stringValue: String) {
    self.stringValue = stringValue
    intValue = nil
  }

  init(intValue: Int) {
    stringValue = String(intValue)
    self.intValue = intValue
  }
}
