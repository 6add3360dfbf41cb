public struct FunctionParameter: Hashable, Sendable, Codable {
  public let name: String
  public let type: Type

  public init(name: String, type: Type) {
    self.name = name
    self.type = type
  }
}

public struct FunctionSignature: Hashable, Sendable, Codable {
  public let parameters: [FunctionParameter]
  /// `nil` for void.
  public let result: Type?

  public init(parameters: [FunctionParameter], result: Type?) {
    self.parameters = parameters
    self.result = result
  }
}
