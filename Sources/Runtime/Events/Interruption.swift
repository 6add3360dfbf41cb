import CLibBPF
import Glibc

/// The user's wish that a run end: SIGINT, SIGTERM or SIGHUP. The first asks for an orderly end within a bounded time, the
/// next one kills the process wherever it is.
final class Interruption {
  /// Nanoseconds that work which is queued, and a reader who takes nothing, are given after the first signal.
  private static let patience: UInt64 = 300_000_000
  /// Milliseconds after the first signal in which others count as the same.
  private static let repetition: Int32 = 150

  private let signals: Descriptor
  /// On the monotonic clock, in nanoseconds; `nil` while tracing is to go on.
  private(set) var deadline: UInt64?
  private var hasOwnSignal = false

  /// Blocks the signals for good, in this thread and those it starts: they are events now.
  init() throws(RuntimeError) {
    let signals = swtrace_block_signals()
    guard signals >= 0 else { throw .failure(doing: "wait for signals", code: errno) }
    self.signals = Descriptor(signals)
  }

  /// Readable when a signal has come.
  var descriptor: Int32 { signals.rawValue }

  var isRequested: Bool { deadline != nil }

  /// Whether the run is to end and what is queued has had its time.
  var isOverdue: Bool { deadline.map { $0 <= Self.now } ?? false }

  static var now: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  /// Takes the signals that have come.
  func check() {
    var information = signalfd_siginfo()
    let size = MemoryLayout<signalfd_siginfo>.size
    while read(descriptor, &information, size) == size {
      if Int32(information.ssi_signo) == SIGUSR1 {
        hasOwnSignal = true
      } else if deadline == nil {
        deadline = Self.now + Self.patience
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
    if isRequested { deadline = Self.now + Self.patience }
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
        let now = Self.now
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
