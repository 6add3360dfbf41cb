import TestSupport

/// A program that is built with debug information, and files that a suite makes of it.
struct DebugProgram {
  let path: String
  let folder: TemporaryFolder

  /// - Parameters:
  ///   - file: the name of the source, whose ending is that of its language.
  ///   - options: of the compiler.
  init(_ source: String, file: String = "program.c", options: [String] = ["-g", "-O0"]) throws {
    folder = try TemporaryFolder()
    path = folder.path + "/program"
    let text = try folder.file(file, source)
    let compiler = file.hasSuffix(".c") ? "cc" : "c++"
    // Split information lies beside what is compiled, which the linker's own step would remove.
    try Self.tool([compiler] + options + ["-c", "-o", folder.path + "/program.o", text])
    try Self.tool([compiler] + options + ["-o", path, folder.path + "/program.o"])
  }

  struct Failure: Error {
    let message: String
  }

  static func tool(_ words: [String]) throws {
    let result = try run(words)
    guard result.ending == .exited(0) else { throw Failure(message: result.errors) }
  }

  struct Printed {
    /// Without empty lines at its ends.
    let output: String
    let errors: String
    let succeeded: Bool
  }

  /// What a script prints while the program runs; "BIN" stands for its path.
  func traced(_ script: String) throws -> Printed {
    let result = try Swtrace.output(script.replacing("BIN", with: path), command: path)
    return Printed(
      output: result.output.split(separator: "\n").joined(separator: "\n"), errors: result.errors,
      succeeded: result.ending == .exited(0))
  }
}
