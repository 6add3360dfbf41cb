/// Finds immediate dominators in nearly linear time, also where many ways out of a long function meet.
///
/// Semi-NCA (Georgiadis, "Linear-Time Algorithms for Dominators and Related Problems"): semidominators by a depth-first
/// tree with compressed paths, then the nearest common ancestors. Blocks are numbered as the walk finds them.
struct DominatorSearch {
  /// The block of each number, and the number of each block; -1 for one that is not reached.
  private var blocks: [Int32] = []
  private var numbers: [Int32]
  /// The parent of each number in the tree.
  private var parents: [Int32] = []
  /// By number, while semidominators are sought: the end of the compressed path upwards, and the number with the
  /// smallest semidominator on it.
  private var ancestors: [Int32] = []
  private var labels: [Int32] = []
  private var semidominators: [Int32] = []

  init(_ function: Function, reachableCount: Int) {
    numbers = [Int32](repeating: -1, count: function.blocks.count)
    blocks.reserveCapacity(reachableCount)
    parents.reserveCapacity(reachableCount)
    var pending: [(block: Int, parent: Int32)] = [(0, 0)]
    while let (block, parent) = pending.popLast() {
      if numbers[block] >= 0 { continue }
      let number = Int32(blocks.count)
      numbers[block] = number
      blocks.append(Int32(block))
      parents.append(parent)
      function.blocks[block].terminator.forEachEdge { edge in
        if numbers[edge.block.index] < 0 { pending.append((edge.block.index, number)) }
      }
    }
  }

  /// The immediate dominator by block index; the entry's own is itself, -1 where unreachable. The predecessors of block
  /// `i` are those from `starts[i]` on.
  mutating func immediateDominators(_ predecessors: [BlockID], _ starts: [Int32]) -> [Int32] {
    ancestors = parents
    labels = blocks.indices.map { Int32($0) }
    semidominators = labels
    for number in blocks.indices.dropFirst().reversed() {
      let block = Int(blocks[number])
      var smallest = parents[number]
      for edge in Int(starts[block])..<Int(starts[block + 1]) {
        let label = label(above: Int(numbers[predecessors[edge].index]), linked: Int32(number + 1))
        smallest = min(smallest, semidominators[Int(label)])
      }
      semidominators[number] = smallest
    }
    var dominators = parents
    for number in blocks.indices.dropFirst() {
      while dominators[number] > semidominators[number] { dominators[number] = dominators[Int(dominators[number])] }
    }
    var result = [Int32](repeating: -1, count: numbers.count)
    for (number, block) in blocks.enumerated() { result[Int(block)] = blocks[Int(dominators[number])] }
    return result
  }

  /// The number with the smallest semidominator on the way up from a number, among those that are linked already.
  private mutating func label(above number: Int, linked: Int32) -> Int32 {
    if ancestors[number] < linked { return labels[number] }
    var path: [Int] = []
    var top = number
    repeat {
      path.append(top)
      top = Int(ancestors[top])
    } while ancestors[top] >= linked
    for current in path.reversed() {
      ancestors[current] = ancestors[top]
      if semidominators[Int(labels[top])] < semidominators[Int(labels[current])] { labels[current] = labels[top] }
      top = current
    }
    return labels[number]
  }
}
