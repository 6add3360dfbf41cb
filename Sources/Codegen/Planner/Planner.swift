import TraceLang

/// Chooses the storage of each map and the hook of each probe.
public struct Planner {
  let program: Program
  let target: any Target
  let usage: Usage
  var plan = Plan()
  /// Bytes of the data map used so far: globals first, then the per-CPU slots of all aggregations.
  var dataSize = 0
  var constants: [UInt8] = []

  /// The largest value of a directly addressed array that is still laid out as slots, in bytes.
  static let maximumSlotBytes = 4 << 20
  /// Hash maps whose preallocated elements would take more than this are grown on demand, in bytes: of small values, of
  /// which the kernel always has some at hand, and of larger ones, of which a burst of new keys may find none.
  static let maximumPreallocation = 256 << 10
  static let maximumLargePreallocation = 8 << 20
  /// Bytes of a value that still is small.
  static let smallValue = 64
  static let cacheLine = 64

  public static func plan(_ program: Program, target: any Target) -> Plan {
    var planner = Planner(program: program, target: target, usage: Usage(program))
    planner.planPrograms()
    planner.planMaps()
    planner.planServices()
    return planner.plan
  }

  private init(program: Program, target: any Target, usage: Usage) {
    self.program = program
    self.target = target
    self.usage = usage
  }

  /// CPUs rounded up to a power of two, so that a mask bounds the CPU's number.
  private var cpuSlots: Int {
    var count = 1
    while count < target.machine.possibleCPUs { count *= 2 }
    return count
  }

  // MARK: - Maps

  private mutating func planMaps() {
    for (index, map) in program.maps.enumerated() {
      let storage = storage(of: map, usage.maps[index])
      let fields = Self.keyFields(map.key, target)
      plan.views.append(
        MapView(
          name: map.name, key: map.key, keySize: map.key.map { size(of: $0) } ?? 0, keyFields: fields, value: map.value,
          valueSize: size(of: map.value), storage: storage))
      plan.needsAtomicUpdates.append(needsAtomicUpdates(usage.maps[index]))
      plan.keepsEntries.append(!usage.maps[index].isDeletedFrom)
      if case .hash = storage {
        plan.views[index].lostUpdates = MapView.Place(map: dataMap(), offset: reserve(8))
        growZeros(size(of: map.value))
      }
    }
  }

  func size(of type: Type) -> Int { type.size { self.target.layout(of: $0)?.size ?? 0 } }

  private mutating func storage(of map: MapVariable, _ use: Usage.MapUse) -> MapView.Storage {
    guard map.declaredKind == nil else { return hash(map) }
    guard case .aggregation(let aggregation) = map.value else {
      guard map.key == nil else { return hash(map) }
      let offset = reserve(size(of: map.value))
      return .global(map: dataMap(), offset: offset, presence: reserve(8))
    }
    let slotSize = aggregation.words * 8
    if map.key == nil { return slots(slotSize, count: 1, .scalar) }
    if map.key == .probeName, use.isKeyedByProbe, !use.needsEntries {
      let names = use.writers.flatMap { program.probes[$0].attachPoints.map(\.nameIndex) }
      if let low = names.min(), let high = names.max(), (high - low + 1) * slotSize * cpuSlots <= Self.maximumSlotBytes {
        return slots(slotSize, count: high - low + 1, .probes(base: low, count: high - low + 1))
      }
    }
    if let storage = indexed(map, use, slotSize) { return storage }
    return hash(map)
  }

  /// Slots by the number that the key is, for keys of few values.
  private mutating func indexed(_ map: MapVariable, _ use: Usage.MapUse, _ slotSize: Int) -> MapView.Storage? {
    if use.needsEntries { return nil }
    if use.isKeyedByCPU {
      // The key says which CPU's slot it is: one a CPU is all there are.
      let lines = (slotSize + Self.cacheLine - 1) / Self.cacheLine * Self.cacheLine
      guard lines * cpuSlots <= Self.maximumSlotBytes else { return nil }
      let offset = reserve(lines * cpuSlots, alignment: Self.cacheLine)
      return .slots(
        map: dataMap(), offset: offset, cpuStride: 0, slotSize: lines, domain: .integers(count: cpuSlots))
    }
    let count: Int
    switch map.key {
    case .bool: count = 2
    case .integer(.uint8): count = 256
    default: return nil
    }
    guard slotSize * count * cpuSlots <= Self.maximumSlotBytes else { return nil }
    return slots(slotSize, count: count, .integers(count: count))
  }

  private mutating func slots(_ slotSize: Int, count: Int, _ domain: MapView.Domain) -> MapView.Storage {
    let lines = (slotSize * count + Self.cacheLine - 1) / Self.cacheLine
    let stride = lines * Self.cacheLine
    let offset = reserve(stride * cpuSlots, alignment: Self.cacheLine)
    return .slots(map: dataMap(), offset: offset, cpuStride: stride, slotSize: slotSize, domain: domain)
  }

  private mutating func hash(_ map: MapVariable) -> MapView.Storage {
    let isAggregation = if case .aggregation = map.value { true } else { false }
    let kind: MapSpec.Kind
    switch map.declaredKind {
    case .hash, nil: kind = isAggregation ? .perCPUHash : .hash
    case .lruhash: kind = isAggregation ? .lruPerCPUHash : .lruHash
    case .percpuhash: kind = .perCPUHash
    case .percpulruhash: kind = .lruPerCPUHash
    }
    let perCPU = kind == .perCPUHash || kind == .lruPerCPUHash
    let keySize = max(map.key.map { size(of: $0) } ?? 8, 1)
    let valueSize = (size(of: map.value) + 7) / 8 * 8
    let total = map.maxEntries * (keySize + valueSize * (perCPU ? target.machine.possibleCPUs : 1) + 48)
    let isLRU = kind == .lruHash || kind == .lruPerCPUHash
    let limit = valueSize > Self.smallValue ? Self.maximumLargePreallocation : Self.maximumPreallocation
    let isLazy = total > limit && !isLRU && target.has(.bpfMemoryAllocator)
    plan.maps.append(
      MapSpec(
        name: Self.kernelName(map.name), kind: kind, keySize: keySize, valueSize: valueSize, maxEntries: map.maxEntries,
        flags: isLazy ? .noPreallocation : []))
    return .hash(map: plan.maps.count - 1, perCPU: perCPU)
  }

  /// A name the kernel takes: letters, digits, `_` and `.`, at most 15 bytes (BPF_OBJ_NAME_LEN).
  static func kernelName(_ name: String) -> String {
    var result = ""
    for byte in name.utf8.prefix(15) {
      let isWord =
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "_")
      result += isWord ? String(UnicodeScalar(byte)) : byte == UInt8(ascii: "@") ? "AT_" : "_"
    }
    return String(result.prefix(15))
  }

  static func keyFields(_ key: Type?, _ target: any Target) -> [Field] {
    guard let key else { return [] }
    let recordSize: (RecordReference) -> Int = { target.layout(of: $0)?.size ?? 0 }
    guard case .tuple(let elements) = key else {
      return [Field(offset: 0, size: key.size(recordSize: recordSize), type: key)]
    }
    let layout = Type.tupleLayout(elements, recordSize: recordSize)
    return zip(elements, layout.offsets).map {
      Field(offset: $1, size: $0.type.size(recordSize: recordSize), type: $0.type)
    }
  }

  /// Updates must be atomic when two programs write the same slot and one may run while the other does.
  /// A program never interrupts itself, and those on syscall entry and exit never one another.
  private func needsAtomicUpdates(_ use: Usage.MapUse) -> Bool {
    let writers = plan.programs.filter { planned in
      switch planned.entry {
      case .single(let probe, _): use.writers.contains(probe)
      case .syscalls(let entry): entry.blocks.contains { $0.sections.contains { use.writers.contains($0.probe) } }
      }
    }
    let areSyscallsOnly = writers.allSatisfy { planned in
      switch planned.entry {
      case .single(let probe, _):
        program.probes[probe].attachPoints.allSatisfy { $0.kind == .begin || $0.kind == .end }
      case .syscalls: true
      }
    }
    return writers.count > 1 && !areSyscallsOnly
  }

  // MARK: - Storage

  /// The index of the data map, made when first needed; its size is set at the end.
  mutating func dataMap() -> Int {
    if let map = plan.dataMap { return map }
    plan.maps.append(
      MapSpec(name: "swtrace_data", kind: .array, keySize: 4, valueSize: 0, maxEntries: 1, flags: .mappable))
    plan.dataMap = plan.maps.count - 1
    return plan.maps.count - 1
  }

  mutating func reserve(_ size: Int, alignment: Int = 8) -> Int {
    let offset = (dataSize + alignment - 1) / alignment * alignment
    dataSize = offset + max(size, 1)
    return offset
  }

  private mutating func growZeros(_ size: Int) { zerosSize = max(zerosSize, (size + 7) / 8 * 8) }

  private var zerosSize = 0

  private mutating func planServices() {
    if usage.sends || program.configuration.tellsFailedReads {
      plan.maps.append(
        MapSpec(
          name: "swtrace_events", kind: .ringBuffer, keySize: 0, valueSize: 0, maxEntries: ringBufferSize))
      plan.ringBuffer = plan.maps.count - 1
      plan.lostEvents = MapView.Place(map: dataMap(), offset: reserve(8))
    }
    if usage.hasLoops { plan.opaqueZero = MapView.Place(map: dataMap(), offset: reserve(8)) }
    if usage.usesElapsed { plan.startTime = MapView.Place(map: dataMap(), offset: reserve(8)) }
    planLibrary()
    if zerosSize > 0 {
      plan.zeros = (constants.count + 7) / 8 * 8
      constants += Array(repeating: 0, count: (plan.zeros ?? 0) + zerosSize - constants.count)
    }
    if !constants.isEmpty {
      plan.maps.append(
        MapSpec(
          name: "swtrace_const", kind: .array, keySize: 4, valueSize: (constants.count + 7) / 8 * 8, maxEntries: 1,
          flags: .readOnlyForPrograms, initialValue: constants, isFrozen: true))
      plan.constantsMap = plan.maps.count - 1
    }
    if let map = plan.dataMap { plan.maps[map].valueSize = (dataSize + 7) / 8 * 8 }
  }

  /// Bytes of the ring buffer: a power of two of pages. Small for scripts that only print now and then.
  private var ringBufferSize: Int {
    let page = target.machine.pageSize
    var pages = program.configuration.ringBufferPages ?? (sendsOften ? 1024 : 64)
    var size = 1
    while size < pages { size *= 2 }
    pages = size
    return pages * page
  }

  /// Whether records may come at the rate of events rather than of timers.
  private var sendsOften: Bool {
    program.probes.contains { probe in
      probe.attachPoints.contains { point in
        switch point.kind {
        case .begin, .end, .interval: false
        case .profile, .tracepoint, .rawTracepoint, .software: true
        }
      }
    }
  }
}
