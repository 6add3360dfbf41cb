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
    switch instruction.operation {
    case .slotAddress(let slot):
      if let result = instruction.result { places[result.index] = (slot, 0) }
    case .arithmetic(.add, .value(let base), .constant(let offset)),
      .arithmetic(.add, .constant(let offset), .value(let base)):
      if let place = places[base.index], let result = instruction.result, offset.magnitude < 1 << 20 {
        places[result.index] = (place.slot, place.offset + Int(offset))
      }
    case .arithmetic(_, let a, let b), .compare(_, let a, let b):
      escape(a)
      escape(b)
    case .extend(_, _, let operand), .byteSwap(_, let operand): escape(operand)
    case .load(_, _, let base, _): read(base)
    case .store(_, _, _, let operand): escape(operand)
    case .atomicAdd(_, let base, _, let operand):
      read(base)
      escape(operand)
    case .copy(_, _, let from, _, _, _): read(from)
    case .zero: break
    case .call(_, let operands), .callFunction(_, let operands), .callKernel(_, let operands):
      for case .value(let value) in operands { read(value) }
    case .constant, .mapReference, .mapValueAddress, .functionAddress: break
    }
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
    switch operation {
    case .store(_, let base, _, _), .zero(let base, _, _, _), .copy(let base, _, _, _, _, _): places[base.index]?.slot
    case .constant, .mapReference, .mapValueAddress, .functionAddress, .slotAddress, .arithmetic, .extend, .byteSwap,
      .compare, .load, .atomicAdd, .call, .callFunction, .callKernel:
      nil
    }
  }

  /// The bytes of a slot that an operation writes with certainty, and nothing else.
  func write(_ operation: Operation) -> (slot: Slot, bytes: Range<Int>)? {
    switch operation {
    case .store(let bits, let base, let offset, _): write(base, offset, bits / 8)
    case .zero(let base, let offset, let size, _): write(base, offset, size)
    case .copy(let base, let offset, _, _, let size, _): write(base, offset, size)
    case .constant, .mapReference, .mapValueAddress, .functionAddress, .slotAddress, .arithmetic, .extend, .byteSwap,
      .compare, .load, .atomicAdd, .call, .callFunction, .callKernel:
      nil
    }
  }

  private func write(_ base: Value, _ offset: Int, _ size: Int) -> (slot: Slot, bytes: Range<Int>)? {
    guard let place = places[base.index] else { return nil }
    let start = place.offset + offset
    return (place.slot, start..<start + size)
  }
}
