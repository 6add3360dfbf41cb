// What maps cost, as the kernel itself counts it (Kernel: map_mem_usage of each kind, shown as memlock in fdinfo).
extension MapSpec {
  /// Whether all entries are there from the start: so are those of every map here, since none asks for BPF_F_NO_PREALLOC.
  public var isPreallocated: Bool { true }

  /// Whether the kernel keeps a value for each CPU.
  public var isPerCPU: Bool {
    switch kind {
    case .perCPUHash, .perCPUArray, .lruPerCPUHash: true
    case .hash, .array, .perfEventArray, .lruHash, .ringBuffer: false
    }
  }

  /// Bytes of kernel memory that it takes on a machine with so many CPUs.
  public func memory(cpus: Int, pageSize: Int) -> Int {
    switch kind {
    case .hash, .perCPUHash, .lruHash, .lruPerCPUHash: hashMemory(cpus)
    case .array:
      flags.contains(.mappable)
        ? pageSize + Self.rounded(Self.rounded(valueSize, 8) * maxEntries, pageSize)
        : Self.header + Self.rounded(valueSize, 8) * maxEntries
    case .perCPUArray: Self.header + maxEntries * (8 + Self.rounded(valueSize, 8) * cpus)
    // Pointers; the events' buffers are of user space.
    case .perfEventArray: Self.header + 8 * maxEntries
    // Its data are mapped twice, behind each other, and three pages besides hold positions.
    case .ringBuffer: Self.header + maxEntries + 3 * pageSize + (3 + 2 * maxEntries / pageSize) * 8
    }
  }

  /// Kernel: kernel/bpf/hashtab.c, htab_map_mem_usage.
  private func hashMemory(_ cpus: Int) -> Int {
    let keyAndHeader = 48 + Self.rounded(keySize, 8)
    let value = Self.rounded(valueSize, 8)
    // A spare entry for each CPU, for updates of what is there.
    let entries = maxEntries + (kind.isLRU || isPerCPU ? 0 : cpus)
    let perEntry = isPerCPU ? keyAndHeader + 8 + value * cpus : keyAndHeader + value
    return Self.header + 16 * maxEntries.nextPowerOfTwo + entries * perEntry
  }

  /// What the kernel keeps of a map besides its contents, about.
  private static let header = 512

  private static func rounded(_ size: Int, _ unit: Int) -> Int { (size + unit - 1) / unit * unit }
}

extension MapSpec.Kind {
  /// Whether new keys take the place of those that were not used for long.
  var isLRU: Bool {
    switch self {
    case .lruHash, .lruPerCPUHash: true
    case .hash, .array, .perfEventArray, .perCPUHash, .perCPUArray, .ringBuffer: false
    }
  }
}
