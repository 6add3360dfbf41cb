/// Which virtual registers are live into each block of a selected function.
struct Liveness: Sendable {
  /// By block: ascending.
  private var liveIn: [[Int32]]

  /// Walks back from each use to the definition, so that only what lives across blocks takes time and memory.
  /// - Parameter stackLimit: bytes of stack; more than it and the registers hold at a time is refused.
  init(_ function: SelectedFunction, stackLimit: Int) throws(BackendError) {
    let count = function.virtualRegisters.count
    liveIn = .init(repeating: [], count: function.blocks.count)
    var home = [Int32](repeating: -1, count: count)
    for (index, block) in function.blocks.enumerated() {
      for parameter in block.parameters { home[parameter.index] = Int32(index) }
      for position in block.range {
        if let result = function.instructions[position].definition { home[result.index] = Int32(index) }
      }
    }
    let uses = Liveness.uses(function, home)
    let maximum = stackLimit / 8 + LinearScan.order.count
    // By block: the last value that was found live into it, and how many need a register or a slot.
    var found = [Int32](repeating: -1, count: function.blocks.count)
    var pressure = [Int](repeating: 0, count: function.blocks.count)
    var pending: [Int32] = []
    for value in 0..<count where uses.starts[value] < uses.starts[value + 1] {
      pending.append(contentsOf: uses.blocks[uses.starts[value]..<uses.starts[value + 1]])
      let isMadeAgain = function.virtualRegisters[value].materialization != nil
      while let block = pending.popLast() {
        if found[Int(block)] == Int32(value) { continue }
        found[Int(block)] = Int32(value)
        liveIn[Int(block)].append(Int32(value))
        if !isMadeAgain {
          pressure[Int(block)] += 1
          if pressure[Int(block)] > maximum {
            throw .stackTooLarge(function: function.name, bytes: stackLimit + 8, limit: stackLimit)
          }
        }
        for predecessor in function.blocks[Int(block)].predecessors where home[value] != Int32(predecessor) {
          pending.append(Int32(predecessor))
        }
      }
    }
  }

  /// The blocks that read each value of another block: those of value `i` from `starts[i]` on, each once.
  private static func uses(_ function: SelectedFunction, _ home: [Int32]) -> (blocks: [Int32], starts: [Int]) {
    var starts = [Int](repeating: 0, count: home.count + 1)
    forEachUse(function, home) { value, _ in starts[value + 1] += 1 }
    for index in home.indices { starts[index + 1] += starts[index] }
    var next = starts
    var blocks = [Int32](repeating: 0, count: starts[home.count])
    forEachUse(function, home) { value, block in
      blocks[next[value]] = block
      next[value] += 1
    }
    return (blocks, starts)
  }

  @inline(__always)
  private static func forEachUse(_ function: SelectedFunction, _ home: [Int32], _ body: (Int, Int32) -> Void) {
    var last = [Int32](repeating: -1, count: home.count)
    for (index, block) in function.blocks.enumerated() {
      let index = Int32(index)
      func read(_ register: VirtualRegister) {
        guard home[register.index] != index, last[register.index] != index else { return }
        last[register.index] = index
        body(register.index, index)
      }
      for position in block.range { function.instructions[position].forEachUse { register, _ in read(register) } }
      for edge in block.edges {
        for case .register(let register) in edge.arguments { read(register) }
      }
    }
  }

  @inline(__always)
  func forEachLiveIn(_ block: Int, _ body: (VirtualRegister) -> Void) {
    for value in liveIn[block] { body(VirtualRegister(Int(value))) }
  }
}
