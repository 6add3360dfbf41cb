/// The bits of each value that something depends on.
struct DemandedBits {
  /// By `Value.index`.
  private var masks: [UInt64]

  init(_ function: Function) {
    masks = .init(repeating: 0, count: function.valueTypes.count)
    // Backwards, so that the uses of a value come before its definition; what goes round loops is wanted whole.
    for block in ControlFlow.order(of: function).reversed() {
      visit(function[block].terminator)
      for instruction in function[block].instructions.reversed() {
        visit(instruction.operation, demanded: instruction.result.map { masks[$0.index] } ?? 0)
      }
    }
  }

  subscript(value: Value) -> UInt64 { masks[value.index] }

  private mutating func demand(_ operand: Operand, _ mask: UInt64) {
    if case .value(let value) = operand { masks[value.index] |= mask }
  }

  private mutating func visit(_ terminator: Terminator) {
    if case .branch(.test, let a, .constant(let mask), let then, let otherwise) = terminator {
      demand(a, UInt64(bitPattern: mask))
      for argument in then.arguments + otherwise.arguments { demand(argument, .max) }
      return
    }
    terminator.forEachOperand { demand($0, .max) }
  }

  private mutating func visit(_ operation: Operation, demanded mask: UInt64) {
    switch operation {
    case .arithmetic(let operation, let a, let b): visit(operation, a, b, mask)
    case .extend(let bits, let signed, let operand):
      let low = KnownBounds.mask(bits)
      let isSignWanted = signed && mask & ~low != 0
      demand(operand, mask & low | (isSignWanted ? 1 << UInt64(bits - 1) : 0))
    case .byteSwap(let bits, let operand): demand(operand, KnownBounds.mask(bits))
    case .store(let bits, let base, _, let operand), .atomicAdd(let bits, let base, _, let operand):
      demand(.value(base), .max)
      demand(operand, KnownBounds.mask(bits))
    case .constant, .mapReference, .mapValueAddress, .functionAddress, .slotAddress, .compare, .load, .copy, .zero,
      .call, .callFunction, .callKernel:
      operation.forEachOperand { demand($0, .max) }
    }
  }

  private mutating func visit(_ operation: ArithmeticOperator, _ a: Operand, _ b: Operand, _ mask: UInt64) {
    // A carry only goes up.
    let below = mask == 0 ? 0 : UInt64.max >> UInt64(mask.leadingZeroBitCount)
    switch (operation, b) {
    case (.and, .constant(let constant)): demand(a, mask & UInt64(bitPattern: constant))
    case (.or, .constant(let constant)): demand(a, mask & ~UInt64(bitPattern: constant))
    case (.and, _), (.or, _), (.xor, _):
      demand(a, mask)
      demand(b, mask)
    case (.add, _), (.sub, _), (.mul, _):
      demand(a, below)
      demand(b, below)
    case (.shl, .constant(let count)): demand(a, mask >> UInt64(count & 63))
    case (.lshr, .constant(let count)): demand(a, mask << UInt64(count & 63))
    case (.ashr, .constant(let count)):
      let shift = UInt64(count & 63)
      let isSignWanted = mask.leadingZeroBitCount < Int(shift) || mask >> 63 != 0
      demand(a, mask << shift | (isSignWanted ? 1 << 63 : 0))
    case (.shl, _), (.lshr, _), (.ashr, _), (.udiv, _), (.umod, _), (.sdiv, _), (.smod, _):
      demand(a, .max)
      demand(b, .max)
    }
  }
}
