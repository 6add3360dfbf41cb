/// Puts the functions of a module one after another, resolves jumps, calls and references, and encodes the result.
struct Assembler {
  private let options: BackendOptions
  private var code: [UInt64] = []
  private var relocations: [ProgramObject.Relocation] = []
  private var lines: [ProgramObject.LineInfo] = []
  private var functions: [ProgramObject.FunctionInfo] = []
  /// The first instruction of each function of the module.
  private var starts: [Int?] = []
  /// Places that refer to a function of the module: the instruction, and the function's index.
  private var functionReferences: [(instruction: Int, function: Int)] = []

  /// Takes the functions by their index in the module; `nil` stands for one that nothing calls.
  static func run(_ functions: [MachineFunction?], _ options: BackendOptions) throws(BackendError) -> ProgramObject {
    var assembler = Assembler(options: options)
    for function in functions {
      assembler.starts.append(function == nil ? nil : assembler.code.count)
      if let function { try assembler.append(function) }
    }
    try assembler.resolveFunctions()
    return ProgramObject(
      instructions: assembler.code, relocations: assembler.relocations, lines: assembler.lines,
      functions: assembler.functions)
  }

  private init(options: BackendOptions) { self.options = options }

  private mutating func append(_ function: MachineFunction) throws(BackendError) {
    let start = code.count
    functions.append(
      ProgramObject.FunctionInfo(instruction: start, name: function.name, parameterCount: function.parameterCount))
    let layout = CodeLayout(function, options)
    // Line info of a function must begin with its first instruction, whatever that stands for.
    var current = lines.last?.line
    if let first = function.firstLine {
      lines.append(ProgramObject.LineInfo(instruction: start, line: first))
      current = first
    }
    for item in layout.items {
      if let line = item.line, line != current {
        // An instruction has one line: that of the item wins over the function's.
        if lines.last?.instruction == code.count { lines.removeLast() }
        lines.append(ProgramObject.LineInfo(instruction: code.count, line: line))
        current = line
      }
      let distance = item.target.map { layout.offsets[$0] - (code.count - start) - item.slotCount }
      try append(item.code, distance: distance, in: function)
    }
  }

  private mutating func append(
    _ instruction: MachineCode, distance: Int?, in function: MachineFunction
  ) throws(BackendError) {
    switch instruction {
    case .plain(let plain):
      guard let resolved = plain.jumping(distance) else { throw .functionTooLarge(function: function.name) }
      resolved.encode(into: &code)
    case .mapReference(let register, .map(let map)):
      relocate(.map(map))
      MachineInstruction.loadImmediate(register, .mapDescriptor(0)).encode(into: &code)
    case .mapReference(let register, .mapValue(let map, let offset)):
      relocate(.mapValue(map, offset: offset))
      let immediate = WideImmediate.mapValue(descriptor: 0, offset: Int32(truncatingIfNeeded: offset))
      MachineInstruction.loadImmediate(register, immediate).encode(into: &code)
    case .kernelCall(let function):
      relocate(.kernelFunction(function))
      MachineInstruction.call(.kernel(id: 0, descriptor: 0)).encode(into: &code)
    case .functionAddress(let register, let index):
      functionReferences.append((code.count, index))
      MachineInstruction.loadImmediate(register, .function(0)).encode(into: &code)
    case .functionCall(let index):
      functionReferences.append((code.count, index))
      MachineInstruction.call(.function(0)).encode(into: &code)
    }
  }

  /// The next instruction is the loader's to complete.
  private mutating func relocate(_ target: ProgramObject.Relocation.Target) {
    relocations.append(ProgramObject.Relocation(instruction: code.count, target: target))
  }

  private mutating func resolveFunctions() throws(BackendError) {
    for (instruction, index) in functionReferences {
      guard starts.indices.contains(index), let start = starts[index] else {
        throw .malformed(function: functions.first?.name ?? "", reason: "no function \(index) in the module")
      }
      // Both forms count from the next slot and keep it in the first slot's immediate.
      var fields = InstructionFields(code[instruction])
      fields.immediate = Int32(truncatingIfNeeded: start - instruction - 1)
      code[instruction] = fields.slot
    }
  }
}

extension MachineFunction {
  fileprivate var firstLine: SourceLine? {
    for block in blocks {
      if let line = block.lines.lazy.compactMap(\.self).first ?? block.endLine { return line }
    }
    return nil
  }
}

extension MachineInstruction {
  /// The same jump over another distance, in slots from the next instruction; `nil` where the offset does not fit.
  fileprivate func jumping(_ distance: Int?) -> MachineInstruction? {
    guard let distance else { return self }
    switch self {
    case .jump: return Int16(exactly: distance).map { .jump($0) }
    case .jumpLong: return Int32(exactly: distance).map { .jumpLong($0) }
    case .branch(let condition, let width, let register, let operand, _):
      return Int16(exactly: distance).map { .branch(condition, width, register, operand, $0) }
    case .mayJump: return Int16(exactly: distance).map { .mayJump($0) }
    case .arithmetic, .negate, .moveSigned, .byteOrder, .castAddressSpace, .load, .loadPacket, .loadAcquire, .store,
      .storeRelease, .atomic, .loadImmediate, .call, .exit:
      return self
    }
  }
}
