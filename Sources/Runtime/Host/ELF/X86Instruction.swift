/// How long an instruction of x86 is, and whether the kernel's uprobes take it: no more is decoded
/// (Intel: Software Developer's Manual, volume 2, chapter 2 and appendix A).
struct X86Instruction {
  /// In bytes.
  let length: Int
  /// Kernel: arch/x86/kernel/uprobes.c, validate_insn_32bits and validate_insn_64bits.
  let canBeProbed: Bool

  /// No instruction is longer.
  static let maximumLength = 15

  /// The instruction that bytes begin with; `nil` for what is none, or is cut off.
  init?(_ bytes: some RandomAccessCollection<UInt8>, is64Bit: Bool) {
    var decoder = Decoder(bytes: Array(bytes.prefix(Self.maximumLength)), is64Bit: is64Bit)
    guard let opcode = decoder.opcode(), decoder.skipOperands(of: opcode), decoder.place <= decoder.bytes.count else {
      return nil
    }
    length = decoder.place
    canBeProbed = !decoder.hasUnprobedPrefix && Probed.contains(opcode, is64Bit: is64Bit)
  }
}

extension X86Instruction {
  private enum Map: Equatable {
    case one
    /// 0F
    case two
    /// 0F 38
    case three
    /// 0F 3A
    case threeImmediate
    /// Of XOP, with an immediate of four bytes.
    case extended
  }

  private struct Opcode {
    let map: Map
    let byte: UInt8
    /// Whether it came after a prefix of VEX, EVEX or XOP.
    var isVector = false
  }

  /// What follows an opcode.
  private enum Operands: Character {
    case nothing = "."
    /// A ModRM byte and what it asks for.
    case modRM = "m"
    case byte = "1"
    case word = "2"
    /// 2 bytes with a prefix of operand size, else 4.
    case immediate = "z"
    /// As `immediate`, or 8 bytes with REX.W.
    case wideImmediate = "v"
    case modRMAndByte = "r"
    case modRMAndImmediate = "R"
    /// An address.
    case address = "o"
    case enter = "e"
    case farPointer = "p"
    /// ModRM, and a byte for two of its eight operations.
    case testByte = "b"
    /// ModRM, and an immediate for two of its eight operations.
    case testImmediate = "B"
    case invalid = "x"
  }

  /// A row for each sixteen opcodes. Prefixes and escapes are taken before.
  private static let oneByte = table(
    """
    mmmm1z..mmmm1z.x mmmm1z..mmmm1z.. mmmm1zx.mmmm1zx. mmmm1zx.mmmm1zx. \
    ................ ................ ..mmxxxxzR1r.... 1111111111111111 \
    rRrrmmmmmmmmmmmm ..........p..... oooo....1z...... 11111111vvvvvvvv \
    rr2.mmrRe.2..1.. mmmm11..mmmmmmmm 11111111zzp1.... x.xx..bB......mm
    """)
  private static let twoByte = table(
    """
    mmmmx.....x.xm.r mmmmmmmmmmmmmmmm mmmmxxxxmmmmmmmm ......x.xxxxxxxx \
    mmmmmmmmmmmmmmmm mmmmmmmmmmmmmmmm mmmmmmmmmmmmmmmm rrrrmmm.mmxxmmmm \
    zzzzzzzzzzzzzzzz mmmmmmmmmmmmmmmm ...mrmmm...mrmmm mmmmmmmmmmrmmmmm \
    mmrmrrrm........ mmmmmmmmmmmmmmmm mmmmmmmmmmmmmmmm mmmmmmmmmmmmmmmm
    """)
  private static let invalidIn64Bit = ByteSet(
    [
      0x06, 0x07, 0x0E, 0x16, 0x17, 0x1E, 0x1F, 0x27, 0x2F, 0x37, 0x3F, 0x60, 0x61, 0x82, 0x9A, 0xCE, 0xD4, 0xD5, 0xD6,
      0xEA,
    ])

  private static func table(_ text: String) -> [Operands] {
    text.compactMap { $0 == " " ? nil : Operands(rawValue: $0) }
  }

  private struct Decoder {
    let bytes: [UInt8]
    let is64Bit: Bool
    var place = 0
    private(set) var hasUnprobedPrefix = false
    private var hasOperandSize = false
    private var hasAddressSize = false
    private var isRepeated = false
    private var isWide = false

    init(bytes: [UInt8], is64Bit: Bool) {
      self.bytes = bytes
      self.is64Bit = is64Bit
    }

    private var next: UInt8? { place < bytes.count ? bytes[place] : nil }

    private mutating func take() -> UInt8? {
      defer { place += 1 }
      return next
    }

    /// Skips prefixes and takes the opcode.
    mutating func opcode() -> Opcode? {
      while let prefix = next {
        switch prefix {
        case 0x66: hasOperandSize = true
        case 0x67: hasAddressSize = true
        case 0x26, 0x2E, 0x36, 0x3E, 0xF0: hasUnprobedPrefix = true
        case 0xF2: isRepeated = true
        case 0x64, 0x65, 0xF3: break
        case 0x40...0x4F where is64Bit: break
        default: return opcodeAfterPrefixes()
        }
        // REX counts as the last prefix only.
        isWide = is64Bit && prefix & 0xF8 == 0x48
        place += 1
      }
      return nil
    }

    private mutating func opcodeAfterPrefixes() -> Opcode? {
      guard let byte = take() else { return nil }
      // Without 64 bits these are other instructions, unless two registers follow, which those do not take.
      let isVector = is64Bit || next.map { $0 >= 0xC0 } ?? false
      switch byte {
      case 0xC5 where isVector:
        place += 1
        return take().map { Opcode(map: .two, byte: $0, isVector: true) }
      case 0xC4 where isVector, 0x62 where isVector:
        guard let maps = next else { return nil }
        place += byte == 0x62 ? 3 : 2
        return vector(map: byte == 0x62 ? maps & 7 : maps & 0x1F)
      case 0x8F where (next ?? 0) & 0x1F >= 8:
        guard let maps = next else { return nil }
        place += 2
        return vector(map: maps & 0x1F)
      case 0x0F:
        guard let second = take() else { return nil }
        switch second {
        case 0x38: return take().map { Opcode(map: .three, byte: $0) }
        case 0x3A: return take().map { Opcode(map: .threeImmediate, byte: $0) }
        default: return Opcode(map: .two, byte: second)
        }
      default: return Opcode(map: .one, byte: byte)
      }
    }

    /// Takes the opcode after a prefix that names its map.
    private mutating func vector(map number: UInt8) -> Opcode? {
      let map: Map
      switch number {
      case 1: map = .two
      // 5 and 6 are EVEX's for half precision, 9 is XOP's.
      case 2, 5, 6, 9: map = .three
      case 3, 8: map = .threeImmediate
      case 10: map = .extended
      default: return nil
      }
      return take().map { Opcode(map: map, byte: $0, isVector: true) }
    }

    /// - Returns: `false` for what is no instruction.
    mutating func skipOperands(of opcode: Opcode) -> Bool {
      switch opcode.map {
      case .one:
        if is64Bit, X86Instruction.invalidIn64Bit.contains(opcode.byte) { return false }
        return skip(X86Instruction.oneByte[Int(opcode.byte)])
      case .two where opcode.isVector:
        switch opcode.byte {
        case 0x77: return true
        case 0x70...0x73, 0xC2, 0xC4...0xC6: return skip(.modRMAndByte)
        default: return skip(.modRM)
        }
      case .two:
        // EXTRQ and INSERTQ of AMD, which otherwise is VMREAD.
        if opcode.byte == 0x78, hasOperandSize || isRepeated { return skip(.modRM) && skip(.word) }
        return skip(X86Instruction.twoByte[Int(opcode.byte)])
      case .three: return skip(.modRM)
      case .threeImmediate: return skip(.modRMAndByte)
      case .extended:
        guard skip(.modRM) else { return false }
        place += 4
        return true
      }
    }

    private mutating func skip(_ operands: Operands) -> Bool {
      let immediate = hasOperandSize && !isWide ? 2 : 4
      switch operands {
      case .nothing: return true
      case .modRM: return skipModRM() != nil
      case .byte: place += 1
      case .word: place += 2
      case .immediate: place += immediate
      case .wideImmediate: place += isWide ? 8 : immediate
      case .modRMAndByte:
        guard skipModRM() != nil else { return false }
        place += 1
      case .modRMAndImmediate:
        guard skipModRM() != nil else { return false }
        place += immediate
      case .address: place += is64Bit ? (hasAddressSize ? 4 : 8) : hasAddressSize ? 2 : 4
      case .enter: place += 3
      case .farPointer: place += hasOperandSize ? 4 : 6
      case .testByte, .testImmediate:
        guard let operation = skipModRM() else { return false }
        if operation < 2 { place += operands == .testByte ? 1 : immediate }
      case .invalid: return false
      }
      return true
    }

    /// Skips a ModRM byte, its SIB byte and its displacement.
    /// - Returns: its middle three bits.
    private mutating func skipModRM() -> UInt8? {
      guard let byte = take() else { return nil }
      let (mode, operation, register) = (byte >> 6, byte >> 3 & 7, byte & 7)
      if mode == 3 { return operation }
      if !is64Bit, hasAddressSize {
        place += mode == 1 ? 1 : mode == 2 || register == 6 ? 2 : 0
        return operation
      }
      var hasBase = mode != 0 || register != 5
      if register == 4 {
        guard let scaled = take() else { return nil }
        hasBase = mode != 0 || scaled & 7 != 5
      }
      place += mode == 1 ? 1 : mode == 2 || !hasBase ? 4 : 0
      return operation
    }
  }

  /// Opcodes that uprobes take, a bit each, in rows of sixteen (Kernel: arch/x86/kernel/uprobes.c, good_insns_64,
  /// good_insns_32 and good_2byte_insns). Of a vector instruction its opcode alone is looked up, as one of a byte.
  private enum Probed {
    static func contains(_ opcode: Opcode, is64Bit: Bool) -> Bool {
      switch opcode.map {
      case .one: (is64Bit ? opcodes64 : opcodes32).contains(opcode.byte)
      case .two where !opcode.isVector: opcodes0F.contains(opcode.byte)
      case .two, .three, .threeImmediate, .extended:
        opcode.isVector && (is64Bit ? opcodes64 : opcodes32).contains(opcode.byte)
      }
    }

    static let opcodes64 = ByteSet(
      rows: [
        0x3F3F, 0x3F3F, 0x3F3F, 0x3F3F, 0x0000, 0xFFFF, 0x0F38, 0xFFFF, 0xFFFB, 0xFFFF, 0xFFFF, 0xFFFF, 0x0FCF, 0xFF8F,
        0x0F0F, 0xF3EC,
      ])
    static let opcodes32 = ByteSet(
      rows: [
        0x7F7F, 0x7F7F, 0xBFBF, 0xBFBF, 0xFFFF, 0xFFFF, 0x0F37, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0x0FFF, 0xFFBF,
        0x0F0F, 0xF3EC,
      ])
    static let opcodes0F = ByteSet(
      rows: [
        0xC000, 0xFEFF, 0xFF0F, 0x000E, 0xFFFF, 0xFFFF, 0xFFFF, 0xC0FF, 0xFFFF, 0xFFFF, 0xBF3F, 0xFEFF, 0xFFFF, 0xFFFE,
        0xFFFF, 0x7FFE,
      ])
  }

  private struct ByteSet {
    private let rows: [UInt16]

    /// A bit for each byte, sixteen to a row.
    init(rows: [UInt16]) { self.rows = rows }

    init(_ members: [UInt8]) {
      var rows = [UInt16](repeating: 0, count: 16)
      for member in members { rows[Int(member >> 4)] |= 1 << UInt16(member & 15) }
      self.rows = rows
    }

    func contains(_ byte: UInt8) -> Bool { rows[Int(byte >> 4)] >> UInt16(byte & 15) & 1 != 0 }
  }
}
