import ArgumentParser
import TraceLang

/// Shows what the language has, from the rows of its catalogs.
struct HelpCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "swtrace help",
    abstract: "Shows what a builtin, a kind of probe or a command is; without a name, lists all.",
    usage: "swtrace help [NAME]...")

  @Argument(help: ArgumentHelp("Names such as strlen and kprobe.", valueName: "name"))
  var names: [String] = []

  func run() {
    do throws(CommandFailure) {
      try Terminal.writeOutput(try text())
    } catch {
      Terminal.fail(error, as: DiagnosticStyle(isJSON: false, isColored: ColorMode.ofEnvironment().mode.isColored))
    }
  }

  /// All names that there is help for.
  static var names: [String] {
    Provider.catalog.flatMap(\.names) + Builtin.catalog.flatMap(\.names) + Swtrace.commands.map(\.name)
  }

  private func text() throws(CommandFailure) -> String {
    if names.isEmpty { return Self.overview }
    var pages: [String] = []
    for name in names { pages.append(try Self.page(name)) }
    return pages.joined(separator: "\n")
  }

  private static func page(_ word: String) throws(CommandFailure) -> String {
    // As they are written in scripts: "strlen()", "kprobe:".
    let name = String(word.prefix { $0 != "(" && $0 != ":" })
    let command = Swtrace.commands.first { $0.name == name }?.type
    let pages = [
      Builtin.named(name).map(page), Provider.named(name).map(page), command.map { $0.helpMessage() + "\n" },
    ]
    .compactMap { $0 }
    guard pages.isEmpty else { return pages.joined(separator: "\n") }
    let near = Suggestions.nearest(to: name, among: names)
    throw CommandFailure(
      "there is no help for '\(word)'",
      notes: [near.isEmpty ? "'swtrace help' lists all there is" : "did you mean \(Suggestions.list(near))?"])
  }

  private static func page(of builtin: Builtin) -> String {
    var lines = [heading(builtin.title, builtin.summary), "", "    \(builtin.signature)", ""]
    lines.append("In \(builtin.places.description).")
    if let risk = builtin.risk { lines.append("Needs --unsafe, as it \(risk).") }
    let script = builtin.example.split(separator: "\n", omittingEmptySubsequences: false).map { "    \($0)" }
    return (lines + ["", "Example:", ""] + script).joined(separator: "\n") + "\n"
  }

  private static func page(of provider: Provider) -> String {
    let builtins = Builtin.catalog.filter { $0.places.isLimited && $0.places.include(provider.name) }.map(\.title)
    var lines = [heading(provider.usage, provider.summary + ".")]
    if provider.names.count > 1 {
      lines += ["", "Also written \(Suggestions.list(Array(provider.names.dropFirst())))."]
    }
    if !builtins.isEmpty { lines += ["", "Has \(builtins.joined(separator: ", "))."] }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func heading(_ title: String, _ summary: String) -> String { "\(title) - \(summary)" }

  private static var overview: String {
    let probes = table("Probes", Provider.catalog.map { ($0.names.joined(separator: ", "), $0.summary + ".") })
    let topics = Topic.all.map { topic in table(topic.title, topic.builtins.map { ($0.title, $0.summary) }) }
    return ([probes] + topics).joined(separator: "\n") + "\n'swtrace help NAME' shows one of them, with an example.\n"
  }

  /// A line for each row; summaries stand in one column.
  private static func table(_ title: String, _ rows: [(name: String, summary: String)]) -> String {
    let width = rows.map(\.name.utf8.count).max() ?? 0
    let lines = rows.map { name, summary in
      "  " + name + String(repeating: " ", count: width + 2 - name.utf8.count) + summary
    }
    return ([title] + lines).joined(separator: "\n") + "\n"
  }
}
