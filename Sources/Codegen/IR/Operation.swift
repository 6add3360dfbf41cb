/// What an instruction computes. Memory operands are `base + offset` with a constant byte offset.
public enum Operation: Hashable, Sendable {
  /// A 64-bit constant.
  case constant(Int64)
  /// The map itself, as helpers take it (ld_imm64 with BPF_PSEUDO_MAP_FD).
  case mapReference(Int)
  /// The address of a byte in the single value of an array map (ld_imm64 with BPF_PSEUDO_MAP_VALUE).
  case mapValueAddress(map: Int, offset: Int)
  /// The address of a callback function of the same module (ld_imm64 with BPF_PSEUDO_FUNC).
  case functionAddress(Int)
  case slotAddress(Slot)

  /// 64-bit arithmetic. Pointer + integer keeps the pointer's region.
  case arithmetic(ArithmeticOperator, Operand, Operand)
  /// The low `bits` (8, 16, 32) of a value, sign- or zero-extended to 64.
  case extend(bits: Int, signed: Bool, Operand)
  /// The low `bits` (16, 32, 64) with the order of bytes reversed, zero-extended.
  case byteSwap(bits: Int, Operand)
  /// 1 when the condition holds, else 0.
  case compare(Condition, Operand, Operand)

  /// `bits` is 8, 16, 32 or 64; the loaded value is sign- or zero-extended.
  case load(bits: Int, signed: Bool, base: Value, offset: Int)
  case store(bits: Int, base: Value, offset: Int, Operand)
  /// An atomic add to memory (BPF_ATOMIC | BPF_ADD), `bits` 32 or 64.
  case atomicAdd(bits: Int, base: Value, offset: Int, Operand)
  /// Copies `size` bytes between memory that may be accessed directly; no overlap. `alignment` (1, 2, 4, 8) holds for both.
  case copy(to: Value, toOffset: Int, from: Value, fromOffset: Int, size: Int, alignment: Int)
  /// Writes `size` zero bytes.
  case zero(base: Value, offset: Int, size: Int, alignment: Int)

  case call(Helper, CallArguments)
  /// Calls a function of the same module (BPF_PSEUDO_CALL).
  case callFunction(Int, CallArguments)
  /// Calls a function of the kernel that its BTF tells (BPF_PSEUDO_KFUNC_CALL).
  case callKernel(CalledKernelFunction, CallArguments)
}

/// BPF_ALU64 operations; division and modulo are unsigned where not said otherwise.
/// Division by zero gives 0 and modulo by zero the dividend (Kernel: Documentation/bpf/standardization/instruction-set.rst).
public enum ArithmeticOperator: String, Hashable, Sendable, CaseIterable {
  case add, sub, mul
  case udiv, umod
  /// Signed division and modulo; selected to branches where the target has no instruction for them.
  case sdiv, smod
  case and, or, xor
  case shl, lshr, ashr
}

public enum Condition: String, Hashable, Sendable, CaseIterable {
  case eq, ne
  case ult, ule, ugt, uge
  case slt, sle, sgt, sge
  /// (a & b) != 0
  case test
}

public enum Terminator: Hashable, Sendable {
  case jump(Edge)
  case branch(Condition, Operand, Operand, then: Edge, otherwise: Edge)
  /// Ends the program or callback with a value in r0.
  case exit(Operand)
  /// Not yet given an end; never left in a finished function.
  case unreachable
}

/// A jump to a block and the arguments for its parameters.
public struct Edge: Hashable, Sendable {
  public var block: BlockID
  public var arguments: [Operand]

  public init(_ block: BlockID, _ arguments: [Operand] = []) {
    self.block = block
    self.arguments = arguments
  }
}

/// All functions of one program: the program itself first, then callbacks.
public struct Module: Hashable, Sendable {
  public var functions: [Function]

  public init(functions: [Function]) { self.functions = functions }
}
