import TraceLang

extension Planner {
  /// Entries of the map that keeps stacks of one depth.
  private static let stackEntries = 16384
  /// The same where the kernel takes memory for all entries at once, in bytes.
  private static let maximumStackMemory = 4 << 20

  /// What functions of the standard library need: tables, stack maps and words that the loader fills.
  mutating func planLibrary() {
    if usage.usesSoftwareTAI { plan.taiOffset = MapView.Place(map: dataMap(), offset: reserve(8)) }
    for states in usage.globs {
      while constants.count % 8 != 0 { constants.append(0) }
      plan.globTables[states] = constants.count
      for word in states.accepting { constants += (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64($0 * 8)) } }
    }
    for limit in usage.stackLimits {
      let valueSize = StackStorage.valueSize(limit: limit)
      let isLazy = target.has(.bpfMemoryAllocator)
      let entries = isLazy ? Self.stackEntries : min(Self.stackEntries, Self.maximumStackMemory / valueSize)
      plan.maps.append(
        MapSpec(
          name: "swtrace_stacks", kind: .hash, keySize: 8, valueSize: valueSize, maxEntries: entries,
          flags: isLazy ? .noPreallocation : []))
      plan.stacks.append(StackStorage(limit: limit, map: plan.maps.count - 1))
    }
  }
}
