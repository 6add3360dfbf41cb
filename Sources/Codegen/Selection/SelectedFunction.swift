/// A value of one function before it has a register; the IR's values come first, by their own index.
struct VirtualRegister: Hashable, Sendable {
  let index: Int

  init(_ index: Int) { self.index = index }
}

/// Machine instructions over virtual registers, in the order in which they will lie.
struct SelectedFunction: Sendable {
  var name: String
  var parameters: [VirtualRegister]
  var instructions: [SelectedInstruction] = []
  /// The source of each instruction.
  var lines: [SourceLine?] = []
  var blocks: [SelectedBlock] = []
  var virtualRegisters: [VirtualRegisterInfo]
  /// Bytes of frame that stack slots take, a multiple of 8.
  var frameSize: Int

  mutating func makeRegister() -> VirtualRegister {
    virtualRegisters.append(VirtualRegisterInfo())
    return VirtualRegister(virtualRegisters.count - 1)
  }
}

struct VirtualRegisterInfo: Sendable {
  /// How to make it again from nothing.
  var materialization: Materialization?
  /// It is compared, and what the verifier learns from that is lost in a copy made in memory before.
  var isChecked = false
}

struct SelectedBlock: Sendable {
  /// Of `instructions`; the last one is the only jump or exit.
  var range: Range<Int>
  var parameters: [VirtualRegister]
  /// Indices of blocks.
  var predecessors: [Int]
  var edges: [SelectedEdge]
  var loopDepth: Int
}

struct SelectedEdge: Sendable {
  var block: Int
  var arguments: [SelectedArgument]
}

/// What is moved into a block parameter or an argument register.
enum SelectedArgument: Hashable, Sendable {
  case register(VirtualRegister)
  case constant(Materialization)
}

/// A value that needs no register to come from.
enum Materialization: Hashable, Sendable {
  case integer(Int64)
  case map(Int)
  case mapValue(map: Int, offset: Int)
  case function(Int)
  /// An address relative to the frame pointer.
  case frame(Int)
}

enum SelectedOperand: Hashable, Sendable {
  case register(VirtualRegister)
  case immediate(Int32)
}

struct SelectedAddress: Hashable, Sendable {
  enum Base: Hashable, Sendable {
    case register(VirtualRegister)
    case frame
  }

  var base: Base
  var offset: Int16
}

/// A machine instruction, or a short fixed sequence of them, over virtual registers; the destination comes first.
enum SelectedInstruction: Sendable {
  case materialize(VirtualRegister, Materialization)
  case move(VirtualRegister, VirtualRegister)
  case arithmetic(ArithmeticOpcode, Width, VirtualRegister, VirtualRegister, SelectedOperand)
  case negate(VirtualRegister, VirtualRegister)
  /// The low 32 bits, zero-extended.
  case moveWord(VirtualRegister, VirtualRegister)
  case moveSigned(SignExtension, VirtualRegister, VirtualRegister)
  case byteOrder(ByteOrder, SwapBits, VirtualRegister, VirtualRegister)
  /// 1 or 0, by a branch over one instruction.
  case setCondition(JumpCondition, VirtualRegister, VirtualRegister, SelectedOperand)
  case load(LoadKind, VirtualRegister, SelectedAddress)
  case store(MemorySize, SelectedAddress, SelectedOperand)
  case atomicAdd(Width, SelectedAddress, VirtualRegister)
  case call(SelectedCallee, [SelectedArgument], VirtualRegister?)

  /// To the block's first edge.
  case jump
  /// To the block's first edge when the condition holds, else to the second.
  case branch(JumpCondition, VirtualRegister, SelectedOperand)
  case exit(SelectedArgument)
}

enum SelectedCallee: Hashable, Sendable {
  case helper(Helper)
  case function(Int)
  case kernel(CalledKernelFunction)
}
