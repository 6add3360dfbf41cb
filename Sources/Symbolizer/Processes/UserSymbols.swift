import Glibc

/// Names the functions of processes: what is mapped where by `/proc/PID/maps`, and the symbols of each file.
///
/// The processes and their files are strangers': all that is read of them is read aside, where it may hang without holding
/// up the caller, and what is kept is bounded. What a process had mapped is remembered, so that one that has ended by the
/// time its addresses print is still known when it was looked at before.
final class UserSymbols {
  private var processes: BoundedCache<Int32, ProcessRecord>
  private var files: BoundedCache<CodeFile.Key, CodeFile>
  private var frames: BoundedCache<Place, [Frame]>
  private let aside = Aside()
  private let options: Symbolizer.Options
  /// The keys of `files`, for those who open more of them.
  private let knownFiles = Guarded<Set<CodeFile.Key>>([])

  /// An address, as whatever process has the file mapped.
  private struct Place: Hashable {
    let file: ObjectIdentifier
    let offset: UInt64
    let showsSource: Bool
  }

  /// Milliseconds to wait for a stranger's file.
  static let patience = 1000
  /// At most a twentieth of the time is spent looking at a process. Reading a perf map costs about 5 ns a byte.
  private static let pauseByLook: UInt64 = 20
  private static let pauseByByte: UInt64 = 100
  private static let shortestPause: UInt64 = 1_000_000
  private static let shortestPerfMapPause: UInt64 = 50_000_000
  /// The pause after a look at a process that was not there, and between looks at the file that one runs.
  private static let pauseWhenGone: UInt64 = 100_000_000
  private static let checkPause: UInt64 = 100_000_000

  /// At most so much of the time looks for new processes, and for those that run another file.
  private static let sweepPause: UInt64 = 100_000_000
  private static let longSweepPause: UInt64 = 1_000_000_000
  private static let longestSweep: UInt64 = 3_000_000
  private var nextSweep: UInt64 = 0
  private var nextLongSweep: UInt64 = 0
  /// What the process had that was looked at first of those that run a file.
  private var programs: [ProcessFacts.Executable: ProcessRecord.Look] = [:]
  private static let maximumPrograms = 1024

  init(_ options: Symbolizer.Options) {
    self.options = options
    let isKept = options.cache != .none
    processes = BoundedCache(budget: isKept ? 24 << 20 : 0)
    files = BoundedCache(budget: isKept ? 96 << 20 : 0)
    frames = BoundedCache(budget: isKept ? 40 << 20 : 0)
  }

  /// The functions of a process that an address lies in, innermost first.
  func frames(of address: UInt64, process: Int32, showsSource: Bool) -> [Frame] {
    var record = self.record(process)
    refreshIfReplaced(process, record)
    if !record.isMapped(address), remember(process) { record = self.record(process) }
    record = record.mapping(address) ?? record
    guard let look = record.look else { return perfMapFrames(address, process, record) }
    if let range = look.maps.virtualLibrary, range.contains(address) {
      return frames(
        virtualLibrary(range, process, record), address - range.lowerBound, VirtualLibrary.name, showsSource)
    }
    guard let mapping = look.maps.mapping(at: address) else { return perfMapFrames(address, process, record) }
    let found = frames(
      file(mapping, look.maps.path(of: mapping), process, record),
      address - mapping.range.lowerBound &+ mapping.offset, look.maps.path(of: mapping), showsSource)
    if found.first?.name != nil { return found }
    let made = perfMapFrames(address, process, record)
    return made.isEmpty ? found : made
  }

  private func frames(_ file: CodeFile?, _ offset: UInt64, _ path: [UInt8], _ showsSource: Bool) -> [Frame] {
    let module = Frame.Path(path)
    guard let file else { return [Frame(name: nil, offset: 0, module: module)] }
    let place = Place(file: ObjectIdentifier(file), offset: offset, showsSource: showsSource)
    var found = frames[place]
    if found == nil {
      found = file.frames(
        atFileOffset: offset, showsSource: showsSource, demangles: options.demangles, aside)
      if let found { frames.set(place, found, cost: Self.cost(found)) }
      if file.cost > file.countedCost + 1 << 20 { keep(file) }
    }
    let named =
      found ?? file.frames(atFileOffset: offset, showsSource: false, demangles: options.demangles, aside) ?? []
    if named.isEmpty { return [Frame(name: nil, offset: 0, module: module, buildID: file.buildID)] }
    return named.map { frame in
      var frame = frame
      frame.module = module
      frame.buildID = file.buildID
      return frame
    }
  }

  private static func cost(_ frames: [Frame]) -> Int {
    frames.reduce(160) { total, frame in
      total + MemoryLayout<Frame>.stride + (frame.name?.utf8.count ?? 0) + (frame.demangled?.utf8.count ?? 0) + 64
        + (frame.source.map { $0.file.bytes.count + 32 } ?? 0)
    }
  }

  // MARK: Processes

  private func record(_ process: Int32) -> ProcessRecord {
    if let known = processes[process] { return known }
    let record = ProcessRecord()
    processes.set(process, record, cost: record.cost)
    return record
  }

  /// Notes what a process has mapped now; false when it is gone or was looked at just before.
  @discardableResult
  func remember(_ process: Int32) -> Bool {
    let record = record(process)
    let now = Clock.now
    guard now >= record.nextLook else { return false }
    if options.cache == .perProgram, record.look == nil, let program = ProcessFacts.Executable(of: process),
      let look = programs[program]
    {
      record.look = ProcessRecord.Look(look.maps, ProcessFacts(of: process) ?? look.facts)
      processes.set(process, record, cost: record.cost)
      return true
    }
    guard let job = record.looking ?? aside.start({ ProcessRecord.Look(at: process) }) else { return false }
    guard let look = job.result(within: Self.patience) else {
      record.looking = job
      return false
    }
    record.looking = nil
    if let look {
      if look.facts.executable != record.look?.facts.executable { record.replace(look) } else { record.look = look }
      if options.cache == .perProgram, let program = look.facts.executable, programs.count < Self.maximumPrograms {
        programs[program] = look
      }
      record.nextLook = now + max(Self.shortestPause, look.duration * Self.pauseByLook)
      record.nextCheck = now + Self.checkPause
    } else {
      record.nextLook = now + Self.pauseWhenGone
    }
    processes.set(process, record, cost: record.cost)
    return look != nil
  }

  /// Whether something is noted of what a process has mapped.
  func knows(_ process: Int32) -> Bool { processes[process]?.look != nil }

  /// Notes the same of processes that are not known yet or began to run another program.
  func rememberAll() {
    let start = Clock.now
    guard start >= nextSweep else { return }
    nextSweep = start + Self.sweepPause
    let isLong = start >= nextLongSweep
    if isLong { nextLongSweep = start + Self.longSweepPause }
    let own = getpid()
    for process in Self.running where process != own {
      let isKnown = processes.keys.contains(process)
      if isKnown, !isLong { continue }
      if isKnown { refreshIfReplaced(process, record(process)) } else { remember(process) }
      if Clock.now - start > Self.longestSweep { break }
    }
  }

  /// The numbers of all processes, the newest first.
  private static var running: [Int32] {
    guard let folder = opendir("/proc") else { return [] }
    defer { closedir(folder) }
    var numbers: [Int32] = []
    while let entry = readdir(folder) {
      let number = withUnsafePointer(to: &entry.pointee.d_name) { name in
        name.withMemoryRebound(to: CChar.self, capacity: 256) { atoi($0) }
      }
      if number > 0 { numbers.append(number) }
    }
    return numbers.reversed()
  }

  /// Looks again at a process that began to run another program.
  private func refreshIfReplaced(_ process: Int32, _ record: ProcessRecord) {
    let now = Clock.now
    guard record.look != nil, now >= record.nextCheck else { return }
    record.nextCheck = now + Self.checkPause
    if record.runsAnotherFile(process) { remember(process) }
  }

  // MARK: Files

  private func file(
    _ mapping: MemoryMaps.Mapping, _ path: [UInt8], _ process: Int32, _ record: ProcessRecord
  ) -> CodeFile? {
    resolve(record.files[mapping.file], process, record) {
      record.files[mapping.file] = $0
    } start: {
      open(mapping, path, process, record.look?.facts)
    }
  }

  private func virtualLibrary(_ range: Range<UInt64>, _ process: Int32, _ record: ProcessRecord) -> CodeFile? {
    resolve(record.virtualLibrary, process, record) {
      record.virtualLibrary = $0
    } start: {
      let (known, search) = (knownFiles, options.debugFiles)
      return aside.start {
        guard let bytes = VirtualLibrary.contents(at: range, of: process) else { return .nothing }
        let key = CodeFile.Key.contents(bytes)
        if known.withLock({ $0.contains(key) }) { return .known(key) }
        guard let file = VirtualLibrary.file(bytes), let source = ELFSource(file) else { return .nothing }
        return .read(CodeFile.read(source, key, path: [], in: .ours, search, showsSource: false, isTrusted: false))
      }
    }
  }

  /// The file that a part of a process resolves to, which `start` opens if it was not before.
  private func resolve(
    _ resolution: ProcessRecord.Resolution?, _ process: Int32, _ record: ProcessRecord,
    set: (ProcessRecord.Resolution) -> Void, start: () -> AsideJob<ProcessRecord.OpenedFile>?
  ) -> CodeFile? {
    let job: AsideJob<ProcessRecord.OpenedFile>
    switch resolution {
    case .file(let key):
      if let file = files[key] { return file }
      guard let again = start() else { return nil }
      job = again
    case .none?: return nil
    case .pending(let waiting): job = waiting
    case nil:
      guard let new = start() else { return nil }
      job = new
    }
    defer { processes.set(process, record, cost: record.cost) }
    switch job.result(within: Self.patience) {
    case .known(let key):
      set(.file(key))
      return files[key]
    case .read(let file):
      set(.file(file.key))
      keep(file)
      return file
    case .nothing: set(.none)
    case nil: set(.pending(job))
    }
    return nil
  }

  private func keep(_ file: CodeFile) {
    file.countedCost = file.cost
    let gone = files.set(file.key, file, cost: file.countedCost)
    knownFiles.withLock { keys in
      keys.subtract(gone)
      keys.insert(file.key)
    }
    // A file that comes later may be where one was that went.
    if !gone.isEmpty { frames.removeAll() }
  }

  /// Starts to open and read a mapping's file; `nil` when too many hang already.
  private func open(
    _ mapping: MemoryMaps.Mapping, _ path: [UInt8], _ process: Int32, _ facts: ProcessFacts?
  ) -> AsideJob<ProcessRecord.OpenedFile>? {
    let (known, options) = (knownFiles, options)
    return aside.start {
      let root = facts?.sharesFiles == true ? .ours : FileRoot(of: process) ?? .ours
      guard let file = MappedFile(mapping, path: path, process: process, root: root),
        let source = ELFSource(file.descriptor)
      else { return .nothing }
      let key = CodeFile.key(of: file, source.elf)
      if known.withLock({ $0.contains(key) }) { return .known(key) }
      let name = MemoryMaps.pathBeforeDeletion(path)
      return .read(
        CodeFile.read(
          source, key, path: name, in: root, options.debugFiles, showsSource: options.showsSource,
          isTrusted: root === FileRoot.ours && (file.owner == 0 || file.owner == geteuid())))
    }
  }

  // MARK: Functions made while the process runs

  private func perfMapFrames(_ address: UInt64, _ process: Int32, _ record: ProcessRecord) -> [Frame] {
    guard let facts = record.look?.facts else { return [] }
    readPerfMap(process, record, facts)
    guard let function = record.perfMap?.function(at: address) else { return [] }
    let name = options.demangles ? Demangler.text(of: function.name) : nil
    return [
      Frame(
        name: function.name, demangled: name, offset: function.offset,
        module: Frame.Path("/tmp/perf-\(facts.ownNumber).map".utf8))
    ]
  }

  private func readPerfMap(_ process: Int32, _ record: ProcessRecord, _ facts: ProcessFacts) {
    let now = Clock.now
    guard now >= record.nextPerfMap else { return }
    let known = record.perfMapVersion
    let job =
      record.readingPerfMap
      ?? aside.start {
        let root = facts.sharesFiles ? FileRoot.ours : FileRoot(of: process)
        return root.map { PerfMapFile(root: $0, process: facts.ownNumber, user: facts.user).read(unless: known) }
          ?? .none
      }
    guard let job else { return }
    guard let reading = job.result(within: Self.patience) else {
      record.readingPerfMap = job
      return
    }
    record.readingPerfMap = nil
    switch reading {
    case .new(let map, let version):
      record.perfMap = map
      record.perfMapVersion = version
    case .unchanged, .none: break
    }
    let length = UInt64(min(record.perfMapVersion?.size ?? 0, PerfMap.maximumLength))
    record.nextPerfMap = now + max(Self.shortestPerfMapPause, length * Self.pauseByByte)
    processes.set(process, record, cost: record.cost)
  }
}
