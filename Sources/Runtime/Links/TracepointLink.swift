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
    let link = bpf_link_create(program(of: hook), event, BPF_PERF_EVENT, nil)
    if link >= 0 { return attachments.add(event: event, link: link) }
    // Before 5.15 perf events take no links.
    try start(event, hook)
    attachments.add(carrier: event)
  }
}
