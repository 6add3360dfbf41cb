import TraceLang

extension MapSpec {
  /// More bytes than a key or a value of the kernel's maps may have.
  static let maximumSize = 1 << 30

  /// Whether user space reads and writes its only element as memory.
  var isData: Bool { kind == .array && maxEntries == 1 && flags == .mappable && !isFrozen }

  func check() throws(BundleFault) {
    func require(_ condition: Bool, _ fault: String) throws(BundleFault) {
      if !condition { throw BundleFault(fault) }
    }
    try require(name.isText, "its name is no text")
    try require((1...Int(UInt32.max)).contains(maxEntries), "it has \(maxEntries) entries")
    let sizes = 1...Self.maximumSize
    switch kind {
    case .hash, .perCPUHash, .lruHash, .lruPerCPUHash:
      try require(sizes.contains(keySize) && sizes.contains(valueSize), "its keys or values are too large")
      try require(flags.isEmpty, "a hash map has no flags")
      try require(initialValue.isEmpty && !isFrozen, "a hash map has no first value")
    case .array:
      try require(keySize == 4 && sizes.contains(valueSize), "its keys or values are too large")
      try require(flags.isSubset(of: [.readOnlyForPrograms, .mappable]), "an array has no such flags")
      try require(
        !flags.contains(.mappable) || isData || self == UnwindStorage.rows,
        "an array that is memory is one value that can be written")
      try require(initialValue.count <= valueSize, "its first value is too large")
    case .perCPUArray:
      try require(keySize == 4 && sizes.contains(valueSize), "its keys or values are too large")
      try require(flags.isEmpty && initialValue.isEmpty && !isFrozen, "a per-CPU array has no flags and no first value")
    case .perfEventArray:
      try require(keySize == 4 && valueSize == 4, "an array of perf events has keys and values of 4 bytes")
      try require(flags.isEmpty && initialValue.isEmpty && !isFrozen, "perf events have no flags and no first value")
    case .ringBuffer:
      try require(keySize == 0 && valueSize == 0, "a ring buffer has no keys and values")
      try require(maxEntries >= 4096 && maxEntries & (maxEntries - 1) == 0, "a ring buffer is a power of two of pages")
      try require(flags.isEmpty && initialValue.isEmpty && !isFrozen, "a ring buffer has no flags and no first value")
    }
  }
}

extension Bundle {
  /// So many 64-bit words from a place on.
  struct WordRange {
    let place: MapView.Place
    var count = 1
  }

  /// All words that user space reads or writes in memory that programs have too.
  var allWords: [WordRange] {
    (words.entries.map(\.place) + stacks.map(\.lost)).map { WordRange(place: $0) }
      + views.compactMap(\.lostUpdates).map { WordRange(place: $0, count: MapView.lostUpdatesSize / 8) }
      + pendingActions.map { WordRange(place: $0.place, count: PendingAction.size / 8) }
  }
}

extension BundleChecker {
  /// Whether bytes lie in memory that user space may read and write.
  func check(_ place: MapView.Place, count: Int) throws(BundleFault) {
    try require(maps.indices.contains(place.map), "there is no map \(place.map)")
    let map = maps[place.map]
    try require(map.isData, "map \(place.map) is not memory that can be written")
    try require(
      place.offset >= 0 && count >= 0 && place.offset <= map.valueSize && count <= map.valueSize - place.offset,
      "\(count) bytes at \(place.offset) of map \(place.map) are outside of it")
  }

  /// Whether each word can be read and written at once.
  func check(_ words: Bundle.WordRange) throws(BundleFault) {
    try require(words.place.offset % 8 == 0, "a word is at \(words.place.offset), which is no multiple of 8")
    try check(words.place, count: words.count * 8)
  }

  /// Whether packets come by perf events and go to files.
  func checkPackets() throws(BundleFault) {
    try require(bundle.packetFiles.allSatisfy { $0.isText && !$0.isEmpty }, "a file of packets has no name")
    guard let map = bundle.packetMap else { return }
    try require(
      maps.indices.contains(map) && maps[map].kind == .perfEventArray, "map \(map) is no array of perf events")
  }

  /// Whether what user space fills for programs to unwind by is laid out as it fills it, and what they tell it of
  /// processes as it reads that.
  func checkUnwinding() throws(BundleFault) {
    if let unwinding = bundle.unwinding { try check(unwinding.firstMap, UnwindStorage.maps, "unwinding takes") }
    if let sightings = bundle.sightings { try check(sightings.firstMap, SightingStorage.maps, "processes are told by") }
  }

  private func check(_ first: Int, _ expected: [MapSpec], _ use: String) throws(BundleFault) {
    try require(
      first >= 0 && first <= maps.count - expected.count && Array(maps[first..<first + expected.count]) == expected,
      "the maps from \(first) on are not those that \(use)")
  }

  func check(_ stack: StackStorage) throws(BundleFault) {
    try require((1...1 << 16).contains(stack.shape.limit), "it keeps \(stack.shape.limit) frames")
    try require([1, 4].contains(stack.shape.frameWords), "its frames have \(stack.shape.frameWords) words")
    try require(maps.indices.contains(stack.map), "there is no map \(stack.map)")
    let map = maps[stack.map]
    try require(
      map.kind == .hash && map.keySize == 8 && map.valueSize == stack.shape.size,
      "map \(stack.map) does not hold stacks of \(stack.shape.limit) frames")
  }
}
