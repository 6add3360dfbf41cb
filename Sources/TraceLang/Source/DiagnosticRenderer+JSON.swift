extension DiagnosticRenderer {
  /// One JSON object on a line for each diagnostic, for editors:
  /// `{"type": "diagnostic", "data": {"severity": ..., "message": ..., "file": ..., "line": ..., ...}}`.
  public func renderJSON(_ diagnostics: Diagnostics) -> String {
    diagnostics.told().map { renderJSON($0) + "\n" }.joined()
  }

  /// Columns count bytes from 1; `end_line` and `end_column` are behind the range.
  public func renderJSON(_ diagnostic: Diagnostic) -> String {
    var fields = [
      Self.field("severity", diagnostic.severity.rawValue), Self.field("message", diagnostic.message),
    ]
    if let range = diagnostic.range { fields += place(of: range) }
    let notes = diagnostic.notes.map { note in
      Self.object([Self.field("message", note.message)] + (note.range.map { place(of: $0) } ?? []))
    }
    let fixIts = diagnostic.fixIts.map { fixIt in
      Self.object(place(of: fixIt.range) + [Self.field("replacement", fixIt.replacement)])
    }
    if !notes.isEmpty { fields.append("\"notes\": [\(notes.joined(separator: ", "))]") }
    if !fixIts.isEmpty { fields.append("\"fixits\": [\(fixIts.joined(separator: ", "))]") }
    return "{\"type\": \"diagnostic\", \"data\": \(Self.object(fields))}"
  }

  private func place(of range: SourceRange) -> [String] {
    let file = sources[range.source]
    let start = file.position(at: Int(range.lower))
    let end = lastPosition(of: range)
    return [
      Self.field("file", file.name), "\"line\": \(start.line)", "\"column\": \(start.column)",
      "\"end_line\": \(end.line)", "\"end_column\": \(end.column)",
    ]
  }

  private static func object(_ fields: [String]) -> String { "{" + fields.joined(separator: ", ") + "}" }

  private static func field(_ name: String, _ value: String) -> String { "\"\(name)\": \(quoted(value))" }

  /// A JSON string.
  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case "\t": quoted += "\\t"
      case "\r": quoted += "\\r"
      default:
        // JSON allows DEL and C1 controls, a terminal that shows it may not.
        if scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value) {
          let digits = String(scalar.value, radix: 16)
          quoted += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
        } else {
          quoted.unicodeScalars.append(scalar.systemByte == nil ? scalar : "\u{fffd}")
        }
      }
    }
    return quoted + "\""
  }
}
