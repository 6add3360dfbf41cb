/// Lets stack slots that are never in use at the same time share memory, and drops those that nothing uses.
public struct SlotColoring: Pass {
  public let name = "slot-coloring"

  public init() {}

  public func run(_ function: inout Function) {
    if function.slots.isEmpty { return }
    guard let interference = SlotInterference(function) else { return }
    let order = function.slots.indices.filter { interference.isUsed[$0] }
      .sorted { (function.slots[$0].size, $1) > (function.slots[$1].size, $0) }
    var classes: [(size: Int, alignment: Int)] = []
    var color = [Int](repeating: -1, count: function.slots.count)
    // By class: the last slot that must not be in it.
    var isTaken: [Int] = []
    // Those that are in use all the time share with nothing.
    var isShared: [Bool] = []
    for slot in order {
      for other in interference.neighbors[slot] where color[other] >= 0 { isTaken[color[other]] = slot }
      let fitting = interference.isAlways[slot] ? nil : classes.indices.first { isShared[$0] && isTaken[$0] != slot }
      if let fitting {
        classes[fitting].alignment = max(classes[fitting].alignment, function.slots[slot].alignment)
        color[slot] = fitting
      } else {
        color[slot] = classes.count
        classes.append((function.slots[slot].size, function.slots[slot].alignment))
        isTaken.append(-1)
        isShared.append(!interference.isAlways[slot])
      }
    }
    function.slots = classes.map { StackSlot(size: $0.size, alignment: $0.alignment) }
    for index in function.blocks.indices {
      for position in function.blocks[index].instructions.indices {
        guard case .slotAddress(let slot) = function.blocks[index].instructions[position].operation else { continue }
        function.blocks[index].instructions[position].operation = .slotAddress(Slot(max(0, color[slot.index])))
      }
    }
  }
}
