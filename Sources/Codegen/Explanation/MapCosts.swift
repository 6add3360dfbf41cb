import TraceLang

/// What a bundle's maps are and take, those of the script apart from what swtrace keeps besides.
struct MapCosts {
  private let bundle: Bundle
  private let cpus: Int
  private let pageSize: Int

  init(_ bundle: Bundle, _ machine: Machine) {
    self.bundle = bundle
    cpus = bundle.settings.possibleCPUs
    pageSize = machine.pageSize
  }

  /// Bytes of kernel memory of everything.
  var total: Int { bundle.maps.reduce(0) { $0 + memory(of: $1) } }

  var maps: [Explanation.Map] { bundle.views.map(map) }

  private func memory(of spec: MapSpec) -> Int { spec.memory(cpus: cpus, pageSize: pageSize) }

  private func map(_ view: MapView) -> Explanation.Map {
    let hash = view.content.hash.map { bundle.maps[$0.map] }
    let (kind, direct) = storage(of: view.content)
    return Explanation.Map(
      map: view.name, key: view.key?.description, value: Self.words(for: view.value), kind: kind,
      entries: direct.entries + (hash?.maxEntries ?? 0), memory: direct.bytes + (hash.map(memory) ?? 0),
      isPreallocated: hash?.isPreallocated ?? false)
  }

  /// "count()" for what a map gathers.
  private static func words(for value: Type) -> String {
    if case .aggregation(let aggregation) = value { return "\(aggregation.functionName)()" }
    return value.description
  }

  /// Where values are kept, and how many in how many bytes of memory that needs no hash.
  private func storage(of content: MapView.Content) -> (kind: String, direct: (entries: Int, bytes: Int)) {
    switch content {
    case .plain(_, .hash(let map)): (bundle.maps[map].kind.words, (0, 0))
    case .plain(_, .cells(let cells)):
      (cells.domain.words, (cells.domain.count, cells.stride * cells.domain.count))
    case .aggregation(_, .hash(let hash)): (hash.words(bundle.maps), (0, 0))
    case .aggregation(_, .slots(let slots)):
      (slots.words(bundle.maps), (slots.domain.count, bytes(of: slots)))
    }
  }

  private func bytes(of slots: MapView.Slots) -> Int {
    let perDomain = slots.size * slots.domain.count
    return (slots.cpuStride == 0 ? perDomain : slots.cpuStride * cpus.nextPowerOfTwo) + slots.domain.count
  }

  /// What is kept besides the script's maps. The script's own are parts of hash maps and of the data map.
  var buffers: [Explanation.Buffer] {
    var buffers: [Explanation.Buffer] = []
    let hashes = Set(bundle.views.compactMap { $0.content.hash?.map })
    let stacks = Set(bundle.stacks.map(\.map))
    let unwinding = bundle.unwinding.map { $0.firstMap..<$0.firstMap + UnwindStorage.maps.count } ?? 0..<0
    let sightings = bundle.sightings.map { $0.firstMap..<$0.firstMap + SightingStorage.maps.count } ?? 0..<0
    let direct = bundle.views.reduce(0) { $0 + storage(of: $1.content).direct.bytes }
    for (index, spec) in bundle.maps.enumerated() where !hashes.contains(index) {
      let words =
        switch spec.kind {
        case _ where unwinding.contains(index): "what frames of processes are found by"
        case _ where sightings.contains(index): "processes whose addresses are taken"
        case .ringBuffer: "output that waits to be printed"
        case .perfEventArray: "packets that wait to be written, without their buffers"
        case .perCPUArray: "values too large for the stack"
        case .hash, .perCPUHash, .lruHash, .lruPerCPUHash:
          stacks.contains(index) ? "up to \(spec.maxEntries) different stacks" : "others"
        case .array: spec.flags.contains(.mappable) ? "counters, and the rest of their pages" : "constants and tables"
        }
      let own = spec.flags.contains(.mappable) && !unwinding.contains(index) ? direct : 0
      let memory = max(memory(of: spec) - own, 0)
      if let last = buffers.last, last.buffer == words {
        buffers[buffers.count - 1] = Explanation.Buffer(buffer: words, memory: last.memory + memory)
      } else {
        buffers.append(Explanation.Buffer(buffer: words, memory: memory))
      }
    }
    return buffers
  }
}

extension MapSpec.Kind {
  fileprivate var words: String {
    switch self {
    case .hash: "hash map"
    case .lruHash: "hash map in which the least used key gives way"
    case .perCPUHash: "hash map with a value of each CPU"
    case .lruPerCPUHash: "hash map with a value of each CPU, in which the least used key gives way"
    case .array, .perCPUArray, .perfEventArray: "array"
    case .ringBuffer: "ring buffer"
    }
  }
}

extension MapView.Hash {
  fileprivate func words(_ maps: [MapSpec]) -> String {
    switch values {
    case .shared, .perCPU: maps[map].kind.words
    case .slots: "\(maps[map].kind.words) with a slot of each CPU"
    }
  }
}

extension MapView.Slots {
  fileprivate func words(_ maps: [MapSpec]) -> String {
    let place = cpuStride == 0 ? domain.words : "\(domain.words) with a slot of each CPU"
    return rest.map { "\(place), others in a \($0.words(maps))" } ?? place
  }
}

extension MapView.Domain {
  fileprivate var words: String {
    switch self {
    case .scalar: "one value"
    case .probes: "array by probe"
    case .integers: "array by number"
    case .cpus: "array by CPU"
    case .keys: "array by constant key"
    }
  }
}
