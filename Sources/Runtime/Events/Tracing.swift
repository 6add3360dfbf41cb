import Glibc

/// The time between attaching and detaching: records are handled as they come.
final class Tracing {
  private let loop: EventLoop
  private let ring: RingBuffer?
  private let printer: Printer
  /// Set by the script's `exit`: what comes after is not printed.
  private var exitStatus: Int32?
  /// Looks at the processes whose symbols will be asked for; `nil` when none will.
  private let remember: (() -> Void)?
  /// Moves what is attached to CPUs that went offline or came back.
  private let followCPUs: () -> Void

  /// More records than this in one go are a stream: the next ones are let gather, so that the programs wake us less.
  private static let streamThreshold = 64
  private static let gatheringMicroseconds: UInt32 = 1000

  /// Milliseconds between two looks at processes, at first and at most.
  private static let firstLook: Int32 = 1
  private static let longestLook: Int32 = 128

  init(
    loop: EventLoop, ring: RingBuffer?, printer: Printer, remember: (() -> Void)? = nil,
    followCPUs: @escaping () -> Void = {}
  ) {
    self.remember = remember
    self.followCPUs = followCPUs
    self.loop = loop
    self.ring = ring
    self.printer = printer
  }

  /// Returns when the script exits, a signal says so, what is traced has ended, or nobody reads the output.
  /// - Returns: the script's exit status.
  func run(child: ChildProcess?) throws(RuntimeError) -> Int32 {
    // What `begin` left.
    var isStream = try drain() > Self.streamThreshold
    var look = Self.firstLook
    while exitStatus == nil, !printer.isClosed {
      if isStream { usleep(Self.gatheringMicroseconds) }
      for event in loop.wait(milliseconds: isStream ? 0 : remember == nil ? -1 : look) {
        switch event {
        case .records: continue
        case .cpus: followCPUs()
        case .childEnded:
          child?.reap()
          return 0
        case .signal, .tracedProcessEnded, .outputClosed: return 0
        }
      }
      remember?()
      look = min(look * 2, Self.longestLook)
      isStream = try drain() > Self.streamThreshold
    }
    return exitStatus ?? 0
  }

  /// Takes what was recorded until detaching: prints it, or drops it after the script's `exit`.
  func finish() throws(RuntimeError) {
    guard let ring, exitStatus != nil else { return try drainAll() }
    while try ring.drain({ _ throws(RuntimeError) in true }) > 0 {}
  }

  /// Prints all records; `exit` has nothing left to end.
  func drainAll() throws(RuntimeError) {
    guard let ring else { return }
    while try ring.drain({ record throws(RuntimeError) in
      _ = printer.handle(record)
      return true
    }) > 0 {}
    printer.flush()
  }

  /// Prints the records there are.
  /// - Returns: how many.
  private func drain() throws(RuntimeError) -> Int {
    guard let ring else { return 0 }
    let count = try ring.drain { record throws(RuntimeError) in
      switch printer.handle(record) {
      case .goesOn: return !printer.isClosed
      case .exits(let status):
        exitStatus = status
        return false
      }
    }
    printer.tellLostEvents()
    printer.flush()
    return count
  }
}
