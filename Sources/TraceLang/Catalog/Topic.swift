/// Builtins that belong together; each topic has a file.
public struct Topic: Sendable {
  /// As a heading: "Maps".
  public let title: String
  public let builtins: [Builtin]

  init(_ title: String, _ builtins: [Builtin]) {
    self.title = title
    self.builtins = builtins
  }

  /// The catalog: all that the language defines by name.
  public static let all: [Topic] = [
    .process, .machine, .time, .probe, .strings, .memory, .symbols, .stacks, .network, .cgroups, .compilation,
    .output, .control, .maps, .aggregations,
  ]
}

extension Builtin {
  /// All builtins, by topic.
  public static let catalog: [Builtin] = Topic.all.flatMap(\.builtins)

  /// The builtin of a name, or `nil`. A macro cannot hide the name with `__builtin_` before it.
  public static func named(_ name: String) -> Builtin? {
    if let row = byName[name] { return row }
    return name.hasPrefix(hiddenPrefix) ? byName[String(name.dropFirst(hiddenPrefix.count))] : nil
  }

  private static let hiddenPrefix = "__builtin_"

  private static let byName = Dictionary(
    uniqueKeysWithValues: catalog.flatMap { row in row.names.map { ($0, row) } })
}
