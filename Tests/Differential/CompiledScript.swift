import Codegen
import TraceLang

/// A script taken all the way to its bundle.
public struct CompiledScript {
  let script: Script
  public let program: Program
  public let bundle: Bundle

  public enum Failure: Error, CustomStringConvertible {
    /// The script is wrong.
    case refused(String)
    /// It takes more than the kernel gives.
    case tooLarge(String)

    public var description: String {
      switch self {
      case .refused(let report), .tooLarge(let report): report
      }
    }
  }

  /// Ends tracing when it stands behind all other probes.
  static let ending = "\nbegin { exit(); }\n"

  public init(_ text: String, target: any Target, parameters: [String] = []) throws(Failure) {
    var sources = SourceMap(SourceFile(name: "stdin", text: text))
    var diagnostics = Diagnostics()
    var script = parse(SourceID(0), in: sources, diagnostics: &diagnostics)
    if !diagnostics.hasErrors {
      script = expand(script, in: &sources, target: target, options: ExpansionOptions(), diagnostics: &diagnostics)
    }
    var program: Program?
    if !diagnostics.hasErrors {
      program = check(
        script, target: target, options: CheckerOptions(parameters: parameters, allowsUnsafe: true),
        diagnostics: &diagnostics)
    }
    guard let program else {
      throw .refused(DiagnosticRenderer(sources: sources).render(diagnostics))
    }
    self.script = script
    self.program = program
    do throws(CompileError) {
      bundle = try compile(program, target: target, sources: sources).bundle
    } catch {
      throw .tooLarge(error.message)
    }
  }
}
