import CLibBPF
import Codegen
import TraceLang

extension Attacher {
  /// Attaches to a tracepoint by a perf event on it.
  func attachTracepoint(_ name: TracepointName, _ hook: Hook, _ attachments: Attachments) throws(RuntimeError) {
    let id: UInt64
    do { id = try host.tracepointID(name) } catch { throw .unavailable("\(hook.title): \(error.message)") }
    // The program joins the tracepoint itself: the event's CPU does not narrow where it runs.
    let event = try open(PERF_TYPE_TRACEPOINT.rawValue, config: id, .period(1), on: onlineCPUs[0], hook)
    try attach(event, cookie: 0, hook, attachments)
  }
}
