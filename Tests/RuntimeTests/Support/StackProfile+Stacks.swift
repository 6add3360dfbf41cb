@testable import Runtime

extension StackProfile {
  /// A profile of one map whose stacks are written as names from the outermost on; those of the kernel begin with "k:",
  /// inlined ones with "i:", labels with "name=".
  init(_ stacks: [([String], UInt64)], of map: String = "@") {
    self.init(measures: [StackMeasure(map: map, kind: .events, function: "count")])
    for (names, value) in stacks { append(names, value) }
  }

  mutating func append(_ names: [String], _ value: UInt64, events: UInt64? = nil, measure: Int = 0) {
    var labels: [Label] = []
    var indices: [Int32] = []
    for name in names {
      if let equals = name.firstIndex(of: "="), name[..<equals].allSatisfy(\.isLetter), equals > name.startIndex {
        let text = String(name[name.index(after: equals)...])
        labels.append(Label(name: String(name[..<equals]), text: text, number: Int64(text)))
        continue
      }
      var frame = StackFrame(function: name)
      if name.hasPrefix("k:") || name.hasPrefix("i:") { frame.function = String(name.dropFirst(2)) }
      frame.isInlined = name.hasPrefix("i:")
      // Each name has an address of its own.
      let address = name.utf8.reduce(UInt64(17)) { ($0 &* 31 &+ UInt64($1)) & 0xffff_ffff }
      let place = CodePlace(name.hasPrefix("k:") ? .kernel : .process(1), address)
      indices.append(location(place) { _ in [frame] })
    }
    append(Sample(measure: measure, labels: labels, locations: indices, value: value, events: events))
  }

  var folded: String {
    let output = OutputBuffer()
    FoldedWriter.append(self, namesMaps: measures.count > 1, to: output)
    return output.text
  }

  /// Names that try to become something else where they are written.
  static let hostileNames = [
    "</title><script>alert(1)</script>", "\" onload=\"alert(1)", "' x='", "]]>", "&amp;",
    "a\u{0}b\u{1b}[31m\u{7f}\u{9b}c",
    "\u{fffe}\u{ffff}", String(decoding: [0xff, 0xc3, 0x28], as: UTF8.self), "e\u{301}\u{1f525}", "", " ", "a;b c\n;1",
    "worker 3", "x 1.5",
  ]
}
