import Tracer

/// Counts the programs that each process starts, until one that is named ends it: `ExecCounter NAME`. Needs root.
@main struct ExecCounter {
  static func main() async throws {
    let last = CommandLine.arguments.dropFirst().first ?? "true"
    let trace = try await Trace(
      """
      tracepoint:sched:sched_process_exec { @exec_count[pid, comm] = count(); printf("%s", comm); }
      """)
    print("counting; start '\(last)' to end")
    for try await event in trace.events {
      guard case .printed(let name) = event, name == last else { continue }
      break
    }
    trace.detach()
    for (key, count) in try trace.map("@exec_count", Keys<UInt32, String>.self, UInt64.self) {
      let (pid, name) = key.parts
      print("\(pid) \(name): \(count)")
    }
  }
}
