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
  /// Whether others than the script may make entries, so that its own keys are not all there are.
  private let sharesMaps: Bool

  /// The largest value of a directly addressed array that is still laid out as slots, in bytes.
  static let maximumSlotBytes = 4 << 20
  static let cacheLine = 64
  /// The most constants that are the keys of an indexed map.
  static let maximumConstantKeys = 64
  /// Enumerators below this are indices.
  static let maximumEnumerator = 64
  /// So many entries are in a hash besides for each that has an index, at least.
  static let strangersShare = 8
  /// System call numbers that have a slot: all that x86_64 and arm64 have, in Linux 7.
  static let syscallNumbers = 512

  /// - Parameter sharesMaps: whether others than the script may make entries of maps.
  public static func plan(
    _ program: Program, target: any Target, sharesMaps: Bool = false
  ) throws(InternalError) -> Plan {
    var planner = Planner(program: program, target: target, usage: Usage(program), sharesMaps: sharesMaps)
    try planner.planPrograms()
    planner.planMaps()
    planner.planServices()
    return planner.plan
  }

  private init(program: Program, target: any Target, usage: Usage, sharesMaps: Bool) {
    self.sharesMaps = sharesMaps
    self.program = program
    self.target = target
    self.usage = usage
  }

  /// CPUs rounded up to a power of two, so that a mask bounds the CPU's number.
  private var cpuSlots: Int { target.machine.possibleCPUs.nextPowerOfTwo }

  static func words(_ size: Int) -> Int { (size + 7) / 8 * 8 }

  static func lines(_ size: Int) -> Int { (size + cacheLine - 1) / cacheLine * cacheLine }

  // MARK: - Maps

  /// The programs of each probe.
  private var programsByProbe: [[Int]] {
    var result = [[Int]](repeating: [], count: program.probes.count)
    for (index, planned) in plan.programs.enumerated() {
      switch planned.entry {
      case .single(let probe, _): result[probe].append(index)
      case .session(let entry, let exit):
        result[entry.probe].append(index)
        result[exit.probe].append(index)
      case .syscalls(let entry):
        for block in entry.blocks { for section in block.sections { result[section.probe].append(index) } }
      }
    }
    return result
  }

  private mutating func planMaps() {
    let programs = programsByProbe
    for (index, map) in program.maps.enumerated() {
      let content = content(of: map, index)
      let fields = Self.keyFields(map.key, target)
      plan.views.append(
        MapView(
          name: map.name, key: map.key, keySize: map.key.map { size(of: $0) } ?? 0, keyFields: fields,
          valueSize: size(of: map.value), content: content))
      if let names = usage.maps[index].keyNames?.parts, names.count == fields.count {
        plan.views[index].keyNames = names.map { $0 ?? "" }
      }
      plan.needsAtomicUpdates.append(needsAtomicUpdates(usage.maps[index], programs))
      plan.keepsEntries.append(!usage.maps[index].isDeletedFrom)
      if let hash = content.hash {
        plan.views[index].lostUpdates = MapView.Place(map: dataMap(), offset: reserve(MapView.lostUpdatesSize))
        growZeros(plan.maps[hash.map].valueSize)
      }
    }
  }

  func size(of type: Type) -> Int { type.size { self.target.layout(of: $0)?.size ?? 0 } }

  private mutating func content(of map: MapVariable, _ index: Int) -> MapView.Content {
    let use = usage.maps[index]
    var domain = map.declaredKind == nil && !use.isWalked ? domain(of: map, use) : nil
    if let keys = domain, keys.count * (hasStrangers(map, keys) ? Self.strangersShare : 1) > map.maxEntries {
      domain = nil
    }
    guard case .aggregation(let aggregation) = map.value else {
      return .plain(map.value, domain.flatMap { cells(map, $0) } ?? entries(map))
    }
    // An entry on its own is gone at once on all CPUs only where it is one of a hash map.
    if use.isProbed || !use.copied.isEmpty { domain = nil }
    return .aggregation(
      aggregation,
      domain.flatMap { slots(map, aggregation, $0) } ?? .hash(entries(map, of: aggregation, usage.copyGroup(of: index)))
    )
  }

  /// The keys a map can have, if they are few; integers outside of them may come too where `hasStrangers` says so.
  private func domain(of map: MapVariable, _ use: Usage.MapUse) -> MapView.Domain? {
    guard let key = map.key else { return .scalar }
    switch use.keys {
    case .probeName:
      return domain(of: use) { $0.nameIndex }
    case .functionName: return domain(of: use) { $0.functionIndex }
    case .cpu: return .cpus(count: cpuSlots)
    case .constants(let keys) where !sharesMaps: return .keys(keys)
    case .syscallNumber: return .integers(count: Self.syscallNumbers)
    case .constants, .anything, nil: break
    }
    if key == .bool { return .integers(count: 2) }
    if key == .uint8 { return .integers(count: 256) }
    guard case .enumeration(let reference, _) = key else { return nil }
    let values = target.enumerators(of: reference).map(\.value)
    guard let low = values.min(), let high = values.max(), low >= 0, high < Self.maximumEnumerator else { return nil }
    return .integers(count: (Int(high) + 1).nextPowerOfTwo)
  }

  /// The names that the probes of a map's users give.
  private func domain(of use: Usage.MapUse, _ name: (AttachPoint) -> Int?) -> MapView.Domain? {
    let names = use.users.flatMap { program.probes[$0].attachPoints.compactMap(name) }
    guard let low = names.min(), let high = names.max() else { return nil }
    return .probes(base: low, count: high - low + 1)
  }

  /// Whether integer keys may lie outside of the domain.
  private func hasStrangers(_ map: MapVariable, _ domain: MapView.Domain) -> Bool {
    guard case .integers = domain else { return false }
    return map.key != .bool && map.key != .uint8
  }

  private mutating func cells(_ map: MapVariable, _ domain: MapView.Domain) -> MapView.PlainStorage? {
    if hasStrangers(map, domain) { return nil }
    let presence = Self.words(size(of: map.value))
    // What CPUs write on their own shares no cache line.
    let stride = domain.isByCPU ? Self.lines(presence + 8) : presence + 8
    guard stride * domain.count <= Self.maximumSlotBytes else { return nil }
    let offset = reserve(stride * domain.count, alignment: domain.isByCPU ? Self.cacheLine : 8)
    return .cells(
      MapView.Cells(
        map: dataMap(), offset: offset, presence: offset + presence, stride: stride, domain: domain))
  }

  private mutating func slots(
    _ map: MapVariable, _ aggregation: Aggregation, _ domain: MapView.Domain
  ) -> MapView.AggregationStorage? {
    let slotSize = aggregation.words * 8
    if domain.isByCPU {
      // The key says which CPU's slot it is: one a CPU is all there are.
      let size = Self.lines(slotSize)
      guard size * domain.count <= Self.maximumSlotBytes else { return nil }
      let offset = reserve(size * domain.count, alignment: Self.cacheLine)
      return .slots(
        MapView.Slots(
          map: dataMap(), offset: offset, cpuStride: 0, size: size, domain: domain, presence: reserve(domain.count)))
    }
    let stride = Self.lines(slotSize * domain.count)
    guard map.key == nil || stride * cpuSlots <= Self.maximumSlotBytes else { return nil }
    let rest = hasStrangers(map, domain) ? entries(map, of: aggregation) : nil
    let offset = reserve(stride * cpuSlots, alignment: Self.cacheLine)
    return .slots(
      MapView.Slots(
        map: dataMap(), offset: offset, cpuStride: stride, size: slotSize, domain: domain,
        presence: reserve(domain.count), rest: rest))
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
    // A record with names is one value.
    guard case .tuple(let elements) = key, elements.allSatisfy({ $0.name == nil }) else {
      return [Field(offset: 0, size: key.size(recordSize: recordSize), type: key)]
    }
    let layout = Type.tupleLayout(elements, recordSize: recordSize)
    return zip(elements, layout.offsets).map {
      Field(offset: $1, size: $0.type.size(recordSize: recordSize), type: $0.type)
    }
  }

  /// Updates must be atomic when two programs write the same slot and one may run while the other does.
  /// A program that cannot be preempted never interrupts itself, and those on syscall entry and exit never one another.
  private func needsAtomicUpdates(_ use: Usage.MapUse, _ programs: [[Int]]) -> Bool {
    let writers = Set(use.writers.flatMap { programs[$0] }).map { plan.programs[$0] }
    let areSyscallsOnly = writers.allSatisfy { planned in
      switch planned.entry {
      case .single(let probe, _): !program.probes[probe].traits.mayInterrupt
      case .session(let entry, let exit):
        !program.probes[entry.probe].traits.mayInterrupt && !program.probes[exit.probe].traits.mayInterrupt
      case .syscalls: true
      }
    }
    return writers.count > 1 && !areSyscallsOnly || writers.contains(where: isPreemptible)
  }

  private func isPreemptible(_ planned: PlannedProgram) -> Bool {
    switch planned.entry {
    case .single(let probe, _): program.probes[probe].traits.isPreemptible
    case .session(let entry, let exit):
      program.probes[entry.probe].traits.isPreemptible || program.probes[exit.probe].traits.isPreemptible
    case .syscalls: false
    }
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
      plan.words[.lostEvents] = MapView.Place(map: dataMap(), offset: reserve(8))
      for action in usage.lastingActions {
        plan.pendingActions.append(
          PendingAction(action: action, place: MapView.Place(map: dataMap(), offset: reserve(PendingAction.size))))
      }
    }
    if usage.hasLoops || usage.unwinds { plan.opaqueZero = MapView.Place(map: dataMap(), offset: reserve(8)) }
    if usage.hasLoops {
      if target.has(.loop) { plan.words[.cutLoops] = MapView.Place(map: dataMap(), offset: reserve(8)) }
    }
    if usage.usesElapsed { plan.words[.startTime] = MapView.Place(map: dataMap(), offset: reserve(8)) }
    planLibrary()
    let constantsSize = Self.words(constants.count)
    if zerosSize > 0 { plan.zeros = constantsSize }
    if constantsSize + zerosSize > 0 {
      // What is behind the initial value is zeros.
      plan.maps.append(
        MapSpec(
          name: "swtrace_const", kind: .array, keySize: 4, valueSize: constantsSize + zerosSize, maxEntries: 1,
          flags: .readOnlyForPrograms, initialValue: constants, isFrozen: true))
      plan.constantsMap = plan.maps.count - 1
    }
    if let map = plan.dataMap { plan.maps[map].valueSize = (dataSize + 7) / 8 * 8 }
  }

  /// Bytes of the ring buffer: a power of two of pages. Small for scripts that only print now and then.
  private var ringBufferSize: Int {
    let pages = program.configuration.ringBufferPages ?? (sendsOften ? 1024 : 64)
    return pages.nextPowerOfTwo * target.machine.pageSize
  }

  /// Whether records may come at the rate of events rather than of timers.
  private var sendsOften: Bool {
    program.probes.contains { $0.traits.pace == .event }
  }
}
