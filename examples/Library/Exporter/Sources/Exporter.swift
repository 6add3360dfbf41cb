import Tracer

/// Prints counts of system calls each second in the text format that Prometheus reads, from a bundle that is a part of the
/// program: `Exporter TIMES`. Needs root, and nothing of the compiler runs.
@main struct Exporter {
  static func main() async throws {
    let times = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? .max
    let trace = try TraceBundle(bytes: PackageResources.calls_swb).attach()
    let counters = [
      ("syscalls_total", try trace.map("@calls", String.self, UInt64.self)),
      ("syscall_failures_total", try trace.map("@failures", String.self, UInt64.self)),
    ]
    for _ in 0..<times {
      try await Task.sleep(for: .seconds(1))
      for (metric, counts) in counters {
        print("# TYPE \(metric) counter")
        for (name, count) in counts { print("\(metric){comm=\"\(escaped(name))\"} \(count)") }
      }
    }
    trace.detach()
  }

  static func escaped(_ label: String) -> String {
    label.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : $0 == "\n" ? "\\n" : "\($0)" }.joined()
  }
}
