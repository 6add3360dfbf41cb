import TraceLang

/// docs/stdlib.md: all builtins by topic.
enum BuiltinPage {
  static var text: String {
    """
    # Builtins

    What the language has by name, by topic: `swtrace help NAME` prints the same. This page is made from the catalog that the
    compiler reads (`Sources/TraceLang/Catalog`): `SWTRACE_RENEW_BUILTINS=1 swift test --filter BuiltinTests` writes it.
    [language.md](language.md) describes all else.

    Arguments in `[ ]` may be left out, and so may empty parentheses. `const` is for what must be known when the script is
    compiled.

    \(Topic.all.map(section).joined(separator: "\n"))
    """
  }

  private static func section(_ topic: Topic) -> String {
    "## \(topic.title)\n\n" + topic.builtins.map(entry).joined(separator: "\n")
  }

  private static func entry(_ builtin: Builtin) -> String {
    var notes = [builtin.summary]
    if builtin.places.description != "all probes" {
      notes.append("In \(builtin.places.description).")
    }
    if let risk = builtin.risk { notes.append("Needs `--unsafe`, as it \(risk).") }
    let head = "### \(builtin.title)\n\n`\(builtin.signature)`\n\n\(notes.joined(separator: " "))\n"
    let lines = builtin.example.split(separator: "\n", omittingEmptySubsequences: false).map { "    \($0)\n" }
    return head + "\n" + lines.joined()
  }
}
