import TraceLang

/// A script's check on the small target.
struct Checked {
  let program: Program?
  /// The diagnostics as the user reads them.
  let report: String

  init(_ text: String, _ options: CheckerOptions = CheckerOptions()) {
    let sources = SourceMap(SourceFile(name: "stdin", text: text))
    var diagnostics = Diagnostics()
    let script = parse(SourceID(0), in: sources, diagnostics: &diagnostics)
    program =
      diagnostics.hasErrors ? nil : check(script, target: SmallTarget(), options: options, diagnostics: &diagnostics)
    report = DiagnosticRenderer(sources: sources).render(diagnostics)
  }

  /// The program's dump, or what is wrong with it.
  var dump: String { program.map(ProgramDump.text) ?? report }
}

/// The dump of a script.
func program(_ text: String, parameters: [String] = []) -> String {
  var options = CheckerOptions()
  options.parameters = parameters
  return Checked(text, options).dump
}

/// The lines of the dump of one BEGIN block that are about its maps and statements.
func begin(_ body: String, parameters: [String] = []) -> String {
  program("BEGIN { \(body) }", parameters: parameters).split(separator: "\n")
    .filter { !$0.hasPrefix("probe ") }
    .map { $0.hasPrefix("  ") ? $0.dropFirst(2) : $0 }
    .joined(separator: "\n")
}

/// The first line of what is wrong with a script.
func mistake(_ text: String) -> String {
  let checked = Checked(text)
  return checked.report.split(separator: "\n").first.map(String.init) ?? "none"
}
