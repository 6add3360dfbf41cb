import ArgumentParser
import Glibc

/// `--mode`
enum ModeWord: String, WordOption {
  case test, bench, codegen
  /// `swtrace fmt`
  case format
  /// Compiles and tells the time of each stage.
  case compilerBench = "compiler-bench"
}

/// `--probe-filter`: a POSIX extended regular expression that is looked for in names.
struct NameFilter: ExpressibleByArgument {
  private final class Expression {
    var compiled = regex_t()

    /// - Returns: `nil` for what is no regular expression.
    init?(_ text: String) {
      guard regcomp(&compiled, text, REG_EXTENDED | REG_NOSUB) == 0 else { return nil }
    }

    deinit { regfree(&compiled) }
  }

  private let expression: Expression

  init?(argument: String) {
    guard let expression = Expression(argument) else { return nil }
    self.expression = expression
  }

  func matches(_ name: String) -> Bool { regexec(&expression.compiled, name, 0, nil, 0) == 0 }

  static var allValueStrings: [String] { [] }
}
