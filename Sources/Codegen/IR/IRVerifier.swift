/// A rule of the IR that a function breaks, and where.
public struct IRViolation: Error, Hashable, Sendable, CustomStringConvertible {
  public let function: String
  public let block: BlockID
  public let message: String

  public var description: String { "\(function) \(block): \(message)" }
}

/// Checks that a function is well formed: values are defined once and before use on every way, edges match their blocks,
/// and pointers are used only as the BPF verifier takes them.
public struct IRVerifier {
  private let function: Function
  private let module: Module?
  private let flow: ControlFlow
  /// The block and the position in it that define each value; -1 for a parameter.
  private var homes: [(block: BlockID, position: Int)?]

  public static func verify(_ module: Module) throws(IRViolation) {
    for function in module.functions { try verify(function, in: module) }
  }

  /// Checks one function; calls of others only when their module is given.
  public static func verify(_ function: Function, in module: Module? = nil) throws(IRViolation) {
    try verifyEdges(function)
    var verifier = IRVerifier(function, module)
    try verifier.collectDefinitions()
    for block in verifier.flow.order { try verifier.verify(block) }
  }

  /// What must hold before anything can walk the control flow.
  private static func verifyEdges(_ function: Function) throws(IRViolation) {
    if function.blocks.isEmpty {
      throw IRViolation(function: function.name, block: BlockID(0), message: "no entry block")
    }
    for (index, block) in function.blocks.enumerated() {
      var wrong: Edge?
      block.terminator.forEachEdge { edge in
        if edge.block.index <= 0 || edge.block.index >= function.blocks.count { wrong = edge }
      }
      if let wrong {
        throw IRViolation(function: function.name, block: BlockID(index), message: "no edge may lead to \(wrong.block)")
      }
    }
  }

  private init(_ function: Function, _ module: Module?) {
    self.function = function
    self.module = module
    flow = ControlFlow(function)
    homes = .init(repeating: nil, count: function.valueTypes.count)
  }

  private func violation(_ block: BlockID, _ message: String) -> IRViolation {
    IRViolation(function: function.name, block: block, message: message)
  }

  private mutating func collectDefinitions() throws(IRViolation) {
    for block in flow.order {
      for parameter in function[block].parameters { try define(parameter, block, -1) }
      for (position, instruction) in function[block].instructions.enumerated() {
        if let result = instruction.result { try define(result, block, position) }
      }
    }
  }

  private mutating func define(_ value: Value, _ block: BlockID, _ position: Int) throws(IRViolation) {
    guard homes.indices.contains(value.index) else { throw violation(block, "\(value) has no type") }
    if homes[value.index] != nil { throw violation(block, "\(value) is defined twice") }
    homes[value.index] = (block, position)
  }

  // MARK: Blocks

  private func verify(_ block: BlockID) throws(IRViolation) {
    for (position, instruction) in function[block].instructions.enumerated() {
      var operands: [Operand] = []
      instruction.operation.forEachOperand { operands.append($0) }
      for operand in operands { try verifyUse(operand, block, position) }
      if let problem = problem(with: instruction) {
        throw violation(block, "\(instruction.operation): \(problem)")
      }
    }
    let terminator = function[block].terminator
    if terminator == .unreachable { throw violation(block, "the block has no end") }
    var operands: [Operand] = []
    terminator.forEachOperand { operands.append($0) }
    for operand in operands { try verifyUse(operand, block, .max) }
    var edges: [Edge] = []
    terminator.forEachEdge { edges.append($0) }
    for edge in edges where edge.arguments.count != function[edge.block].parameters.count {
      throw violation(block, "\(edge) does not match the \(function[edge.block].parameters.count) parameters")
    }
    if case .branch(let condition, let a, let b, _, _) = terminator, let problem = problem(comparing: condition, a, b) {
      throw violation(block, "\(terminator): \(problem)")
    }
  }

  private func verifyUse(_ operand: Operand, _ block: BlockID, _ position: Int) throws(IRViolation) {
    guard case .value(let value) = operand else { return }
    guard homes.indices.contains(value.index), let home = homes[value.index] else {
      throw violation(block, "\(value) is not defined")
    }
    if home.block == block ? home.position >= position : !flow.dominates(home.block, block) {
      throw violation(block, "\(value) may be read before it is defined")
    }
  }

  // MARK: Operations

  private func isPointer(_ operand: Operand) -> Bool {
    guard case .value(let value) = operand, case .pointer = function.type(of: value) else { return false }
    return true
  }

  private func problem(comparing condition: Condition, _ a: Operand, _ b: Operand) -> String? {
    guard isPointer(a) || isPointer(b) else { return nil }
    let isNullCheck = a == .constant(0) || b == .constant(0)
    return isNullCheck && (condition == .eq || condition == .ne) ? nil : "pointers are compared with null only"
  }

  /// What is wrong with an instruction; `nil` when nothing is.
  private func problem(with instruction: Instruction) -> String? {
    let operation = instruction.operation
    if operation.arguments == nil, (operation.writtenPlace == nil) != (instruction.result != nil) {
      return operation.writtenPlace == nil ? "its result is dropped" : "it has no result"
    }
    switch instruction.operation {
    case .constant, .mapReference, .mapValueAddress: return nil
    case .functionAddress(let index): return functionProblem(index, argumentCount: nil)
    case .slotAddress(let slot): return function.slots.indices.contains(slot.index) ? nil : "no slot \(slot)"
    case .arithmetic(let operation, let a, let b): return problem(operation, a, b)
    case .extend(let bits, _, let operand):
      if isPointer(operand) { return "a pointer has no parts" }
      return [8, 16, 32, 64].contains(bits) ? nil : "no width of \(bits) bits"
    case .byteSwap(let bits, let operand):
      if isPointer(operand) { return "a pointer has no parts" }
      return [16, 32, 64].contains(bits) ? nil : "no width of \(bits) bits"
    case .compare(let condition, let a, let b): return problem(comparing: condition, a, b)
    case .load(let bits, _, let base, let offset): return accessProblem(base, offset, bits: bits)
    case .store(let bits, let base, let offset, _): return accessProblem(base, offset, bits: bits)
    case .atomicAdd(let bits, let base, let offset, _):
      return bits < 32 ? "no atomic width of \(bits) bits" : accessProblem(base, offset, bits: bits)
    case .copy(let to, let toOffset, let from, let fromOffset, let size, let alignment):
      return extentProblem(to, toOffset, size, alignment) ?? extentProblem(from, fromOffset, size, alignment)
    case .zero(let base, let offset, let size, let alignment): return extentProblem(base, offset, size, alignment)
    case .call(_, let operands), .callKernel(_, let operands):
      return operands.count > 5 ? "more than five arguments" : nil
    case .callFunction(let index, let operands): return functionProblem(index, argumentCount: operands.count)
    }
  }

  private func functionProblem(_ index: Int, argumentCount: Int?) -> String? {
    guard let module else { return nil }
    guard module.functions.indices.contains(index) else { return "no such function" }
    let parameters = module.functions[index].blocks[0].parameters.count
    return argumentCount.map { $0 == parameters } ?? true ? nil : "the function has \(parameters) parameters"
  }

  private func problem(_ operation: ArithmeticOperator, _ a: Operand, _ b: Operand) -> String? {
    let isAllowed =
      switch (isPointer(a), isPointer(b)) {
      case (false, false): true
      case (true, false): operation == .add || operation == .sub
      case (false, true): operation == .add
      case (true, true): false
      }
    return isAllowed ? nil : "pointers only move by numbers"
  }

  private func accessProblem(_ base: Value, _ offset: Int, bits: Int) -> String? {
    guard [8, 16, 32, 64].contains(bits) else { return "no width of \(bits) bits" }
    return extentProblem(base, offset, bits / 8, 1)
  }

  private func extentProblem(_ base: Value, _ offset: Int, _ size: Int, _ alignment: Int) -> String? {
    guard case .pointer(let region) = function.type(of: base) else { return "\(base) is not a pointer" }
    if case .mapReference = region { return "a map has no bytes" }
    if ![1, 2, 4, 8].contains(alignment) { return "no alignment of \(alignment)" }
    guard let home = homes[base.index], home.position >= 0,
      case .slotAddress(let slot) = function[home.block].instructions[home.position].operation
    else { return nil }
    return offset >= 0 && size >= 0 && offset + size <= function.slots[slot.index].size ? nil : "outside of \(slot)"
  }
}
