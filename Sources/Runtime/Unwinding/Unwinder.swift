import CElfutils
import CLibBPF
import Codegen
import Glibc
import Symbolizer

/// Gives programs what they find frames of processes by (`UnwindStorage`), as they ask for it.
///
/// It works in a thread of its own, so that reading large binaries holds nobody up; what it reads is strangers', and read
/// aside.
final class Unwinder: @unchecked Sendable {
  private struct Process {
    let areas: [UnwindAreas.Area]
    let place: Room.Piece
    let files: Set<UnwoundFile>
    /// Nanoseconds until it is looked at again when it asks for what it does not have.
    var pause: UInt64
    /// In the order in which processes were looked at.
    var turn: UInt64
  }

  /// The image of a process that a program asked for; of one that nobody did, the next that programs meet is taken.
  private struct Image {
    var number: UInt32 = 0
    var start: UInt64 = 0
  }

  private let table: LoadedMap
  private let areas: UnsafeMutableRawPointer
  private let requests: RingBuffer
  private let wakeUp: Descriptor
  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let runner = Aside()
  private var running: AsideJob<Void>?

  // Of whoever holds the lock.
  private var files: UnwindFiles
  private var room = Room(blocks: 1, of: UnwindStorage.maximumAreas)
  private var processes: [Int32: Process] = [:]
  private let aside = Aside()
  private var turn: UInt64 = 0
  private var processesWithoutRoom = 0
  private var filesWithoutRoom = 0

  /// Milliseconds to wait for a stranger's file.
  private static let patience = 10_000
  /// Looking at a process takes at most a twentieth of the time, and a process that asks in vain is looked at ever less.
  private static let share: UInt64 = 20
  private static let shortestPause: UInt64 = 1_000_000
  private static let longestPause: UInt64 = 5_000_000_000
  /// Microseconds after which no program reads what it found before any more.
  private static let grace: UInt32 = 1000

  init(_ storage: UnwindStorage, maps: [LoadedMap]) throws(RuntimeError) {
    guard let areas = maps[storage.areas].mapping?.base, let rows = maps[storage.rows].mapping?.base,
      let rules = maps[storage.rules].mapping?.base
    else {
      throw .unavailable("the maps to unwind by are not in memory")
    }
    self.areas = areas
    table = maps[storage.processes]
    files = UnwindFiles(memory: rows, rules: rules)
    requests = try RingBuffer(map: maps[storage.requests])
    let event = swtrace_eventfd()
    guard event >= 0 else { throw .failure(doing: "make an event", code: errno) }
    wakeUp = Descriptor(event)
    pthread_mutex_init(lock, nil)
  }

  deinit {
    pthread_mutex_destroy(lock)
    lock.deallocate()
  }

  /// What could not be unwound for lack of room, if anything.
  var losses: [String] {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    var losses: [String] = []
    if filesWithoutRoom > 0 {
      losses.append("\(filesWithoutRoom) files have too much code to be unwound besides others")
    }
    if processesWithoutRoom > 0 {
      losses.append("\(processesWithoutRoom) times a process had too many mappings to be unwound")
    }
    return losses
  }

  /// Reads a process before programs meet it.
  func prepare(_ process: Int32) {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    serve(process, Image())
  }

  /// Begins to answer requests.
  func start() throws(RuntimeError) {
    guard let job = runner.start({ [self] in run() }) else {
      throw .unavailable("there is no thread to unwind processes by")
    }
    running = job
  }

  /// Ends the thread; one that hangs in a stranger's file is left to.
  func stop() {
    guard let running else { return }
    self.running = nil
    var one: UInt64 = 1
    _ = write(wakeUp.rawValue, &one, 8)
    _ = running.result(within: 1000)
  }

  private func run() {
    var events = [
      pollfd(fd: requests.descriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: wakeUp.rawValue, events: Int16(POLLIN), revents: 0),
    ]
    while true {
      guard poll(&events, 2, -1) >= 0 || errno == EINTR else { return }
      if events[1].revents != 0 { return }
      // A process may have asked several times.
      var asked: [Int32: Image] = [:]
      _ = try? requests.drain { record throws(RuntimeError) in
        if let (process, image) = Self.request(record) { asked[process] = image }
        return true
      }
      for (process, image) in asked {
        pthread_mutex_lock(lock)
        serve(process, image)
        pthread_mutex_unlock(lock)
      }
    }
  }

  private static func request(_ record: UnsafeRawBufferPointer) -> (Int32, Image)? {
    typealias Request = UnwindStorage.Request
    guard record.count >= Request.size, let base = record.baseAddress else { return nil }
    let image = Image(
      number: base.loadUnaligned(fromByteOffset: Request.image, as: UInt32.self),
      start: base.loadUnaligned(fromByteOffset: Request.start, as: UInt64.self))
    return (base.loadUnaligned(fromByteOffset: Request.process, as: Int32.self), image)
  }

  // MARK: - Processes

  private func serve(_ process: Int32, _ image: Image) {
    let began = Clock.now
    turn += 1
    guard let maps = aside.start({ MemoryMaps(of: process) })?.result(within: Self.patience) ?? nil,
      !maps.mappings.isEmpty
    else { return drop(process) }
    // Files are read once.
    let cost = Clock.now - began
    var used: Set<UnwoundFile> = []
    var space = UnwindAreas()
    for mapping in maps.mappings {
      guard let (identity, file) = file(of: mapping, maps.path(of: mapping), process) else {
        space.append(unnamed: mapping.range)
        continue
      }
      if used.insert(identity).inserted { files.retain([identity]) }
      space.append(mapping.range, ofFileFrom: mapping.offset, file)
    }
    if let range = maps.virtualLibrary, let (identity, file) = virtualLibrary(at: range, of: process) {
      if used.insert(identity).inserted { files.retain([identity]) }
      space.append(range, ofFileFrom: 0, file)
    }
    for range in maps.unnamed { space.append(unnamed: range) }
    space.finish()
    let known = processes[process]
    var pause = max(Self.shortestPause, cost * Self.share)
    if let known, known.areas == space.areas {
      // What it asked for, it still does not have.
      files.release(used)
      pause = min(max(pause, known.pause * 2), Self.longestPause)
      processes[process]?.pause = pause
      processes[process]?.turn = turn
      return publish(process, image, known.place, pause)
    }
    guard let place = place(for: space.areas.count, besides: process) else {
      files.release(used)
      processesWithoutRoom += 1
      return
    }
    space.write(to: areas + place.start * UnwindStorage.Area.size)
    processes[process] = Process(areas: space.areas, place: place, files: used, pause: pause, turn: turn)
    publish(process, image, place, known == nil ? 0 : pause)
    if let known {
      usleep(Self.grace)
      release(known)
    }
  }

  /// Room for areas, if need be that of processes that are gone or were not looked at for longest.
  private func place(for count: Int, besides process: Int32) -> Room.Piece? {
    if let place = room.take(count) { return place }
    makeRoom(besides: process)
    return room.take(count)
  }

  /// Forgets processes that are gone; where there are none, the half that was not looked at for longest.
  private func makeRoom(besides process: Int32) {
    var leaving = processes.keys.filter { $0 != process && kill($0, 0) != 0 && errno == ESRCH }
    if leaving.isEmpty {
      let others = processes.keys.filter { $0 != process }.sorted { turnOf($0) < turnOf($1) }
      leaving = Array(others.prefix((others.count + 1) / 2))
    }
    for process in leaving {
      var key = process
      _ = bpf_map_delete_elem(table.fd, &key)
    }
    usleep(Self.grace)
    for process in leaving {
      if let known = processes.removeValue(forKey: process) { release(known) }
    }
  }

  private func turnOf(_ process: Int32) -> UInt64 { processes[process]?.turn ?? 0 }

  private func release(_ process: Process) {
    room.giveBack(process.place)
    files.release(process.files)
  }

  /// Forgets a process that is gone.
  private func drop(_ process: Int32) {
    guard let known = processes.removeValue(forKey: process) else { return }
    var key = process
    _ = bpf_map_delete_elem(table.fd, &key)
    usleep(Self.grace)
    release(known)
  }

  private func publish(_ process: Int32, _ image: Image, _ place: Room.Piece, _ pause: UInt64) {
    typealias Layout = UnwindStorage.Process
    var key = process
    var value = [UInt8](repeating: 0, count: Layout.size)
    value.withUnsafeMutableBytes { value in
      value.storeBytes(of: image.start, toByteOffset: Layout.start, as: UInt64.self)
      value.storeBytes(of: image.number, toByteOffset: Layout.image, as: UInt32.self)
      value.storeBytes(of: UnwindStorage.State.ready.rawValue, toByteOffset: Layout.state, as: UInt32.self)
      value.storeBytes(of: Clock.now + pause, toByteOffset: Layout.nextRequest, as: UInt64.self)
      value.storeBytes(of: UInt32(place.start), toByteOffset: Layout.firstArea, as: UInt32.self)
      value.storeBytes(of: UInt32(place.count), toByteOffset: Layout.areaCount, as: UInt32.self)
    }
    _ = bpf_map_update_elem(table.fd, &key, value, 0)
  }

  // MARK: - Files

  private enum Opened: Sendable {
    case known(UnwoundFile)
    case read(UnwoundFile, UnwindTable?)
  }

  private func file(
    of mapping: MemoryMaps.Mapping, _ path: [UInt8], _ process: Int32
  ) -> (UnwoundFile, UnwindFiles.File)? {
    let known = files.identities
    let job = aside.start { () -> Opened? in
      guard let root = FileRoot(of: process),
        let file = MappedFile(mapping, path: path, process: process, root: root)
      else { return nil }
      let identity = UnwoundFile.file(file.identity)
      if known.contains(identity) { return .known(identity) }
      return .read(identity, DebugImage(descriptor: file.descriptor.rawValue).flatMap { UnwindTable($0) })
    }
    guard let opened = job?.result(within: Self.patience) ?? nil else { return nil }
    switch opened {
    case .known(let identity): return files[identity].map { (identity, $0) }
    case .read(let identity, let table):
      if let file = files.add(identity, table) { return (identity, file) }
      makeRoom(besides: process)
      if let file = files.add(identity, table) { return (identity, file) }
      filesWithoutRoom += 1
      return (identity, files.addWithoutRows(identity))
    }
  }

  /// The kernel maps the same one into all processes of one kind.
  private func virtualLibrary(at range: Range<UInt64>, of process: Int32) -> (UnwoundFile, UnwindFiles.File)? {
    guard let contents = VirtualLibrary.contents(at: range, of: process) else { return nil }
    let identity = UnwoundFile.virtualLibrary(contents)
    if let known = files[identity] { return (identity, known) }
    let image = VirtualLibrary.file(contents).flatMap { DebugImage(descriptor: $0.rawValue) }
    return files.add(identity, image.flatMap { UnwindTable($0) }).map { (identity, $0) }
  }
}
