import TraceLang

extension Explanation.Output {
  /// What the actions of a bundle print and run.
  init(_ bundle: Bundle) {
    for action in bundle.actions {
      switch action {
      case .printf(let format): lines.append("printf(\(format.quoted))")
      case .print: lines.append("print(...)")
      case .printMap(let view): lines.append("print(\(bundle.views[view].name))")
      case .printMapValue(let view, _, _): lines.append("print(\(bundle.views[view].name)[...])")
      case .time(let format): lines.append("time(\"\(Self.visible(Array(format.utf8)))\")")
      case .join: lines.append("join(...)")
      case .message(.error, let format, _): lines.append("errorf(\(format.quoted))")
      case .message(.warning, let format, _): lines.append("warnf(\(format.quoted))")
      case .helperError(let name, _, _): lines.append("what \(name) could not read")
      case .cat(let format): files.append(format.text)
      case .system(let format): commands.append(format.text)
      case .clear, .zero, .exit, .unwatch, .lostUpdates: break
      }
    }
    lines = lines.withoutRepeats
    files = files.withoutRepeats
    commands = commands.withoutRepeats
    atEnd = bundle.settings.printMapsOnExit ? bundle.views.filter { !$0.isOwn }.map(\.name) : []
    for case .pinnedIterator(let path) in bundle.hooks.map(\.point) { pinned.append(path) }
  }

  /// Text as it stands between a script's quotes.
  fileprivate static func visible(_ bytes: [UInt8]) -> String {
    let text = String(decoding: bytes, as: UTF8.self)
    return VisibleText.escaped(text.map { "\"\\".contains($0) ? "\\\($0)" : String($0) }.joined())
  }
}

extension Format {
  fileprivate var quoted: String { "\"\(text)\"" }

  /// As a script writes it, without the quotes.
  fileprivate var text: String {
    segments.map { segment in
      switch segment {
      case .literal(let bytes): Explanation.Output.visible(bytes)
      case .argument(let directive, _): directive.text
      }
    }.joined()
  }
}

extension FormatDirective {
  /// As a script writes it: "%-16s".
  fileprivate var text: String {
    let flags = [
      (leftAligned, "-"), (zeroPadded, "0"), (plusSign, "+"), (spaceSign, " "), (alternate, "#"), (grouped, "'"),
    ].filter(\.0).map(\.1).joined()
    let length =
      switch lengthBits {
      case 8: "hh"
      case 16: "h"
      case nil: ""
      case _: "l"
      }
    return "%\(flags)\(width.map(String.init) ?? "")\(precision.map { ".\($0)" } ?? "")\(length)\(conversion.rawValue)"
  }
}
