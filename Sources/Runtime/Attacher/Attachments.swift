import CLibBPF
import Codegen
import Glibc

/// What is attached: descriptors whose closing, by `detach` or by the end of the process, detaches it.
final class Attachments {
  /// Perf events with a timer or counter of their own: stopped at once, before the slow close.
  private var events: [Int32] = []
  /// Raw tracepoint links and perf events of tracepoints.
  private var links: [Int32] = []

  init() {}

  deinit { detach() }

  func add(event: Int32) { events.append(event) }

  func add(link: Int32) { links.append(link) }

  /// Closes everything from several threads: the kernel may wait tens of milliseconds in each close.
  func detach() {
    for event in events { _ = swtrace_perf_event_stop(event) }
    let all = links + events
    links = []
    events = []
    swtrace_close_all(all, all.count, all.count < 8 ? 1 : UInt32(min(16, all.count / 4)))
  }
}
