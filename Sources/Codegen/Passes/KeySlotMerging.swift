/// Lets stack slots that are written once, with equal contents, be one: the same key built for two map operations.
public struct KeySlotMerging: Pass {
  public let name = "key-slots"

  public init() {}

  public func run(_ function: inout Function) {
    if function.slots.count < 2 { return }
    let flow = ControlFlow(function)
    let order = DominanceOrder(flow)
    let contents = SlotContents(function, flow, order)
    var merged = [Slot?](repeating: nil, count: function.slots.count)
    // In the order in which they are written, so that the first of several is the one that stays.
    var kept = [[SlotContents.Written]](repeating: [], count: contents.written.count.nextPowerOfTwo)
    var isMerged = false
    for candidate in contents.written {
      let size = function.slots[candidate.slot.index].size
      let bucket = candidate.content.hashValue & (kept.count - 1)
      let first = kept[bucket].prefix(Self.maximumComparisons).first {
        function.slots[$0.slot.index].size == size && $0.content == candidate.content && isBefore($0, candidate, order)
      }
      if let first {
        merged[candidate.slot.index] = first.slot
        isMerged = true
      } else {
        kept[bucket].append(candidate)
      }
    }
    if !isMerged { return }
    let uses = SlotUses(function)
    for index in function.blocks.indices {
      function.blocks[index].instructions.removeAll { instruction in
        uses.writtenSlot(instruction.operation).map { merged[$0.index] != nil } ?? false
      }
      for position in function.blocks[index].instructions.indices {
        guard case .slotAddress(let slot) = function.blocks[index].instructions[position].operation,
          let replacement = merged[slot.index]
        else { continue }
        function.blocks[index].instructions[position].operation = .slotAddress(replacement)
      }
    }
  }

  /// How many slots of one content a slot is compared with: branches of a large function may all have their own.
  private static let maximumComparisons = 64

  /// Whether one slot's writes are done wherever the other's begin.
  private func isBefore(_ a: SlotContents.Written, _ b: SlotContents.Written, _ order: DominanceOrder) -> Bool {
    a.block == b.block ? a.last < b.first : order.dominates(a.block, b.block)
  }
}

/// Slots whose writes are plain stores in one block, all before anything reads them.
private struct SlotContents {
  struct Written {
    let slot: Slot
    let block: BlockID
    /// Positions of the first and last write in the block.
    let first: Int
    let last: Int
    let content: [Write]
  }

  struct Write: Hashable {
    let offset: Int
    let size: Int
    /// `nil` for zeros.
    let value: Operand?
  }

  private(set) var written: [Written] = []

  private struct State {
    var block: BlockID?
    var first = 0
    var last = 0
    var content: [Write] = []
    var isSpoiled = false
    var isRead = false
  }

  init(_ function: Function, _ flow: ControlFlow, _ dominance: DominanceOrder) {
    let uses = SlotUses(function)
    let readers = SlotContents.readers(function, uses, flow)
    var states = [State](repeating: State(), count: function.slots.count)
    var order: [Slot] = []
    // Dominators come first, so that a read seen before the last write is one that may come before it.
    for block in flow.order {
      for (position, instruction) in function[block].instructions.enumerated() {
        SlotContents.visit(instruction.operation, block, position, uses, &states, &order)
      }
    }
    for slot in order {
      let state = states[slot.index]
      guard let block = state.block, !state.isSpoiled, !uses.isUntracked[slot.index],
        readers[slot.index].allSatisfy({ dominance.dominates(block, $0) })
      else { continue }
      written.append(
        Written(slot: slot, block: block, first: state.first, last: state.last, content: state.content))
    }
  }

  private static func visit(
    _ operation: Operation, _ block: BlockID, _ position: Int, _ uses: SlotUses, _ states: inout [State],
    _ order: inout [Slot]
  ) {
    func read(_ value: Value) {
      if let place = uses.places[value.index] { states[place.slot.index].isRead = true }
    }
    func spoil(_ value: Value) {
      if let place = uses.places[value.index] { states[place.slot.index].isSpoiled = true }
    }
    func write(_ written: MemoryPlace, _ value: Operand?) {
      guard let place = uses.places[written.base.index] else { return }
      let index = place.slot.index
      if states[index].block == nil {
        states[index].block = block
        states[index].first = position
        order.append(place.slot)
      }
      if states[index].block != block || states[index].isRead { states[index].isSpoiled = true }
      states[index].last = position
      states[index].content.append(Write(offset: place.offset + written.offset, size: written.size, value: value))
    }
    if let written = operation.writtenPlace {
      // Of a copy and of a sum it is not known what is there afterwards.
      if operation.readPlace != nil { spoil(written.base) } else { write(written, operation.storedOperand) }
    }
    if let place = operation.readPlace { read(place.base) }
    if let arguments = operation.arguments {
      for (index, argument) in arguments.enumerated() {
        guard case .value(let value) = argument else { continue }
        if operation.onlyReads(argument: index) { read(value) } else { spoil(value) }
      }
    }
  }

  /// The blocks that read each slot.
  private static func readers(_ function: Function, _ uses: SlotUses, _ flow: ControlFlow) -> [[BlockID]] {
    var readers = [[BlockID]](repeating: [], count: function.slots.count)
    for block in flow.order {
      for instruction in function[block].instructions where uses.writtenSlot(instruction.operation) == nil {
        if case .arithmetic = instruction.operation { continue }
        instruction.operation.forEachOperand { operand in
          guard case .value(let value) = operand, let place = uses.places[value.index],
            readers[place.slot.index].last != block
          else { return }
          readers[place.slot.index].append(block)
        }
      }
    }
    return readers
  }
}
