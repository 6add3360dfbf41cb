/// Lets stack slots that are never in use at the same time share memory, and drops those that nothing uses.
public struct SlotColoring: Pass {
  public let name = "slot-coloring"

  public init() {}

  public func run(_ function: inout Function) {
    if function.slots.isEmpty { return }
    let interference = SlotInterference(function)
    let order = function.slots.indices.filter { interference.isUsed[$0] }
      .sorted { (function.slots[$0].size, $1) > (function.slots[$1].size, $0) }
    var classes: [(members: [Int], size: Int, alignment: Int)] = []
    var color = [Int](repeating: 0, count: function.slots.count)
    for slot in order {
      let fitting = classes.firstIndex { !$0.members.contains { interference.contains($0, slot) } }
      if let fitting {
        classes[fitting].members.append(slot)
        classes[fitting].alignment = max(classes[fitting].alignment, function.slots[slot].alignment)
        color[slot] = fitting
      } else {
        color[slot] = classes.count
        classes.append(([slot], function.slots[slot].size, function.slots[slot].alignment))
      }
    }
    function.slots = classes.map { StackSlot(size: $0.size, alignment: $0.alignment) }
    for index in function.blocks.indices {
      for position in function.blocks[index].instructions.indices {
        guard case .slotAddress(let slot) = function.blocks[index].instructions[position].operation else { continue }
        function.blocks[index].instructions[position].operation = .slotAddress(Slot(color[slot.index]))
      }
    }
  }
}

/// Which slots are in use at the same time: between the first operation on a slot and the last.
private struct SlotInterference {
  private let count: Int
  private var pairs: [Bool]
  private(set) var isUsed: [Bool]

  func contains(_ a: Int, _ b: Int) -> Bool { pairs[a * count + b] }

  init(_ function: Function) {
    count = function.slots.count
    pairs = .init(repeating: false, count: count * count)
    isUsed = .init(repeating: false, count: count)
    let uses = SlotUses(function)
    let flow = ControlFlow(function)
    let mentions = SlotInterference.mentions(function, uses)
    for block in mentions {
      for slots in block { for slot in slots { isUsed[slot] = true } }
    }
    for slot in uses.isUntracked.indices where uses.isUntracked[slot] {
      isUsed[slot] = true
      for other in 0..<count { add(slot, other) }
    }
    // What has been mentioned on some way to a block's end, and what will be on some way from its start.
    let reached = SlotInterference.flow(flow.order, mentions, count) { flow.predecessors(of: $0).map(\.index) }
    let awaited = SlotInterference.flow(flow.order.reversed(), mentions, count) { block in
      var successors: [Int] = []
      function[block].terminator.forEachEdge { successors.append($0.block.index) }
      return successors
    }
    for block in flow.order {
      var live = [Bool](repeating: false, count: count)
      var later = live
      function[block].terminator.forEachEdge { edge in
        for slot in 0..<count where awaited[edge.block.index][slot] { later[slot] = true }
      }
      for predecessor in flow.predecessors(of: block) {
        for slot in 0..<count where reached[predecessor.index][slot] { live[slot] = true }
      }
      addPairs(mentions[block.index], live, later)
    }
  }

  private mutating func add(_ a: Int, _ b: Int) {
    pairs[a * count + b] = true
    pairs[b * count + a] = true
  }

  /// `seen` was mentioned before the block, and `later` will be after it.
  private mutating func addPairs(_ mentions: [[Int]], _ seen: [Bool], _ later: [Bool]) {
    var lastMention = [Int](repeating: -1, count: count)
    for (position, slots) in mentions.enumerated() {
      for slot in slots { lastMention[slot] = position }
    }
    var seen = seen
    for (position, slots) in mentions.enumerated() where !slots.isEmpty {
      for slot in slots { seen[slot] = true }
      for other in 0..<count where seen[other] && (later[other] || lastMention[other] >= position) {
        for slot in slots { add(slot, other) }
      }
    }
  }

  /// The slots that each instruction of each block names.
  private static func mentions(_ function: Function, _ uses: SlotUses) -> [[[Int]]] {
    function.blocks.map { block in
      block.instructions.map { instruction in
        if let result = instruction.result, uses.places[result.index] != nil { return [] }
        var slots: [Int] = []
        instruction.operation.forEachOperand { operand in
          if case .value(let value) = operand, let place = uses.places[value.index] { slots.append(place.slot.index) }
        }
        return slots
      }
    }
  }

  /// Unions of mentions along the edges that `sources` names, up to a fixpoint.
  private static func flow(
    _ order: [BlockID], _ mentions: [[[Int]]], _ count: Int, sources: (BlockID) -> [Int]
  ) -> [[Bool]] {
    var sets = mentions.map { block in
      var set = [Bool](repeating: false, count: count)
      for slots in block { for slot in slots { set[slot] = true } }
      return set
    }
    var isChanged = true
    while isChanged {
      isChanged = false
      for block in order {
        for source in sources(block) {
          for slot in 0..<count where sets[source][slot] && !sets[block.index][slot] {
            sets[block.index][slot] = true
            isChanged = true
          }
        }
      }
    }
    return sets
  }
}
