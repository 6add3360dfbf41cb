/// What a script prints, or did not come to print.
public enum TraceEvent: Sendable, Hashable {
  /// Text of `printf`, `time`, `cat`, `join` or `system`, with the end of its line if it has one.
  case printed(String)
  /// `print` of a value.
  case value(Value)
  /// `print` of a map, and each map with entries at the end of the run.
  case map(MapSnapshot)
  /// So many records found no room since the last event of this kind: events were read too slowly.
  case lost(UInt64)
  /// Something went wrong: a read of memory, a probe that could not be attached, `errorf` and `warnf`.
  case warning(String)
}

/// A map at one moment, in the order in which it prints: the largest values last.
public struct MapSnapshot: Sendable, Hashable {
  public struct Entry: Sendable, Hashable {
    /// `nil` for a map without keys.
    public let key: Value?
    public let value: Value

    public init(key: Value?, value: Value) {
      self.key = key
      self.value = value
    }
  }

  /// "@" or "@name".
  public let name: String
  public let entries: [Entry]

  public init(name: String, entries: [Entry]) {
    self.name = name
    self.entries = entries
  }
}
