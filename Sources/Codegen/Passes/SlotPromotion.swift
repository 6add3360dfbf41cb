/// Turns stack slots that only hold one number into values, with block parameters where ways meet.
public struct SlotPromotion: Pass {
  public let name = "slot-promotion"

  public init() {}

  public func run(_ function: inout Function) {
    if function.slots.isEmpty { return }
    let uses = SlotUses(function)
    var accesses = [Access?](repeating: nil, count: function.slots.count)
    var isExcluded = uses.isUntracked
    for block in function.blocks {
      for instruction in block.instructions {
        classify(instruction, function, uses, &accesses, &isExcluded)
      }
    }
    // Promotion adds parameters and arguments and leaves blocks and edges as they are.
    let flow = ControlFlow(function)
    for index in function.slots.indices where !isExcluded[index] {
      guard let access = accesses[index] else { continue }
      var promotion = Promotion(function, flow, uses, Slot(index), bits: access.bits)
      promotion.run()
      function = promotion.function
    }
  }

  /// The one place and width by which a slot is used.
  private struct Access: Equatable {
    let offset: Int
    let bits: Int
  }

  private func classify(
    _ instruction: Instruction, _ function: Function, _ uses: SlotUses, _ accesses: inout [Access?],
    _ isExcluded: inout [Bool]
  ) {
    func access(_ base: Value, _ offset: Int, _ bits: Int) {
      guard let place = uses.places[base.index] else { return }
      let access = Access(offset: place.offset + offset, bits: bits)
      if let other = accesses[place.slot.index], other != access { isExcluded[place.slot.index] = true }
      accesses[place.slot.index] = access
    }
    func exclude(_ operand: Operand) {
      if case .value(let value) = operand, let place = uses.places[value.index] { isExcluded[place.slot.index] = true }
    }
    switch instruction.operation {
    case .load(let bits, _, let base, let offset): access(base, offset, bits)
    case .store(let bits, let base, let offset, let operand):
      access(base, offset, bits)
      if case .value(let value) = operand, case .pointer = function.type(of: value) { exclude(.value(base)) }
    case .arithmetic where instruction.result.map { uses.places[$0.index] != nil } ?? false: break
    case .constant, .mapReference, .mapValueAddress, .functionAddress, .slotAddress, .arithmetic, .extend, .byteSwap,
      .compare, .atomicAdd, .copy, .zero, .call, .callFunction:
      instruction.operation.forEachOperand(exclude)
    }
  }
}

/// SSA construction for one slot (Braun et al., "Simple and Efficient Construction of SSA Form").
private struct Promotion {
  var function: Function
  private let flow: ControlFlow
  private let uses: SlotUses
  private let slot: Slot
  private let bits: Int
  /// The slot's content at the start and the end of each block, once asked for.
  private var atStart: [Operand?]
  private var atEnd: [Operand?]
  private var substitution: Substitution
  /// Parameters made for the slot whose arguments are still to be given.
  private var pending: [BlockID] = []

  init(_ function: Function, _ flow: ControlFlow, _ uses: SlotUses, _ slot: Slot, bits: Int) {
    self.function = function
    self.flow = flow
    self.uses = uses
    self.slot = slot
    self.bits = bits
    atStart = .init(repeating: nil, count: function.blocks.count)
    atEnd = atStart
    substitution = Substitution(function)
  }

  mutating func run() {
    for block in flow.order { findLastStore(block) }
    for block in flow.order { rewrite(block) }
    while let block = pending.popLast() {
      for predecessor in Set(flow.predecessors(of: block)).sorted() {
        let argument = contentAtEnd(predecessor)
        function[predecessor].terminator.mapEdges { edge in
          edge.block == block ? Edge(block, edge.arguments + [argument]) : edge
        }
      }
    }
    substitution.apply(to: &function)
  }

  private func isSlot(_ base: Value) -> Bool {
    base.index < uses.places.count && uses.places[base.index]?.slot == slot
  }

  private mutating func findLastStore(_ block: BlockID) {
    for instruction in function[block].instructions.reversed() {
      if case .store(_, let base, _, let operand) = instruction.operation, isSlot(base) {
        atEnd[block.index] = operand
        return
      }
    }
  }

  private mutating func rewrite(_ block: BlockID) {
    var current: Operand?
    var kept: [Instruction] = []
    for instruction in function[block].instructions {
      switch instruction.operation {
      case .store(_, let base, _, let operand) where isSlot(base): current = operand
      case .load(_, let signed, let base, _) where isSlot(base):
        guard let result = instruction.result else { continue }
        let content = current ?? contentAtStart(block)
        current = content
        if bits == 64 {
          substitution.replace(result, by: content)
        } else {
          kept.append(
            Instruction(
              result: result, .extend(bits: bits, signed: signed, content), line: instruction.line))
        }
      case .constant, .mapReference, .mapValueAddress, .functionAddress, .slotAddress, .arithmetic, .extend, .byteSwap,
        .compare, .load, .store, .atomicAdd, .copy, .zero, .call, .callFunction:
        kept.append(instruction)
      }
    }
    function[block].instructions = kept
  }

  private mutating func contentAtEnd(_ block: BlockID) -> Operand {
    if let known = atEnd[block.index] { return known }
    let content = contentAtStart(block)
    atEnd[block.index] = content
    return content
  }

  /// Walks up single predecessors to a block that is a join, has the content already, or is the entry.
  private mutating func contentAtStart(_ block: BlockID) -> Operand {
    var path: [BlockID] = []
    var current = block
    var content: Operand?
    while content == nil {
      if let known = atStart[current.index] {
        content = known
        break
      }
      path.append(current)
      let predecessors = flow.predecessors(of: current)
      if predecessors.isEmpty {
        // Read before written: any value will do.
        content = .constant(0)
      } else if predecessors.count == 1, let predecessor = predecessors.first {
        if let known = atEnd[predecessor.index] { content = known } else { current = predecessor }
      } else {
        let parameter = function.makeValue(.integer)
        function[current].parameters.append(parameter)
        pending.append(current)
        content = .value(parameter)
      }
    }
    let result = content ?? .constant(0)
    for block in path { atStart[block.index] = result }
    return result
  }
}
