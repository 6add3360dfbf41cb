import ArgumentParser
import Glibc
import Runtime

@main
enum Swtrace {
  static let version = "0.1.0"

  /// The commands that a first word chooses.
  static let commands: [(name: String, type: any ParsableCommand.Type)] = [
    ("build", BuildCommand.self), ("fmt", FormatCommand.self), ("help", HelpCommand.self),
    ("record-target", RecordTargetCommand.self),
  ]

  /// The first word chooses a command where it is the name of one; else the words are for tracing.
  static func main() {
    keepStandardStreams()
    let words = ProcessArguments.words
    if let command = commands.first(where: { $0.name == words.first }) {
      return run(command.type, Array(words.dropFirst()))
    }
    if let script = CompletionScript.text(for: words) { return write(script) }
    switch words.first {
    case _ where words.prefix(while: { $0 != "--" }).contains("--fmt"):
      run(FormatCommand.self, words.filter { $0 != "--fmt" })
    case "-V", "--version": write("swtrace \(version)")
    case "--info": run(InfoCommand.self, Array(words.dropFirst()))
    default: if ListCommand.isWanted(words) { run(ListCommand.self, words) } else { run(TraceCommand.self, words) }
    }
  }

  /// Runs a command, or says what is wrong with its words; help that cannot be written is a failure as all output is.
  private static func run(_ command: (some ParsableCommand).Type, _ words: [String]) {
    do {
      var parsed = try command.parseAsRoot(words)
      try parsed.run()
    } catch {
      let text = command.fullMessage(for: error)
      let code = command.exitCode(for: error)
      if code == .success { write(text) } else { Terminal.writeError(text + "\n") }
      exit(code.rawValue)
    }
  }

  private static func write(_ line: String) {
    do throws(CommandFailure) {
      try Terminal.writeOutput(line + "\n")
    } catch {
      Terminal.fail(error, as: DiagnosticStyle(isJSON: false, isColored: ColorMode.ofEnvironment().mode.isColored))
    }
  }

  /// Standard streams that are closed stay unusable: no file that is opened gets their numbers.
  private static func keepStandardStreams() {
    for stream in STDIN_FILENO...STDERR_FILENO where fcntl(stream, F_GETFD) < 0 && errno == EBADF {
      _ = open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY)
    }
  }
}
