import TraceLang

extension Tracefs {
  /// Names its records, but no tracepoint is behind them (Kernel: kernel/trace/trace_entries.h).
  private static let categoryWithoutTracepoints = "ftrace"
  /// Whose events have no tracepoint of their name: those of syscalls stand on `sys_enter` and `sys_exit`
  /// (Kernel: kernel/trace/trace_syscalls.c), the others come from user space.
  static let categoriesWithoutTracepoints: Set = [categoryWithoutTracepoints, "syscalls", "user_events", "synthetic"]

  /// The tracepoints whose category and event match two globs, sorted.
  func tracepoints(category: Glob, event: Glob) throws(TargetError) -> [TracepointName] {
    var found: [TracepointName] = []
    for category in try categories(matching: category) {
      for event in try events(of: category, matching: event) {
        found.append(TracepointName(category: category, event: event))
      }
    }
    return found
  }

  /// The text of a tracepoint's format file; `nil` when there is none.
  func format(of name: TracepointName) throws(TargetError) -> [UInt8]? {
    guard Self.isFileName(name.category), Self.isFileName(name.event) else { return nil }
    return try read("events/\(name.category)/\(name.event)/format")
  }

  private func categories(matching glob: Glob) throws(TargetError) -> [String] {
    if let literal = glob.literal { return Self.isFileName(literal) ? [literal] : [] }
    return try subdirectories(of: "events").filter {
      $0 != Self.categoryWithoutTracepoints && glob.matches($0)
    }.sorted()
  }

  private func events(of category: String, matching glob: Glob) throws(TargetError) -> [String] {
    if let literal = glob.literal {
      return Self.isFileName(literal) && exists("events/\(category)/\(literal)/format") ? [literal] : []
    }
    return try subdirectories(of: "events/\(category)").filter { glob.matches($0) }.sorted()
  }

  /// Whether a name cannot lead elsewhere in the tree.
  private static func isFileName(_ name: String) -> Bool {
    !name.isEmpty && name != "." && name != ".." && !name.utf8.contains(UInt8(ascii: "/"))
      && !name.utf8.contains(0)
  }
}
