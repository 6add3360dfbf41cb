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
    let bits = function.slots.indices.map { isExcluded[$0] ? nil : accesses[$0]?.bits }
    if bits.allSatisfy({ $0 == nil }) { return }
    var promotion = Promotion(function, uses, bits)
    promotion.run(&function)
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
      .compare, .atomicAdd, .copy, .zero, .call, .callFunction, .callKernel:
      instruction.operation.forEachOperand(exclude)
    }
  }
}

/// SSA construction for slots, one after another (Braun et al., "Simple and Efficient Construction of SSA Form").
///
/// Adds parameters and arguments and leaves blocks and edges as they are.
private struct Promotion {
  /// A load or a store of a slot.
  private struct Access {
    let block: BlockID
    let position: Int
  }

  private let flow: ControlFlow
  /// The width of each slot to be promoted.
  private let bits: [Int?]
  /// By slot, in the order of the blocks.
  private var accesses: [[Access]]
  /// The content of the slot in question at the start and the end of each block, once asked for.
  private var atStart: BlockContents
  private var atEnd: BlockContents
  private var substitution: Substitution
  /// Parameters made for the slot whose arguments are still to be given.
  private var pending: [BlockID] = []

  init(_ function: Function, _ uses: SlotUses, _ bits: [Int?]) {
    flow = ControlFlow(function)
    self.bits = bits
    accesses = .init(repeating: [], count: function.slots.count)
    atStart = BlockContents(count: function.blocks.count)
    atEnd = atStart
    substitution = Substitution(function)
    for block in flow.order {
      for (position, instruction) in function[block].instructions.enumerated() {
        guard let slot = Self.slot(instruction.operation, uses), bits[slot.index] != nil else { continue }
        accesses[slot.index].append(Access(block: block, position: position))
      }
    }
  }

  mutating func run(_ function: inout Function) {
    var isRemoved = function.blocks.map { [Bool](repeating: false, count: $0.instructions.count) }
    for slot in accesses.indices {
      guard let bits = bits[slot] else { continue }
      promote(accesses[slot], bits: bits, &function, &isRemoved)
    }
    for index in function.blocks.indices where isRemoved[index].contains(true) {
      var kept: [Instruction] = []
      for (position, instruction) in function.blocks[index].instructions.enumerated() where !isRemoved[index][position]
      {
        kept.append(instruction)
      }
      function.blocks[index].instructions = kept
    }
    substitution.apply(to: &function)
  }

  /// The slot that an operation loads or stores.
  private static func slot(_ operation: Operation, _ uses: SlotUses) -> Slot? {
    switch operation {
    case .load(_, _, let base, _), .store(_, let base, _, _): uses.places[base.index]?.slot
    case .constant, .mapReference, .mapValueAddress, .functionAddress, .slotAddress, .arithmetic, .extend, .byteSwap,
      .compare, .atomicAdd, .copy, .zero, .call, .callFunction, .callKernel:
      nil
    }
  }

  private mutating func promote(
    _ accesses: [Access], bits: Int, _ function: inout Function, _ isRemoved: inout [[Bool]]
  ) {
    atStart.removeAll()
    atEnd.removeAll()
    for access in accesses {
      if case .store(_, _, _, let operand) = function[access.block].instructions[access.position].operation {
        atEnd[access.block] = operand
      }
    }
    var current: Operand?
    var block: BlockID?
    for access in accesses {
      if access.block != block { current = nil }
      block = access.block
      let instruction = function[access.block].instructions[access.position]
      if case .store(_, _, _, let operand) = instruction.operation {
        current = operand
        isRemoved[access.block.index][access.position] = true
      } else if case .load(_, let signed, _, _) = instruction.operation, let result = instruction.result {
        let content = current ?? contentAtStart(access.block, &function)
        current = content
        if bits == 64 {
          substitution.replace(result, by: content)
          isRemoved[access.block.index][access.position] = true
        } else {
          function[access.block].instructions[access.position].operation = .extend(bits: bits, signed: signed, content)
        }
      }
    }
    while let block = pending.popLast() {
      for predecessor in Set(flow.predecessors(of: block)).sorted() {
        let argument = contentAtEnd(predecessor, &function)
        function[predecessor].terminator.mapEdges { edge in
          edge.block == block ? Edge(block, edge.arguments + [argument]) : edge
        }
      }
    }
  }

  private mutating func contentAtEnd(_ block: BlockID, _ function: inout Function) -> Operand {
    if let known = atEnd[block] { return known }
    let content = contentAtStart(block, &function)
    atEnd[block] = content
    return content
  }

  /// Walks up single predecessors to a block that is a join, has the content already, or is the entry.
  private mutating func contentAtStart(_ block: BlockID, _ function: inout Function) -> Operand {
    var path: [BlockID] = []
    var current = block
    var content: Operand?
    while content == nil {
      if let known = atStart[current] {
        content = known
        break
      }
      path.append(current)
      let predecessors = flow.predecessors(of: current)
      if predecessors.isEmpty {
        // Read before written: any value will do.
        content = .constant(0)
      } else if predecessors.count == 1, let predecessor = predecessors.first {
        if let known = atEnd[predecessor] { content = known } else { current = predecessor }
      } else {
        let parameter = function.makeValue(.integer)
        function[current].parameters.append(parameter)
        pending.append(current)
        content = .value(parameter)
      }
    }
    let result = content ?? .constant(0)
    for block in path { atStart[block] = result }
    return result
  }
}

/// An operand for some blocks.
private struct BlockContents {
  private var operands: [Operand?]
  private var blocks: [BlockID] = []

  init(count: Int) { operands = .init(repeating: nil, count: count) }

  subscript(block: BlockID) -> Operand? {
    get { operands[block.index] }
    set {
      operands[block.index] = newValue
      blocks.append(block)
    }
  }

  /// In the time that it took to set them.
  mutating func removeAll() {
    for block in blocks { operands[block.index] = nil }
    blocks.removeAll(keepingCapacity: true)
  }
}
