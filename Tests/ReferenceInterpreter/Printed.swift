import TraceLang

/// One thing that a program has user space do that shows in its output; values are bytes in their type's layout.
public enum Printed: Hashable, Sendable {
  public enum Piece: Hashable, Sendable {
    case literal([UInt8])
    case argument(FormatDirective, Type, [UInt8])
  }

  public struct Entry: Hashable, Sendable {
    public let key: [UInt8]
    public let value: [UInt8]
  }

  case printf([Piece])
  case value(Type, [UInt8])
  /// `isAsked`: by `print` and not at exit.
  case map(MapID, [Entry], top: UInt64, divisor: UInt64, isAsked: Bool)
  case time(String)
  case join([[UInt8]], separator: String)
  case cat([Piece])
  case system([Piece])
  case report(Diagnostic.Severity, [Piece])
  /// Tracing has ended; what follows are the maps.
  case ending
}

/// A message with its values, as a program left it for user space.
enum Record {
  case printed(Printed)
  case printMap(MapID, top: UInt64, divisor: UInt64)
  case printMapValue(MapID, key: Value, Type)
  case clear(MapID)
  case zero(MapID)
  case exit(Int64)
}
