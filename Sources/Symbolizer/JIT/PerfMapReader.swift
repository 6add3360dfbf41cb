/// Keeps what a process tells of the functions that it makes.
struct PerfMapReader {
  private var map: PerfMap?
  private var version: FileIdentity?
  private var nextReading: UInt64 = 0
  private var reading: AsideJob<PerfMapFile.Reading>?

  /// Reading costs about 5 ns a byte: at most a twentieth of the time is spent so.
  private static let pauseByByte: UInt64 = 100
  private static let shortestPause: UInt64 = 50_000_000

  /// The memory it takes, in bytes.
  var cost: Int { map?.cost ?? 0 }

  /// The function that an address lies in, as far as the process tells; its map is read if it was not just before.
  mutating func frame(
    of address: UInt64, process: Int32, _ facts: ProcessFacts, demangles: Bool, _ aside: Aside
  ) -> Frame? {
    read(process, facts, aside)
    guard let function = map?.function(at: address) else { return nil }
    return Frame(
      name: function.name, demangled: demangles ? Demangler.text(of: function.name) : nil, offset: function.offset,
      module: Frame.Path(PerfMapFile.path(of: facts.ownNumber)))
  }

  private mutating func read(_ process: Int32, _ facts: ProcessFacts, _ aside: Aside) {
    let now = Clock.now
    guard now >= nextReading else { return }
    let known = version
    let job =
      reading
      ?? aside.start {
        let root = facts.sharesFiles ? FileRoot.ours : FileRoot(of: process)
        return root.map { PerfMapFile(root: $0, process: facts.ownNumber, user: facts.user).read(unless: known) }
          ?? .none
      }
    guard let job else { return }
    guard let result = job.result(within: Aside.patience) else {
      reading = job
      return
    }
    reading = nil
    switch result {
    case .new(let map, let version): (self.map, self.version) = (map, version)
    // What was told before stays true of a process that has ended.
    case .unchanged, .none: break
    }
    let length = UInt64(min(version?.size ?? 0, PerfMap.maximumLength))
    nextReading = now + max(Self.shortestPause, length * Self.pauseByByte)
  }
}
