/// Which slots are in use at the same time: between the first operation on a slot and the last.
struct SlotInterference {
  /// By slot: others that are in use while something is done to it, or the other way round; some more than once.
  private(set) var neighbors: [[Int]]
  private(set) var isUsed: [Bool]
  /// By slot: whether it is in use all the time, as far as one can tell.
  private(set) var isAlways: [Bool]

  /// So many slots at a time do not fit the stack whatever their sizes.
  private static let maximumInUse = 128

  /// The slots that are in use on the way into a block and on the way out of it.
  private struct Crossing {
    let slot: Int
    /// Mentioned on some way to the block, and on some way from its end.
    let isBefore: Bool
    let isAfter: Bool
  }

  /// `nil` for a function whose slots cannot fit the stack.
  init?(_ function: Function) {
    let count = function.slots.count
    let uses = SlotUses(function)
    let flow = ControlFlow(function)
    neighbors = .init(repeating: [], count: count)
    isUsed = uses.isUntracked
    isAlways = uses.isUntracked
    if isAlways.count(where: { $0 }) > Self.maximumInUse { return nil }
    var mentions = [[(position: Int, slot: Int)]](repeating: [], count: function.blocks.count)
    for block in flow.order {
      mentions[block.index] = SlotInterference.mentions(function[block], uses)
      for mention in mentions[block.index] { isUsed[mention.slot] = true }
    }
    guard let crossings = SlotInterference.crossings(function, flow, mentions, isAlways) else { return nil }
    var last = [Int](repeating: -1, count: count)
    for block in flow.order where !mentions[block.index].isEmpty {
      guard addNeighbors(mentions[block.index], crossings[block.index], &last) else { return nil }
    }
  }

  /// The slots that each instruction of a block names, in order; those whose address is only computed are not named.
  private static func mentions(_ block: BasicBlock, _ uses: SlotUses) -> [(position: Int, slot: Int)] {
    var result: [(position: Int, slot: Int)] = []
    for (position, instruction) in block.instructions.enumerated() {
      if let value = instruction.result, uses.places[value.index] != nil { continue }
      instruction.operation.forEachOperand { operand in
        if case .value(let value) = operand, let place = uses.places[value.index] {
          result.append((position, place.slot.index))
        }
      }
    }
    return result
  }

  /// By block: the slots that are in use across one of its ends; `nil` where they are too many.
  ///
  /// All ways from one mention of a slot to another lie between the first and the last of them in the order of the blocks,
  /// or in loops around them.
  private static func crossings(
    _ function: Function, _ flow: ControlFlow, _ mentions: [[(position: Int, slot: Int)]], _ isAlways: [Bool]
  ) -> [[Crossing]]? {
    var result = [[Crossing]](repeating: [], count: function.blocks.count)
    let loops = loopExtents(flow)
    var places = [[Int]](repeating: [], count: function.slots.count)
    for (place, block) in flow.order.enumerated() {
      for mention in mentions[block.index] where places[mention.slot].last != place && !isAlways[mention.slot] {
        places[mention.slot].append(place)
      }
    }
    // By place: for which slot it is known to come after a mention, or before one.
    var reached = [Int](repeating: -1, count: flow.order.count)
    var awaited = reached
    for slot in places.indices {
      guard let first = places[slot].first, let last = places[slot].last else { continue }
      let range = loops[first].lowerBound..<loops[last].upperBound
      if range.count == 1 { continue }
      for place in places[slot] {
        reached[place] = slot
        awaited[place] = slot
      }
      var isChanged = true
      while isChanged {
        isChanged = false
        for place in range where reached[place] != slot {
          let block = flow.order[place]
          let isReached = flow.predecessors(of: block).contains { reached[Int(flow.position[$0.index])] == slot }
          if isReached { (reached[place], isChanged) = (slot, true) }
        }
        for place in range.reversed() where awaited[place] != slot {
          var isAwaited = false
          function[flow.order[place]].terminator.forEachEdge { edge in
            if awaited[Int(flow.position[edge.block.index])] == slot { isAwaited = true }
          }
          if isAwaited { (awaited[place], isChanged) = (slot, true) }
        }
      }
      for place in range {
        let block = flow.order[place]
        let isBefore = flow.predecessors(of: block).contains { reached[Int(flow.position[$0.index])] == slot }
        var isAfter = false
        function[block].terminator.forEachEdge { edge in
          if awaited[Int(flow.position[edge.block.index])] == slot { isAfter = true }
        }
        guard isBefore && awaited[place] == slot || isAfter && reached[place] == slot else { continue }
        result[block.index].append(Crossing(slot: slot, isBefore: isBefore, isAfter: isAfter))
        if result[block.index].count > 2 * maximumInUse { return nil }
      }
    }
    return result
  }

  /// By place in the order of the blocks: the places of the outermost loops around it, or itself.
  private static func loopExtents(_ flow: ControlFlow) -> [Range<Int>] {
    // A loop lies between its header and the last block that jumps back there.
    let ends = flow.order.enumerated().map { place, block in
      flow.predecessors(of: block).reduce(place) { max($0, Int(flow.position[$1.index])) }
    }
    var result: [Range<Int>] = []
    result.reserveCapacity(ends.count)
    while result.count < ends.count {
      let start = result.count
      var last = start
      var place = start
      while place <= last {
        last = max(last, ends[place])
        place += 1
      }
      result += repeatElement(start..<last + 1, count: last + 1 - start)
    }
    return result
  }

  /// Adds the pairs of slots of which one is mentioned in a block while the other is in use.
  /// - Parameter last: -1 for all slots, before and afterwards.
  /// - Returns: whether there is any chance that they fit the stack.
  private mutating func addNeighbors(
    _ mentions: [(position: Int, slot: Int)], _ crossings: [Crossing], _ last: inout [Int]
  ) -> Bool {
    for mention in mentions { last[mention.slot] = mention.position }
    for crossing in crossings where crossing.isAfter { last[crossing.slot] = .max }
    defer {
      for mention in mentions { last[mention.slot] = -1 }
      for crossing in crossings { last[crossing.slot] = -1 }
    }
    var inUse = crossings.filter(\.isBefore).map(\.slot)
    for mention in mentions {
      inUse.removeAll { last[$0] < mention.position }
      if !inUse.contains(mention.slot) { inUse.append(mention.slot) }
      if inUse.count > Self.maximumInUse { return false }
      for other in inUse where other != mention.slot {
        neighbors[mention.slot].append(other)
        neighbors[other].append(mention.slot)
      }
    }
    return true
  }
}
