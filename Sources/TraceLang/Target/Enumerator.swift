public struct EnumeratorValue: Hashable, Sendable, Codable {
  public let value: Int64
  public let type: Type

  public init(value: Int64, type: Type) {
    self.value = value
    self.type = type
  }
}

public struct EnumeratorName: Hashable, Sendable, Codable {
  public let name: String
  public let value: Int64

  public init(name: String, value: Int64) {
    self.name = name
    self.value = value
  }
}
