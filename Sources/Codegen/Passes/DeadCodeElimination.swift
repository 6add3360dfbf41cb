/// Removes what nobody reads: instructions without effects, block parameters and their arguments, blocks that are never
/// reached, and stores to stack slots that nothing loads from or passes on.
public struct DeadCodeElimination: Pass {
  public let name = "dead-code"

  public init() {}

  public func run(_ function: inout Function) {
    removeUnreachableBlocks(&function)
    removeDeadSlotStores(&function)
    var marker = LivenessMarker(function)
    marker.mark()
    for index in function.blocks.indices {
      function.blocks[index].instructions.removeAll { instruction in
        guard let result = instruction.result, instruction.operation.isRemovable else { return false }
        return !marker.isLive[result.index]
      }
      var terminator = function.blocks[index].terminator
      terminator.mapEdges { edge in
        let parameters = function.blocks[edge.block.index].parameters
        let kept = zip(parameters, edge.arguments).filter { marker.isLive[$0.0.index] }
        return Edge(edge.block, kept.map(\.1))
      }
      function.blocks[index].terminator = terminator
    }
    for index in function.blocks.indices.dropFirst() {
      function.blocks[index].parameters.removeAll { !marker.isLive[$0.index] }
    }
  }

  /// Drops blocks without a way to them and numbers the others anew, in their order.
  private func removeUnreachableBlocks(_ function: inout Function) {
    let order = ControlFlow.order(of: function)
    if order.count == function.blocks.count { return }
    var isReachable = [Bool](repeating: false, count: function.blocks.count)
    for block in order { isReachable[block.index] = true }
    var numbers = [Int](repeating: 0, count: function.blocks.count)
    var kept: [BasicBlock] = []
    for index in function.blocks.indices where isReachable[index] {
      numbers[index] = kept.count
      kept.append(function.blocks[index])
    }
    for index in kept.indices {
      kept[index].terminator.mapEdges { Edge(BlockID(numbers[$0.block.index]), $0.arguments) }
    }
    function.blocks = kept
  }

  private func removeDeadSlotStores(_ function: inout Function) {
    if function.slots.isEmpty { return }
    let slots = SlotUses(function)
    for index in function.blocks.indices {
      function.blocks[index].instructions.removeAll { instruction in
        guard let slot = slots.writtenSlot(instruction.operation) else { return false }
        return !slots.isRead[slot.index]
      }
    }
  }
}

/// Marks the values that something with an effect depends on.
private struct LivenessMarker {
  private let function: Function
  private(set) var isLive: [Bool]
  private var pending: [Value] = []

  init(_ function: Function) {
    self.function = function
    isLive = .init(repeating: false, count: function.valueTypes.count)
  }

  mutating func mark() {
    var definitions = [Operation?](repeating: nil, count: function.valueTypes.count)
    var incoming = [[Operand]](repeating: [], count: function.valueTypes.count)
    for block in function.blocks {
      for instruction in block.instructions {
        if let result = instruction.result { definitions[result.index] = instruction.operation }
        if instruction.result == nil || !instruction.operation.isRemovable {
          instruction.operation.forEachOperand { use($0) }
        }
      }
      switch block.terminator {
      case .branch(_, let a, let b, _, _):
        use(a)
        use(b)
      case .exit(let operand): use(operand)
      case .jump, .unreachable: break
      }
      block.terminator.forEachEdge { edge in
        for (parameter, argument) in zip(function[edge.block].parameters, edge.arguments) {
          incoming[parameter.index].append(argument)
        }
      }
    }
    while let value = pending.popLast() {
      definitions[value.index]?.forEachOperand { use($0) }
      incoming[value.index].forEach { use($0) }
    }
  }

  private mutating func use(_ operand: Operand) {
    guard case .value(let value) = operand, !isLive[value.index] else { return }
    isLive[value.index] = true
    pending.append(value)
  }
}
