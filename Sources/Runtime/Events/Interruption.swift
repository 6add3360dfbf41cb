import CLibBPF
import Glibc
import Symbolizer

/// Asks a run to end, from any thread.
package final class StopRequest: Sendable {
  private let event: Descriptor

  package init() throws(RuntimeError) {
    let event = swtrace_eventfd()
    guard event >= 0 else { throw .failure(doing: "wait for events", code: errno) }
    self.event = Descriptor(event)
  }

  /// Readable once the run is to end.
  var descriptor: Int32 { event.rawValue }

  package func stop() {
    var one: UInt64 = 1
    _ = write(event.rawValue, &one, MemoryLayout<UInt64>.size)
  }

  /// Whether it was asked since the last call.
  fileprivate func take() -> Bool {
    var count: UInt64 = 0
    return read(event.rawValue, &count, MemoryLayout<UInt64>.size) == MemoryLayout<UInt64>.size
  }
}

/// The user's wish that a run end: SIGINT, SIGTERM or SIGHUP, of which the first asks for an orderly end within a bounded
/// time and the next one kills the process wherever it is; or a `StopRequest` of the program that the run is a part of.
final class Interruption {
  private enum Source {
    case signals(Descriptor)
    case request(StopRequest)
  }

  /// Nanoseconds that work which is queued, and a reader who takes nothing, are given after the first signal.
  private static let patience: UInt64 = 300_000_000
  /// Milliseconds after the first signal in which others count as the same.
  private static let repetition: Int32 = 150

  private let source: Source
  /// On the monotonic clock, in nanoseconds; `nil` while tracing is to go on.
  private(set) var deadline: UInt64?
  private var hasOwnSignal = false

  /// Blocks the signals for good, in this thread and those it starts: they are events now.
  init() throws(RuntimeError) {
    let signals = swtrace_block_signals()
    guard signals >= 0 else { throw .failure(doing: "wait for signals", code: errno) }
    source = .signals(Descriptor(signals))
  }

  /// Signals are left as they are.
  init(_ request: StopRequest) { source = .request(request) }

  /// Readable when a signal or request has come.
  var descriptor: Int32 {
    switch source {
    case .signals(let signals): signals.rawValue
    case .request(let request): request.descriptor
    }
  }

  var isRequested: Bool { deadline != nil }

  /// Whether the run is to end and what is queued has had its time.
  var isOverdue: Bool { deadline.map { $0 <= Clock.now } ?? false }

  /// Takes the signals that have come, or the request.
  func check() {
    switch source {
    case .signals: checkSignals()
    case .request(let request): if request.take() { deadline = deadline ?? Clock.now + Self.patience }
    }
  }

  private func checkSignals() {
    var information = signalfd_siginfo()
    let size = MemoryLayout<signalfd_siginfo>.size
    while read(descriptor, &information, size) == size {
      if Int32(information.ssi_signo) == SIGUSR1 {
        hasOwnSignal = true
      } else if deadline == nil {
        deadline = Clock.now + Self.patience
        swtrace_end_at_next_signal(Self.repetition)
      }
    }
  }

  /// Whether SIGUSR1 has come since the last call.
  func takeOwnSignal() -> Bool {
    defer { hasOwnSignal = false }
    return hasOwnSignal
  }

  /// Gives the next stage of an end that was asked for a time of its own.
  func renew() {
    if isRequested { deadline = Clock.now + Self.patience }
  }

  /// Waits until one of the descriptors is ready and leaves in `revents` what they are ready for.
  /// - Parameter progress: when the last wait for the same was worth it, by `now`.
  /// - Returns: `false` when the run is to end and nothing has become ready in time, counted from `progress`.
  func wait(for descriptors: inout [pollfd], since progress: UInt64) -> Bool {
    var all = descriptors + [pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)]
    while true {
      var milliseconds: Int32 = -1
      if let deadline {
        let end = max(deadline, progress + Self.patience)
        let now = Clock.now
        milliseconds = now < end ? Int32((end - now) / 1_000_000 + 1) : 0
      }
      let count = poll(&all, nfds_t(all.count), milliseconds)
      if count > 0, all[descriptors.count].revents != 0 { check() }
      descriptors = Array(all.dropLast())
      if count > 0, descriptors.contains(where: { $0.revents != 0 }) { return true }
      if count == 0 { return false }
    }
  }
}
