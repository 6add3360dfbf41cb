import TraceLang

// Maps of the script: what user space reads of their storage is there, and is what their types say.
extension BundleChecker {
  /// Keys of a map that is stored by index at most.
  private static let maximumDomain = 1 << 20

  func check(_ view: MapView) throws(BundleFault) {
    try require(view.name.isText, "its name is no text")
    try require((0...MapSpec.maximumSize).contains(view.keySize), "its keys have \(view.keySize) bytes")
    for field in view.keyFields { try check(field, within: view.keySize) }
    if let names = view.keyNames {
      try require(names.count == view.keyFields.count, "its keys have \(names.count) names")
      for name in names { try require(name.isText, "the name of a key is no text") }
    }
    let key = try view.key.map { key throws(BundleFault) in try measure.extent(of: key) }
    try require((key?.size ?? 0) == view.keySize, "its keys are not of their type's size")
    try require(try measure.extent(of: view.value).size == view.valueSize, "its values are not of their type's size")
    if case .plain(.aggregation, _) = view.content { throw BundleFault("its plain values are of an aggregation") }
    switch view.content {
    case .plain(_, .hash), .aggregation(_, .hash): if let hash = view.content.hash { try check(view, hash) }
    case .plain(_, .cells(let cells)):
      try check(cells.domain, of: view)
      let count = cells.domain.count
      try require(
        (0...MapSpec.maximumSize).contains(cells.stride) && (count <= 1 || cells.stride > 0),
        "its values are \(cells.stride) bytes apart")
      let last = max(count - 1, 0) * cells.stride
      try check(MapView.Place(map: cells.map, offset: cells.offset), count: last + view.valueSize)
      try check(MapView.Place(map: cells.map, offset: cells.presence), count: last + 1)
    case .aggregation(_, .slots(let slots)):
      try check(slots.domain, of: view)
      try require(
        (0...MapSpec.maximumSize).contains(slots.cpuStride) && (0...MapSpec.maximumSize).contains(slots.size)
          && slots.size >= view.valueSize, "its slots have \(slots.size) bytes")
      if let rest = slots.rest { try check(view, rest) }
      try check(MapView.Place(map: slots.map, offset: slots.presence), count: slots.domain.count)
      try check(MapView.Place(map: slots.map, offset: slots.offset), count: bytes(of: slots))
    }
  }

  /// From the first slot of the first CPU to the last one of the last.
  private func bytes(of slots: MapView.Slots) -> Int {
    let others = slots.cpuStride == 0 ? 0 : bundle.settings.possibleCPUs - 1
    return others * slots.cpuStride + slots.domain.count * slots.size
  }

  private func check(_ view: MapView, _ hash: MapView.Hash) throws(BundleFault) {
    let index = hash.map
    try require(maps.indices.contains(index), "there is no map \(index)")
    let map = maps[index]
    // A scalar's only key is a word, and no key is smaller than a byte.
    try require(map.keySize == (view.key == nil ? 8 : max(view.keySize, 1)), "map \(index) has other keys")
    let size = max((view.valueSize + 7) / 8 * 8, 8)
    switch (hash.values, map.kind) {
    case (.shared, .hash), (.shared, .lruHash), (.perCPU, .perCPUHash), (.perCPU, .lruPerCPUHash):
      try require(map.valueSize == size, "map \(index) has other values")
    case (.slots(let stride), .hash), (.slots(let stride), .lruHash):
      try require(
        (size...MapSpec.maximumSize).contains(stride) && stride % 8 == 0
          && map.valueSize % stride == 0 && map.valueSize >= stride * bundle.settings.possibleCPUs,
        "map \(index) has other values")
    case (.shared, _), (.perCPU, _), (.slots, _): throw BundleFault("map \(index) holds entries of another kind")
    }
  }

  private func check(_ domain: MapView.Domain, of view: MapView) throws(BundleFault) {
    try require((0...Self.maximumDomain).contains(domain.count), "it has \(domain.count) keys")
    switch domain {
    case .scalar: try require(view.key == nil, "a map with keys is not a scalar")
    case .probes(let base, let count):
      try require(
        base >= 0 && count <= bundle.probeNames.count && base <= bundle.probeNames.count - count,
        "there are no probes \(base) to \(base &+ count)")
    case .integers, .cpus: break
    case .keys(let keys): try require(keys.allSatisfy { $0.count == view.keySize }, "its keys are of several sizes")
    }
    if case .scalar = domain { return }
    try require(view.key != nil, "a map without keys is a scalar")
  }

  /// Whether views have memory of their own: that of all together is not more than there is.
  func checkShare(of views: [MapView]) throws(BundleFault) {
    let used = views.reduce(0) { sum, view in
      switch view.content {
      case .plain(_, .hash), .aggregation(_, .hash): sum
      case .plain(_, .cells(let cells)): sum + cells.domain.count * cells.stride
      case .aggregation(_, .slots(let slots)): sum + bytes(of: slots)
      }
    }
    let there = maps.reduce(0) { $0 + ($1.isData ? $1.valueSize : 0) }
    try require(used <= there, "the views have the same memory")
  }

  /// Whether a field lies in so many bytes and its type in the field.
  func check(_ field: Field, within size: Int) throws(BundleFault) {
    try require(
      field.offset >= 0 && field.size >= 0 && field.offset <= size && field.size <= size - field.offset,
      "a field of \(field.size) bytes at \(field.offset) is outside of \(size)")
    let extent = try measure.extent(of: field.type)
    try require(
      extent.size <= field.size, "a \(field.type.description) has \(extent.size) bytes and its field \(field.size)")
  }
}
