import CLibBPF
import Glibc
import Symbolizer

/// Waits for what can happen while tracing.
final class EventLoop {
  enum Event {
    /// Records are in the ring buffer.
    case records
    /// SIGINT and the like: `Interruption` has what came.
    case signal
    case childEnded
    case tracedProcessEnded
    /// Nobody reads the output any more.
    case outputClosed
    /// Programs have sent packets.
    case packets
    /// Programs have told of processes.
    case sightings
    /// CPUs went offline or came back; `CPUWatch` says which.
    case cpus
  }

  private enum Source: UInt64 {
    case ring, signals, child, process, output, cpus, packets, sightings
  }

  private let poll: Descriptor
  private var child: Descriptor?
  private var process: Descriptor?

  init(interruption: Interruption) throws(RuntimeError) {
    let poll = epoll_create1(Int32(EPOLL_CLOEXEC))
    guard poll >= 0 else { throw .failure(doing: "wait for events", code: errno) }
    self.poll = Descriptor(poll)
    try watch(interruption.descriptor, .signals)
  }

  func watch(ring: RingBuffer) throws(RuntimeError) { try watch(ring.descriptor, .ring) }

  func watch(child pid: pid_t) throws(RuntimeError) {
    let descriptor = try processDescriptor(pid)
    try watch(descriptor.rawValue, .child)
    child = descriptor
  }

  func watch(process pid: pid_t) throws(RuntimeError) {
    let descriptor = try processDescriptor(pid)
    try watch(descriptor.rawValue, .process)
    process = descriptor
  }

  func watch(cpus: CPUWatch) throws(RuntimeError) { try watch(cpus.descriptor, .cpus) }

  func watch(sightings: Sightings) throws(RuntimeError) { try watch(sightings.descriptor, .sightings) }

  func watch(packets: PacketReader) throws(RuntimeError) { try watch(packets.descriptor, .packets) }

  /// Learns when a pipe's reader goes away; files and terminals have none to watch.
  func watch(output descriptor: Int32) { try? watch(descriptor, .output, events: 0) }

  /// The next events; at least one, unless `milliseconds` pass first.
  func wait(milliseconds: Int32 = -1) -> [Event] {
    var ready = [epoll_event](repeating: epoll_event(), count: 8)
    let count = epoll_wait(poll.rawValue, &ready, Int32(ready.count), milliseconds)
    guard count > 0 else { return [] }
    return ready.prefix(Int(count)).compactMap { event in
      switch Source(rawValue: event.data.u64) {
      case .ring: .records
      case .signals: .signal
      case .child: .childEnded
      case .process: .tracedProcessEnded
      case .output: .outputClosed
      case .cpus: .cpus
      case .packets: .packets
      case .sightings: .sightings
      case nil: nil
      }
    }
  }

  private func processDescriptor(_ pid: pid_t) throws(RuntimeError) -> Descriptor {
    let descriptor = swtrace_pidfd_open(pid)
    guard descriptor >= 0 else {
      let code = errno
      if let process = Self.process(ofThread: pid), process != pid {
        throw .unavailable("\(pid) is a thread: its process is \(process)")
      }
      if code == ESRCH || code == EINVAL { throw .unavailable("there is no process \(pid)") }
      throw .failure(doing: "watch process \(pid)", code: code)
    }
    return Descriptor(descriptor)
  }

  /// What `/proc/TID/status` says (proc_pid_status(5), Tgid); `nil` when there is no such thread.
  private static func process(ofThread thread: pid_t) -> pid_t? {
    guard let bytes = try? readFile("/proc/\(thread)/status") else { return nil }
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    return lines.first { $0.hasPrefix("Tgid:\t") }.flatMap { pid_t($0.dropFirst("Tgid:\t".count)) }
  }

  private func watch(_ descriptor: Int32, _ source: Source, events: UInt32 = EPOLLIN.rawValue) throws(RuntimeError) {
    var event = epoll_event()
    event.events = events
    event.data.u64 = source.rawValue
    guard epoll_ctl(poll.rawValue, EPOLL_CTL_ADD, descriptor, &event) == 0 else {
      throw .failure(doing: "wait for events", code: errno)
    }
  }
}
