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

/// A map of the script: how its entries lie in BPF maps and how they print.
public struct MapView: Hashable, Sendable, Codable {
  /// "@" or "@name".
  public var name: String
  /// `nil` for a scalar map. A multi-key is a tuple.
  public var key: Type?
  public var keySize: Int
  /// How to print the parts of the key, in order.
  public var keyFields: [Field]
  public var value: Type
  public var valueSize: Int
  public var storage: Storage
  /// Where the programs count updates that found the map full: byte offset of a 64-bit counter in the array map `map`.
  public var lostUpdates: Place?

  public struct Place: Hashable, Sendable, Codable {
    public let map: Int
    public let offset: Int

    public init(map: Int, offset: Int) {
      self.map = map
      self.offset = offset
    }
  }

  public enum Storage: Hashable, Sendable, Codable {
    /// One entry a key; every CPU's value is summed up when `perCPU` and the value is an aggregation.
    case hash(map: Int, perCPU: Bool)
    /// A scalar value in the single value of an array map; present when the byte at `presence` is not 0.
    case global(map: Int, offset: Int, presence: Int)
    /// Slots of an aggregation in the single value of an array map: the slot of a domain index `i` on CPU `c` is at
    /// `offset + c * cpuStride + i * slotSize`. Slots of zeros only were never touched (or are known zeroed).
    case slots(map: Int, offset: Int, cpuStride: Int, slotSize: Int, domain: Domain)
  }

  /// The keys of index storage.
  public enum Domain: Hashable, Sendable, Codable {
    /// No key: a scalar.
    case scalar
    /// Probe indices from a base: the key of index i prints as `probeNames[base + i]`.
    case probes(base: Int, count: Int)
    /// Integers 0 ..< count (`cpu`).
    case integers(count: Int)
  }

  public init(
    name: String, key: Type?, keySize: Int, keyFields: [Field], value: Type, valueSize: Int, storage: Storage,
    lostUpdates: Place? = nil
  ) {
    self.name = name
    self.key = key
    self.keySize = keySize
    self.keyFields = keyFields
    self.value = value
    self.valueSize = valueSize
    self.storage = storage
    self.lostUpdates = lostUpdates
  }
}
