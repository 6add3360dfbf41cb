/// The maps by which programs tell which processes' addresses they take.
///
/// User space then notes what the process has mapped while it runs, so that its addresses can be named when it has ended. A
/// process is told of at the first, second, fourth, eighth time and so on: what it maps later is noted, too, and one that is
/// seen often costs little.
public struct SightingStorage: Hashable, Sendable, Codable {
  /// The index of `processes`; that of `records` follows.
  public let firstMap: Int

  public init(firstMap: Int) { self.firstMap = firstMap }

  public var processes: Int { firstMap }
  public var records: Int { firstMap + 1 }

  public static let maps = [processes, records]

  /// `Process` by its number (32 bits). What was seen longest ago gives way.
  static let processes = MapSpec(
    name: "swtrace_seen", kind: .lruHash, keySize: 4, valueSize: Process.size, maxEntries: 4096)
  static let records = MapSpec(
    name: "swtrace_sights", kind: .ringBuffer, keySize: 0, valueSize: 0, maxEntries: 1 << 14)

  /// What is kept of a process, little-endian, by byte offset.
  public enum Process {
    /// Which image it ran (64 bits), and how often that was seen (64 bits).
    public static let image = 0
    public static let count = 8
    public static let size = 16
  }

  /// A record of `records`.
  public enum Record {
    /// Where the kernel keeps the address space (64 bits): another one is another image.
    public static let image = 0
    /// Its number (32 bits).
    public static let process = 8
    public static let size = 16
  }
}
