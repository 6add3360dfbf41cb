extension MachineInstruction {
  /// Appends its one or two slots in the kernel's layout.
  public func encode(into code: inout [UInt64]) {
    let (first, second) = slots
    code.append(first)
    if let second { code.append(second) }
  }

  /// The instruction as the kernel reads it; the second slot is ld_imm64's.
  public var slots: (UInt64, UInt64?) {
    if case .loadImmediate(let register, let immediate) = self {
      let (source, low, high) = immediate.fields
      let first = InstructionFields(
        opcode: Opcode.load | Opcode.modeImmediate | MemorySize.double.bits, destination: register.rawValue,
        source: source, immediate: low)
      return (first.slot, InstructionFields(opcode: 0, immediate: high).slot)
    }
    return (fields.slot, nil)
  }

  private var fields: InstructionFields {
    switch self {
    case .arithmetic(let operation, let width, let register, let operand):
      return InstructionFields(
        opcode: operation.bits | width.aluClass, destination: register, operand: operand,
        offset: operation.isSignedDivision ? 1 : 0)
    case .negate(let width, let register):
      return InstructionFields(opcode: Opcode.negate | width.aluClass, destination: register.rawValue)
    case .moveSigned(let extent, let destination, let source):
      return InstructionFields(
        opcode: ArithmeticOpcode.move.bits | extent.width.aluClass, destination: destination,
        operand: .register(source), offset: extent.bits)
    case .byteOrder(let order, let bits, let register):
      let opcode =
        switch order {
        case .little: Opcode.end | Opcode.alu
        case .big: Opcode.end | Opcode.alu | Opcode.sourceRegister
        case .swap: Opcode.end | Opcode.alu64
        }
      return InstructionFields(opcode: opcode, destination: register.rawValue, immediate: bits.rawValue)
    case .castAddressSpace(let destination, let source, let to, let from):
      return InstructionFields(
        opcode: ArithmeticOpcode.move.bits | Opcode.alu64 | Opcode.sourceRegister, destination: destination.rawValue,
        source: source.rawValue, offset: Opcode.addressSpaceCast,
        immediate: Int32(bitPattern: UInt32(to) << 16 | UInt32(from)))
    case .loadPacket(let size, let index, let offset):
      let mode = index == nil ? Opcode.modeAbsolute : Opcode.modeIndirect
      return InstructionFields(
        opcode: Opcode.load | mode | size.memory.bits, source: index?.rawValue ?? 0, immediate: offset)
    case .loadAcquire(let size, let register, let base, let offset):
      return InstructionFields(
        opcode: Opcode.storeRegister | Opcode.modeAtomic | size.bits, destination: register.rawValue,
        source: base.rawValue, offset: offset, immediate: Opcode.loadAcquire)
    case .storeRelease(let size, let base, let offset, let source):
      return InstructionFields(
        opcode: Opcode.storeRegister | Opcode.modeAtomic | size.bits, destination: base.rawValue,
        source: source.rawValue, offset: offset, immediate: Opcode.storeRelease)
    case .mayJump(let offset):
      return InstructionFields(opcode: Opcode.jump | Opcode.conditional, offset: offset)
    case .load(let kind, let register, let base, let offset):
      let mode = kind.isSigned ? Opcode.modeMemorySigned : Opcode.modeMemory
      return InstructionFields(
        opcode: Opcode.loadRegister | mode | kind.size.bits, destination: register.rawValue, source: base.rawValue,
        offset: offset)
    case .store(let size, let base, let offset, let operand):
      switch operand {
      case .register(let source):
        return InstructionFields(
          opcode: Opcode.storeRegister | Opcode.modeMemory | size.bits, destination: base.rawValue,
          source: source.rawValue, offset: offset)
      case .immediate(let value):
        return InstructionFields(
          opcode: Opcode.storeImmediate | Opcode.modeMemory | size.bits, destination: base.rawValue, offset: offset,
          immediate: value)
      }
    case .atomic(let operation, let width, let base, let offset, let source):
      let size: MemorySize = width == .word ? .word : .double
      return InstructionFields(
        opcode: Opcode.storeRegister | Opcode.modeAtomic | size.bits, destination: base.rawValue,
        source: source.rawValue, offset: offset, immediate: operation.rawValue)
    case .loadImmediate(let register, let immediate):
      let (source, low, _) = immediate.fields
      return InstructionFields(
        opcode: Opcode.load | MemorySize.double.bits, destination: register.rawValue, source: source, immediate: low)
    case .call(.helper(let number)):
      return InstructionFields(opcode: Opcode.jump | Opcode.call, immediate: number)
    case .call(.function(let offset)):
      return InstructionFields(opcode: Opcode.jump | Opcode.call, source: Opcode.pseudoCall, immediate: offset)
    case .call(.kernel(let id, let descriptor)):
      return InstructionFields(
        opcode: Opcode.jump | Opcode.call, source: Opcode.pseudoKernelCall, offset: descriptor, immediate: id)
    case .jump(let offset):
      return InstructionFields(opcode: Opcode.jump | Opcode.goto, offset: offset)
    case .jumpLong(let offset):
      return InstructionFields(opcode: Opcode.jump32 | Opcode.goto, immediate: offset)
    case .branch(let condition, let width, let register, let operand, let offset):
      return InstructionFields(
        opcode: condition.bits | (width == .word ? Opcode.jump32 : Opcode.jump), destination: register,
        operand: operand, offset: offset)
    case .exit:
      return InstructionFields(opcode: Opcode.jump | Opcode.exit)
    }
  }
}

extension InstructionFields {
  fileprivate init(opcode: UInt8, destination: Register, operand: MachineOperand, offset: Int16) {
    switch operand {
    case .register(let source):
      self.init(
        opcode: opcode | Opcode.sourceRegister, destination: destination.rawValue, source: source.rawValue,
        offset: offset)
    case .immediate(let value):
      self.init(opcode: opcode, destination: destination.rawValue, offset: offset, immediate: value)
    }
  }
}

extension Width {
  fileprivate var aluClass: UInt8 { self == .word ? Opcode.alu : Opcode.alu64 }
}

extension WideImmediate {
  /// The source register field and the immediates of both slots.
  fileprivate var fields: (source: UInt8, low: Int32, high: Int32) {
    switch self {
    case .number(let value): (0, Int32(truncatingIfNeeded: value), Int32(truncatingIfNeeded: value >> 32))
    case .mapDescriptor(let descriptor): (Opcode.pseudoMapDescriptor, descriptor, 0)
    case .mapValue(let descriptor, let offset): (Opcode.pseudoMapValue, descriptor, offset)
    case .btfVariable(let id, let descriptor): (Opcode.pseudoBTFVariable, id, descriptor)
    case .function(let offset): (Opcode.pseudoFunction, offset, 0)
    case .mapIndex(let index): (Opcode.pseudoMapIndex, index, 0)
    case .mapIndexValue(let index, let offset): (Opcode.pseudoMapIndexValue, index, offset)
    }
  }
}
