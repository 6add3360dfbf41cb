/// Answers in constant time whether a block dominates another, for passes that ask often.
struct DominanceOrder {
  /// When a walk over the dominator tree enters and leaves each block; both 0 for a block that cannot be reached.
  private var entered: [Int32]
  private var left: [Int32]

  init(_ flow: ControlFlow) {
    let tree = flow.dominatorTree()
    entered = [Int32](repeating: 0, count: tree.count)
    left = entered
    var clock: Int32 = 0
    var stack: [(block: BlockID, isLeaving: Bool)] = [(BlockID(0), false)]
    while let (block, isLeaving) = stack.popLast() {
      clock += 1
      if isLeaving {
        left[block.index] = clock
        continue
      }
      entered[block.index] = clock
      stack.append((block, true))
      for child in tree[block.index] { stack.append((child, false)) }
    }
  }

  /// Whether every way to `block` passes `dominator`; a block dominates itself.
  func dominates(_ dominator: BlockID, _ block: BlockID) -> Bool {
    guard entered[dominator.index] > 0, entered[block.index] > 0 else { return false }
    return entered[dominator.index] <= entered[block.index] && left[block.index] <= left[dominator.index]
  }
}
