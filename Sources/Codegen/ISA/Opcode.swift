/// Numbers of the encoding (Kernel: include/uapi/linux/bpf_common.h and bpf.h).
enum Opcode {
  // Classes, the low three bits.
  static let load: UInt8 = 0x00
  static let loadRegister: UInt8 = 0x01
  static let storeImmediate: UInt8 = 0x02
  static let storeRegister: UInt8 = 0x03
  static let alu: UInt8 = 0x04
  static let jump: UInt8 = 0x05
  static let jump32: UInt8 = 0x06
  static let alu64: UInt8 = 0x07

  /// The second operand is a register, not the immediate; big endian for `end`.
  static let sourceRegister: UInt8 = 0x08

  // Modes of loads and stores.
  static let modeImmediate: UInt8 = 0x00
  static let modeAbsolute: UInt8 = 0x20
  static let modeIndirect: UInt8 = 0x40
  static let modeMemory: UInt8 = 0x60
  static let modeMemorySigned: UInt8 = 0x80
  static let modeAtomic: UInt8 = 0xc0

  // Arithmetic operations that are not `ArithmeticOpcode`s.
  static let negate: UInt8 = 0x80
  static let end: UInt8 = 0xd0

  // Jumps that are not conditions.
  static let goto: UInt8 = 0x00
  static let call: UInt8 = 0x80
  static let exit: UInt8 = 0x90
  static let conditional: UInt8 = 0xe0

  // BPF_LOAD_ACQ and BPF_STORE_REL in the immediate of an atomic operation.
  static let loadAcquire: Int32 = 0x100
  static let storeRelease: Int32 = 0x110

  // BPF_ADDR_SPACE_CAST in the offset of a move.
  static let addressSpaceCast: Int16 = 1

  // BPF_PSEUDO_CALL, BPF_PSEUDO_KFUNC_CALL in the source register of a call.
  static let pseudoCall: UInt8 = 1
  static let pseudoKernelCall: UInt8 = 2

  // BPF_PSEUDO_* in the source register of ld_imm64.
  static let pseudoMapDescriptor: UInt8 = 1
  static let pseudoMapValue: UInt8 = 2
  static let pseudoBTFVariable: UInt8 = 3
  static let pseudoFunction: UInt8 = 4
  static let pseudoMapIndex: UInt8 = 5
  static let pseudoMapIndexValue: UInt8 = 6
}

/// The fields of one slot (Kernel: struct bpf_insn), little endian.
struct InstructionFields: Hashable {
  var opcode: UInt8
  var destination: UInt8 = 0
  var source: UInt8 = 0
  var offset: Int16 = 0
  var immediate: Int32 = 0

  init(opcode: UInt8, destination: UInt8 = 0, source: UInt8 = 0, offset: Int16 = 0, immediate: Int32 = 0) {
    self.opcode = opcode
    self.destination = destination
    self.source = source
    self.offset = offset
    self.immediate = immediate
  }

  init(_ slot: UInt64) {
    opcode = UInt8(truncatingIfNeeded: slot)
    destination = UInt8(truncatingIfNeeded: slot >> 8) & 0xf
    source = UInt8(truncatingIfNeeded: slot >> 12) & 0xf
    offset = Int16(truncatingIfNeeded: slot >> 16)
    immediate = Int32(truncatingIfNeeded: slot >> 32)
  }

  var slot: UInt64 {
    UInt64(opcode) | UInt64(destination) << 8 | UInt64(source) << 12
      | UInt64(UInt16(bitPattern: offset)) << 16 | UInt64(UInt32(bitPattern: immediate)) << 32
  }
}

extension ArithmeticOpcode {
  /// The high four bits of the opcode.
  var bits: UInt8 {
    switch self {
    case .add: 0x00
    case .sub: 0x10
    case .mul: 0x20
    case .udiv, .sdiv: 0x30
    case .or: 0x40
    case .and: 0x50
    case .shl: 0x60
    case .lshr: 0x70
    case .umod, .smod: 0x90
    case .xor: 0xa0
    case .move: 0xb0
    case .ashr: 0xc0
    }
  }

  var isSignedDivision: Bool { self == .sdiv || self == .smod }

  /// The operation of an opcode's high four bits; `isSigned` is the offset field's 1.
  init?(bits: UInt8, isSigned: Bool) {
    switch (bits & 0xf0, isSigned) {
    case (0x00, false): self = .add
    case (0x10, false): self = .sub
    case (0x20, false): self = .mul
    case (0x30, false): self = .udiv
    case (0x30, true): self = .sdiv
    case (0x40, false): self = .or
    case (0x50, false): self = .and
    case (0x60, false): self = .shl
    case (0x70, false): self = .lshr
    case (0x90, false): self = .umod
    case (0x90, true): self = .smod
    case (0xa0, false): self = .xor
    case (0xb0, false): self = .move
    case (0xc0, false): self = .ashr
    default: return nil
    }
  }
}

extension JumpCondition {
  /// The high four bits of the opcode.
  var bits: UInt8 {
    switch self {
    case .eq: 0x10
    case .ugt: 0x20
    case .uge: 0x30
    case .set: 0x40
    case .ne: 0x50
    case .sgt: 0x60
    case .sge: 0x70
    case .ult: 0xa0
    case .ule: 0xb0
    case .slt: 0xc0
    case .sle: 0xd0
    }
  }

  init?(bits: UInt8) {
    switch bits & 0xf0 {
    case 0x10: self = .eq
    case 0x20: self = .ugt
    case 0x30: self = .uge
    case 0x40: self = .set
    case 0x50: self = .ne
    case 0x60: self = .sgt
    case 0x70: self = .sge
    case 0xa0: self = .ult
    case 0xb0: self = .ule
    case 0xc0: self = .slt
    case 0xd0: self = .sle
    default: return nil
    }
  }
}

extension MemorySize {
  /// BPF_W, BPF_H, BPF_B, BPF_DW.
  var bits: UInt8 {
    switch self {
    case .word: 0x00
    case .half: 0x08
    case .byte: 0x10
    case .double: 0x18
    }
  }

  init(opcode: UInt8) {
    switch opcode & 0x18 {
    case 0x00: self = .word
    case 0x08: self = .half
    case 0x10: self = .byte
    default: self = .double
    }
  }
}

extension LoadKind {
  public var size: MemorySize {
    switch self {
    case .u8, .s8: .byte
    case .u16, .s16: .half
    case .u32, .s32: .word
    case .u64: .double
    }
  }

  public var isSigned: Bool {
    switch self {
    case .u8, .u16, .u32, .u64: false
    case .s8, .s16, .s32: true
    }
  }

  /// A load of this size; there is no signed one of eight bytes.
  public init?(size: MemorySize, isSigned: Bool) {
    switch (size, isSigned) {
    case (.byte, false): self = .u8
    case (.half, false): self = .u16
    case (.word, false): self = .u32
    case (.double, false): self = .u64
    case (.byte, true): self = .s8
    case (.half, true): self = .s16
    case (.word, true): self = .s32
    case (.double, true): return nil
    }
  }
}

extension SignExtension {
  public var width: Width {
    switch self {
    case .byteToWord, .halfToWord: .word
    case .byteToDouble, .halfToDouble, .wordToDouble: .double
    }
  }

  /// Bits of the source that count: 8, 16 or 32.
  public var bits: Int16 {
    switch self {
    case .byteToWord, .byteToDouble: 8
    case .halfToWord, .halfToDouble: 16
    case .wordToDouble: 32
    }
  }

  public init?(width: Width, bits: Int16) {
    switch bits {
    case 8: self = width == .double ? .byteToDouble : .byteToWord
    case 16: self = width == .double ? .halfToDouble : .halfToWord
    case 32 where width == .double: self = .wordToDouble
    default: return nil
    }
  }
}
