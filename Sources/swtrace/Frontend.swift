import Codegen
import Glibc
import TraceLang

/// Takes a script from text to a bundle and tells its diagnostics.
struct Frontend {
  let target: any Target
  let options: ScriptOptions
  let style: DiagnosticStyle

  init(target: any Target, options: ScriptOptions, style: DiagnosticStyle) {
    let denied = options.noFeature?.features ?? []
    self.target = denied.isEmpty ? target : RestrictedTarget(target, without: denied)
    self.options = options
    self.style = style
  }

  /// What a script became, stage by stage.
  struct Result {
    let script: Script
    let program: Program
    let compilation: Compilation
    let sources: SourceMap
    let times: StageTimes
  }

  /// - Throws: a failure after which nothing more needs to be said.
  /// - Parameter isForRun: whether only the probes that the options want run are compiled.
  func compile(
    childPID: Int? = nil, tracedPID: Int? = nil, followsDescendants: Bool = false, isForRun: Bool = false
  ) throws(CommandFailure) -> Result {
    let file = try options.source()
    let settings = try EnvironmentSettings()
    var times = StageTimes()
    var diagnostics = Diagnostics()
    for warning in settings.warnings { diagnostics.report(warning) }
    if let problem = ColorMode.ofEnvironment().problem { diagnostics.warning(problem, at: nil) }
    var configuration = settings.configuration
    configuration.tellsFailedReads = options.k
    var compiler = Compiler(target: target)
    compiler.frontEnd.expansion = options.expansion
    compiler.frontEnd.options = CheckerOptions(
      allowsUnsafe: options.unsafe, configuration: configuration, childPID: childPID, tracedPID: tracedPID)
    compiler.frontEnd.options.followsDescendants = followsDescendants
    compiler.frontEnd.options.parameterBytes = options.parameters
    compiler.frontEnd.options.namedParameterBytes = options.namedParameters
    compiler.frontEnd.stageEnded = { times.end($0.rawValue) }
    let checked = compiler.check(file, diagnostics: diagnostics)
    let sources = checked.sources
    Terminal.tell(checked.diagnostics.told(withWarnings: !options.noWarnings), sources, as: style)
    guard let program = checked.program else { throw CommandFailure("") }
    if options.namedParameters["help"] != nil, !program.namedParameters.contains(where: { $0.name == "help" }) {
      try Terminal.writeOutput(program.namedParameterHelp)
      exit(0)
    }
    let wanted = isForRun ? try options.narrowed(program) : program
    do throws(CompileError) {
      let compilation = try compiler.compile(wanted, sources: sources)
      times.end("compile")
      return Result(script: checked.script, program: wanted, compilation: compilation, sources: sources, times: times)
    } catch {
      Terminal.tell([.error(error.message, at: error.range)], sources, as: style)
      throw CommandFailure("")
    }
  }
}
