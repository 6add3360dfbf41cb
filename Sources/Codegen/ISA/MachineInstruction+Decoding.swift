/// Why a slot is not an instruction that this module knows.
public enum DecodingError: Error, Hashable, Sendable {
  case unknownOpcode(UInt8)
  case unknownRegister(UInt8)
  /// A field that the instruction does not use, or uses for a form that does not exist, has this slot's contents.
  case reservedField(UInt64)
  /// ld_imm64 without its second slot.
  case truncated
}

extension MachineInstruction {
  /// Reads a whole program.
  public static func decode(_ code: [UInt64]) throws(DecodingError) -> [MachineInstruction] {
    var result: [MachineInstruction] = []
    result.reserveCapacity(code.count)
    var index = 0
    while index < code.count {
      let instruction = try MachineInstruction(code[index], index + 1 < code.count ? code[index + 1] : nil)
      result.append(instruction)
      index += instruction.slotCount
    }
    return result
  }

  /// Reads one instruction; `second` is the slot that follows, of use to ld_imm64 only.
  public init(_ slot: UInt64, _ second: UInt64? = nil) throws(DecodingError) {
    let fields = InstructionFields(slot)
    switch fields.opcode & 0x07 {
    case Opcode.alu: self = try .init(arithmetic: fields, .word)
    case Opcode.alu64: self = try .init(arithmetic: fields, .double)
    case Opcode.jump: self = try .init(jump: fields)
    case Opcode.jump32: self = try .init(jump32: fields)
    case Opcode.load where fields.opcode & 0xe0 != Opcode.modeImmediate: self = try .init(packet: fields)
    case Opcode.load: self = try .init(wide: fields, second)
    default: self = try .init(memory: fields)
    }
    // A field that a form does not use must be zero, so that encoding gives the same bits back.
    if slots.0 != slot { throw .reservedField(slot) }
    if let high = slots.1, high != second { throw .reservedField(second ?? 0) }
  }

  private init(arithmetic fields: InstructionFields, _ width: Width) throws(DecodingError) {
    let destination = try Register(field: fields.destination)
    switch fields.opcode & 0xf0 {
    case Opcode.negate:
      self = .negate(width, destination)
    case Opcode.end:
      guard let bits = SwapBits(rawValue: fields.immediate) else { throw .reservedField(fields.slot) }
      let isSource = fields.opcode & Opcode.sourceRegister != 0
      let order: ByteOrder = width == .double ? .swap : isSource ? .big : .little
      self = .byteOrder(order, bits: bits, destination)
    case ArithmeticOpcode.move.bits where width == .double && fields.offset == Opcode.addressSpaceCast:
      let spaces = UInt32(bitPattern: fields.immediate)
      self = .castAddressSpace(
        destination, try Register(field: fields.source), to: UInt16(truncatingIfNeeded: spaces >> 16),
        from: UInt16(truncatingIfNeeded: spaces))
    case ArithmeticOpcode.move.bits where fields.offset != 0:
      guard let extent = SignExtension(width: width, bits: fields.offset) else { throw .reservedField(fields.slot) }
      self = .moveSigned(extent, destination, try Register(field: fields.source))
    default:
      guard let operation = ArithmeticOpcode(bits: fields.opcode, isSigned: fields.offset == 1) else {
        throw .unknownOpcode(fields.opcode)
      }
      self = .arithmetic(operation, width, destination, try fields.operand)
    }
  }

  private init(jump fields: InstructionFields) throws(DecodingError) {
    switch fields.opcode {
    case Opcode.jump | Opcode.goto: self = .jump(fields.offset)
    case Opcode.jump | Opcode.exit: self = .exit
    case Opcode.jump | Opcode.conditional: self = .mayJump(fields.offset)
    case Opcode.jump | Opcode.call:
      switch fields.source {
      case 0: self = .call(.helper(fields.immediate))
      case Opcode.pseudoCall: self = .call(.function(fields.immediate))
      case Opcode.pseudoKernelCall: self = .call(.kernel(id: fields.immediate, descriptor: fields.offset))
      default: throw .reservedField(fields.slot)
      }
    default: self = try .init(branch: fields, .double)
    }
  }

  private init(jump32 fields: InstructionFields) throws(DecodingError) {
    if fields.opcode == Opcode.jump32 | Opcode.goto {
      self = .jumpLong(fields.immediate)
    } else {
      self = try .init(branch: fields, .word)
    }
  }

  private init(branch fields: InstructionFields, _ width: Width) throws(DecodingError) {
    guard let condition = JumpCondition(bits: fields.opcode) else { throw .unknownOpcode(fields.opcode) }
    self = .branch(condition, width, try Register(field: fields.destination), try fields.operand, fields.offset)
  }

  private init(memory fields: InstructionFields) throws(DecodingError) {
    let size = MemorySize(opcode: fields.opcode)
    let destination = try Register(field: fields.destination)
    let source = try Register(field: fields.source)
    switch (fields.opcode & 0x07, fields.opcode & 0xe0) {
    case (Opcode.loadRegister, Opcode.modeMemory), (Opcode.loadRegister, Opcode.modeMemorySigned):
      let isSigned = fields.opcode & 0xe0 == Opcode.modeMemorySigned
      guard let kind = LoadKind(size: size, isSigned: isSigned) else { throw .unknownOpcode(fields.opcode) }
      self = .load(kind, destination, base: source, offset: fields.offset)
    case (Opcode.storeRegister, Opcode.modeMemory):
      self = .store(size, base: destination, offset: fields.offset, .register(source))
    case (Opcode.storeImmediate, Opcode.modeMemory):
      self = .store(size, base: destination, offset: fields.offset, .immediate(fields.immediate))
    case (Opcode.storeRegister, Opcode.modeAtomic) where fields.immediate == Opcode.loadAcquire:
      self = .loadAcquire(size, destination, base: source, offset: fields.offset)
    case (Opcode.storeRegister, Opcode.modeAtomic) where fields.immediate == Opcode.storeRelease:
      self = .storeRelease(size, base: destination, offset: fields.offset, source)
    case (Opcode.storeRegister, Opcode.modeAtomic) where size == .word || size == .double:
      guard let operation = AtomicOpcode(rawValue: fields.immediate) else { throw .reservedField(fields.slot) }
      self = .atomic(
        operation, size == .word ? .word : .double, base: destination, offset: fields.offset, source)
    default: throw .unknownOpcode(fields.opcode)
    }
  }

  private init(packet fields: InstructionFields) throws(DecodingError) {
    guard let size = PacketSize(MemorySize(opcode: fields.opcode)) else { throw .unknownOpcode(fields.opcode) }
    switch fields.opcode & 0xe0 {
    case Opcode.modeAbsolute: self = .loadPacket(size, index: nil, offset: fields.immediate)
    case Opcode.modeIndirect:
      self = .loadPacket(size, index: try Register(field: fields.source), offset: fields.immediate)
    default: throw .unknownOpcode(fields.opcode)
    }
  }

  private init(wide fields: InstructionFields, _ second: UInt64?) throws(DecodingError) {
    guard fields.opcode == Opcode.load | Opcode.modeImmediate | MemorySize.double.bits else {
      throw .unknownOpcode(fields.opcode)
    }
    guard let second else { throw .truncated }
    let high = InstructionFields(second).immediate
    let immediate: WideImmediate
    switch fields.source {
    case 0: immediate = .number(Int64(high) << 32 | Int64(UInt32(bitPattern: fields.immediate)))
    case Opcode.pseudoMapDescriptor: immediate = .mapDescriptor(fields.immediate)
    case Opcode.pseudoMapValue: immediate = .mapValue(descriptor: fields.immediate, offset: high)
    case Opcode.pseudoBTFVariable: immediate = .btfVariable(id: fields.immediate, descriptor: high)
    case Opcode.pseudoFunction: immediate = .function(fields.immediate)
    case Opcode.pseudoMapIndex: immediate = .mapIndex(fields.immediate)
    case Opcode.pseudoMapIndexValue: immediate = .mapIndexValue(index: fields.immediate, offset: high)
    default: throw .reservedField(fields.slot)
    }
    self = .loadImmediate(try Register(field: fields.destination), immediate)
  }
}

extension Register {
  fileprivate init(field: UInt8) throws(DecodingError) {
    guard let register = Register(rawValue: field) else { throw .unknownRegister(field) }
    self = register
  }
}

extension InstructionFields {
  fileprivate var operand: MachineOperand {
    get throws(DecodingError) {
      if opcode & Opcode.sourceRegister != 0 { return .register(try Register(field: source)) }
      return .immediate(immediate)
    }
  }
}
