import ArgumentParser
import Codegen
import Glibc
import Runtime
import SystemPackage
import TraceLang

/// Lists the probes of this machine, or those of a script.
struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "swtrace -l",
    abstract: "Lists probes: software, tracepoint and rawtracepoint, or those that a script attaches to.",
    usage: """
      swtrace -l [pattern,...]
      swtrace -l FILE
      swtrace -l -e 'program'
      """)

  @Flag(name: [.customShort("l"), .customLong("list")], help: "List probes.")
  var isListing = false

  @Flag(name: [.short, .customLong("verbose")], help: "Show the arguments of each probe.")
  var verbose = false

  @Option(name: .short, help: ArgumentHelp("List what this program attaches to.", valueName: "program"))
  var e: String?

  @Argument(help: ArgumentHelp("Names with wildcards, or a script.", valueName: "pattern-or-file"))
  var pattern: String?

  /// Whether the words of a command line, up to the script and its parameters, ask for a list.
  static func isWanted(_ words: [String]) -> Bool {
    words.prefix { $0 != "--" && $0 != "-e" && $0 != "-c" }.contains { ["-l", "--list", "-lv", "-vl"].contains($0) }
  }

  func run() {
    do throws(CommandFailure) {
      try Terminal.writeOutput(try text())
    } catch {
      Terminal.fail(error, as: style)
    }
  }

  private func text() throws(CommandFailure) -> String {
    var entries: [ProbeListing] = []
    do throws(TargetError) {
      let host = try HostTarget()
      let search = ProbeSearch(host)
      if let script {
        let names = try LargeStack.run { () throws(TargetError) in try program(of: script, host).probeNames }
        for name in names { entries.append(try search.probe(named: name, withArguments: verbose)) }
      } else {
        try search.probes(matching: pattern ?? "*", withArguments: verbose) { entries.append($0) }
        if entries.isEmpty { throw TargetError("no probe matches '\(pattern ?? "*")'") }
      }
    } catch {
      throw CommandFailure(error.message)
    }
    return entries.map { entry in
      entry.name + "\n" + (verbose ? entry.arguments.map { "    \($0)\n" }.joined() : "")
    }.joined()
  }

  /// The words that give a script: `-e` and its text, or a file.
  private var script: [String]? {
    if let e { return ["-e", e] }
    return isFile ? pattern.map { [$0] } : nil
  }

  private func program(of words: [String], _ host: HostTarget) throws(TargetError) -> Program {
    do {
      return try Frontend(target: host, options: try ScriptOptions.parse(words), style: style).compile().program
    } catch let error as CommandFailure {
      throw TargetError(error.message)
    } catch {
      throw TargetError(ScriptOptions.message(for: error))
    }
  }

  private var style: DiagnosticStyle {
    DiagnosticStyle(isJSON: false, isColored: ColorMode.ofEnvironment().mode.isColored)
  }

  private var isFile: Bool {
    guard let pattern else { return false }
    var status = stat()
    return stat(pattern, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }
}
