/// The blocks of a function in a row: which jumps are needed, and where each block starts.
struct CodeLayout {
  struct Item {
    let code: MachineCode
    let line: SourceLine?
    /// The block that it jumps to, or the jump of an island.
    var target: Int?

    var slotCount: Int { code.slotCount }
  }

  private(set) var items: [Item] = []
  /// Slots from the function's start to each block, and to each jump of an island.
  private(set) var offsets: [Int]
  private var size = 0

  init(_ function: MachineFunction, _ options: BackendOptions) {
    let blocks = function.blocks
    offsets = .init(repeating: 0, count: blocks.count)
    let targets = CodeLayout.threadedTargets(blocks)
    let reached = CodeLayout.reachedBlocks(blocks, targets)
    var block = reached.first
    var rest = reached.dropFirst()
    while let index = block {
      let next = rest.popFirst()
      offsets[index] = size
      for (code, line) in zip(blocks[index].code, blocks[index].lines) { append(code, line) }
      appendEnd(blocks[index], targets, next)
      block = next
    }
    // A jump lands where the block it is threaded to starts.
    for index in blocks.indices { offsets[index] = offsets[targets[index]] }
    if let islands = JumpIslands.insert(into: items, offsets, hasLongJumps: options.isV4) {
      (items, offsets) = islands
    }
    if options.isV4 { lengthenJumps() }
  }

  /// Where a jump to each block ends when it does nothing but jump on.
  private static func threadedTargets(_ blocks: [MachineBlock]) -> [Int] {
    blocks.indices.map { start in
      var index = start
      var steps = 0
      while blocks[index].code.isEmpty, case .jump(let next) = blocks[index].end, steps < blocks.count {
        index = next
        steps += 1
      }
      return index
    }
  }

  /// Blocks that are still reached, in order; the kernel refuses programs with others.
  private static func reachedBlocks(_ blocks: [MachineBlock], _ targets: [Int]) -> [Int] {
    var isReached = [Bool](repeating: false, count: blocks.count)
    var pending = [targets[0]]
    while let index = pending.popLast() {
      if isReached[index] { continue }
      isReached[index] = true
      switch blocks[index].end {
      case .jump(let target): pending.append(targets[target])
      case .branch(_, _, _, _, let then, let otherwise):
        pending.append(targets[then])
        pending.append(targets[otherwise])
      case .exit: break
      }
    }
    // The entry is threaded like any other block, but what is first must be where execution starts.
    return [targets[0]] + blocks.indices.filter { isReached[$0] && $0 != targets[0] }
  }

  private mutating func append(_ code: MachineCode, _ line: SourceLine?, target: Int? = nil) {
    items.append(Item(code: code, line: line, target: target))
    size += code.slotCount
  }

  private mutating func appendEnd(_ block: MachineBlock, _ targets: [Int], _ next: Int?) {
    let line = block.endLine
    switch block.end {
    case .exit: append(.plain(.exit), line)
    case .jump(let target):
      if targets[target] != next { append(.plain(.jump(0)), line, target: target) }
    case .branch(let condition, let width, let register, let operand, let then, let otherwise):
      if targets[then] == targets[otherwise] {
        if targets[then] != next { append(.plain(.jump(0)), line, target: then) }
      } else if targets[then] == next, let inverse = condition.inverse {
        append(.plain(.branch(inverse, width, register, operand, 0)), line, target: otherwise)
      } else {
        append(.plain(.branch(condition, width, register, operand, 0)), line, target: then)
        if targets[otherwise] != next { append(.plain(.jump(0)), line, target: otherwise) }
      }
    }
  }

  /// Gives unconditional jumps their long form where the short one does not reach; both take one slot.
  private mutating func lengthenJumps() {
    var position = 0
    for index in items.indices {
      position += items[index].slotCount
      guard let target = items[index].target, case .plain(.jump) = items[index].code else { continue }
      if Int16(exactly: offsets[target] - position) == nil {
        items[index] = Item(code: .plain(.jumpLong(0)), line: items[index].line, target: target)
      }
    }
  }
}
