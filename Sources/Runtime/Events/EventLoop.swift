import CLibBPF
import Glibc

/// Waits for what can happen while tracing.
final class EventLoop {
  enum Event {
    /// Records are in the ring buffer.
    case records
    case signal(Int32)
    case childEnded
    case tracedProcessEnded
    /// Nobody reads the output any more.
    case outputClosed
    /// CPUs went offline or came back; `CPUWatch` says which.
    case cpus
  }

  private enum Source: UInt64 {
    case ring, signals, child, process, output, cpus
  }

  private let poll: Descriptor
  private let signals: Descriptor
  private var child: Descriptor?
  private var process: Descriptor?

  /// Blocks SIGINT, SIGTERM, SIGHUP and SIGPIPE for good, in this thread and those it starts: they are events now.
  init() throws(RuntimeError) {
    var set = sigset_t()
    sigemptyset(&set)
    for signal in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&set, signal) }
    var blocked = set
    sigaddset(&blocked, SIGPIPE)
    pthread_sigmask(SIG_BLOCK, &blocked, nil)
    let poll = epoll_create1(Int32(EPOLL_CLOEXEC))
    guard poll >= 0 else { throw .failure(doing: "wait for events", code: errno) }
    self.poll = Descriptor(poll)
    let signals = signalfd(-1, &set, Int32(SFD_CLOEXEC | SFD_NONBLOCK))
    guard signals >= 0 else { throw .failure(doing: "wait for signals", code: errno) }
    self.signals = Descriptor(signals)
    watch(signals, .signals)
  }

  func watch(ring: RingBuffer) { watch(ring.descriptor, .ring) }

  func watch(child pid: pid_t) throws(RuntimeError) {
    let descriptor = try processDescriptor(pid)
    watch(descriptor.rawValue, .child)
    child = descriptor
  }

  func watch(process pid: pid_t) throws(RuntimeError) {
    let descriptor = try processDescriptor(pid)
    watch(descriptor.rawValue, .process)
    process = descriptor
  }

  func watch(cpus: CPUWatch) { watch(cpus.descriptor, .cpus) }

  /// Learns when a pipe's reader goes away; files and terminals have none to watch.
  func watch(output descriptor: Int32) { watch(descriptor, .output, events: 0) }

  /// The next events; at least one, unless `milliseconds` pass first.
  func wait(milliseconds: Int32 = -1) -> [Event] {
    var ready = [epoll_event](repeating: epoll_event(), count: 8)
    let count = epoll_wait(poll.rawValue, &ready, Int32(ready.count), milliseconds)
    guard count > 0 else { return [] }
    return ready.prefix(Int(count)).compactMap { event in
      switch Source(rawValue: event.data.u64) {
      case .ring: .records
      case .signals: takeSignal().map(Event.signal)
      case .child: .childEnded
      case .process: .tracedProcessEnded
      case .output: .outputClosed
      case .cpus: .cpus
      case nil: nil
      }
    }
  }

  private func takeSignal() -> Int32? {
    var information = signalfd_siginfo()
    let size = MemoryLayout<signalfd_siginfo>.size
    guard read(signals.rawValue, &information, size) == size else { return nil }
    return Int32(information.ssi_signo)
  }

  private func processDescriptor(_ pid: pid_t) throws(RuntimeError) -> Descriptor {
    let descriptor = swtrace_pidfd_open(pid)
    guard descriptor >= 0 else {
      if errno == ESRCH || errno == EINVAL { throw .unavailable("there is no process \(pid)") }
      throw .failure(doing: "watch process \(pid)", code: errno)
    }
    return Descriptor(descriptor)
  }

  private func watch(_ descriptor: Int32, _ source: Source, events: UInt32 = EPOLLIN.rawValue) {
    var event = epoll_event()
    event.events = events
    event.data.u64 = source.rawValue
    epoll_ctl(poll.rawValue, EPOLL_CTL_ADD, descriptor, &event)
  }
}
