/// Renders diagnostics as text: `name:line:column-column: ERROR: message`, the source line and `~~~` under the range.
public struct DiagnosticRenderer: Sendable {
  /// Lines longer than this many bytes are shown as a window around the range.
  private static let maximumLine = 200
  /// How many bytes such a window shows in front of the range, and in all.
  private static let windowLead = 60
  private static let windowLength = 160

  let sources: SourceMap
  let colors: Bool

  public init(sources: SourceMap, colors: Bool = false) {
    self.sources = sources
    self.colors = colors
  }

  /// The text of all diagnostics; empty or ending in a line end.
  public func render(_ diagnostics: Diagnostics) -> String {
    diagnostics.told().map(render).joined()
  }

  public func render(_ diagnostic: Diagnostic) -> String {
    let label: Label = diagnostic.severity == .error ? .error : .warning
    let drawn = diagnostic.range.map { drawable(diagnostic.fixIts, beneath: $0) } ?? []
    var text = section(label, diagnostic.message, diagnostic.range, drawn)
    for note in diagnostic.notes { text += section(.note, note.message, note.range) }
    for fixIt in diagnostic.fixIts where !drawn.contains(fixIt) { text += section(.hint, describe(fixIt), nil) }
    return text
  }

  private enum Label: String {
    case error = "ERROR"
    case warning = "WARNING"
    case note = "NOTE"
    case hint = "HINT"

    /// The colour's number in an ANSI escape.
    var color: String {
      switch self {
      case .error: "31"
      case .warning: "33"
      case .note: "36"
      case .hint: "32"
      }
    }
  }

  private func section(
    _ label: Label, _ message: String, _ range: SourceRange?, _ fixIts: [Diagnostic.FixIt] = []
  ) -> String {
    let title = colored(label.rawValue, label)
    let message = VisibleText.escaped(message)
    guard let range = range.map(visible) else { return "\(title): \(message)\n" }
    return "\(place(of: range)): \(title): \(message)\n" + excerpt(range, label, fixIts)
  }

  private func colored(_ text: String, _ label: Label) -> String {
    colors ? "\u{1b}[1;\(label.color)m\(text)\u{1b}[0m" : text
  }

  /// A range at the end of the text moves to the end of its last line that is not empty; others stay.
  private func visible(_ range: SourceRange) -> SourceRange {
    let bytes = sources[range.source].bytes
    var lower = Int(range.lower)
    guard lower >= bytes.count, lower == Int(range.upper) else { return range }
    while lower > 0, lower > bytes.count || bytes[lower - 1].isWhitespace { lower -= 1 }
    return SourceRange(range.source, lower, lower)
  }

  /// `name:line:first-behind` or, over several lines, `name:first-last`.
  public func place(of range: SourceRange) -> String {
    let file = sources[range.source]
    let name = VisibleText.escaped(file.name)
    let start = file.position(at: Int(range.lower))
    let end = lastPosition(of: range)
    if start.line == end.line {
      return "\(name):\(start.line):\(start.column)-\(max(end.column, start.column + 1))"
    }
    return "\(name):\(start.line)-\(end.line)"
  }

  /// The position behind the range; a range that ends in a line end does not reach into the next line.
  func lastPosition(of range: SourceRange) -> SourcePosition {
    let file = sources[range.source]
    let end = file.position(at: Int(range.upper))
    guard end.column == 1, range.upper > range.lower else { return end }
    let before = file.position(at: Int(range.upper) - 1)
    return SourcePosition(line: before.line, column: before.column + 1)
  }

  /// The range's first line and the marks under it; empty for an empty line.
  public func excerpt(of range: SourceRange) -> String { excerpt(visible(range), .warning, []) }

  /// The range's first line, the marks under it, and under these what should stand there.
  private func excerpt(_ range: SourceRange, _ label: Label, _ fixIts: [Diagnostic.FixIt]) -> String {
    let file = sources[range.source]
    let start = file.position(at: Int(range.lower))
    let end = lastPosition(of: range)
    let line = file.line(start.line)
    if line.isEmpty { return "" }
    let lower = min(line.startIndex + start.column - 1, line.endIndex)
    let upper = start.line == end.line ? min(line.startIndex + end.column - 1, line.endIndex) : line.endIndex
    let window = window(of: line, around: lower)
    let lead = window.lowerBound > line.startIndex ? "..." : ""
    let trail = window.upperBound < line.endIndex ? "..." : ""
    let marked = lower..<max(lower, min(upper, window.upperBound))
    let marks = String(repeating: "~", count: max(1, width(line[marked])))
    let shown = lead + printable(line[window]) + trail
    let indent = String(repeating: " ", count: lead.utf8.count) + blank(line[window.lowerBound..<lower])
    let offset = String(repeating: " ", count: lead.utf8.count)
    let drawing =
      drawing(of: fixIts, under: line, from: window.lowerBound).map { offset + colored($0, .hint) + "\n" } ?? ""
    return shown + "\n" + indent + colored(marks, label) + "\n" + drawing
  }

  /// The part of a line to show: all of a short line; cut between characters.
  private func window(of line: ArraySlice<UInt8>, around offset: Int) -> Range<Int> {
    guard line.count > Self.maximumLine else { return line.indices }
    var lower = max(line.startIndex, min(offset - Self.windowLead, line.endIndex - Self.windowLength))
    while lower > line.startIndex, lower < line.endIndex, line[lower].isContinuation { lower -= 1 }
    var upper = min(line.endIndex, lower + Self.windowLength)
    while upper > lower, upper < line.endIndex, line[upper].isContinuation { upper -= 1 }
    return lower..<max(upper, min(offset, line.endIndex))
  }

  /// Replacements on the one line that is shown of a range; those that would lie over each other are left out.
  private func drawable(_ fixIts: [Diagnostic.FixIt], beneath range: SourceRange) -> [Diagnostic.FixIt] {
    let file = sources[range.source]
    let line = file.position(at: Int(visible(range).lower)).line
    guard file.line(line).count <= Self.maximumLine else { return [] }
    var drawn: [Diagnostic.FixIt] = []
    var column = 0
    for fixIt in fixIts.sorted(by: { $0.range.lower < $1.range.lower }) {
      let start = file.position(at: Int(fixIt.range.lower))
      let end = file.position(at: Int(fixIt.range.upper))
      let isOneLine = fixIt.range.source == range.source && start.line == line && end.line == line
      guard isOneLine, start.column > column, !fixIt.replacement.utf8.contains(UInt8(ascii: "\n")) else { continue }
      drawn.append(fixIt)
      column = start.column + max(fixIt.replacement.utf8.count, end.column - start.column)
    }
    return drawn
  }

  /// The replacements under their places, `-` under what goes away.
  private func drawing(of fixIts: [Diagnostic.FixIt], under line: ArraySlice<UInt8>, from start: Int) -> String? {
    var text = ""
    var end = start
    for fixIt in fixIts.sorted(by: { $0.range.lower < $1.range.lower }) {
      let lower = min(max(Int(fixIt.range.lower), end), line.endIndex)
      let upper = min(max(Int(fixIt.range.upper), lower), line.endIndex)
      let isRemoval = fixIt.replacement.isEmpty
      text += blank(line[end..<lower])
      let replacement =
        isRemoval
        ? String(repeating: "-", count: width(line[lower..<upper])) : printable(ArraySlice(fixIt.replacement.utf8))
      text += replacement
      // What stands further right keeps its column where the replacement is no wider than what it replaces.
      let columns = width(ArraySlice(replacement.utf8))
      end = lower
      while end < line.endIndex, width(line[lower..<end]) < columns { end += 1 }
    }
    while text.last == " " { text.removeLast() }
    return text.isEmpty ? nil : text
  }

  private func describe(_ fixIt: Diagnostic.FixIt) -> String {
    let old = sources.text(fixIt.range)
    if old.isEmpty { return "insert '\(fixIt.replacement)'" }
    if fixIt.replacement.isEmpty { return "remove '\(old)'" }
    return "replace '\(old)' with '\(fixIt.replacement)'"
  }
}

// MARK: Columns

extension DiagnosticRenderer {
  /// A line with control characters replaced, so that a source cannot steer the terminal.
  private func printable(_ bytes: ArraySlice<UInt8>) -> String {
    var text = ""
    for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
      text.unicodeScalars.append(scalar != "\t" && VisibleText.isHarmful(scalar) ? "\u{fffd}" : scalar)
    }
    return text
  }

  /// White space as wide as a text; tabs stay tabs.
  private func blank(_ bytes: ArraySlice<UInt8>) -> String {
    var text = ""
    for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
      text += scalar == "\t" ? "\t" : String(repeating: " ", count: Self.columns(scalar))
    }
    return text
  }

  private func width(_ bytes: ArraySlice<UInt8>) -> Int {
    String(decoding: bytes, as: UTF8.self).unicodeScalars.reduce(0) { $0 + Self.columns($1) }
  }

  /// The terminal columns of a character: 0 for combining marks, 2 for East Asian wide ones and emoji.
  private static func columns(_ scalar: Unicode.Scalar) -> Int {
    // A character that steers the terminal is shown as U+FFFD.
    guard scalar.value >= 0x300, !VisibleText.isHarmful(scalar) else { return 1 }
    let combining: [Unicode.GeneralCategory] = [.nonspacingMark, .enclosingMark, .format]
    if combining.contains(scalar.properties.generalCategory) { return 0 }
    switch scalar.value {
    case 0x1100...0x115f, 0x2e80...0xa4cf, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f, 0xff00...0xff60,
      0xffe0...0xffe6, 0x1f300...0x1f64f, 0x1f900...0x1f9ff, 0x20000...0x3fffd:
      return 2
    default: return 1
    }
  }
}

extension UInt8 {
  /// A byte inside of a UTF-8 sequence.
  fileprivate var isContinuation: Bool { self & 0xc0 == 0x80 }
}
