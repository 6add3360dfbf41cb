/// One BPF instruction, one or two 8-byte slots long (Kernel: Documentation/bpf/standardization/instruction-set.rst).
public enum MachineInstruction: Hashable, Sendable {
  case arithmetic(ArithmeticOpcode, Width, Register, MachineOperand)
  case negate(Width, Register)
  /// A move that sign-extends (v4).
  case moveSigned(SignExtension, Register, Register)
  /// Conversion between the machine's and the named byte order, or an unconditional swap (v4); zero-extends.
  case byteOrder(ByteOrder, bits: SwapBits, Register)

  /// A copy of a pointer into another address space (arenas, 6.9).
  case castAddressSpace(Register, Register, to: UInt16, from: UInt16)

  case load(LoadKind, Register, base: Register, offset: Int16)
  /// A load to r0 from a packet, in the order of bytes of the machine, at an offset that a register may add to; it ends
  /// the program behind the end of the packet (of classic BPF, for socket filters).
  case loadPacket(PacketSize, index: Register?, offset: Int32)
  /// A load that comes before all later accesses (6.15); zero-extends.
  case loadAcquire(MemorySize, Register, base: Register, offset: Int16)
  case store(MemorySize, base: Register, offset: Int16, MachineOperand)
  /// A store that comes after all earlier accesses (6.15).
  case storeRelease(MemorySize, base: Register, offset: Int16, Register)
  case atomic(AtomicOpcode, Width, base: Register, offset: Int16, Register)
  /// The only instruction of two slots.
  case loadImmediate(Register, WideImmediate)

  case call(CallTarget)
  /// Jump offsets count slots from the next instruction.
  case jump(Int16)
  /// An unconditional jump with a 32-bit offset (v4).
  case jumpLong(Int32)
  /// A jump that the kernel takes when a loop has run for too long (6.9).
  case mayJump(Int16)
  case branch(JumpCondition, Width, Register, MachineOperand, Int16)
  case exit

  /// Slots it takes in the program: 1 or 2.
  public var slotCount: Int {
    if case .loadImmediate = self { 2 } else { 1 }
  }

  /// Whether control may go elsewhere than to the next instruction.
  public var isTerminator: Bool {
    switch self {
    case .jump, .jumpLong, .mayJump, .branch, .exit: true
    case .arithmetic, .negate, .moveSigned, .byteOrder, .castAddressSpace, .load, .loadPacket, .loadAcquire, .store,
      .storeRelease, .atomic, .loadImmediate, .call:
      false
    }
  }
}

/// Operations of the ALU and ALU64 classes with a second operand; signed division and modulo need v4.
public enum ArithmeticOpcode: Hashable, Sendable, CaseIterable {
  case add, sub, mul, udiv, sdiv, or, and, shl, lshr, umod, smod, xor, move, ashr
}

/// Where the sign bit is and how wide the result.
public enum SignExtension: Hashable, Sendable, CaseIterable {
  case byteToWord, halfToWord
  case byteToDouble, halfToDouble, wordToDouble
}

public enum ByteOrder: Hashable, Sendable, CaseIterable {
  case little, big, swap
}

/// What legacy packet loads take: there is none of eight bytes.
public enum PacketSize: Hashable, Sendable, CaseIterable {
  case byte, half, word

  var memory: MemorySize {
    switch self {
    case .byte: .byte
    case .half: .half
    case .word: .word
    }
  }

  init?(_ size: MemorySize) {
    switch size {
    case .byte: self = .byte
    case .half: self = .half
    case .word: self = .word
    case .double: return nil
    }
  }
}

public enum SwapBits: Int32, Hashable, Sendable, CaseIterable {
  case b16 = 16
  case b32 = 32
  case b64 = 64
}

/// Read-modify-write operations; `fetch` forms leave the old value in the source register, compare-and-exchange in r0.
public enum AtomicOpcode: Int32, Hashable, Sendable, CaseIterable {
  case add = 0x00
  case or = 0x40
  case and = 0x50
  case xor = 0xa0
  case fetchAdd = 0x01
  case fetchOr = 0x41
  case fetchAnd = 0x51
  case fetchXor = 0xa1
  case exchange = 0xe1
  case compareExchange = 0xf1
}

/// What ld_imm64 loads (Kernel: include/uapi/linux/bpf.h, BPF_PSEUDO_*).
public enum WideImmediate: Hashable, Sendable {
  case number(Int64)
  case mapDescriptor(Int32)
  case mapValue(descriptor: Int32, offset: Int32)
  /// The address of a kernel variable by its BTF id; `descriptor` is the module's BTF, 0 for the kernel's own.
  case btfVariable(id: Int32, descriptor: Int32)
  /// A function of the program, in slots from the next instruction slot.
  case function(Int32)
  case mapIndex(Int32)
  case mapIndexValue(index: Int32, offset: Int32)
}

public enum CallTarget: Hashable, Sendable {
  case helper(Int32)
  /// A function of the program, in slots from the next instruction.
  case function(Int32)
  /// A kernel function by its BTF id; `descriptor` is an index into the load's array of BTF descriptors.
  case kernel(id: Int32, descriptor: Int16)
}

public enum JumpCondition: Hashable, Sendable, CaseIterable {
  case eq, ugt, uge, set, ne, sgt, sge, ult, ule, slt, sle

  /// The condition that holds exactly when this one does not; there is none for `set`.
  public var inverse: JumpCondition? {
    switch self {
    case .eq: .ne
    case .ne: .eq
    case .ugt: .ule
    case .uge: .ult
    case .ult: .uge
    case .ule: .ugt
    case .sgt: .sle
    case .sge: .slt
    case .slt: .sge
    case .sle: .sgt
    case .set: nil
    }
  }
}
