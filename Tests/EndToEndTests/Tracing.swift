import Glibc
import TestSupport
import Testing

extension Trait where Self == ConditionTrait {
  /// Loading BPF programs needs root.
  static var root: Self { .enabled(if: getuid() == 0, "needs root to load BPF programs") }
}

/// Runs `swtrace` as a user does.
enum Tracing {
  /// What it prints, after the two empty lines of the end are taken off; it must end with `status` and say nothing on
  /// its standard error.
  ///
  /// - Parameters:
  ///   - actions: what the workload does under `name` while the script runs; none for a script that ends itself.
  static func output(
    _ script: String, as name: String = "swt-none", doing actions: String? = nil, options: [String] = [],
    parameters: [String] = [], status: Int32 = 0, sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> String {
    let command = try actions.map { ["-c", try Workload.command(name, $0)] } ?? []
    let result = try run([Repository.swtrace, "-q"] + options + command + ["-e", script] + parameters)
    #expect(result.ending == .exited(status), sourceLocation: sourceLocation)
    #expect(result.errors == "", sourceLocation: sourceLocation)
    return result.output
  }

  /// The maps that a script leaves, for a script that prints nothing else.
  static func maps(
    _ script: String, as name: String = "swt-none", doing actions: String? = nil, options: [String] = [],
    parameters: [String] = [], sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> String {
    let output = try output(
      script, as: name, doing: actions, options: options, parameters: parameters, sourceLocation: sourceLocation)
    #expect(output.hasPrefix("\n\n"), sourceLocation: sourceLocation)
    return String(output.dropFirst(2))
  }
}
