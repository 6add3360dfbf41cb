/// The shape of a function's control flow: predecessors, an order of its blocks, dominators and loops.
///
/// It is a snapshot; a pass that changes terminators makes a new one.
public struct ControlFlow: Sendable {
  /// Reachable blocks, each after its dominators, and the blocks of a loop next to each other.
  public let order: [BlockID]
  /// Index in `order` of each block, -1 for one that cannot be reached.
  let position: [Int32]
  /// Reachable predecessors of all blocks, those of block `i` from `predecessorStarts[i]` on.
  private let predecessorList: [BlockID]
  private let predecessorStarts: [Int32]
  /// The immediate dominator by block index; the entry's own is itself, -1 where unreachable.
  let immediateDominators: [Int32]
  /// Loops around each block.
  public let loopDepths: [Int32]

  /// Reachable blocks, each after its dominators, for those who want nothing else.
  public static func order(of function: Function) -> [BlockID] {
    ControlFlowShape.reversePostorder(function, depths: nil)
  }

  public init(_ function: Function) {
    // Loop depth decides the final order, and finding loops needs a first one.
    let draft = ControlFlowShape(function)
    let depths = draft.loopDepths()
    let order = depths.contains { $0 > 0 } ? ControlFlowShape.reversePostorder(function, depths: depths) : draft.order
    var position = [Int32](repeating: -1, count: function.blocks.count)
    for (index, block) in order.enumerated() { position[block.index] = Int32(index) }
    self.order = order
    self.position = position
    predecessorList = draft.predecessorList
    predecessorStarts = draft.predecessorStarts
    immediateDominators = draft.dominators
    loopDepths = depths
  }

  /// Reachable predecessors of a block, once for each edge.
  public func predecessors(of block: BlockID) -> ArraySlice<BlockID> {
    predecessorList[Int(predecessorStarts[block.index])..<Int(predecessorStarts[block.index + 1])]
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
}
