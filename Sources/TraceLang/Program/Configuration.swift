/// The settings of a compilation: config block, `BPFTRACE_*` environment and defaults, in this order of weight:
/// environment, script, default.
public struct Configuration: Hashable, Sendable {
  public var license = "GPL"
  /// Bytes of verifier log.
  public var logSize = 1_000_000
  public var maxMapKeys = 4096
  public var maxProbes = 1024
  /// Capacity of strings and buffers that are read, in bytes with the terminator.
  public var maxStringLength = 1024
  public var maxCatBytes = 10240
  public var maxPrograms = 1024
  /// Pages of the ring buffer; `nil` to choose.
  public var ringBufferPages: Int?
  public var truncationTrailer = ".."
  public var printMapsOnExit = true
  public var missingProbes = MissingProbes.error
  public var stackMode = StackType.Mode.bpftrace
  /// Bytes up to which a value is kept on the stack.
  public var onStackLimit = 32

  public enum MissingProbes: String, Hashable, Sendable {
    case error, warn, ignore
  }

  /// Settings that came from the environment and so win over the script's.
  private var fromEnvironment: Set<String> = []

  public init() {}

  /// Sets a setting from its `BPFTRACE_*` variable.
  public mutating func setFromEnvironment(_ name: String, to value: String) throws(ConfigurationError) {
    try set(name, to: value)
    fromEnvironment.insert(Self.canonical(name))
  }

  func isFromEnvironment(_ name: String) -> Bool { fromEnvironment.contains(Self.canonical(name)) }

  /// "BPFTRACE_MAX_STRLEN" and "max_strlen" are one.
  static func canonical(_ name: String) -> String {
    let key = name.lowercased()
    return key.hasPrefix("bpftrace_") ? String(key.dropFirst("bpftrace_".count)) : key
  }
}
