import TraceLang

extension Planner {
  /// Stacks of one shape that are kept, and the bytes they may take, unless a script asks for more keys.
  private static let maximumStacks = 16384
  private static let maximumStackMemory = 8 << 20

  /// What functions of the standard library need: tables, stack maps and words that the loader fills.
  mutating func planLibrary() {
    if usage.usesSoftwareTAI { plan.words[.taiOffset] = MapView.Place(map: dataMap(), offset: reserve(8)) }
    let hasSeries = program.maps.contains { map in
      if case .aggregation(.tseries) = map.value { true } else { false }
    }
    if hasSeries { plan.words[.wallOffset] = MapView.Place(map: dataMap(), offset: reserve(8)) }
    for states in usage.globs {
      while constants.count % 8 != 0 { constants.append(0) }
      plan.globTables[states] = constants.count
      for word in states.accepting { constants += (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64($0 * 8)) } }
    }
    if usage.sendsPackets {
      plan.packetMap = plan.maps.count
      // The loader makes it as long as the machine has CPUs.
      plan.maps.append(
        MapSpec(name: "swtrace_packets", kind: .perfEventArray, keySize: 4, valueSize: 4, maxEntries: 1))
    }
    for table in usage.texts {
      while constants.count % 8 != 0 { constants.append(0) }
      plan.textTables[table] = constants.count
      let distance = (table.capacity + 7) / 8 * 8
      for text in table.texts { constants += text + [UInt8](repeating: 0, count: distance - text.count) }
    }
    for shape in usage.stackShapes {
      let valueSize = shape.size
      plan.maps.append(
        MapSpec(
          name: "swtrace_stacks", kind: .hash, keySize: 8, valueSize: valueSize,
          maxEntries: max(
            min(Self.maximumStacks, Self.maximumStackMemory / valueSize), program.configuration.maxMapKeys)))
      let map = plan.maps.count - 1
      plan.stacks.append(
        StackStorage(shape: shape, map: map, lost: MapView.Place(map: dataMap(), offset: reserve(8))))
    }
    if usage.unwinds {
      plan.unwinding = UnwindStorage(firstMap: plan.maps.count)
      plan.maps += UnwindStorage.maps
    }
    if usage.takesUserCode, !program.configuration.looksUpSymbolsLate {
      plan.sightings = SightingStorage(firstMap: plan.maps.count)
      plan.maps += SightingStorage.maps
    }
  }
}
