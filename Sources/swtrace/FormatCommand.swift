import ArgumentParser
import Glibc
import Runtime
import TraceLang

/// Lays out scripts; what cannot be read is refused and left as it is.
struct FormatCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "swtrace fmt",
    abstract: "Formats scripts: comments stay, and the formatted script means the same.",
    usage: """
      swtrace fmt FILE
      swtrace fmt --in-place FILE...
      swtrace fmt --check FILE...
      """)

  @Flag(name: [.short, .long], help: "Rewrite the files.")
  var inPlace = false

  @Flag(help: "Write nothing; name the files that are not formatted and exit with status 1 if there are any.")
  var check = false

  @Option(name: .short, parsing: .unconditional, help: ArgumentHelp("Format this program.", valueName: "program"))
  var e: ArgumentWord?

  @Option(
    name: [.short, .customLong("output")], parsing: .unconditional,
    help: ArgumentHelp("Write the formatted script to a file.", valueName: "file"), completion: .file())
  var o: ArgumentWord?

  @Argument(help: ArgumentHelp("The scripts' files, '-' for standard input.", valueName: "file"))
  var files: [ArgumentWord] = []

  func validate() throws {
    if inPlace, check { throw ValidationError("--in-place and --check exclude each other") }
    if e == nil, files.isEmpty {
      throw ValidationError(ScriptOptions.noScript)
    }
    if e != nil, !files.isEmpty { throw ValidationError("give files or -e, not both") }
    if inPlace, e != nil || files.contains("-") { throw ValidationError("only files can be formatted in place") }
    if o != nil, inPlace || check { throw ValidationError("-o is neither for --in-place nor for --check") }
    if files.count > 1, !inPlace, !check {
      throw ValidationError("one file is formatted to standard output; for more, give --in-place or --check")
    }
  }

  func run() {
    var failed = false
    for path in e == nil ? files : [""] as [ArgumentWord] {
      do throws(CommandFailure) {
        if !(try format(path)) { failed = true }
      } catch {
        Terminal.tell(error, as: Self.style)
        failed = true
      }
    }
    if failed { Glibc.exit(1) }
  }

  /// Whether all is well: not so when a file that is checked is not formatted.
  private func format(_ path: ArgumentWord) throws(CommandFailure) -> Bool {
    var options = ScriptOptions()
    options.e = e
    options.words = [path]
    let file = try options.source()
    let formatted = try Self.formatted(file)
    if check {
      if formatted != file.bytes { try Terminal.writeOutput(Self.shown(file.name) + "\n") }
      return formatted == file.bytes
    }
    guard inPlace else {
      try OutputFile.write(formatted, to: o ?? "-")
      return true
    }
    if formatted != file.bytes { try FileReplacement.replace(path, with: formatted) }
    return true
  }

  private static var style: DiagnosticStyle {
    DiagnosticStyle(isJSON: false, isColored: ColorMode.ofEnvironment().mode.isColored)
  }

  /// Names are for programs to read, except on a terminal.
  private static func shown(_ name: String) -> String {
    isatty(STDOUT_FILENO) == 1 ? VisibleText.escaped(name) : name
  }

  private static func formatted(_ file: SourceFile) throws(CommandFailure) -> [UInt8] {
    do throws(FormattingError) {
      return try LargeStack.run { () throws(FormattingError) in try TraceLang.format(file) }
    } catch {
      switch error {
      case .refused(let diagnostics):
        Terminal.tell(diagnostics.told(), SourceMap(file), as: style)
        throw CommandFailure("")
      case .differs(let why):
        throw CommandFailure(
          "'\(file.name)' is left as it is, as \(why): this is an error in swtrace, please report it")
      }
    }
  }
}
