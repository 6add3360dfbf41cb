import Codegen
import Runtime
import Testing
import TraceLang

/// What a script of probes becomes on this machine, for suites of providers.
enum ProbeScript {
  /// What the kernel is asked for, a line for each hook.
  static func hooks(_ text: String) throws -> String {
    try Compiler(target: try HostTarget()).compile(SourceFile(name: "stdin", text: text)).bundle.hooks
      .map { $0.point.description }.joined(separator: "\n")
  }

  /// What is wrong with a script: the lines that say ERROR and what there is instead.
  static func refusal(_ text: String) throws -> String {
    let checked = try checked(text)
    #expect(checked.program == nil)
    return checked.report.split(separator: "\n").filter {
      $0.contains("ERROR") || $0.contains("HINT") || $0.contains("NOTE")
    }
    .joined(separator: "\n")
  }

  static func checked(_ text: String) throws -> CheckedScript {
    var frontEnd = FrontEnd(target: try HostTarget())
    frontEnd.warns = false
    return frontEnd.check(SourceFile(name: "stdin", text: text))
  }
}
