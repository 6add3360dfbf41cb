/// Chooses machine instructions for a legalized function, over virtual registers.
///
/// Constants, frame addresses and sums of a pointer and a constant are not computed where the IR defines them but go into
/// the instructions that use them, as immediates and offsets.
struct Selector {
  let function: Function
  let options: BackendOptions
  var output: SelectedFunction
  var line: SourceLine?
  /// Values that are known without computing.
  var known: [Materialization?]
  /// Values that are another one plus a constant.
  var sums: [(base: Value, offset: Int)?]
  /// Values that something reads other than through `known` or `sums`.
  var isNeeded: [Bool]

  static func run(_ function: Function, _ options: BackendOptions) throws(BackendError) -> SelectedFunction {
    var selector = try Selector(function, options)
    try selector.selectBlocks()
    return selector.output
  }

  private init(_ function: Function, _ options: BackendOptions) throws(BackendError) {
    self.function = function
    self.options = options
    var frame = FrameLayout()
    let offsets = function.slots.map { frame.allocate($0) }
    let count = function.valueTypes.count
    output = SelectedFunction(
      name: function.name, parameters: [],
      virtualRegisters: .init(repeating: VirtualRegisterInfo(), count: count), frameSize: frame.size)
    known = .init(repeating: nil, count: count)
    sums = .init(repeating: nil, count: count)
    isNeeded = .init(repeating: false, count: count)
    output.parameters = function.blocks[0].parameters.map { VirtualRegister($0.index) }
    if output.parameters.count > 5 { throw malformed("more than five parameters") }
    foldAddresses(slotOffsets: offsets)
  }

  func malformed(_ reason: String, file: String = #fileID, line: Int = #line) -> BackendError {
    .malformed(function: function.name, reason: reason, file: file, line: line)
  }

  /// Finds what needs no instruction of its own.
  private mutating func foldAddresses(slotOffsets: [Int]) {
    for block in ControlFlow.order(of: function) {
      for instruction in function[block].instructions {
        guard let result = instruction.result?.index else { continue }
        switch instruction.operation {
        case .constant(let value): known[result] = .integer(value)
        case .mapReference(let map): known[result] = .map(map)
        case .functionAddress(let index): known[result] = .function(index)
        case .slotAddress(let slot): known[result] = .frame(slotOffsets[slot.index])
        case .mapValueAddress(let map, let offset):
          output.virtualRegisters[result].materialization = .mapValue(map: map, offset: offset)
        case .arithmetic(.add, .value(let base), .constant(let offset)),
          .arithmetic(.add, .constant(let offset), .value(let base)):
          fold(result, base, offset)
        case .arithmetic(.sub, .value(let base), .constant(let offset)) where offset != .min:
          fold(result, base, -offset)
        case .arithmetic, .extend, .byteSwap, .compare, .load, .store, .atomicAdd, .copy, .zero, .call, .callFunction,
          .callKernel:
          break
        }
      }
    }
  }

  private mutating func fold(_ result: Int, _ base: Value, _ offset: Int64) {
    if case .frame(let start)? = known[base.index], Int64(start) &+ offset > -4096, Int64(start) &+ offset <= 0 {
      known[result] = .frame(start + Int(offset))
      return
    }
    guard case .pointer = function.type(of: base), abs(offset) < 1 << 29 else { return }
    let inner = sums[base.index] ?? (base, 0)
    sums[result] = (inner.base, inner.offset + Int(offset))
  }

  // MARK: Blocks

  private mutating func selectBlocks() throws(BackendError) {
    let flow = ControlFlow(function)
    markNeeded(flow)
    var index = [Int](repeating: 0, count: function.blocks.count)
    for (position, block) in flow.order.enumerated() { index[block.index] = position }
    for block in flow.order {
      let start = output.instructions.count
      for instruction in function[block].instructions {
        line = instruction.line
        if let result = instruction.result, instruction.operation.isRemovable, !isNeeded[result.index] { continue }
        try select(instruction)
      }
      line = function[block].terminatorLine ?? line
      var edges: [SelectedEdge] = []
      function[block].terminator.forEachEdge { edge in
        edges.append(SelectedEdge(block: index[edge.block.index], arguments: edge.arguments.map(argument)))
      }
      try select(function[block].terminator)
      output.blocks.append(
        SelectedBlock(
          range: start..<output.instructions.count,
          parameters: function[block].parameters.map { VirtualRegister($0.index) },
          predecessors: flow.predecessors(of: block).map { index[$0.index] }, edges: edges,
          loopDepth: Int(flow.loopDepths[block.index])))
    }
  }

  /// Backwards, so that what only unneeded instructions read is not needed either.
  private mutating func markNeeded(_ flow: ControlFlow) {
    for block in flow.order.reversed() {
      needOperands(of: function[block].terminator)
      for instruction in function[block].instructions.reversed() {
        let operation = instruction.operation
        if let result = instruction.result, operation.isRemovable, !isNeeded[result.index] { continue }
        if operation.isComputation {
          operation.forEachOperand { need($0) }
          continue
        }
        if let place = operation.readPlace { needBase(place.base) }
        if let place = operation.writtenPlace { needBase(place.base) }
        if let operand = operation.storedOperand { need(operand) }
        operation.arguments?.forEach { needAnywhere($0) }
      }
    }
  }

  private mutating func needOperands(of terminator: Terminator) {
    terminator.forEachEdge { edge in edge.arguments.forEach { needAnywhere($0) } }
    switch terminator {
    case .branch(_, let a, let b, _, _):
      need(a)
      need(b)
    case .exit(let operand): needAnywhere(operand)
    case .jump, .unreachable: break
    }
  }

  /// A use that can make the value again where it wants it.
  private mutating func needAnywhere(_ operand: Operand) {
    if case .value(let value) = operand, output.virtualRegisters[value.index].materialization != nil { return }
    need(operand)
  }

  private mutating func need(_ operand: Operand) {
    if case .value(let value) = operand, known[value.index] == nil { isNeeded[value.index] = true }
  }

  private mutating func needBase(_ base: Value) {
    need(.value(sums[base.index]?.base ?? base))
  }

  // MARK: Operands

  mutating func emit(_ instruction: SelectedInstruction) {
    output.instructions.append(instruction)
    output.lines.append(line)
  }

  func constant(_ operand: Operand) -> Int64? {
    switch operand {
    case .constant(let value): return value
    case .value(let value):
      if case .integer(let number)? = known[value.index] { return number }
      return nil
    }
  }

  /// An operand where any place will do.
  func argument(_ operand: Operand) -> SelectedArgument {
    switch operand {
    case .constant(let value): .constant(.integer(value))
    case .value(let value):
      if let known = known[value.index] ?? output.virtualRegisters[value.index].materialization {
        .constant(known)
      } else {
        .register(VirtualRegister(value.index))
      }
    }
  }

  /// An operand in a register.
  mutating func register(_ operand: Operand) -> VirtualRegister {
    switch operand {
    case .constant(let value): return materialize(.integer(value))
    case .value(let value):
      guard let known = known[value.index] else { return VirtualRegister(value.index) }
      return materialize(known)
    }
  }

  mutating func materialize(_ value: Materialization) -> VirtualRegister {
    let register = output.makeRegister()
    materialize(value, into: register)
    return register
  }

  /// Defines a register that is never spilled: it is made again.
  mutating func materialize(_ value: Materialization, into register: VirtualRegister) {
    output.virtualRegisters[register.index].materialization = value
    emit(.materialize(register, value))
  }

  /// An operand as the machine's second one: immediate when it fits 32 bits sign-extended.
  mutating func operand(_ operand: Operand) -> SelectedOperand {
    if let value = constant(operand), let immediate = Int32(exactly: value) { return .immediate(immediate) }
    return .register(register(operand))
  }

  /// A memory operand; the pointer and its constant parts are one base and one offset where 16 bits hold it.
  mutating func address(_ base: Value, _ offset: Int) -> SelectedAddress {
    if case .frame(let start)? = known[base.index], let short = Int16(exactly: start + offset) {
      return SelectedAddress(base: .frame, offset: short)
    }
    if let sum = sums[base.index], let short = Int16(exactly: sum.offset + offset) {
      return SelectedAddress(base: .register(register(.value(sum.base))), offset: short)
    }
    // The sum itself was not computed when only memory operands read it.
    let start = sums[base.index] ?? (base, 0)
    if sums[base.index] == nil, let short = Int16(exactly: offset) {
      return SelectedAddress(base: .register(register(.value(base))), offset: short)
    }
    let whole = output.makeRegister()
    let left = register(.value(start.base))
    let distance = operand(.constant(Int64(start.offset + offset)))
    emit(.arithmetic(.add, .double, whole, left, distance))
    return SelectedAddress(base: .register(whole), offset: 0)
  }
}
