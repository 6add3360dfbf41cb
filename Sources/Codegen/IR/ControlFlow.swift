/// The shape of a function's control flow: predecessors, an order of its blocks, dominators and loops.
///
/// It is a snapshot; a pass that changes terminators makes a new one.
public struct ControlFlow: Sendable {
  /// Reachable blocks, each after its dominators, and the blocks of a loop next to each other.
  public let order: [BlockID]
  /// Index in `order` of each block, -1 for one that cannot be reached.
  let position: [Int32]
  /// Reachable predecessors of each block, once for each edge.
  public let predecessors: [[BlockID]]
  /// The immediate dominator by block index; the entry's own is itself, -1 where unreachable.
  let immediateDominators: [Int32]
  /// Loops around each block.
  public let loopDepths: [Int32]

  public init(_ function: Function) {
    let count = function.blocks.count
    // Loop depth decides the final order, and finding loops needs a first one.
    let draft = ControlFlow.reversePostorder(function, depths: nil)
    var predecessors = [[BlockID]](repeating: [], count: count)
    for block in draft {
      function[block].terminator.forEachEdge { predecessors[$0.block.index].append(block) }
    }
    let dominators = ControlFlow.dominators(order: draft, predecessors: predecessors)
    let depths = ControlFlow.loopDepths(order: draft, predecessors: predecessors, dominators: dominators)
    let order = depths.contains { $0 > 0 } ? ControlFlow.reversePostorder(function, depths: depths) : draft
    var position = [Int32](repeating: -1, count: count)
    for (index, block) in order.enumerated() { position[block.index] = Int32(index) }
    self.order = order
    self.position = position
    self.predecessors = predecessors
    immediateDominators = dominators
    loopDepths = depths
  }

  public func isReachable(_ block: BlockID) -> Bool { position[block.index] >= 0 }

  /// The closest block that every way to `block` passes; `nil` for the entry and for blocks that cannot be reached.
  public func immediateDominator(of block: BlockID) -> BlockID? {
    let dominator = immediateDominators[block.index]
    return dominator < 0 || Int(dominator) == block.index ? nil : BlockID(Int(dominator))
  }

  /// Whether every way to `block` passes `dominator`; a block dominates itself.
  public func dominates(_ dominator: BlockID, _ block: BlockID) -> Bool {
    guard isReachable(block), isReachable(dominator) else { return false }
    var current = block
    while position[current.index] > position[dominator.index] {
      guard let next = immediateDominator(of: current) else { return false }
      current = next
    }
    return current == dominator
  }

  /// Blocks that each block immediately dominates, in `order`.
  public func dominatorTree() -> [[BlockID]] {
    var children = [[BlockID]](repeating: [], count: position.count)
    for block in order {
      if let parent = immediateDominator(of: block) { children[parent.index].append(block) }
    }
    return children
  }

  /// Depth first; of two successors the shallower in loops, then the one that only exits, is walked first and so
  /// comes later in the order.
  private static func reversePostorder(_ function: Function, depths: [Int32]?) -> [BlockID] {
    var visited = [Bool](repeating: false, count: function.blocks.count)
    var postorder: [BlockID] = []
    postorder.reserveCapacity(function.blocks.count)
    var stack: [(block: BlockID, pending: (BlockID?, BlockID?))] = []
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
        return isCold(function[b]) && !isCold(function[a]) ? (b, a) : (a, b)
      }
    }
    enter(BlockID(0))
    while var top = stack.popLast() {
      let next = top.pending.0 ?? top.pending.1
      guard let next else {
        postorder.append(top.block)
        continue
      }
      if top.pending.0 != nil { top.pending.0 = nil } else { top.pending.1 = nil }
      stack.append(top)
      if !visited[next.index] { enter(next) }
    }
    return postorder.reversed()
  }

  /// Whether a block does next to nothing and then leaves the function: the far side of a null check.
  private static func isCold(_ block: BasicBlock) -> Bool {
    if case .exit = block.terminator { return block.instructions.count <= 1 }
    return false
  }

  /// Cooper, Harvey and Kennedy, "A Simple, Fast Dominance Algorithm".
  private static func dominators(order: [BlockID], predecessors: [[BlockID]]) -> [Int32] {
    var position = [Int32](repeating: -1, count: predecessors.count)
    for (index, block) in order.enumerated() { position[block.index] = Int32(index) }
    // By position in `order`, so that a smaller number is nearer to the entry.
    var dominator = [Int32](repeating: -1, count: order.count)
    dominator[0] = 0
    var isChanged = true
    while isChanged {
      isChanged = false
      for index in 1..<max(1, order.count) {
        var best: Int32 = -1
        for predecessor in predecessors[order[index].index] {
          var other = position[predecessor.index]
          guard dominator[Int(other)] >= 0 else { continue }
          if best < 0 {
            best = other
            continue
          }
          while best != other {
            while other > best { other = dominator[Int(other)] }
            while best > other { best = dominator[Int(best)] }
          }
        }
        if dominator[index] != best {
          dominator[index] = best
          isChanged = true
        }
      }
    }
    var result = [Int32](repeating: -1, count: predecessors.count)
    for (index, block) in order.enumerated() {
      result[block.index] = Int32(order[Int(dominator[index])].index)
    }
    return result
  }

  /// Natural loops by their back edges; loops that share a header are one.
  private static func loopDepths(order: [BlockID], predecessors: [[BlockID]], dominators: [Int32]) -> [Int32] {
    var position = [Int32](repeating: -1, count: predecessors.count)
    for (index, block) in order.enumerated() { position[block.index] = Int32(index) }
    var depths = [Int32](repeating: 0, count: predecessors.count)
    for header in order {
      var stack: [BlockID] = []
      for latch in predecessors[header.index] where position[latch.index] >= position[header.index] {
        var current = latch.index
        while position[current] > position[header.index] { current = Int(dominators[current]) }
        if current == header.index { stack.append(latch) }
      }
      if stack.isEmpty { continue }
      var members = [Bool](repeating: false, count: predecessors.count)
      members[header.index] = true
      depths[header.index] += 1
      while let block = stack.popLast() {
        if members[block.index] { continue }
        members[block.index] = true
        depths[block.index] += 1
        stack.append(contentsOf: predecessors[block.index])
      }
    }
    return depths
  }
}
