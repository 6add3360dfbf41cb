import TraceLang

/// What the back end makes of one `Module`: bytecode that needs only its maps' descriptors filled in.
public struct ProgramObject: Hashable, Sendable, Codable {
  /// A place where the loader puts something of the running system.
  public struct Relocation: Hashable, Sendable, Codable {
    public enum Target: Hashable, Sendable, Codable {
      /// The descriptor of a map of the bundle (BPF_PSEUDO_MAP_FD).
      case map(Int)
      /// An address in the value of an array map (BPF_PSEUDO_MAP_VALUE).
      case mapValue(Int, offset: Int)
      /// The BTF id of a function of the kernel (BPF_PSEUDO_KFUNC_CALL).
      case kernelFunction(CalledKernelFunction)
    }

    /// Index in `instructions` of the call, or of the ld_imm64's first half.
    public let instruction: Int
    public let target: Target

    public init(instruction: Int, target: Target) {
      self.instruction = instruction
      self.target = target
    }
  }

  /// The source position from an instruction on (Kernel: struct bpf_line_info).
  public struct LineInfo: Hashable, Sendable, Codable {
    public let instruction: Int
    public let line: SourceLine

    public init(instruction: Int, line: SourceLine) {
      self.instruction = instruction
      self.line = line
    }
  }

  /// Where a function starts; the program itself is first, at 0.
  public struct FunctionInfo: Hashable, Sendable, Codable {
    public let instruction: Int
    public let name: String
    public let parameterCount: Int

    public init(instruction: Int, name: String, parameterCount: Int) {
      self.instruction = instruction
      self.name = name
      self.parameterCount = parameterCount
    }
  }

  /// 8-byte instructions in the kernel's layout, little endian (struct bpf_insn).
  public let instructions: [UInt64]
  public let relocations: [Relocation]
  public let lines: [LineInfo]
  public let functions: [FunctionInfo]

  public init(
    instructions: [UInt64], relocations: [Relocation], lines: [LineInfo], functions: [FunctionInfo]
  ) {
    self.instructions = instructions
    self.relocations = relocations
    self.lines = lines
    self.functions = functions
  }
}
