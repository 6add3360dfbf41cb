import Codegen
import TraceLang

/// Why a script was not compiled.
public struct ScriptErrors: Error, Sendable, CustomStringConvertible {
  /// One error or warning.
  public struct Problem: Sendable, Hashable {
    public let isError: Bool
    public let message: String
    /// Counted from 1; `nil` for a problem of no place.
    public let line: Int?
    /// Counted from 1, in characters.
    public let column: Int?
  }

  public let problems: [Problem]
  /// As `swtrace` prints them: the place, what is wrong there, the line and what to do.
  public let description: String

  init(_ failure: CompilationFailure) {
    description = failure.description
    problems = failure.diagnostics.all.map { diagnostic in
      let position = diagnostic.range.map { failure.sources.position($0) }
      let isError =
        switch diagnostic.severity {
        case .error: true
        case .warning: false
        }
      return Problem(
        isError: isError, message: diagnostic.message, line: position?.line, column: position?.column)
    }
  }
}
