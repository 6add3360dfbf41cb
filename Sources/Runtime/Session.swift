import CLibBPF
import Codegen
import Glibc
import Symbolizer
import TraceLang

/// How a bundle is run.
public struct SessionOptions: Sendable {
  /// Says nothing but what the script prints.
  public var isQuiet = false
  /// Prints the verifier's log of every program.
  public var isVerbose = false
  /// Prints what libbpf says, down to the last detail.
  public var logsLibrary = false
  /// Whether the script's `warnf` and warnings of the run print.
  public var showsWarnings = true
  public var format = OutputFormat.text
  /// Where output goes; stays open.
  public var output: Int32 = 1
  /// Whether the script was compiled to see what descends from the process, too.
  public var followsDescendants = false
  /// Whether what a regular file there holds is dropped, once everything is attached.
  public var isOutputTruncatedAtStart = false
  /// `-c`: a command to trace.
  public var command: String?
  /// `-p`: a process to trace.
  public var process: Int32?
  /// Loads and attaches everything and ends then.
  public var isDryRun = false
  /// Whether `Session.profile` is wanted.
  public var takesProfile = false

  public init() {}
}

/// One run of a bundle: loads, attaches, prints until told to end, and leaves nothing behind.
public final class Session {
  private let bundle: Bundle
  private let host: any HostServices
  private let options: SessionOptions
  private let child: ChildProcess?
  private let client: Client?
  /// The stacks that maps are keyed by, as they were at the end of the run.
  package private(set) var profile: StackProfile?

  /// The program that a run is a part of.
  package struct Client {
    /// What asks the run to end; signals stay the program's.
    let stop: StopRequest
    let makeSink: (ValueContext) -> any OutputSink
    /// Gets the script's maps once they are there.
    let loaded: (MapReader) -> Void

    package init(
      stop: StopRequest, makeSink: @escaping (ValueContext) -> any OutputSink, loaded: @escaping (MapReader) -> Void
    ) {
      self.stop = stop
      self.makeSink = makeSink
      self.loaded = loaded
    }
  }

  /// - Parameter child: the command of `-c` when it was started before, for the sake of its process ID; else
  ///   `options.command` is started here. It waits until everything is attached.
  public convenience init(
    bundle: CheckedBundle, host: any HostServices, options: SessionOptions, child: ChildProcess? = nil
  ) throws(RuntimeError) {
    try self.init(bundle: bundle, host: host, options: options, child: child, client: nil)
  }

  package init(
    bundle: CheckedBundle, host: any HostServices, options: SessionOptions, child: ChildProcess?, client: Client?
  ) throws(RuntimeError) {
    self.client = client
    self.bundle = bundle.bundle
    self.host = host
    self.options = options
    if let child {
      self.child = child
    } else {
      self.child = try options.command.map { command throws(RuntimeError) in
        try ChildProcess(command: Array(command.utf8))
      }
    }
  }

  /// - Returns: the status to exit with: 1 if a test failed; that of `exit(status)`, else that of the command of `-c` where its end was that
  ///   of the run (128 and the signal's number where one killed it), else 0.
  public func run() throws(RuntimeError) -> Int32 {
    let interruption: Interruption
    if let client { interruption = Interruption(client.stop) } else { interruption = try Interruption() }
    let loop = try EventLoop(interruption: interruption)
    if options.logsLibrary { LibraryLog.show() }
    host.nameCode(by: bundle.settings.symbols)
    var loader = Loader(bundle: bundle, host: host)
    if options.isVerbose {
      let messages = OutputStream(STDERR_FILENO, interruption: interruption)
      loader.log = { program, text in messages.write(text: "\(program.title):\n\(text)\n") }
    }
    let maps = try loader.loadMaps()
    let programs = try loader.loadPrograms(maps: maps)
    let reader = MapReader(bundle: bundle, maps: maps)
    client?.loaded(reader)
    let printer = Printer(
      bundle: bundle, maps: reader,
      context: ValueContext(bundle: bundle, host: host) { reader.frames($0, identifier: $1) },
      destination: client.map { .program($0.makeSink) } ?? .descriptor(options.output, options.format),
      isQuiet: options.isQuiet, showsWarnings: options.showsWarnings, interruption: interruption)
    let ring = try bundle.eventMap.map { map throws(RuntimeError) in try RingBuffer(map: maps[map]) }
    let unwinder = try bundle.unwinding.map { storage throws(RuntimeError) in try Unwinder(storage, maps: maps) }
    defer { unwinder?.stop() }
    if let unwinder, !options.isDryRun {
      if let process = options.process { unwinder.prepare(process) }
      try unwinder.start()
    }
    let sightings = try bundle.sightings.map { storage throws(RuntimeError) in
      try Sightings(storage, maps: maps, host: host)
    }
    if let sightings, !options.isDryRun { try loop.watch(sightings: sightings) }
    let packets = try bundle.packetMap.map { map throws(RuntimeError) in
      try PacketReader(map: maps[map], files: bundle.packetFiles)
    }
    if let packets, !options.isDryRun { try loop.watch(packets: packets) }
    // Before the CPUs are asked for: none may come or go unseen between.
    let cpus = bundle.hooks.contains(where: \.point.isOnCPUs) ? CPUWatch() : nil
    if let cpus { try loop.watch(cpus: cpus) }
    var attacher = Attacher(
      programs: programs, specs: bundle.programs, host: host, onlineCPUs: OnlineCPUs.numbers(),
      process: child?.pid ?? options.process)
    attacher.pins = !options.isDryRun
    attacher.followsDescendants = options.followsDescendants
    let attachments = Attachments()
    for entry in bundle.words.entries { write(entry.word.start, to: entry.place, maps) }
    if options.isDryRun {
      try attachAll(attacher, attachments, printer, interruption)
      attachments.detach()
      return 0
    }
    try watch(loop, ring)
    let runSignalPrograms = signalPrograms(attacher)
    let tracing = Tracing(
      loop: loop, interruption: interruption, ring: ring, printer: printer, sightings: sightings,
      runSignalPrograms: runSignalPrograms, unwatch: { attachments.removeWatchpoints(at: $0) },
      takePackets: { packets?.take() }
    ) {
      guard let change = cpus?.change() else { return }
      for failure in attacher.follow(change, attachments) { printer.warn(failure.description) }
    }
    for hook in bundle.hooks where hook.point == .begin { try attacher.run(hook) }
    do throws(RuntimeError) {
      try attachAll(attacher, attachments, printer, interruption)
    } catch {
      attachments.removePins()
      // What `begin` printed is not lost with the rest.
      try tracing.drainAll()
      throw error
    }
    if options.isOutputTruncatedAtStart { try truncateOutput() }
    let trials = Trials(hooks: bundle.hooks, attacher: attacher, tracing: tracing, printer: printer)
    if trials.isEmpty, !interruption.isRequested { printer.attached() }
    let start = (wall: ClockOffset.read(CLOCK_REALTIME), monotonic: ClockOffset.read(CLOCK_MONOTONIC))
    for path in attachments.pins { printer.pinned(to: path) }
    try tracing.start()
    let trialStatus = try trials.run {
      interruption.check()
      return !interruption.isRequested && printer.output.state == .open
    }
    if !attachments.iterators.isEmpty { try tracing.iterate(attachments.iterators) }
    if !interruption.isRequested, !attachments.isEmpty || runSignalPrograms != nil {
      if let child { try child.release(preparation(of: child, unwinder)) }
      try tracing.run(child: child)
    }
    attachments.detach()
    let end = ClockOffset.read(CLOCK_MONOTONIC)
    try tracing.finish()
    packets?.finish { printer.warn($0) }
    interruption.renew()
    for hook in bundle.hooks where hook.point == .end { try attacher.run(hook) }
    try tracing.drainAll()
    if options.takesProfile {
      profile = printer.profile()
      profile?.period = bundle.samplingPeriod
      profile?.time = StackProfile.Time(start: start.wall, duration: end - start.monotonic)
    }
    printer.ending()
    if bundle.settings.printMapsOnExit, trials.isEmpty { printer.printMaps() }
    for loss in unwinder?.losses ?? [] { printer.warn(loss) }
    printer.tellLosses()
    printer.flush()
    attachments.release()
    try checkOutput(printer.output)
    return trialStatus ?? tracing.status
  }

  private func checkOutput(_ output: OutputStream) throws(RuntimeError) {
    output.finish()
    switch output.state {
    case .open, .closed: return
    case .failed(let errno):
      throw .outputFailed("\(errno)", lines: output.lostLines, bytes: output.lostBytes)
    case .abandoned:
      throw .outputFailed("its reader took nothing", lines: output.lostLines, bytes: output.lostBytes)
    }
  }

  /// Looks at a child whose stacks will be unwound or named, before it has run.
  private func preparation(of child: ChildProcess, _ unwinder: Unwinder?) -> (() -> Void)? {
    guard unwinder != nil || bundle.sightings != nil else { return nil }
    return { [bundle, host] in
      unwinder?.prepare(child.pid)
      if bundle.sightings != nil { host.remember(process: child.pid, image: nil) }
    }
  }

  /// Runs the programs for SIGUSR1; `nil` where there are none.
  private func signalPrograms(_ attacher: Attacher) -> (() throws(RuntimeError) -> Void)? {
    let hooks = bundle.hooks.filter { $0.point == .testRun(.signal) }
    if hooks.isEmpty { return nil }
    return { () throws(RuntimeError) in for hook in hooks { try attacher.run(hook) } }
  }

  /// Attaches all hooks, or those that there was time for before a signal ended the run.
  /// - Throws: what is wrong with each hook that could not be attached.
  private func attachAll(
    _ attacher: Attacher, _ attachments: Attachments, _ printer: Printer, _ interruption: Interruption
  ) throws(RuntimeError) {
    var failures: [RuntimeError] = []
    var progress = ProgressLine(start: Clock.now)
    defer { printer.show(progress.end()) }
    for (number, hook) in bundle.hooks.enumerated() {
      interruption.check()
      if interruption.isRequested { break }
      printer.show(progress.text(number, of: bundle.hooks.count, "attach points", now: Clock.now))
      do {
        try attacher.attach(hook, to: attachments)
      } catch {
        switch (error, bundle.settings.missingProbes) {
        case (.unavailable(let message), .warn): printer.warn(message)
        case (.unavailable, .ignore): continue
        case (.unavailable, .error), (.failed, _): failures.append(error)
        case (.needsPrivilege, _), (.kernelWithoutBPF, _), (.refused, _), (.several, _), (.outputFailed, _): throw error
        }
      }
    }
    if let error = RuntimeError(failures) { throw error }
  }

  private func truncateOutput() throws(RuntimeError) {
    var status = stat()
    guard fstat(options.output, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return }
    guard ftruncate(options.output, 0) == 0 else { throw .failure(doing: "empty the output's file", code: errno) }
  }

  private func watch(_ loop: EventLoop, _ ring: RingBuffer?) throws(RuntimeError) {
    if let ring { try loop.watch(ring: ring) }
    if let child { try loop.watch(child: child.pid) }
    if let process = options.process { try loop.watch(process: process) }
    if client == nil { loop.watch(output: options.output) }
  }

  private func write(_ start: SharedWord.Start, to place: MapView.Place, _ maps: [LoadedMap]) {
    guard let base = maps[place.map].mapping?.base else { return }
    let value: Int64 =
      switch start {
      case .zero: 0
      case .bootTime: ClockOffset.read(CLOCK_BOOTTIME)
      case .offsetOfTAI: ClockOffset.now(CLOCK_TAI)
      case .offsetOfWallTime: ClockOffset.now(CLOCK_REALTIME)
      }
    base.storeBytes(of: value, toByteOffset: place.offset, as: Int64.self)
  }
}
