import Glibc

/// The time between attaching and detaching: records are handled as they come.
final class Tracing {
  private let loop: EventLoop
  private let ring: RingBuffer?
  private let printer: Printer
  /// Set by the script's `exit`: what comes after is not printed.
  private var exitStatus: Int32?

  /// More records than this in one go are a stream: the next ones are let gather, so that the programs wake us less.
  private static let streamThreshold = 64
  private static let gatheringMicroseconds: UInt32 = 1000

  init(loop: EventLoop, ring: RingBuffer?, printer: Printer) {
    self.loop = loop
    self.ring = ring
    self.printer = printer
  }

  /// Returns when the script exits, a signal says so, what is traced has ended, or nobody reads the output.
  /// - Returns: the script's exit status.
  func run(child: ChildProcess?) throws(RuntimeError) -> Int32 {
    // What `begin` left.
    try drain()
    while exitStatus == nil, !printer.isClosed {
      for event in loop.wait() {
        switch event {
        case .records: try drain()
        case .childEnded:
          child?.reap()
          return exitStatus ?? 0
        case .signal, .tracedProcessEnded, .outputClosed: return exitStatus ?? 0
        }
      }
    }
    return exitStatus ?? 0
  }

  /// Takes what was recorded until detaching: prints it, or drops it after the script's `exit`.
  func finish() throws(RuntimeError) {
    if exitStatus == nil { return try drainAll() }
    _ = try ring?.drain { _ throws(RuntimeError) in true }
  }

  /// Prints all records; `exit` has nothing left to end.
  func drainAll() throws(RuntimeError) {
    _ = try ring?.drain { record throws(RuntimeError) in
      _ = printer.handle(record)
      return true
    }
  }

  private func drain() throws(RuntimeError) {
    guard let ring else { return printer.flush() }
    while exitStatus == nil, !printer.isClosed {
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
      if count <= Self.streamThreshold { return }
      usleep(Self.gatheringMicroseconds)
    }
    printer.flush()
  }
}
