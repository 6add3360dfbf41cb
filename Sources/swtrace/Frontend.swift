import Codegen
import Glibc
import TraceLang

/// Takes a script from text to a bundle and tells its diagnostics.
struct Frontend {
  let target: any Target
  let options: ScriptOptions
  let diagnosticsAsJSON: Bool

  /// What a script became, stage by stage.
  struct Result {
    let script: Script
    let program: Program
    let compilation: Compilation
    let sources: SourceMap
  }

  /// - Throws: a failure after which nothing more needs to be said.
  func compile(childPID: Int? = nil) throws(CommandFailure) -> Result {
    let file = try options.source()
    var sources = SourceMap(file)
    var diagnostics = Diagnostics()
    var script = parse(SourceID(0), in: sources, diagnostics: &diagnostics)
    if !diagnostics.hasErrors {
      script = expand(script, in: &sources, target: target, options: options.expansion, diagnostics: &diagnostics)
    }
    var program: Program?
    if !diagnostics.hasErrors {
      let checkerOptions = CheckerOptions(
        parameters: options.parameters, namedParameters: options.namedParameters, allowsUnsafe: options.unsafe,
        configuration: try options.configuration(), childPID: childPID)
      program = check(script, target: target, options: checkerOptions, diagnostics: &diagnostics)
    }
    tell(diagnostics, sources)
    guard let program else { throw CommandFailure("") }
    if options.namedParameters["help"] != nil, !program.namedParameters.contains(where: { $0.name == "help" }) {
      Terminal.writeOutput(program.namedParameterHelp)
      exit(0)
    }
    do throws(CompileError) {
      let compilation = try Codegen.compile(program, target: target, sources: sources)
      return Result(script: script, program: program, compilation: compilation, sources: sources)
    } catch {
      tell(Diagnostics(.error(error.message, at: error.range)), sources)
      throw CommandFailure("")
    }
  }

  private func tell(_ diagnostics: Diagnostics, _ sources: SourceMap) {
    let renderer = DiagnosticRenderer(sources: sources, colors: isatty(STDERR_FILENO) == 1)
    for diagnostic in diagnostics.all where diagnostic.severity == .error || !options.noWarnings {
      Terminal.writeError(diagnosticsAsJSON ? renderer.renderJSON(diagnostic) : renderer.render(diagnostic))
    }
  }
}

/// Writing to the standard streams.
enum Terminal {
  static func writeError(_ text: String) { write(text, to: STDERR_FILENO) }

  static func writeOutput(_ text: String) { write(text, to: STDOUT_FILENO) }

  private static func write(_ text: String, to descriptor: Int32) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      if count <= 0 { return }
      rest = rest.dropFirst(count)
    }
  }

  /// Ends the process after a failure with exit status 1.
  static func fail(_ failure: CommandFailure) -> Never {
    if !failure.message.isEmpty { writeError("ERROR: \(failure.message)\n") }
    exit(1)
  }
}
