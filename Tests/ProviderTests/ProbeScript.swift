import Codegen
import Runtime
import Testing
import TraceLang

/// What a script of probes becomes on this machine, for suites of providers.
enum ProbeScript {
  /// What the kernel is asked for, a line for each hook.
  static func hooks(_ text: String) throws -> String {
    let (program, report, sources) = try checked(text)
    let checked = try #require(program, "\(report)")
    return try compile(checked, target: try HostTarget(), sources: sources).bundle.hooks
      .map { $0.point.description }.joined(separator: "\n")
  }

  /// What is wrong with a script: the lines that say ERROR and what there is instead.
  static func refusal(_ text: String) throws -> String {
    let (program, report, _) = try checked(text)
    #expect(program == nil)
    return report.split(separator: "\n").filter { $0.contains("ERROR") || $0.contains("HINT") || $0.contains("NOTE") }
      .joined(separator: "\n")
  }

  static func checked(_ text: String) throws -> (program: Program?, report: String, sources: SourceMap) {
    let sources = SourceMap(SourceFile(name: "stdin", text: text))
    var diagnostics = Diagnostics()
    let script = parse(SourceID(0), in: sources, diagnostics: &diagnostics)
    let program = check(script, target: try HostTarget(), diagnostics: &diagnostics)
    return (program, DiagnosticRenderer(sources: sources).render(diagnostics), sources)
  }
}
