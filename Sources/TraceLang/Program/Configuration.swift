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
  public var onStackLimit = 64
  /// Which processes share a table of user symbols; `nil` to choose.
  public var userSymbolCache: UserSymbolCache?
  /// Whether C++ names are shown as the source has them.
  public var demanglesNames = true
  /// Whether user symbols are looked up when they are printed rather than before.
  public var looksUpSymbolsLate = false
  /// Whether stacks show files and lines where debug information has them.
  public var showsDebugInfo = true
  public var timeSeriesStability = Stability.warn
  /// That of `dw_ustack`, which here is as stable as other stacks.
  public var unwindingStability = Stability.enable
  /// Whether reads of memory that fail are told (`-k`); no setting of scripts.
  public var tellsFailedReads = false

  public enum MissingProbes: String, Hashable, Sendable, CaseIterable {
    case error, warn, ignore
  }

  public enum UserSymbolCache: String, Hashable, Sendable, CaseIterable {
    case perPID = "PER_PID"
    case perProgram = "PER_PROGRAM"
    case none = "NONE"
  }

  /// What becomes of a script that uses a feature which may still change.
  public enum Stability: String, Hashable, Sendable, CaseIterable {
    case error, warn, enable
  }

  /// What the kernel takes as compatible with the GPL (Kernel: include/linux/license.h).
  public static let licenses = [
    "GPL", "GPL v2", "GPL and additional rights", "Dual BSD/GPL", "Dual MIT/GPL", "Dual MPL/GPL",
  ]

  /// Settings that came from the environment and so win over the script's.
  private var fromEnvironment: Set<String> = []

  public init() {}

  /// Sets a setting from its `BPFTRACE_*` variable.
  public mutating func setFromEnvironment(_ name: String, to value: String) throws(ConfigurationError) {
    try set(name, to: value)
    fromEnvironment.insert(Self.settingName(of: name))
  }

  func isFromEnvironment(_ name: String) -> Bool { fromEnvironment.contains(Self.settingName(of: name)) }

  /// The name that a setting has now, of whatever name for it.
  private static func settingName(of name: String) -> String { currentName(of: name) ?? canonical(name) }

  /// "BPFTRACE_MAX_STRLEN" and "max_strlen" are one.
  static func canonical(_ name: String) -> String {
    let key = name.lowercased()
    return key.hasPrefix("bpftrace_") ? String(key.dropFirst("bpftrace_".count)) : key
  }
}
