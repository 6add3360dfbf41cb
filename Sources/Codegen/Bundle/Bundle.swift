import TraceLang

/// A compiled script: all that `Runtime` needs to load, attach and print, and nothing that needs the compiler.
public struct Bundle: Hashable, Sendable, Codable {
  /// BPF maps by the index that relocations and views use.
  public var maps: [MapSpec]
  public var programs: [ProgramSpec]
  /// What to attach, in order; `begin` hooks run before and `end` hooks after all others.
  public var hooks: [Hook]
  /// What to do for each ring buffer record, by the action index in its header.
  public var actions: [Action]
  /// The script's maps, for printing, clearing and zeroing; in order of first appearance.
  public var views: [MapView]
  /// Names of the expanded probes, by probe index: "tracepoint:syscalls:sys_enter_openat".
  public var probeNames: [String]
  /// Formats of `strftime`, by the index in a timestamp value.
  public var timeFormats: [String]
  /// Members of the structs that are printed whole, and enumerators of enums printed by name.
  public var layouts: [PrintedLayout]
  public var enums: [PrintedEnum]
  public var settings: Settings
  /// Attach points the script asked for, as "Attached N probes" tells.
  public var probeCount = 0
  public var words = SharedWords()
  public var pendingActions: [PendingAction] = []
  public var stacks: [StackStorage] = []
  /// What programs find frames of processes by, which user space fills.
  public var unwinding: UnwindStorage?
  /// What they tell by which processes' addresses they take.
  public var sightings: SightingStorage?
  /// Filters of `cgroup_path`, by the index in its values.
  public var cgroupFilters: [String] = []
  /// Files that packets are written to, by the index in `PacketHeader`, and the map of perf events that they come by.
  public var packetFiles: [String] = []
  public var packetMap: Int?
  /// Names of the script's source texts, for messages that carry a `SourceLine`.
  public var sources: [String]
  /// What the kernel is told of the keys and values of maps.
  public var mapTypes: MapTypes?

  /// The ring buffer that records of actions come by.
  public var eventMap: Int? {
    maps.indices.first { map in
      maps[map].kind == .ringBuffer && map != unwinding?.requests && map != sightings?.records
    }
  }

  public init(settings: Settings) {
    maps = []
    programs = []
    hooks = []
    actions = []
    views = []
    probeNames = []
    timeFormats = []
    layouts = []
    enums = []
    self.settings = settings
    sources = []
  }

  public struct PrintedLayout: Hashable, Sendable, Codable {
    public let reference: RecordReference
    public let layout: RecordLayout

    public init(reference: RecordReference, layout: RecordLayout) {
      self.reference = reference
      self.layout = layout
    }
  }

  public struct PrintedEnum: Hashable, Sendable, Codable {
    public let reference: EnumReference
    public let enumerators: [EnumeratorName]

    public init(reference: EnumReference, enumerators: [EnumeratorName]) {
      self.reference = reference
      self.enumerators = enumerators
    }
  }

  /// The configuration that matters after compilation.
  public struct Settings: Hashable, Sendable, Codable {
    /// "GPL" and so on.
    public var license = "GPL"
    /// Bytes of verifier log kept.
    public var logSize = 1_000_000
    public var printMapsOnExit = true
    /// Appended to strings that were cut.
    public var truncationTrailer = ".."
    /// `max_strlen`: a string whose space is at least this large and full was cut.
    public var maximumStringLength = 1024
    public var maximumCatBytes = 10240
    /// CPUs that per-CPU storage was laid out for: `Machine.possibleCPUs`.
    public var possibleCPUs: Int
    /// `error`, `warn` or `ignore`.
    public var missingProbes = MissingProbes.error

    public var symbols = SymbolSettings()

    public init(possibleCPUs: Int) { self.possibleCPUs = possibleCPUs }
  }

  /// How the code at addresses is named.
  public struct SymbolSettings: Hashable, Sendable, Codable {
    /// `cpp_demangle`
    public var demangles = true
    /// `show_debug_info`
    public var showsSource = true
    /// `lazy_symbolication`: whether processes are looked at only when their addresses are printed.
    public var looksLate = false
    /// `cache_user_symbols`
    public var cache = SymbolCache.process
  }

  /// Which processes share what is known of their code.
  public enum SymbolCache: String, Hashable, Sendable, Codable {
    case process, program, none
  }

  public enum MissingProbes: String, Hashable, Sendable, Codable {
    case error, warn, ignore
  }
}

/// The hash map that keeps the stacks of one shape, by a hash of their frames.
public struct StackStorage: Hashable, Sendable, Codable {
  public let shape: StackType.Shape
  public let map: Int
  /// Where programs count stacks that found the map full (a 64-bit number).
  public let lost: MapView.Place

  public init(shape: StackType.Shape, map: Int, lost: MapView.Place) {
    self.shape = shape
    self.map = map
    self.lost = lost
  }
}

/// A BPF map to create.
public struct MapSpec: Hashable, Sendable, Codable {
  /// Kernel: include/uapi/linux/bpf.h, enum bpf_map_type.
  public enum Kind: UInt32, Hashable, Sendable, Codable {
    case hash = 1
    case array = 2
    case perfEventArray = 4
    case perCPUHash = 5
    case perCPUArray = 6
    case lruHash = 9
    case lruPerCPUHash = 10
    case ringBuffer = 27
  }

  /// Kernel: include/uapi/linux/bpf.h, BPF_F_*.
  public struct Flags: OptionSet, Hashable, Sendable, Codable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    /// Programs may only read.
    public static let readOnlyForPrograms = Flags(rawValue: 1 << 7)
    /// The value can be mapped into user space (arrays).
    public static let mappable = Flags(rawValue: 1 << 10)
  }

  /// At most 15 bytes are kept by the kernel (BPF_OBJ_NAME_LEN).
  public var name: String
  public var kind: Kind
  public var keySize: Int
  public var valueSize: Int
  public var maxEntries: Int
  public var flags: Flags
  /// The first value of a one-element array; empty for zeros.
  public var initialValue: [UInt8]
  /// No writes from user space either once `initialValue` is in (BPF_MAP_FREEZE), so that loads fold in the verifier.
  public var isFrozen: Bool

  public init(
    name: String, kind: Kind, keySize: Int, valueSize: Int, maxEntries: Int, flags: Flags = [],
    initialValue: [UInt8] = [], isFrozen: Bool = false
  ) {
    self.name = name
    self.kind = kind
    self.keySize = keySize
    self.valueSize = valueSize
    self.maxEntries = maxEntries
    self.flags = flags
    self.initialValue = initialValue
    self.isFrozen = isFrozen
  }
}

/// A BPF program to load.
public struct ProgramSpec: Hashable, Sendable, Codable {
  /// At most 15 bytes are kept by the kernel.
  public var name: String
  public var load: Load
  public var object: ProgramObject
  /// The probe that errors are told of: "tracepoint:syscalls:sys_enter_*".
  public var title: String
  /// Functions and source lines for the kernel's own tools, and what callbacks need to be accepted.
  public var typeInformation: ProgramBTF?

  public init(name: String, load: Load, object: ProgramObject, title: String, typeInformation: ProgramBTF? = nil) {
    self.name = name
    self.load = load
    self.object = object
    self.title = title
    self.typeInformation = typeInformation
  }

  /// Whether it calls a helper anywhere.
  public func calls(_ helper: Helper) -> Bool {
    let code = (try? MachineInstruction.decode(object.instructions)) ?? []
    return code.contains(.call(.helper(helper.rawValue)))
  }
}
