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
    var compiler = Compiler(target: target)
    compiler.frontEnd.options = CheckerOptions(parameters: parameters, allowsUnsafe: true)
    compiler.frontEnd.warns = false
    let checked = compiler.check(SourceFile(name: "stdin", text: text))
    guard let program = checked.program else { throw .refused(checked.report) }
    script = checked.script
    self.program = program
    do throws(CompileError) {
      bundle = try compiler.compile(program, sources: checked.sources).bundle
    } catch {
      throw .tooLarge(error.message)
    }
  }
}
