import TestSupport

/// A program in C that a suite traces, built once for it.
struct TestProgram {
  let path: String
  private let folder: TemporaryFolder

  /// - Parameter options: of the compiler; those of a plain program when empty.
  init(_ source: String, name: String = "traced", options: [String] = []) throws {
    folder = try TemporaryFolder()
    path = folder.path + "/" + name
    let text = try folder.file(name + ".c", source)
    let result = try run(["cc", "-O1", "-fno-omit-frame-pointer"] + options + ["-o", path, text])
    guard result.ending == .exited(0) else { throw Failure(message: result.errors) }
  }

  struct Failure: Error {
    let message: String
  }
}

/// Runs `swtrace` as a user does.
enum Swtrace {
  /// What a script prints; nothing may be said on its standard error.
  static func output(_ script: String, command: String? = nil, options: [String] = []) throws -> CommandResult {
    try run([Repository.swtrace, "-q"] + options + (command.map { ["-c", $0] } ?? []) + ["-e", script])
  }
}
