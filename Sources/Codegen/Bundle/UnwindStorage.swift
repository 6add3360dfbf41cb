/// The maps by which programs find the frames of processes without frame pointers.
///
/// User space fills them from what binaries say of their frames (`.eh_frame`): for each process the parts of files that it
/// has mapped, for each such part rows that say how the frame before is found from an address on. A program that meets a
/// process or an address that it knows nothing of asks for it by a record.
public struct UnwindStorage: Hashable, Sendable, Codable {
  /// The index of the first of `maps`; the others follow.
  public let firstMap: Int

  public init(firstMap: Int) { self.firstMap = firstMap }

  public var processes: Int { firstMap }
  public var areas: Int { firstMap + 1 }
  public var rows: Int { firstMap + 2 }
  public var rules: Int { firstMap + 3 }
  public var requests: Int { firstMap + 4 }

  public static let maps = [processes, areas, rows, rules, requests]

  /// `Process` by its number (32 bits). What processes no longer use gives way.
  static let processes = MapSpec(
    name: "swtrace_uproc", kind: .lruHash, keySize: 4, valueSize: Process.size, maxEntries: 16384)
  /// `Area`s: those of one process lie side by side, by address.
  static let areas = MapSpec(
    name: "swtrace_uareas", kind: .array, keySize: 4, valueSize: maximumAreas * Area.size, maxEntries: 1,
    flags: .mappable)
  /// Rows and their indices. Linux 5.10 takes no larger values (KMALLOC_MAX_SIZE).
  static let rows = MapSpec(
    name: "swtrace_urows", kind: .array, keySize: 4, valueSize: elementSize, maxEntries: elements, flags: .mappable)
  /// `UnwindRule`s, each once (32 bits each).
  static let rules = MapSpec(
    name: "swtrace_urules", kind: .array, keySize: 4, valueSize: maximumRules * 4, maxEntries: 1, flags: .mappable)
  static let requests = MapSpec(
    name: "swtrace_uasks", kind: .ringBuffer, keySize: 0, valueSize: 0, maxEntries: 1 << 16)

  /// Powers of two, so that a mask bounds what a program reads.
  public static let maximumAreas = 1 << 16
  public static let elementSize = 4 << 20
  public static let elements = 8
  public static let maximumRules = 1 << 16
  /// Areas of one process.
  public static let maximumAreasOfProcess = 1 << 13

  /// What is known of a process, little-endian, by byte offset.
  public enum Process {
    /// When it began, in nanoseconds since boot (64 bits), and how many images it has run (32 bits): another image has
    /// other areas.
    public static let start = 0
    public static let image = 8
    /// `State` (32 bits).
    public static let state = 12
    /// The time of the monotonic clock before which programs do not ask again (64 bits).
    public static let nextRequest = 16
    /// The index of its first area, and how many there are (32 bits each).
    public static let firstArea = 24
    public static let areaCount = 28
    public static let size = 32
  }

  public enum State: UInt32, Sendable {
    case requested, ready
  }

  /// A part of the address space of a process.
  public enum Area {
    /// Its first address (64 bits) and its pages of 4 KiB (32 bits).
    public static let start = 0
    public static let pages = 8
    /// `Kind` (16 bits) and the element of the rows (16 bits).
    public static let kind = 12
    public static let element = 14
    /// What is subtracted from an address to find its row (64 bits).
    public static let bias = 16
    /// Where its rows begin in the element, in rows, and where their index does, in entries (32 bits each).
    public static let firstRow = 24
    public static let firstEntry = 28
    public static let size = 32
  }

  public enum Kind: UInt16, Sendable {
    /// As its rows say.
    case rows
    /// Code without rows, of which frame pointers are all that is known.
    case framePointers
    /// A file that says nothing of its frames.
    case unknown
  }

  /// A row: the number of its rule (16 bits) and the first place that it holds for, relative to the multiple of
  /// `indexedBytes` before it (8 bits). The first row of a part is for what lies before it.
  public static let rowSize = 4
  public static let rowPlace = 2
  /// The index has, for each multiple of this many bytes, the number of rows that begin before (32 bits each), and that of
  /// all rows as its last entry.
  public static let indexedBytes = 256
  public static let entrySize = 4

  /// A record of `requests`.
  public enum Request {
    public static let process = 0
    public static let image = 4
    public static let start = 8
    public static let size = 16
  }

  /// The word of a stack that tells why it ends early, from the innermost frame on: no address is as large.
  public static func mark(_ stop: UnwindStop) -> UInt64 { UInt64(bitPattern: -256) | stop.rawValue }
}
