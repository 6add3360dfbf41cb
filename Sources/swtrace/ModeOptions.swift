import ArgumentParser
import Glibc

/// `--mode`
enum ModeWord: String, WordOption {
  case test, bench, codegen, format
  case compilerBench = "compiler-bench"

  /// Those that there are here: of the others it is told what to use.
  static var allValueStrings: [String] { [Self.test, .bench, .codegen].map(\.rawValue) }
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
