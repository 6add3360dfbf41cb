import TraceLang

/// A map of the script: how its entries lie in BPF maps and how they print.
public struct MapView: Hashable, Sendable, Codable {
  /// "@" or "@name"; without "@" where it is swtrace's own and the script knows nothing of it.
  public var name: String
  /// `nil` for a scalar map. A multi-key is a tuple.
  public var key: Type?
  public var keySize: Int
  /// How to print the parts of the key, in order.
  public var keyFields: [Field]
  /// Of a map that is keyed by stacks: what the parts of the key are called, "" where they have no name.
  public var keyNames: [String]?
  public var valueSize: Int
  public var content: Content
  /// Where the programs count updates that found the map full and, in the word after it, those that the kernel refused for
  /// another reason (`lostUpdatesSize` bytes).
  public var lostUpdates: Place?

  /// Bytes of the two 64-bit counters at `lostUpdates`.
  public static let lostUpdatesSize = 16

  public struct Place: Hashable, Sendable, Codable {
    public let map: Int
    public let offset: Int

    public init(map: Int, offset: Int) {
      self.map = map
      self.offset = offset
    }
  }

  /// What it holds, and where: how values lie depends on which they are.
  public enum Content: Hashable, Sendable, Codable {
    case plain(Type, PlainStorage)
    case aggregation(Aggregation, AggregationStorage)

    /// The hash map that holds all entries, or those outside of the domain.
    public var hash: Hash? {
      switch self {
      case .plain(_, .hash(let map)): Hash(map: map, values: .shared)
      case .plain(_, .cells): nil
      case .aggregation(_, .hash(let hash)): hash
      case .aggregation(_, .slots(let slots)): slots.rest
      }
    }
  }

  public enum PlainStorage: Hashable, Sendable, Codable {
    /// One entry a key.
    case hash(map: Int)
    /// Values by index, shared by all CPUs.
    case cells(Cells)
  }

  public enum AggregationStorage: Hashable, Sendable, Codable {
    case hash(Hash)
    /// By index, each CPU's apart.
    case slots(Slots)
  }

  /// Whether it is swtrace's own.
  public var isOwn: Bool { !name.hasPrefix("@") }

  public var value: Type {
    switch content {
    case .plain(let type, _): type
    case .aggregation(let aggregation, _): .aggregation(aggregation)
    }
  }

  /// Entries of a hash map, whose values are of one CPU or of all.
  public struct Hash: Hashable, Sendable, Codable {
    public let map: Int
    public let values: Values

    /// How many values an entry has, and where.
    public enum Values: Hashable, Sendable, Codable {
      /// One, which all CPUs share.
      case shared
      /// One a CPU in the single value that the kernel knows, so many bytes apart.
      case slots(stride: Int)
      /// One a CPU, laid out by the kernel (BPF_MAP_TYPE_PERCPU_HASH).
      case perCPU
    }

    public init(map: Int, values: Values) {
      self.map = map
      self.values = values
    }

    /// Whether there is room for just so many CPUs.
    var hasSlots: Bool {
      switch values {
      case .slots: true
      case .shared, .perCPU: false
      }
    }
  }

  /// Values in the single value of an array map: that of the domain's key `i` at `offset + i * stride`, present when the
  /// byte at `presence + i * stride` is not 0.
  public struct Cells: Hashable, Sendable, Codable {
    public let map: Int
    public let offset: Int
    public let presence: Int
    public let stride: Int
    public let domain: Domain

    public init(map: Int, offset: Int, presence: Int, stride: Int, domain: Domain) {
      self.map = map
      self.offset = offset
      self.presence = presence
      self.stride = stride
      self.domain = domain
    }
  }

  /// Slots of an aggregation in the single value of an array map: that of the domain's key `i` on CPU `c` at
  /// `offset + c * cpuStride + i * size`. A key whose slots are zeros is not there, unless the byte at `presence + i`, which
  /// `zero()` sets, is not 0.
  public struct Slots: Hashable, Sendable, Codable {
    public let map: Int
    public let offset: Int
    /// Bytes from a CPU's slots to the next one's; 0 when all CPUs share one.
    public let cpuStride: Int
    public let size: Int
    public let domain: Domain
    public let presence: Int
    /// The entries of integers outside of the domain, if there may be some.
    public let rest: Hash?

    public init(
      map: Int, offset: Int, cpuStride: Int, size: Int, domain: Domain, presence: Int, rest: Hash? = nil
    ) {
      self.map = map
      self.offset = offset
      self.cpuStride = cpuStride
      self.size = size
      self.domain = domain
      self.presence = presence
      self.rest = rest
    }
  }

  /// The keys of index storage.
  public enum Domain: Hashable, Sendable, Codable {
    /// No key: a scalar.
    case scalar
    /// Probe indices from a base: the key of index i prints as `probeNames[base + i]`.
    case probes(base: Int, count: Int)
    /// Integers 0 ..< count, a power of two.
    case integers(count: Int)
    /// Numbers of CPUs, 0 ..< count, a power of two.
    case cpus(count: Int)
    /// These keys, as they lie in memory.
    case keys([[UInt8]])

    public var count: Int {
      switch self {
      case .scalar: 1
      case .probes(_, let count), .integers(let count), .cpus(let count): count
      case .keys(let keys): keys.count
      }
    }

    var isByCPU: Bool {
      switch self {
      case .cpus: true
      case .scalar, .probes, .integers, .keys: false
      }
    }

    /// The key of an index as it lies in memory, in so many bytes.
    public func key(_ index: Int, size: Int) -> [UInt8] {
      switch self {
      case .scalar: []
      case .probes(let base, _): Self.bytes(base + index, size)
      case .integers, .cpus: Self.bytes(index, size)
      case .keys(let keys): keys[index]
      }
    }

    private static func bytes(_ number: Int, _ size: Int) -> [UInt8] {
      (0..<size).map { $0 < 8 ? UInt8(truncatingIfNeeded: number >> ($0 * 8)) : 0 }
    }
  }

  public init(
    name: String, key: Type?, keySize: Int, keyFields: [Field], valueSize: Int, content: Content,
    lostUpdates: Place? = nil
  ) {
    self.name = name
    self.key = key
    self.keySize = keySize
    self.keyFields = keyFields
    self.valueSize = valueSize
    self.content = content
    self.lostUpdates = lostUpdates
  }
}
