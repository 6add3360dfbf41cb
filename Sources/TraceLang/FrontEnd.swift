/// The first half of the compiler: a script's text in, the program that it means and its diagnostics out.
public struct FrontEnd {
  public let target: any Target
  public var expansion = ExpansionOptions()
  public var options = CheckerOptions()
  /// Whether what is allowed and hardly meant is reported.
  public var warns = true
  /// Called when a stage is done.
  public var stageEnded: (Stage) -> Void = { _ in }

  public enum Stage: String, Sendable {
    case parse, expand, check, warn
  }

  public init(target: any Target) { self.target = target }

  /// Bytes of the longest script that is looked through for what is allowed and hardly meant: longer ones are generated.
  private static let maximumWarnedLength = 256 << 10

  /// - Parameter diagnostics: what was found before.
  public func check(_ file: SourceFile, diagnostics: Diagnostics = Diagnostics()) -> CheckedScript {
    var sources = SourceMap(file)
    var diagnostics = diagnostics
    let written = parse(SourceID(0), in: sources, diagnostics: &diagnostics)
    stageEnded(.parse)
    var script = written
    if !diagnostics.hasErrors {
      script = expand(written, in: &sources, target: target, options: expansion, diagnostics: &diagnostics)
    }
    stageEnded(.expand)
    var program: Program?
    var result: CheckResult?
    if !diagnostics.hasErrors {
      let own = Descendants.probes(for: script, options: options, in: &sources)
      let whole = Script(items: script.items + own, comments: script.comments, range: script.range)
      let checked = checkResult(of: whole, target: target, options: options, diagnostics: &diagnostics)
      program = checked.program
      result = checked
      stageEnded(.check)
      if warns, let checked = program, file.bytes.count <= Self.maximumWarnedLength {
        warn(of: written, expanded: script, program: checked, diagnostics: &diagnostics)
        if diagnostics.hasErrors { program = nil }
      }
      stageEnded(.warn)
    }
    return CheckedScript(
      written: written, script: script, program: program, attachPoints: result?.attachPoints ?? [],
      probeNames: result?.probeNames ?? [], sources: sources, diagnostics: diagnostics)
  }
}

/// What a script became in the first half of the compiler.
public struct CheckedScript {
  /// As it was parsed.
  public let written: Script
  /// Without imports, directives and macros.
  public let script: Script
  /// `nil` where there are errors.
  public let program: Program?
  /// The attach points, which are known also where the machine does not tell all that the script needs to know.
  public let attachPoints: [WrittenAttachPoint]
  /// See `Program.probeNames`.
  public let probeNames: [String]
  /// The script's text and those that it reads, which all ranges point into.
  public let sources: SourceMap
  public let diagnostics: Diagnostics

  /// The diagnostics as the user reads them.
  public var report: String { DiagnosticRenderer(sources: sources).render(diagnostics) }
}
