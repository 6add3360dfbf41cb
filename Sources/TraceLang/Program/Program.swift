/// A checked script: every name resolved, every conversion explicit, every probe expanded.
public struct Program: Sendable {
  public var configuration: Configuration
  public var maps: [MapVariable]
  /// In the order of the script; a block whose attach points need different code appears once for each kind.
  public var probes: [Probe]
  /// The names of all attach points, by the index that `AttachPoint.nameIndex` and `probe` values use.
  public var probeNames: [String]
  /// Formats of `strftime`, by the index in a timestamp.
  public var timeFormats: [String]
  /// What the script declares in C; see `scoped(_:)`.
  public var types: ScriptTypes
  /// What the script takes as `--name=value`.
  public var namedParameters: [NamedParameter]
  /// Filters of `cgroup_path`, by the index in its values.
  public var cgroupFilters: [String]
  /// Paths of `skboutput`, by their index in its calls.
  public var packetFiles: [String]
  /// Whether the number of the machine's CPUs has become a part of it (`ncpus`).
  public var readsCPUCount: Bool

  public init(
    configuration: Configuration, maps: [MapVariable], probes: [Probe], probeNames: [String], timeFormats: [String],
    types: ScriptTypes = ScriptTypes(), namedParameters: [NamedParameter] = [],
    cgroupFilters: [String] = [], packetFiles: [String] = [], readsCPUCount: Bool = false
  ) {
    self.readsCPUCount = readsCPUCount
    self.configuration = configuration
    self.maps = maps
    self.probes = probes
    self.probeNames = probeNames
    self.timeFormats = timeFormats
    self.types = types
    self.namedParameters = namedParameters
    self.cgroupFilters = cgroupFilters
    self.packetFiles = packetFiles
  }
}

/// Index of a map in `Program.maps`.
public struct MapID: Hashable, Sendable {
  public let index: Int

  public init(_ index: Int) { self.index = index }
}

/// Index of a scratch variable in `Probe.variables`.
public struct VariableID: Hashable, Sendable {
  public let index: Int

  public init(_ index: Int) { self.index = index }
}

public struct MapVariable: Sendable {
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    case hash, lruhash, percpuhash, percpulruhash

    /// Whether the kernel keeps a value for each CPU.
    public var isPerCPU: Bool {
      switch self {
      case .percpuhash, .percpulruhash: true
      case .hash, .lruhash: false
      }
    }
  }

  /// "@" or "@name"; without "@" where it is swtrace's own.
  public var name: String
  /// `nil` for a scalar map; a tuple for several keys.
  public var key: Type?
  public var value: Type
  /// Set when the script declares the map with `let @m = kind(entries)`.
  public var declaredKind: Kind?
  public var maxEntries: Int
  /// Where the script first mentions it.
  public var range: SourceRange

  public init(
    name: String, key: Type?, value: Type, declaredKind: Kind? = nil, maxEntries: Int, range: SourceRange
  ) {
    self.name = name
    self.key = key
    self.value = value
    self.declaredKind = declaredKind
    self.maxEntries = maxEntries
    self.range = range
  }
}

public struct Probe: Sendable {
  /// All attach points run the same body; never empty.
  public var attachPoints: [AttachPoint]
  /// What the body may assume at each of them.
  public var traits: ProbeTraits
  public var predicate: TypedExpression?
  public var body: [TypedStatement]
  public var variables: [ScratchVariable]
  /// The builtins that the predicate and the body use, in the order they are checked.
  public var uses: [BuiltinUse]
  /// The block in the script this comes from, counted from 0.
  public var block: Int
  /// Whether swtrace added it to the script's.
  public var isOwn = false
  public var range: SourceRange

  public init(
    attachPoints: [AttachPoint], traits: ProbeTraits, predicate: TypedExpression?, body: [TypedStatement],
    variables: [ScratchVariable], uses: [BuiltinUse] = [], block: Int, range: SourceRange
  ) {
    self.uses = uses
    self.attachPoints = attachPoints
    self.traits = traits
    self.predicate = predicate
    self.body = body
    self.variables = variables
    self.block = block
    self.range = range
  }
}

public struct ScratchVariable: Hashable, Sendable {
  public var name: String
  public var type: Type
  /// Whether `&` takes its address, so that it must lie in memory.
  public var isAddressed: Bool

  public init(name: String, type: Type, isAddressed: Bool = false) {
    self.name = name
    self.type = type
    self.isAddressed = isAddressed
  }
}
