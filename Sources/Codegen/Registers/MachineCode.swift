/// An instruction whose registers are final and whose references to maps and functions are not.
enum MachineCode: Hashable, Sendable {
  case plain(MachineInstruction)
  case mapReference(Register, MapPlace)
  /// The address and the call of a function by its index in the module.
  case functionAddress(Register, Int)
  case functionCall(Int)
  case kernelCall(CalledKernelFunction)

  /// What `ld_imm64` takes of a map.
  enum MapPlace: Hashable, Sendable {
    case map(Int)
    case mapValue(Int, offset: Int)
  }

  var slotCount: Int {
    switch self {
    case .plain(let instruction): instruction.slotCount
    case .mapReference, .functionAddress: 2
    case .functionCall, .kernelCall: 1
    }
  }
}

/// A block of machine code, in the order of the final program.
struct MachineBlock: Sendable {
  var code: [MachineCode] = []
  /// The source of each instruction.
  var lines: [SourceLine?] = []
  var end: MachineBlockEnd
  var endLine: SourceLine?

  mutating func append(_ instruction: MachineCode, line: SourceLine?) {
    code.append(instruction)
    lines.append(line)
  }
}

/// How a block ends, by indices of blocks.
enum MachineBlockEnd: Hashable, Sendable {
  case jump(Int)
  case branch(JumpCondition, Width, Register, MachineOperand, then: Int, otherwise: Int)
  case exit
}

/// A function whose registers and stack frame are final.
struct MachineFunction: Sendable {
  let name: String
  let parameterCount: Int
  let blocks: [MachineBlock]
  /// Bytes of stack, a multiple of 8.
  let frameSize: Int
}
