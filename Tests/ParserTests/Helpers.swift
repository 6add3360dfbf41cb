import TraceLang

/// A parse of one text under the name "stdin".
struct Parsed {
  let script: Script
  let sources: SourceMap
  let diagnostics: Diagnostics

  init(_ bytes: [UInt8]) {
    sources = SourceMap(SourceFile(name: "stdin", bytes: bytes))
    var diagnostics = Diagnostics()
    script = parse(SourceID(0), in: sources, diagnostics: &diagnostics)
    self.diagnostics = diagnostics
  }

  init(_ text: String) { self.init(Array(text.utf8)) }

  var dump: String { SyntaxDump.text(script) }

  var printed: String { SyntaxPrinter.print(script, in: sources) }

  /// The diagnostics as the user reads them.
  var report: String { DiagnosticRenderer(sources: sources).render(diagnostics) }

  /// The comments without white space.
  var words: [String] { script.comments.map { $0.text.filter { !$0.isWhitespace } } }

  var messages: [String] { diagnostics.all.map(\.message) }
}

/// The dump of an expression, or the messages of what is wrong with it.
func expression(_ text: String) -> String {
  let sources = SourceMap(SourceFile(name: "stdin", text: text))
  var diagnostics = Diagnostics()
  guard let expression = parseExpression(SourceID(0), in: sources, diagnostics: &diagnostics) else {
    return diagnostics.all.map(\.message).joined(separator: "\n")
  }
  return flat(SyntaxDump.text(expression))
}

/// The dump of the statements of a probe, or the messages of what is wrong with them.
func statements(_ text: String) -> String {
  let parsed = Parsed("BEGIN { \(text) }")
  if parsed.diagnostics.hasErrors { return parsed.messages.joined(separator: "\n") }
  guard case .probe(let probe)? = parsed.script.items.first else { return "no probe" }
  return probe.body.statements.map { flat(SyntaxDump.text($0)) }.joined(separator: "\n")
}

/// The dump of the items of a script, one on a line, or the messages of what is wrong with them.
func items(_ text: String) -> String {
  let parsed = Parsed(text)
  if parsed.diagnostics.hasErrors { return parsed.messages.joined(separator: "\n") }
  return parsed.script.items.map { item in
    let alone = Script(items: [item], comments: [], range: parsed.script.range)
    return String(flat(SyntaxDump.text(alone)).dropFirst("(script ".count).dropLast())
  }.joined(separator: "\n")
}

/// Where two texts part, with the line before; "" for equal texts.
func difference(_ left: String, _ right: String) -> String {
  if left == right { return "" }
  let lefts = left.split(separator: "\n", omittingEmptySubsequences: false)
  let rights = right.split(separator: "\n", omittingEmptySubsequences: false)
  let first = zip(lefts, rights).enumerated().first { $0.element.0 != $0.element.1 }?.offset
  let line = first ?? min(lefts.count, rights.count)
  func context(_ lines: [Substring]) -> String {
    lines[max(0, min(line, lines.count) - 1)..<min(line + 1, lines.count)].joined(separator: "\n")
  }
  return "line \(line + 1): \(context(lefts))\nbut: \(context(rights))"
}

/// A dump on one line.
private func flat(_ dump: String) -> String {
  var text = ""
  var skipsSpace = false
  for character in dump {
    if character == "\n" {
      skipsSpace = true
    } else if !(skipsSpace && character == " ") {
      if skipsSpace { text += " " }
      skipsSpace = false
      text.append(character)
    }
  }
  return text
}
