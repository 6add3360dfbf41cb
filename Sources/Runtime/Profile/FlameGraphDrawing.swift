/// Flame graphs as SVG files that need nothing else: what is drawn, and the script that zooms and searches in a
/// browser.
package enum FlameGraphDrawing {
  private static let rowHeight = 16
  private static let margin = 10
  /// Above the boxes: the title, and a line of what is measured for each map.
  private static let titleHeight = 34
  private static let lineHeight = 16
  /// Below them: the line that tells of the box under the pointer.
  private static let footHeight = 30
  /// Of a character of 12 pixels of a font whose characters are equally wide.
  private static let characterWidth = 7.2

  /// - Returns: the file's bytes, which are the same for the same profile.
  package static func svg(_ profile: StackProfile) -> [UInt8] {
    let graph = FlameGraph(profile)
    let head = titleHeight + profile.measures.count * lineHeight
    let height = head + (graph.depth + 1) * rowHeight + footHeight
    let output = OutputBuffer()
    output.append(
      text: """
        <?xml version="1.0" encoding="UTF-8"?>
        <svg xmlns="http://www.w3.org/2000/svg" version="1.1" width="\(FlameGraph.pixels)" height="\(height)" \
        viewBox="0 0 \(FlameGraph.pixels) \(height)" font-family="monospace" font-size="12">
        <style>\(style)</style>
        <rect width="100%" height="100%" fill="#f8f8f8"/>
        <text x="50%" y="22" text-anchor="middle" font-size="17">Flame graph</text>
        <text id="reset" class="button hidden" x="\(margin)" y="22" tabindex="0">Reset zoom</text>
        <text id="search" class="button" x="100%" dx="-\(margin)" y="22" text-anchor="end" tabindex="0">Search</text>

        """)
    for (index, measure) in profile.measures.enumerated() {
      let y = titleHeight + index * lineHeight
      append(line: "\(title(of: measure)), \(number(graph.totals[index])) in all", y: y, to: output)
    }
    output.append(
      text: """
        <text id="details" x="\(margin)" y="\(height - margin)"> </text>
        <text id="matched" x="100%" dx="-\(margin)" y="\(height - margin)" text-anchor="end"> </text>
        <svg id="frames" x="\(margin)" width="\(FlameGraph.pixels - 2 * margin)">

        """)
    for box in graph.boxes {
      append(box, graph, profile, y: head + (graph.depth - box.depth) * rowHeight, to: output)
    }
    output.append(text: "</svg>\n<script><![CDATA[\n\(FlameGraphScript.text)\n]]></script>\n</svg>\n")
    return Array(output.bytes)
  }

  private static let style = """
    .button { cursor: pointer; fill: #444 } .button:hover, .button:focus { fill: #000; text-decoration: underline }
    #frames { cursor: pointer } #frames text { pointer-events: none }
    #frames rect { stroke: #f8f8f8; stroke-width: 0.5 }
    .hidden { display: none } .parent { opacity: 0.5 } .match rect { fill: #e600e6 }
    #frames g:hover rect, #frames .selected rect { stroke: #000; stroke-width: 1 }
    """

  private static func append(line: String, y: Int, to output: OutputBuffer) {
    output.append(text: "<text x=\"50%\" y=\"\(y + 6)\" text-anchor=\"middle\">")
    output.append(text: XMLText.escaped(line))
    output.append("</text>\n")
  }

  private static func title(of measure: StackMeasure) -> String {
    switch measure.kind {
    case .events: "\(measure.map): events"
    case .amount, .total: measure.unit == "count" ? "\(measure.map): sums" : "\(measure.map): \(measure.unit)"
    }
  }

  private static func append(
    _ box: FlameGraph.Box, _ graph: FlameGraph, _ profile: StackProfile, y: Int, to output: OutputBuffer
  ) {
    let name = name(of: box, graph, profile)
    let left = percent(box.start)
    output.append("<g><title>")
    output.append(text: XMLText.escaped(name))
    output.append(" (")
    if case .frame(let index) = box.content, graph.names[Int(index)].kind == .kernel { output.append("kernel, ") }
    output.append(text: "\(number(box.value)), \(hundredths(box.share * 100))%)</title>")
    output.append(
      text: "<rect x=\"\(left)%\" y=\"\(y)\" width=\"\(percent(box.width))%\" height=\"\(rowHeight - 1)\" fill=\"")
    output.append(text: color(of: box, name, graph))
    output.append("\"/>")
    let shown = cut(name, to: box.width)
    if !shown.isEmpty {
      output.append(text: "<text x=\"\(left)%\" dx=\"3\" y=\"\(y + 11)\">")
      output.append(text: XMLText.escaped(shown))
      output.append("</text>")
    }
    output.append("</g>\n")
  }

  private static func name(of box: FlameGraph.Box, _ graph: FlameGraph, _ profile: StackProfile) -> String {
    switch box.content {
    case .measure(let index): profile.measures.count == 1 ? "all" : profile.measures[index].map
    case .frame(let index): graph.names[Int(index)].text
    }
  }

  /// As much of a name as a box has room for, as the script does it.
  private static func cut(_ name: String, to width: Int) -> String {
    let pixels = Double(width) / Double(FlameGraph.units) * Double(FlameGraph.pixels - 2 * margin)
    let room = Int((pixels - 6) / characterWidth)
    if room < 3 { return "" }
    return name.unicodeScalars.count <= room ? name : String(name.unicodeScalars.prefix(room - 2)) + ".."
  }

  /// A hue for each kind, a shade for each name.
  private static func color(of box: FlameGraph.Box, _ name: String, _ graph: FlameGraph) -> String {
    guard case .frame(let index) = box.content else { return "#d8d8d8" }
    var hash: UInt32 = 2_166_136_261  // FNV-1a
    for byte in name.utf8 { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
    func shade(_ least: UInt32, _ range: UInt32, _ shift: UInt32) -> String {
      let value = least + (hash >> shift & 0xff) * range / 255
      return CodePlace.hexadecimal([UInt8(truncatingIfNeeded: value)])
    }
    switch graph.names[Int(index)].kind {
    case .label: return "#" + shade(170, 25, 0) + shade(205, 30, 8) + shade(170, 25, 16)
    case .user: return "#" + shade(210, 45, 0) + shade(70, 150, 8) + shade(30, 50, 16)
    case .inlined: return "#" + shade(225, 30, 0) + shade(190, 50, 8) + shade(110, 50, 16)
    case .kernel: return "#" + shade(80, 60, 0) + shade(150, 60, 8) + shade(205, 50, 16)
    }
  }

  // MARK: - Numbers

  private static func percent(_ units: Int) -> String {
    let whole = FlameGraph.units / 100
    let rest = units % whole
    if rest == 0 { return "\(units / whole)" }
    let digits = String(rest + whole).dropFirst()
    let last = digits.lastIndex { $0 != "0" } ?? digits.startIndex
    return "\(units / whole).\(digits[...last])"
  }

  /// Rounded to two digits after the point.
  private static func hundredths(_ value: Double) -> String {
    let hundredths = Int((value * 100).rounded())
    return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
  }

  /// "1,234,567"
  private static func number(_ value: Double) -> String {
    let digits = Array(String(UInt64(min(value, 0x1p63))).utf8)
    var bytes: [UInt8] = []
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { bytes.append(UInt8(ascii: ",")) }
      bytes.append(digit)
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// What may stand between the tags of an XML file.
enum XMLText {
  /// Markup becomes character references, and what XML does not allow, or has no shape, an escape: `\x1b`.
  static func escaped(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result.append(contentsOf: "&amp;".unicodeScalars)
      case "<": result.append(contentsOf: "&lt;".unicodeScalars)
      case ">": result.append(contentsOf: "&gt;".unicodeScalars)
      case "\"": result.append(contentsOf: "&quot;".unicodeScalars)
      case "'": result.append(contentsOf: "&#39;".unicodeScalars)
      case "\u{0}"..."\u{1f}", "\u{7f}"..."\u{9f}", "\u{fffe}", "\u{ffff}":
        let digits = String(scalar.value, radix: 16)
        result.append(contentsOf: "\\x\(scalar.value < 16 ? "0" : "")\(digits)".unicodeScalars)
      default: result.append(scalar)
      }
    }
    return String(result)
  }
}
