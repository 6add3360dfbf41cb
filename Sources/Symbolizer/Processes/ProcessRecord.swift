/// What is known of a process.
final class ProcessRecord {
  /// A look at it.
  struct Look: Sendable {
    let maps: MemoryMaps
    let facts: ProcessFacts
    /// Nanoseconds that it took.
    let duration: UInt64

    init(_ maps: MemoryMaps, _ facts: ProcessFacts, duration: UInt64 = 0) {
      (self.maps, self.facts, self.duration) = (maps, facts, duration)
    }

    init?(at process: Int32) {
      let start = Clock.now
      // A process that is ending has no mappings any more.
      guard let facts = ProcessFacts(of: process), let maps = MemoryMaps(of: process),
        !maps.mappings.isEmpty || maps.virtualLibrary != nil
      else { return nil }
      self.init(maps, facts, duration: Clock.now - start)
    }

    func hasCode(at address: UInt64) -> Bool {
      maps.mapping(at: address) != nil || maps.virtualLibrary?.contains(address) == true
    }
  }

  /// What it had when it was looked at last.
  var look: Look?
  /// Tells the program that it ran then from those before.
  var image: UInt64?
  /// What it was before it began to run another file.
  private(set) var earlier: ProcessRecord?
  private static let maximumEarlier = 4
  /// A look that is not done yet.
  var looking: AsideJob<Look?>?
  /// Nanoseconds of the monotonic clock before which it is not looked at again.
  var nextLook: UInt64 = 0
  /// The same for whether it still runs the same file.
  var nextCheck: UInt64 = 0
  var files: [MemoryMaps.File: FileTable.Resolution] = [:]
  var virtualLibrary: FileTable.Resolution?
  /// The functions that it makes.
  var perfMap = PerfMapReader()

  /// Bytes of memory, about.
  var cost: Int {
    512 + (look?.maps.cost ?? 0) + perfMap.cost + (earlier?.cost ?? 0)
      + files.capacity * MemoryLayout<(MemoryMaps.File, FileTable.Resolution)>.stride * 2
  }

  /// Takes a look at a process that runs another file than before.
  func replace(_ look: Look) {
    if self.look != nil {
      let former = ProcessRecord()
      (former.look, former.files, former.virtualLibrary) = (self.look, files, virtualLibrary)
      former.earlier = earlier
      earlier = former
      var last = self
      for _ in 0..<Self.maximumEarlier { if let next = last.earlier { last = next } }
      last.earlier = nil
    }
    (files, virtualLibrary) = ([:], nil)
    self.look = look
  }

  /// What it was when it had code at an address: what it is, or was before; `nil` where it never had.
  func withCode(at address: UInt64) -> ProcessRecord? {
    var record: ProcessRecord? = self
    while let current = record, current.look?.hasCode(at: address) != true { record = current.earlier }
    return record
  }

  /// Whether it is known to run another file now.
  func runsAnotherFile(_ process: Int32) -> Bool {
    guard let executable = look?.facts.executable, let now = ProcessFacts.Executable(of: process) else { return false }
    return now != executable
  }
}
