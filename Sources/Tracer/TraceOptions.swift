/// The machine that is traced.
public enum TracedMachine: Sendable {
  /// The one that this program runs on.
  case host
}

/// What a script is given, and how it is run.
public struct TraceOptions: Sendable {
  /// `$1`, `$2`, ...
  public var parameters: [String] = []
  /// What `getopt` gives, by name.
  public var namedParameters: [String: String] = [:]
  /// Allows what acts on the machine: `system`, `signal`, `override`.
  public var allowsUnsafe = false
  /// Traces this process only, until it ends.
  public var process: Int32?
  /// Traces the processes that descend from it, too; not for bundles, whose filter is of one process.
  public var followsDescendants = false
  /// Folders in which what was stripped from binaries is looked for before the usual ones, as `--debuginfo` names them.
  public var debugFolders: [String] = []
  /// Events that may wait to be read; more wait in the kernel's ring buffer, as far as there is room.
  public var eventCapacity = 4096

  public init() {}

  public init(parameters: [String] = [], process: Int32? = nil, allowsUnsafe: Bool = false) {
    self.parameters = parameters
    self.process = process
    self.allowsUnsafe = allowsUnsafe
  }
}
