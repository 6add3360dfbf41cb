import Glibc

/// The time between attaching and detaching: records are handled as they come.
final class Tracing {
  private let loop: EventLoop
  private let interruption: Interruption
  private let ring: RingBuffer?
  private let printer: Printer
  /// Set by the script's `exit`: what comes after is not printed.
  private var exitStatus: Int32?
  /// Of the traced command, when its end was that of tracing.
  private var childStatus: Int32?
  /// Taken from their words, to be done after the records that were there before them.
  private var pending: [PendingActions.Taken] = []
  /// Looks at the processes whose addresses were taken; `nil` when none will be named.
  private let sightings: Sightings?
  /// Moves what is attached to CPUs that went offline or came back.
  private let followCPUs: () -> Void
  /// Takes the watchpoints at an address away.
  private let unwatch: (UInt64) -> Void
  /// Runs the programs for SIGUSR1; `nil` where there are none.
  private let runSignalPrograms: (() throws(RuntimeError) -> Void)?
  /// Writes the packets that programs have sent.
  private let takePackets: () -> Void

  /// More records than this in one go are a stream: the next ones are let gather, so that the programs wake us less.
  private static let streamThreshold = 64
  private static let gatheringMicroseconds: UInt32 = 1000
  /// Records between two looks for signals, unless handling them takes long.
  private static let recordsBetweenLooks = 256

  init(
    loop: EventLoop, interruption: Interruption, ring: RingBuffer?, printer: Printer, sightings: Sightings? = nil,
    runSignalPrograms: (() throws(RuntimeError) -> Void)? = nil, unwatch: @escaping (UInt64) -> Void = { _ in },
    takePackets: @escaping () -> Void = {}, followCPUs: @escaping () -> Void = {}
  ) {
    self.takePackets = takePackets
    self.runSignalPrograms = runSignalPrograms
    self.sightings = sightings
    self.unwatch = unwatch
    self.followCPUs = followCPUs
    self.loop = loop
    self.interruption = interruption
    self.ring = ring
    self.printer = printer
  }

  /// To exit with.
  var status: Int32 { exitStatus ?? childStatus ?? 0 }

  private var goesOn: Bool { exitStatus == nil && !interruption.isRequested && printer.output.state == .open }

  /// Prints what `begin` left.
  func start() throws(RuntimeError) { _ = try drain() }

  /// Runs passes over the kernel's objects, one after the other, and prints what they send in between.
  func iterate(_ passes: [ObjectPass]) throws(RuntimeError) {
    for pass in passes {
      while goesOn, try pass.advance() {
        _ = try drain()
        interruption.check()
      }
    }
    if goesOn { _ = try drain() }
  }

  /// Returns when the script exits, a signal says so, what is traced has ended, or the output takes no more.
  func run(child: ChildProcess?) throws(RuntimeError) {
    var isStream = try drain() > Self.streamThreshold
    while goesOn {
      // It may have come while records were handled.
      if interruption.takeOwnSignal() {
        try handleSignal()
        isStream = try drain() > Self.streamThreshold
        continue
      }
      if isStream { usleep(Self.gatheringMicroseconds) }
      for event in loop.wait(milliseconds: isStream ? 0 : -1) {
        switch event {
        case .records: continue
        case .packets: takePackets()
        case .sightings: try sightings?.take()
        case .signal: interruption.check()
        case .cpus: followCPUs()
        case .childEnded:
          childStatus = child?.reap()
          return
        case .tracedProcessEnded, .outputClosed: return
        }
      }
      isStream = try drain() > Self.streamThreshold
    }
  }

  /// SIGUSR1 is for the script's probes of it, and prints the maps where there are none.
  private func handleSignal() throws(RuntimeError) {
    if let runSignalPrograms { return try runSignalPrograms() }
    printer.printMaps()
    printer.flush()
  }

  /// Prints what a program left that swtrace ran in place of tracing.
  /// - Returns: the status it exited with, if it did.
  func takeResult() throws(RuntimeError) -> Int32? {
    exitStatus = nil
    _ = try drain()
    return exitStatus
  }

  /// Drops what was recorded.
  func discard() throws(RuntimeError) {
    guard let ring else { return }
    while try ring.drain({ _ throws(RuntimeError) in true }) > 0 {}
    pending = []
    _ = printer.takePendingActions()
  }

  /// Takes what was recorded until detaching: prints it, or drops it after the script's `exit`.
  func finish() throws(RuntimeError) {
    if exitStatus == nil { try drainAll() } else { try discard() }
  }

  /// Prints all records, as far as a run that is to end has time for them; `exit` has nothing left to end.
  func drainAll() throws(RuntimeError) {
    guard let ring else { return }
    var count = 0
    repeat {
      pending += printer.takePendingActions()
      count = try ring.drain { record throws(RuntimeError) in
        if interruption.isOverdue { printer.drop(record) } else { _ = printer.handle(record) }
        return true
      }
      for action in pending { _ = printer.handle(action) }
      count += pending.count
      pending = []
    } while count > 0
    printer.flush()
  }

  /// Prints the records there are, and does what found no room among them.
  /// - Returns: how many.
  private func drain() throws(RuntimeError) -> Int {
    guard let ring, goesOn else { return 0 }
    // What was asked for before now comes after the records that are there now.
    pending += printer.takePendingActions()
    var untilLook = Self.recordsBetweenLooks
    var count = try ring.drain { record throws(RuntimeError) in
      note(printer.handle(record))
      untilLook -= 1
      if untilLook == 0 {
        interruption.check()
        untilLook = Self.recordsBetweenLooks
      }
      return goesOn
    }
    while goesOn, !pending.isEmpty {
      note(printer.handle(pending.removeFirst()))
      count += 1
    }
    printer.tellLostEvents()
    printer.flush()
    return count
  }

  private func note(_ outcome: Printer.Outcome) {
    switch outcome {
    case .goesOn: break
    case .unwatches(let address): unwatch(address)
    case .exits(let status): exitStatus = exitStatus ?? status
    }
  }
}
