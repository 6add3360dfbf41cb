import TraceLang

/// A script taken to its program on a `StubTarget`.
struct Compiled {
  let program: Program?
  private let sources: SourceMap
  private let diagnostics: Diagnostics

  init(
    _ text: String, named name: String = "stdin", target: StubTarget = StubTarget(),
    options: CheckerOptions = CheckerOptions(), expansion: ExpansionOptions = ExpansionOptions()
  ) {
    var sources = SourceMap(SourceFile(name: name, text: text))
    var diagnostics = Diagnostics()
    var script = parse(SourceID(0), in: sources, diagnostics: &diagnostics)
    if !diagnostics.hasErrors {
      script = expand(script, in: &sources, target: target, options: expansion, diagnostics: &diagnostics)
    }
    program = diagnostics.hasErrors ? nil : check(script, target: target, options: options, diagnostics: &diagnostics)
    self.sources = sources
    self.diagnostics = diagnostics
  }

  /// The dump of the program, or the diagnostics as the user reads them.
  var text: String {
    guard let program else { return report }
    return report + ProgramDump.text(program)
  }

  var report: String { DiagnosticRenderer(sources: sources).render(diagnostics) }
}

/// The lines of the program that the actions of one `begin` probe become, behind what is declared in front of it.
func body(_ declarations: String, _ actions: String) -> String {
  let text = Compiled("\(declarations)\nbegin { \(actions) }").text
  guard text.hasPrefix("map") || text.hasPrefix("probe") else { return text }
  let lines = text.split(separator: "\n").drop { !$0.hasPrefix("probe") }.dropFirst()
  return lines.map { $0.drop { $0 == " " } }.joined(separator: "\n")
}

/// The constants of a list of expressions, behind what is declared in front of it: "8, 4".
func constants(_ declarations: String, _ expressions: String...) -> String {
  expressions.map { expression in
    let line = body(declarations, "$x = \(expression);").split(separator: "\n").last ?? ""
    guard line.hasPrefix("$x"), let equals = line.firstIndex(of: "=") else {
      return body(declarations, "$x = \(expression);")
    }
    return line[equals...].dropFirst(2).prefix { $0 != ":" }.description
  }.joined(separator: ", ")
}
