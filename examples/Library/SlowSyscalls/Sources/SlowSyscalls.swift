import Tracer

/// Tells of each system call of a process that takes longer than so many microseconds, and at its end how long all took:
/// `SlowSyscalls PID MICROSECONDS`. Needs root.
@main struct SlowSyscalls {
  static func main() async throws {
    let words = CommandLine.arguments.dropFirst().compactMap { Int32($0) }
    guard words.count == 2 else {
      print("usage: SlowSyscalls PID MICROSECONDS")
      return
    }
    let trace = try await Trace(
      """
      tracepoint:raw_syscalls:sys_enter { @start[tid] = nsecs; @limit = (uint64)$1; }
      tracepoint:raw_syscalls:sys_exit /@start[tid]/ {
        $us = (nsecs - @start[tid]) / 1000;
        delete(@start, tid);
        @us = hist($us);
        if ($us >= @limit) { print((name = syscall_name(args.id), us = $us)); }
      }
      """,
      options: TraceOptions(parameters: ["\(words[words.startIndex + 1])"], process: words[words.startIndex]))
    // They end with the process.
    for try await event in trace.events {
      switch event {
      case .value(.record(let parts)): print(parts.map { "\($0.name)=\($0.value)" }.joined(separator: " "))
      case .lost(let count): print("\(count) calls were not told")
      case .warning(let text): print("warning: \(text)")
      case .printed, .value, .map: continue
      }
    }
    print("microseconds of all calls:")
    for bucket in try trace.value("@us", [Value.Bucket].self).get() ?? [] {
      print("\(bucket.lower.map { "\($0)" } ?? "") ... \(bucket.upper.map { "\($0)" } ?? ""): \(bucket.count)")
    }
  }
}
