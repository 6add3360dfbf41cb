/// Leads jumps that are too long for their 16 bits through jumps on the way: islands in the code that the rest of it jumps
/// over.
///
/// A jump to a far block goes to the last island that it reaches, and from there on in the same way; all jumps through an
/// island to one block share one jump of it.
struct JumpIslands {
  private var items: [CodeLayout.Item]
  /// Slots from the function's start to each label: the blocks, then those of the islands.
  private var offsets: [Int]
  private let hasLongJumps: Bool
  /// Where islands can be, in order.
  private var islands: [Island] = []

  private struct Island {
    /// The item that it comes before, and the slot of it.
    let item: Int
    let slot: Int
    /// The jumps in it: the block where each ends up, its own label and the one it goes to.
    var jumps: [(block: Int, label: Int, target: Int)] = []
    /// By block.
    var labels: [Int: Int] = [:]
  }

  /// Slots between places for islands, and the longest jump from one to another: islands lie between as well.
  private static let spacing = 4096
  private static let reach = 24_000

  /// The items with islands and the offset of each label, where a jump needs them; `nil` where none does.
  static func insert(
    into items: [CodeLayout.Item], _ offsets: [Int], hasLongJumps: Bool
  ) -> (items: [CodeLayout.Item], offsets: [Int])? {
    var islands = JumpIslands(items: items, offsets: offsets, hasLongJumps: hasLongJumps)
    guard islands.isNeeded else { return nil }
    islands.findPlaces()
    islands.route()
    islands.place()
    return (islands.items, islands.offsets)
  }

  private init(items: [CodeLayout.Item], offsets: [Int], hasLongJumps: Bool) {
    self.items = items
    self.offsets = offsets
    self.hasLongJumps = hasLongJumps
  }

  /// Whether an item's own jump takes 32 bits where it must.
  private func isUnlimited(_ item: CodeLayout.Item) -> Bool {
    if hasLongJumps, case .plain(.jump) = item.code { true } else { false }
  }

  private var isNeeded: Bool {
    var slot = 0
    for item in items {
      slot += item.slotCount
      if let target = item.target, !isUnlimited(item), Int16(exactly: offsets[target] - slot) == nil { return true }
    }
    return false
  }

  private mutating func findPlaces() {
    var slot = 0
    var next = Self.spacing
    for (index, item) in items.enumerated() {
      // What a branch skips that stands for one comparison stays behind it.
      let isAfterSkip = index > 0 && items[index - 1].skipsNext
      if slot >= next, !isAfterSkip {
        islands.append(Island(item: index, slot: slot))
        next = slot + Self.spacing
      }
      slot += item.slotCount
    }
  }

  /// Gives each jump that is too long the label of its first island as target.
  private mutating func route() {
    var slot = 0
    for index in items.indices {
      slot += items[index].slotCount
      guard let target = items[index].target, !isUnlimited(items[index]) else { continue }
      items[index].target = label(from: slot, to: target)
    }
  }

  /// The label to jump to from a slot so as to end up in a block.
  private mutating func label(from slot: Int, to block: Int) -> Int {
    let distance = offsets[block] - slot
    if abs(distance) <= Self.reach { return block }
    // The last island within reach in the direction of the block.
    let isForward = distance > 0
    let place =
      isForward
      ? islands.lastIndex { $0.slot <= slot + Self.reach && $0.slot > slot }
      : islands.firstIndex { $0.slot >= slot - Self.reach && $0.slot < slot }
    guard let place else { return block }
    if let known = islands[place].labels[block] { return known }
    let label = offsets.count
    offsets.append(0)
    islands[place].labels[block] = label
    let target = hasLongJumps ? block : self.label(from: islands[place].slot, to: block)
    islands[place].jumps.append((block, label, target))
    return label
  }

  /// Puts the islands into the code and counts its slots again.
  private mutating func place() {
    var result: [CodeLayout.Item] = []
    result.reserveCapacity(items.count + islands.reduce(0) { $0 + $1.jumps.count + 1 })
    // How far what was at a slot has moved.
    var moved: [(slot: Int, by: Int)] = []
    var added = 0
    var rest = islands[...].drop { $0.jumps.isEmpty }
    for (index, item) in items.enumerated() {
      if let island = rest.first, island.item == index {
        rest = rest.dropFirst().drop { $0.jumps.isEmpty }
        // The code before goes on behind the island.
        result.append(
          CodeLayout.Item(code: .plain(.jump(Int16(truncatingIfNeeded: island.jumps.count))), line: item.line))
        for (position, jump) in island.jumps.enumerated() {
          offsets[jump.label] = island.slot + added + 1 + position
          result.append(CodeLayout.Item(code: .plain(.jump(0)), line: item.line, target: jump.target))
        }
        added += island.jumps.count + 1
        moved.append((island.slot, added))
      }
      result.append(item)
    }
    let blockCount = offsets.count - islands.reduce(0) { $0 + $1.jumps.count }
    for block in 0..<blockCount {
      // A block that starts where an island is starts behind it.
      var low = 0
      var high = moved.count
      while low < high {
        let middle = (low + high) / 2
        if moved[middle].slot <= offsets[block] { low = middle + 1 } else { high = middle }
      }
      if low > 0 { offsets[block] += moved[low - 1].by }
    }
    items = result
  }
}

extension CodeLayout.Item {
  /// Whether it is a branch over the next instruction, inside of what stands for one comparison.
  fileprivate var skipsNext: Bool {
    if target == nil, case .plain(.branch) = code { true } else { false }
  }
}
