/// Which values are addresses in stack slots, and what happens to the slots through them.
struct SlotUses {
  /// The slot and the constant offset of each value that is an address with one.
  private(set) var places: [(slot: Slot, offset: Int)?]
  /// Loaded from, copied from or known to code that may read it.
  private(set) var isRead: [Bool]
  /// Known other than by address plus constant: by a variable offset or through a block parameter.
  private(set) var isUntracked: [Bool]

  init(_ function: Function) {
    places = .init(repeating: nil, count: function.valueTypes.count)
    isRead = .init(repeating: false, count: function.slots.count)
    isUntracked = isRead
    // Addresses flow along dominance, so that one pass in a good order sees all of them.
    if function.slots.isEmpty { return }
    let order = ControlFlow.order(of: function)
    for block in order {
      for instruction in function[block].instructions { collect(instruction) }
    }
    for block in order {
      function[block].terminator.forEachOperand { escape($0) }
    }
  }

  private mutating func collect(_ instruction: Instruction) {
    let operation = instruction.operation
    if let result = instruction.result, let place = place(of: operation) {
      places[result.index] = place
    } else if operation.isComputation {
      operation.forEachOperand { escape($0) }
    } else {
      if let place = operation.readPlace { read(place.base) }
      if let operand = operation.storedOperand { escape(operand) }
      if let arguments = operation.arguments { for case .value(let value) in arguments { read(value) } }
    }
  }

  /// Where the result of an operation points: at a slot, or a constant number of bytes from where another value does.
  private func place(of operation: Operation) -> (slot: Slot, offset: Int)? {
    if case .slotAddress(let slot) = operation { return (slot, 0) }
    guard let (base, offset) = operation.constantStep, let place = places[base.index] else { return nil }
    return (place.slot, place.offset + offset)
  }

  private mutating func read(_ base: Value) {
    if let place = places[base.index] { isRead[place.slot.index] = true }
  }

  private mutating func escape(_ operand: Operand) {
    guard case .value(let value) = operand, let place = places[value.index] else { return }
    isRead[place.slot.index] = true
    isUntracked[place.slot.index] = true
  }

  /// The slot that an operation does nothing but write to.
  func writtenSlot(_ operation: Operation) -> Slot? {
    operation.overwrittenPlace.flatMap { places[$0.base.index]?.slot }
  }

  /// The bytes of a slot that an operation writes with certainty, and nothing else.
  func write(_ operation: Operation) -> (slot: Slot, bytes: Range<Int>)? {
    guard let written = operation.overwrittenPlace, let place = places[written.base.index] else { return nil }
    let start = place.offset + written.offset
    return (place.slot, start..<start + written.size)
  }
}

extension Operation {
  /// The value and the constant number of bytes that it adds to it.
  fileprivate var constantStep: (base: Value, offset: Int)? {
    guard case .arithmetic(.add, let a, let b) = self else { return nil }
    if case .value(let base) = a, let offset = b.smallConstant { return (base, offset) }
    if case .value(let base) = b, let offset = a.smallConstant { return (base, offset) }
    return nil
  }
}

extension Operand {
  fileprivate var smallConstant: Int? {
    guard case .constant(let number) = self, number.magnitude < 1 << 20 else { return nil }
    return Int(number)
  }
}
