/// A first order of a function's reachable blocks and what follows from it.
struct ControlFlowShape {
  let order: [BlockID]
  let position: [Int32]
  let predecessorList: [BlockID]
  let predecessorStarts: [Int32]
  /// The immediate dominator by block index; the entry's own is itself, -1 where unreachable.
  let dominators: [Int32]

  init(_ function: Function) {
    order = ControlFlowShape.reversePostorder(function, depths: nil)
    var position = [Int32](repeating: -1, count: function.blocks.count)
    for (index, block) in order.enumerated() { position[block.index] = Int32(index) }
    self.position = position
    (predecessorList, predecessorStarts) = ControlFlowShape.predecessors(function, order)
    var search = DominatorSearch(function, reachableCount: order.count)
    dominators = search.immediateDominators(predecessorList, predecessorStarts)
  }

  private func predecessors(of block: Int) -> ArraySlice<BlockID> {
    predecessorList[Int(predecessorStarts[block])..<Int(predecessorStarts[block + 1])]
  }

  /// Depth first; of two successors the shallower in loops, then one that only exits, then a branch's second, is
  /// walked first and so comes later in the order.
  static func reversePostorder(_ function: Function, depths: [Int32]?) -> [BlockID] {
    var visited = [Bool](repeating: false, count: function.blocks.count)
    var postorder: [BlockID] = []
    postorder.reserveCapacity(function.blocks.count)
    var stack: [(block: BlockID, pending: (BlockID?, BlockID?))] = []
    stack.reserveCapacity(function.blocks.count)
    func enter(_ block: BlockID) {
      visited[block.index] = true
      stack.append((block, successors(of: block)))
    }
    func successors(of block: BlockID) -> (BlockID?, BlockID?) {
      switch function[block].terminator {
      case .jump(let edge): return (edge.block, nil)
      case .exit, .unreachable: return (nil, nil)
      case .branch(_, _, _, let then, let otherwise):
        let (a, b) = (then.block, otherwise.block)
        if let depths, depths[a.index] != depths[b.index] {
          return depths[a.index] < depths[b.index] ? (a, b) : (b, a)
        }
        return isCold(function[a]) && !isCold(function[b]) ? (a, b) : (b, a)
      }
    }
    enter(BlockID(0))
    while var top = stack.popLast() {
      guard let next = top.pending.0 ?? top.pending.1 else {
        postorder.append(top.block)
        continue
      }
      if top.pending.0 != nil { top.pending.0 = nil } else { top.pending.1 = nil }
      stack.append(top)
      if !visited[next.index] { enter(next) }
    }
    postorder.reverse()
    return postorder
  }

  /// Whether a block does next to nothing and then leaves the function: the far side of a null check.
  private static func isCold(_ block: BasicBlock) -> Bool {
    if case .exit = block.terminator { return block.instructions.count <= 1 }
    return false
  }

  private static func predecessors(_ function: Function, _ order: [BlockID]) -> (list: [BlockID], starts: [Int32]) {
    var starts = [Int32](repeating: 0, count: function.blocks.count + 1)
    for block in order {
      function[block].terminator.forEachEdge { starts[$0.block.index + 1] += 1 }
    }
    for index in function.blocks.indices { starts[index + 1] += starts[index] }
    var next = starts
    var list = [BlockID](repeating: BlockID(0), count: Int(starts[function.blocks.count]))
    for block in order {
      function[block].terminator.forEachEdge { edge in
        list[Int(next[edge.block.index])] = block
        next[edge.block.index] += 1
      }
    }
    return (list, starts)
  }

  /// Whether an edge to a block goes back in the order.
  private func hasLatch(_ block: BlockID) -> Bool {
    for edge in Int(predecessorStarts[block.index])..<Int(predecessorStarts[block.index + 1])
    where position[predecessorList[edge].index] >= position[block.index] {
      return true
    }
    return false
  }

  /// Natural loops by their back edges; loops that share a header are one.
  func loopDepths() -> [Int32] {
    var depths = [Int32](repeating: 0, count: position.count)
    // By block: the last loop that it was found in.
    var loop = [Int32](repeating: -1, count: position.count)
    for header in order where hasLatch(header) {
      var stack: [BlockID] = []
      for latch in predecessors(of: header.index) where position[latch.index] >= position[header.index] {
        var current = latch.index
        while position[current] > position[header.index] { current = Int(dominators[current]) }
        if current == header.index { stack.append(latch) }
      }
      if stack.isEmpty { continue }
      loop[header.index] = Int32(header.index)
      depths[header.index] += 1
      while let block = stack.popLast() {
        if loop[block.index] == Int32(header.index) { continue }
        loop[block.index] = Int32(header.index)
        depths[block.index] += 1
        stack.append(contentsOf: predecessors(of: block.index))
      }
    }
    return depths
  }
}
