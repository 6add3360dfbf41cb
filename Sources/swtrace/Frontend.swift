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
    var start = try Start(self, childPID: childPID, tracedPID: tracedPID)
    start.compiler.frontEnd.options.followsDescendants = followsDescendants
    let checked = start.check()
    tell(checked.diagnostics, checked.sources)
    return try compile(checked, start, isForRun: isForRun)
  }

  /// What becomes of a script whose run is not asked for.
  enum Attempt {
    case compiled(CheckedScript, Result)
    /// The machine does not tell all that the script needs to know, and nothing else is wrong.
    case unanswered(CheckedScript)
  }

  /// Compiles as far as the machine answers, with what is only allowed with --unsafe.
  func attempt(tracedPID: Int?) throws(CommandFailure) -> Attempt {
    var start = try Start(self, tracedPID: tracedPID)
    start.compiler.frontEnd.options.allowsUnsafe = true
    let checked = start.check()
    let errors = checked.diagnostics.all.filter { $0.severity == .error }
    if !errors.isEmpty, errors.allSatisfy({ $0.cause == .machine }) { return .unanswered(checked) }
    tell(checked.diagnostics, checked.sources)
    return .compiled(checked, try compile(checked, start, isForRun: true))
  }

  /// A compiler that is set up, and what there is to say before it starts.
  private struct Start {
    let file: SourceFile
    var compiler: Compiler
    var diagnostics = Diagnostics()
    let times = Times()

    /// The compiler tells when a stage ends.
    final class Times { var stages = StageTimes() }

    init(_ frontend: Frontend, childPID: Int? = nil, tracedPID: Int? = nil) throws(CommandFailure) {
      let options = frontend.options
      file = try options.source()
      let settings = try EnvironmentSettings()
      for warning in settings.warnings { diagnostics.report(warning) }
      if let problem = ColorMode.ofEnvironment().problem { diagnostics.warning(problem, at: nil) }
      var configuration = settings.configuration
      configuration.tellsFailedReads = options.k
      compiler = Compiler(target: frontend.target)
      compiler.frontEnd.expansion = options.expansion
      compiler.frontEnd.options = CheckerOptions(
        allowsUnsafe: options.unsafe, configuration: configuration, childPID: childPID, tracedPID: tracedPID)
      compiler.frontEnd.options.parameterBytes = options.parameters
      compiler.frontEnd.options.namedParameterBytes = options.namedParameters
      compiler.frontEnd.stageEnded = { [times] in times.stages.end($0.rawValue) }
    }

    func check() -> CheckedScript { compiler.check(file, diagnostics: diagnostics) }
  }

  private func tell(_ diagnostics: Diagnostics, _ sources: SourceMap) {
    Terminal.tell(diagnostics.told(withWarnings: !options.noWarnings), sources, as: style)
  }

  private func compile(
    _ checked: CheckedScript, _ start: Start, isForRun: Bool
  ) throws(CommandFailure) -> Result {
    guard let program = checked.program else { throw CommandFailure("") }
    if options.namedParameters["help"] != nil, !program.namedParameters.contains(where: { $0.name == "help" }) {
      try Terminal.writeOutput(program.namedParameterHelp)
      exit(0)
    }
    let wanted = isForRun ? try options.narrowed(program) : program
    do throws(CompileError) {
      let compilation = try start.compiler.compile(wanted, sources: checked.sources)
      start.times.stages.end("compile")
      return Result(
        script: checked.script, program: wanted, compilation: compilation, sources: checked.sources,
        times: start.times.stages)
    } catch {
      Terminal.tell([.error(error.message, at: error.range)], checked.sources, as: style)
      throw CommandFailure("")
    }
  }
}
