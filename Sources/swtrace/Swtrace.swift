import ArgumentParser
import Glibc
import Runtime
import TraceLang

@main
enum Swtrace {
  static let version = "0.1.0"

  /// The commands that a first word chooses.
  static let commands: [(name: String, type: any ParsableCommand.Type)] = [
    ("build", BuildCommand.self), ("explain", ExplainCommand.self), ("fmt", FormatCommand.self),
    ("help", HelpCommand.self),
    ("record-target", RecordTargetCommand.self),
  ]

  /// The first word chooses a command where it is the name of one; else the options say what is asked for.
  static func main() {
    keepStandardStreams()
    let words = ProcessArguments.words.map(ArgumentWord.init)
    let texts = words.map(\.text)
    if let command = commands.first(where: { $0.name == texts.first }) {
      return run(command.type, Array(texts.dropFirst()))
    }
    if let script = CompletionScript.text(for: texts) { return write(script) }
    // A shell asks ArgumentParser for completions, and for a script of a shell that there is none for.
    if let first = texts.first, first.hasPrefix("---") || first.hasPrefix(CompletionScript.option) {
      return run(TraceCommand.self, texts)
    }
    if words.isEmpty {
      Terminal.writeError(TraceCommand.helpMessage() + "\n")
      exit(EXIT_FAILURE)
    }
    do throws(CommandFailure) {
      try run(CommandLineWords(words))
    } catch {
      Terminal.fail(error, as: style)
    }
  }

  private static func run(_ line: CommandLineWords) throws(CommandFailure) {
    let command = try line.command()
    switch line.ending {
    case .help: return write(command == .list ? ListCommand.helpMessage() : TraceCommand.helpMessage())
    case .version: return write("swtrace \(version)")
    case .information: return run(InfoCommand.self, line.words(for: .information))
    case nil: break
    }
    let style = DiagnosticStyle(isJSON: line.isJSON, isColored: style.isColored)
    Terminal.tell(line.remarks.map { .warning($0, at: nil) }, SourceMap(), as: style)
    let words = line.words(for: command)
    switch command {
    case .trace: run(TraceCommand.self, words)
    case .list: run(ListCommand.self, words)
    case .format: run(FormatCommand.self, words)
    case .build: run(BuildCommand.self, words)
    case .information: run(InfoCommand.self, words)
    }
  }

  private static var style: DiagnosticStyle {
    DiagnosticStyle(isJSON: false, isColored: ColorMode.ofEnvironment().mode.isColored)
  }

  /// Runs a command, or says what is wrong with its words; help that cannot be written is a failure as all output is.
  private static func run(_ command: (some ParsableCommand).Type, _ words: [String]) {
    do {
      var parsed = try command.parseAsRoot(words)
      try parsed.run()
    } catch {
      if command.exitCode(for: error) == .success { return write(command.fullMessage(for: error)) }
      // As bpftrace, whatever is wrong.
      Terminal.fail(
        CommandFailure(command.message(for: error), notes: ["'\(command._commandName) --help' lists all options"]),
        as: style)
    }
  }

  private static func write(_ line: String) {
    do throws(CommandFailure) {
      try Terminal.writeOutput(line + "\n")
    } catch {
      Terminal.fail(error, as: style)
    }
  }

  /// Standard streams that are closed stay unusable: no file that is opened gets their numbers.
  private static func keepStandardStreams() {
    for stream in STDIN_FILENO...STDERR_FILENO where fcntl(stream, F_GETFD) < 0 && errno == EBADF {
      _ = open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY)
    }
  }
}
