import TraceLang

/// A value inside a ring buffer record, a key or a map value.
public struct Field: Hashable, Sendable, Codable {
  /// Bytes from the start of the record's payload, the key or the value.
  public let offset: Int
  public let size: Int
  public let type: Type

  public init(offset: Int, size: Int, type: Type) {
    self.offset = offset
    self.size = size
    self.type = type
  }
}

/// What user space does for one ring buffer record.
///
/// A record is an 8-byte header, the action's index as a little-endian 32-bit number and 4 reserved bytes, and then
/// the payload whose fields the action names.
public enum Action: Hashable, Sendable, Codable {
  public static let headerSize = 8

  case printf(Format)
  /// `print(value)`: the value in its default form and a newline.
  case print(Field)
  /// `print(@m)`, `print(@m, top, div)`; the payload holds `top` and `divisor` as two 64-bit numbers, 0 for none.
  case printMap(view: Int)
  /// `print(@m[key])`: the payload is the map's key, then (for values not aggregated) the value.
  case printMapValue(view: Int, key: Field?, value: Field)
  case clear(view: Int)
  case zero(view: Int)
  /// Ends tracing; the payload is the exit status as a 64-bit number.
  case exit
  /// Takes the watchpoints at an address away; the payload is the address as a 64-bit number.
  case unwatch
  /// Prints wall-clock time by a strftime format.
  case time(String)
  /// `join(argv, separator)`: a 64-bit count of strings, then as many fixed-size NUL-terminated strings.
  case join(separator: String, capacity: Int)
  case cat(Format)
  case system(Format)
  /// `errorf`, `warnf`
  case message(Severity, Format, MessagePlace)
  /// A helper failed (`-k`): the payload is its 64-bit result; the excerpt is the source line and marks under the place.
  case helperError(name: String, MessagePlace, excerpt: String)
  /// An update did not fit its map, counted by the program itself in the lost-updates counter; never sent as a record.
  case lostUpdates(view: Int)

  public enum Severity: String, Hashable, Sendable, Codable {
    case error, warning
  }
}

/// A place in the script that a message is about.
public struct MessagePlace: Hashable, Sendable, Codable {
  public let source: String
  public let line: Int
  public let column: Int
  /// "stdin:1:9-29", as diagnostics begin.
  public let text: String

  public init(source: String, line: Int, column: Int, text: String) {
    self.source = source
    self.line = line
    self.column = column
    self.text = text
  }
}

/// A printf format, taken apart at compile time and checked against its arguments.
public struct Format: Hashable, Sendable, Codable {
  public enum Segment: Hashable, Sendable, Codable {
    case literal([UInt8])
    case argument(Directive, Field)
  }

  public typealias Directive = FormatDirective

  public var segments: [Segment]

  public init(segments: [Segment]) { self.segments = segments }
}
