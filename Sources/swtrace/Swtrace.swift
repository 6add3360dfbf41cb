import ArgumentParser

@main
enum Swtrace {
  static let version = "0.1.0"

  /// The first word chooses a command where it is the name of one; else the words are for tracing.
  static func main() {
    let words = Array(CommandLine.arguments.dropFirst())
    switch words.first {
    case "record-target": RecordTargetCommand.main(Array(words.dropFirst()))
    case "fmt": FormatCommand.main(Array(words.dropFirst()))
    case _ where words.prefix(while: { $0 != "--" }).contains("--fmt"):
      FormatCommand.main(words.filter { $0 != "--fmt" })
    case "build": BuildCommand.main(Array(words.dropFirst()))
    case "-V", "--version": Terminal.writeOutput("swtrace \(version)\n")
    default: if ListCommand.isWanted(words) { ListCommand.main(words) } else { TraceCommand.main(words) }
    }
  }
}
