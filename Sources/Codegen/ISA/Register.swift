/// A BPF register; r10 is the read-only frame pointer.
public enum Register: UInt8, Hashable, Sendable, CaseIterable {
  case r0, r1, r2, r3, r4, r5, r6, r7, r8, r9, r10

  public static let frame = Register.r10

  /// Whether a call leaves it undefined: r0 to r5.
  public var isClobberedByCalls: Bool { rawValue <= 5 }
}

/// How much of a register an operation works on; 32-bit results are zero-extended.
public enum Width: Hashable, Sendable, CaseIterable {
  case word, double
}

/// The second operand of an instruction; an immediate is sign-extended to 64 bits where the operation is 64-bit.
public enum MachineOperand: Hashable, Sendable {
  case register(Register)
  case immediate(Int32)
}

/// The size of a memory access in bytes.
public enum MemorySize: Int, Hashable, Sendable, CaseIterable {
  case byte = 1
  case half = 2
  case word = 4
  case double = 8

  /// The size with this many bits, if the machine has it.
  public init?(bits: Int) { self.init(rawValue: bits / 8) }
}

/// A load's size and how it fills the register; signed forms need BPF ISA v4.
public enum LoadKind: Hashable, Sendable, CaseIterable {
  case u8, u16, u32, u64
  case s8, s16, s32
}
