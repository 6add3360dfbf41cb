import TraceLang

// Hash maps. All are preallocated: a probe may fire where interrupts are off, and there the kernel's allocator has room for
// a few new entries at a time, of per-CPU values for a single one.
extension Planner {
  /// The most bytes that a map takes for the sake of speed.
  private static let maximumSpreading = 16 << 20
  /// The most words that a program goes over to merge an entry: the verifier walks through them all.
  private static let maximumMerged = 100_000
  /// Bytes of an entry besides key and value (Kernel: struct htab_elem in kernel/bpf/hashtab.c).
  private static let entryHeader = 48

  /// Makes the hash map of a map of plain values.
  mutating func entries(_ map: MapVariable) -> MapView.PlainStorage {
    .hash(map: makeHash(map, .shared))
  }

  /// Makes the hash map of an aggregation.
  /// - Parameter group: the maps between which entries are copied, itself among them; none where that is not done.
  mutating func entries(_ map: MapVariable, of aggregation: Aggregation, _ group: Set<Int> = []) -> MapView.Hash {
    let values = group.isEmpty ? values(of: map, aggregation) : common(group)
    return MapView.Hash(map: makeHash(map, values), values: values)
  }

  private mutating func makeHash(_ map: MapVariable, _ values: MapView.Hash.Values) -> Int {
    let keySize = keySize(of: map)
    var valueSize = Self.words(size(of: map.value))
    if case .slots(let stride) = values { valueSize = stride * target.machine.possibleCPUs }
    plan.maps.append(
      MapSpec(
        name: Self.kernelName(map.name), kind: Self.kind(of: map, values), keySize: keySize, valueSize: valueSize,
        maxEntries: entryCount(of: map)))
    return plan.maps.count - 1
  }

  private func entryCount(of map: MapVariable) -> Int {
    map.key == nil && map.declaredKind == nil ? 1 : map.maxEntries
  }

  private func keySize(of map: MapVariable) -> Int { max(map.key.map { size(of: $0) } ?? 8, 1) }

  private static func kind(of map: MapVariable, _ values: MapView.Hash.Values) -> MapSpec.Kind {
    switch (map.declaredKind, values) {
    case (.lruhash, .perCPU), (.percpulruhash, .perCPU): .lruPerCPUHash
    case (.lruhash, .shared), (.lruhash, .slots), (.percpulruhash, .shared), (.percpulruhash, .slots): .lruHash
    case (.hash, .perCPU), (.percpuhash, .perCPU), (nil, .perCPU): .perCPUHash
    case (.hash, .shared), (.hash, .slots), (.percpuhash, .shared), (.percpuhash, .slots), (nil, .shared),
      (nil, .slots):
      .hash
    }
  }

  /// How the entries of maps between which they are copied lie: alike, so that the kernel takes one for another's, and
  /// with all CPUs' values in them, which the kernel's per-CPU kinds do not have.
  private func common(_ group: Set<Int>) -> MapView.Hash.Values {
    var least: Int?
    for index in group {
      guard case .aggregation(let aggregation) = program.maps[index].value else { continue }
      var map = program.maps[index]
      map.declaredKind = nil
      switch values(of: map, aggregation) {
      case .shared, .perCPU: return .shared
      case .slots where aggregation.isOfSums && aggregation.words * target.machine.possibleCPUs > Self.maximumMerged:
        return .shared
      case .slots(let stride): least = min(least ?? stride, stride)
      }
    }
    return least.map { .slots(stride: $0) } ?? .shared
  }

  /// What an entry of an aggregation holds. A map of the kernel's per-CPU kind takes several times as long to make as one whose value
  /// has a slot for each CPU, and it cannot be read as a whole in a program.
  private func values(of map: MapVariable, _ aggregation: Aggregation) -> MapView.Hash.Values {
    if map.declaredKind?.isPerCPU ?? false { return .perCPU }
    let slot = aggregation.words * 8
    // Wherever an entry begins, the last word of a slot and the first of the next one are on lines of their own.
    let apart = slot + Self.cacheLine - 8
    let strides = target.machine.possibleCPUs == 1 ? [slot] : [apart, slot]
    let fitting = strides.first { stride in
      let entry = Self.entryHeader + Self.words(keySize(of: map)) + stride * target.machine.possibleCPUs
      return entry * entryCount(of: map) <= Self.maximumSpreading
    }
    if let fitting { return .slots(stride: fitting) }
    return aggregation.isOfSums ? .shared : .slots(stride: slot)
  }
}
