/// Stacks as boxes: one for each path of names from the bottom, as wide as its share of all, and its callees above it.
struct FlameGraph {
  struct Box: Hashable {
    enum Content: Hashable {
      /// All stacks of a map.
      case measure(Int)
      /// Index in `names`.
      case frame(Int32)
    }

    let content: Content
    /// The map that the stacks are of.
    let measure: Int
    /// From the bottom.
    let depth: Int
    /// Of the graph's width, in `units`.
    let start: Int
    let width: Int
    let value: Double
    /// Of all the map's.
    let share: Double
  }

  /// The whole width; boxes that touch do so exactly. A box that is not left out has some hundreds.
  static let units = 10_000_000

  /// Boxes that are narrower than a tenth of a pixel of this width are left out.
  static let pixels = 1200

  /// Where there are more boxes, the narrowest are left out.
  static let maximumBoxes = 30_000

  let names: [NamedStacks.Name]
  private(set) var boxes: [Box] = []
  /// Sums of all stacks of each map.
  private(set) var totals: [Double]

  /// Boxes of one depth, of which the deepest is this.
  var depth: Int { boxes.map(\.depth).max() ?? 0 }

  init(_ profile: StackProfile, maximumBoxes: Int = FlameGraph.maximumBoxes) {
    let stacks = NamedStacks(profile)
    names = stacks.names
    totals = [Double](repeating: 0, count: profile.measures.count)
    for stack in stacks.stacks { totals[stack.measure] += Double(stack.value) }
    let sorted = Self.sorted(stacks)
    // Numbers of several maps have nothing to do with each other: each map has an equal part of the width.
    let shown = totals.indices.filter { totals[$0] > 0 }
    let scale = Double(Self.units) / Double(max(shown.count, 1))
    var limit = Double(Self.units) / Double(Self.pixels * 10)
    limit = max(limit, Self.limit(for: sorted, shown, scale: scale, totals, above: limit, count: maximumBoxes))
    for (position, measure) in shown.enumerated() {
      let total = totals[measure]
      let from = Double(position) * scale
      append(
        Box(
          content: .measure(measure), measure: measure, depth: 0, start: Int(from.rounded()),
          width: Int((from + scale).rounded()) - Int(from.rounded()), value: total, share: 1))
      Self.visit(sorted.filter { $0.measure == measure }) { name, depth, start, end in
        let share = (end - start) / total
        guard share * scale >= limit else { return }
        let left = Int((from + start / total * scale).rounded())
        let right = Int((from + end / total * scale).rounded())
        append(
          Box(
            content: .frame(name), measure: measure, depth: depth + 1, start: left, width: right - left,
            value: end - start, share: share))
      }
    }
  }

  private mutating func append(_ box: Box) { boxes.append(box) }

  /// Those that begin alike are side by side.
  private static func sorted(_ stacks: NamedStacks) -> [NamedStacks.Stack] {
    let order = NamedStacks.NameOrder(stacks.names)
    return stacks.stacks.sorted { left, right in
      left.measure == right.measure ? order.precedes(left, right) : left.measure < right.measure
    }
  }

  /// Calls `body` with each box's name, depth, and where it starts and ends; a box comes after those above it.
  private static func visit(_ stacks: [NamedStacks.Stack], _ body: (Int32, Int, Double, Double) -> Void) {
    var open: [(name: Int32, start: Double)] = []
    var position = 0.0
    func close(to depth: Int) {
      while open.count > depth {
        let box = open.removeLast()
        body(box.name, open.count, box.start, position)
      }
    }
    for stack in stacks {
      let common = zip(open, stack.names).prefix { $0.name == $1 }.count
      close(to: common)
      for name in stack.names[common...] { open.append((name, position)) }
      position += Double(stack.value)
    }
    close(to: 0)
  }

  /// The width from which on there are no more than `count` boxes.
  private static func limit(
    for stacks: [NamedStacks.Stack], _ measures: [Int], scale: Double, _ totals: [Double], above least: Double,
    count: Int
  ) -> Double {
    var widths: [Double] = []
    for measure in measures {
      visit(stacks.filter { $0.measure == measure }) { _, _, start, end in
        let width = (end - start) / totals[measure] * scale
        if width >= least { widths.append(width) }
      }
    }
    guard widths.count > count else { return least }
    widths.sort(by: >)
    return widths[count].nextUp
  }
}
