extension Selector {
  mutating func select(_ instruction: Instruction) throws(BackendError) {
    let result = VirtualRegister(instruction.result?.index ?? -1)
    switch instruction.operation {
    case .constant, .mapReference, .functionAddress, .slotAddress: break
    case .mapValueAddress(let map, let offset):
      materialize(.mapValue(map: map, offset: offset), into: result)
    case .arithmetic(let operation, let a, let b): selectArithmetic(operation, result, a, b)
    case .extend(let bits, let signed, let operand):
      try selectExtension(bits: bits, signed: signed, result, register(operand))
    case .byteSwap(let bits, let operand):
      guard let bits = SwapBits(rawValue: Int32(bits)) else { throw malformed("byte swap of \(bits) bits") }
      // The target is little endian, so "to big endian" swaps; the unconditional swap needs v4.
      emit(.byteOrder(.big, bits, result, register(operand)))
    case .compare(let condition, let a, let b):
      let (condition, left, right) = comparison(condition, a, b)
      emit(.setCondition(condition, result, left, right))
    case .load(let bits, let signed, let base, let offset):
      try selectLoad(bits: bits, signed: signed, result, address(base, offset))
    case .store(let bits, let base, let offset, let operand):
      try selectStore(bits: bits, base, offset, operand)
    case .atomicAdd(let bits, let base, let offset, let operand):
      let address = address(base, offset)
      emit(.atomicAdd(bits == 32 ? .word : .double, address, register(operand)))
    case .copy(let to, let toOffset, let from, let fromOffset, let size, let alignment):
      selectCopy(to, toOffset, from, fromOffset, size: size, alignment: alignment)
    case .zero(let base, let offset, let size, let alignment):
      for (position, size) in chunks(size, alignment) {
        try selectStore(bits: size.rawValue * 8, base, offset + position, .constant(0))
      }
    case .call(let helper, let operands):
      try selectCall(.helper(helper), operands, instruction.result)
    case .callFunction(let index, let operands):
      try selectCall(.function(index), operands, instruction.result)
    case .callKernel(let function, let operands):
      try selectCall(.kernel(function), operands, instruction.result)
    }
  }

  private mutating func selectCall(
    _ callee: SelectedCallee, _ operands: CallArguments, _ result: Value?
  ) throws(BackendError) {
    if operands.count > 5 { throw malformed("a call with \(operands.count) arguments") }
    let needed = result.flatMap { isNeeded[$0.index] ? VirtualRegister($0.index) : nil }
    // A sum with a constant that only this call reads is still a value of its own.
    emit(.call(callee, operands.map(argument), needed))
  }

  // MARK: Arithmetic

  private mutating func selectArithmetic(
    _ operation: ArithmeticOperator, _ result: VirtualRegister, _ a: Operand, _ b: Operand
  ) {
    var (a, b) = (a, b)
    if operation.isCommutative, constant(a) != nil, constant(b) == nil { swap(&a, &b) }
    if let value = constant(b) {
      selectArithmetic(operation, result, a, immediate: value)
    } else {
      let left = register(a)
      emit(.arithmetic(operation.opcode, .double, result, left, .register(register(b))))
    }
  }

  private mutating func selectArithmetic(
    _ operation: ArithmeticOperator, _ result: VirtualRegister, _ a: Operand, immediate value: Int64
  ) {
    if let left = constant(a) {
      materialize(.integer(operation.apply(left, value)), into: result)
      return
    }
    let left = register(a)
    switch operation {
    case .shl, .lshr, .ashr:
      let count = Int32(value & 63)
      if count == 0 {
        emit(.move(result, left))
      } else {
        emit(.arithmetic(operation.opcode, .double, result, left, .immediate(count)))
      }
    case .udiv where value == 0, .sdiv where value == 0:
      materialize(.integer(0), into: result)
    case .umod where value == 0, .smod where value == 0:
      emit(.move(result, left))
    case .sub where Int32(exactly: 0 &- value) != nil:
      emit(.arithmetic(.add, .double, result, left, operand(.constant(0 &- value))))
    case .and where value == 0xffff_ffff:
      emit(.moveWord(result, left))
    case .and where value > Int64(Int32.max) && value <= 0xffff_ffff:
      // A 32-bit operation clears the high half, as the mask's zeros would.
      emit(.arithmetic(.and, .word, result, left, .immediate(Int32(truncatingIfNeeded: value))))
    case .add, .sub, .mul, .udiv, .umod, .sdiv, .smod, .and, .or, .xor:
      emit(.arithmetic(operation.opcode, .double, result, left, operand(.constant(value))))
    }
  }

  private mutating func selectExtension(
    bits: Int, signed: Bool, _ result: VirtualRegister, _ source: VirtualRegister
  ) throws(BackendError) {
    switch (bits, signed) {
    case (64, _): emit(.move(result, source))
    case (32, false): emit(.moveWord(result, source))
    case (8, false), (16, false):
      emit(.arithmetic(.and, .double, result, source, .immediate(1 << Int32(bits) - 1)))
    case (8, true), (16, true), (32, true):
      if options.isV4, let extent = SignExtension(width: .double, bits: Int16(bits)) {
        emit(.moveSigned(extent, result, source))
      } else {
        let high = output.makeRegister()
        emit(.arithmetic(.shl, .double, high, source, .immediate(64 - Int32(bits))))
        emit(.arithmetic(.ashr, .double, result, high, .immediate(64 - Int32(bits))))
      }
    default: throw malformed("extension from \(bits) bits")
    }
  }

  // MARK: Memory

  private mutating func selectLoad(
    bits: Int, signed: Bool, _ result: VirtualRegister, _ address: SelectedAddress
  ) throws(BackendError) {
    guard let size = MemorySize(bits: bits) else { throw malformed("load of \(bits) bits") }
    if signed, options.isV4, let kind = LoadKind(size: size, isSigned: true) {
      emit(.load(kind, result, address))
      return
    }
    guard let kind = LoadKind(size: size, isSigned: false) else { throw malformed("load of \(bits) bits") }
    if signed, size != .double {
      let raw = output.makeRegister()
      emit(.load(kind, raw, address))
      try selectExtension(bits: bits, signed: true, result, raw)
    } else {
      emit(.load(kind, result, address))
    }
  }

  private mutating func selectStore(
    bits: Int, _ base: Value, _ offset: Int, _ operand: Operand
  ) throws(BackendError) {
    guard let size = MemorySize(bits: bits) else { throw malformed("store of \(bits) bits") }
    let address = address(base, offset)
    if let value = constant(operand), let immediate = storeImmediate(value, size),
      function.type(of: base) != .pointer(.context)
    {
      emit(.store(size, address, .immediate(immediate)))
    } else {
      emit(.store(size, address, .register(register(operand))))
    }
  }

  /// A constant as a store's immediate: the machine sign-extends it to eight bytes and keeps the low ones of less.
  private func storeImmediate(_ value: Int64, _ size: MemorySize) -> Int32? {
    switch size {
    case .byte: Int32(Int8(truncatingIfNeeded: value))
    case .half: Int32(Int16(truncatingIfNeeded: value))
    case .word: Int32(truncatingIfNeeded: value)
    case .double: Int32(exactly: value)
    }
  }

  private mutating func selectCopy(
    _ to: Value, _ toOffset: Int, _ from: Value, _ fromOffset: Int, size: Int, alignment: Int
  ) {
    // All loads of a group come before its stores: a few registers hide the latency.
    let chunks = chunks(size, alignment)
    let source = address(from, fromOffset, extent: size)
    let destination = address(to, toOffset, extent: size)
    var index = 0
    while index < chunks.count {
      let group = chunks[index..<min(index + 2, chunks.count)]
      index += group.count
      var registers: [VirtualRegister] = []
      for (position, size) in group {
        let register = output.makeRegister()
        registers.append(register)
        emit(.load(size.unsignedLoad, register, source.advanced(by: position)))
      }
      for ((position, size), register) in zip(group, registers) {
        emit(.store(size, destination.advanced(by: position), .register(register)))
      }
    }
  }

  /// An address whose offset stays in 16 bits for all of `extent` bytes.
  private mutating func address(_ base: Value, _ offset: Int, extent: Int) -> SelectedAddress {
    let start = address(base, offset)
    guard Int16(exactly: Int(start.offset) + extent) == nil, case .register(let register) = start.base else {
      return start
    }
    let whole = output.makeRegister()
    emit(.arithmetic(.add, .double, whole, register, .immediate(Int32(start.offset))))
    return SelectedAddress(base: .register(whole), offset: 0)
  }

  /// The widest accesses that `alignment` allows, as positions and sizes.
  private func chunks(_ size: Int, _ alignment: Int) -> [(Int, MemorySize)] {
    var result: [(Int, MemorySize)] = []
    var position = 0
    for unit in [MemorySize.double, .word, .half, .byte] where unit.rawValue <= alignment {
      while position + unit.rawValue <= size {
        result.append((position, unit))
        position += unit.rawValue
      }
    }
    return result
  }

  // MARK: Control

  mutating func select(_ terminator: Terminator) throws(BackendError) {
    switch terminator {
    case .jump: emit(.jump)
    case .branch(let condition, let a, let b, _, _):
      let (condition, left, right) = comparison(condition, a, b)
      output.virtualRegisters[left.index].isChecked = true
      if case .register(let right) = right { output.virtualRegisters[right.index].isChecked = true }
      emit(.branch(condition, left, right))
    case .exit(let operand): emit(.exit(argument(operand)))
    case .unreachable: throw malformed("a block without an end")
    }
  }

  /// A comparison as the machine has it, with a constant on the right.
  private mutating func comparison(
    _ condition: Condition, _ a: Operand, _ b: Operand
  ) -> (JumpCondition, VirtualRegister, SelectedOperand) {
    if constant(a) != nil, constant(b) == nil { return comparison(condition.swapped, b, a) }
    if let value = constant(b), Int32(exactly: value) == nil {
      if let (nearby, bound) = condition.withNearbyBound(value), Int32(exactly: bound) != nil {
        return (nearby.jump, register(a), operand(.constant(bound)))
      }
    }
    let left = register(a)
    return (condition.jump, left, operand(b))
  }
}

extension Condition {
  /// The same condition with the bound one off: `x < 2^31` is `x <= 2^31 - 1`.
  fileprivate func withNearbyBound(_ value: Int64) -> (Condition, Int64)? {
    switch self {
    case .ult where value != 0: (.ule, value &- 1)
    case .uge where value != 0: (.ugt, value &- 1)
    case .slt where value != .min: (.sle, value - 1)
    case .sge where value != .min: (.sgt, value - 1)
    case .ule where value != -1: (.ult, value &+ 1)
    case .ugt where value != -1: (.uge, value &+ 1)
    case .sle where value != .max: (.slt, value + 1)
    case .sgt where value != .max: (.sge, value + 1)
    case .eq, .ne, .test, .ult, .ule, .ugt, .uge, .slt, .sle, .sgt, .sge: nil
    }
  }

  var jump: JumpCondition {
    switch self {
    case .eq: .eq
    case .ne: .ne
    case .ult: .ult
    case .ule: .ule
    case .ugt: .ugt
    case .uge: .uge
    case .slt: .slt
    case .sle: .sle
    case .sgt: .sgt
    case .sge: .sge
    case .test: .set
    }
  }
}

extension ArithmeticOperator {
  fileprivate var opcode: ArithmeticOpcode {
    switch self {
    case .add: .add
    case .sub: .sub
    case .mul: .mul
    case .udiv: .udiv
    case .umod: .umod
    case .sdiv: .sdiv
    case .smod: .smod
    case .and: .and
    case .or: .or
    case .xor: .xor
    case .shl: .shl
    case .lshr: .lshr
    case .ashr: .ashr
    }
  }
}

extension MemorySize {
  fileprivate var unsignedLoad: LoadKind {
    switch self {
    case .byte: .u8
    case .half: .u16
    case .word: .u32
    case .double: .u64
    }
  }
}

extension SelectedAddress {
  fileprivate func advanced(by distance: Int) -> SelectedAddress {
    SelectedAddress(base: base, offset: Int16(truncatingIfNeeded: Int(offset) + distance))
  }
}
