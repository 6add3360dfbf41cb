/// A builtin where a script uses it.
public struct BuiltinUse: Hashable, Sendable {
  /// As it is written: "str".
  public let name: String
  public let range: SourceRange

  /// What the catalog says of it.
  public var builtin: Builtin? { Builtin.named(name) }
}
