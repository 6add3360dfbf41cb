import TraceLang

/// Appends instructions to one function and keeps the SSA values of scratch variables.
///
/// Control flow is structured, so variables merge at joins: every way into a join ends in a block of its own whose
/// jump passes the values that differ.
struct FunctionBuilder {
  private(set) var function: Function
  private(set) var current: BlockID
  /// Given to the instructions that follow.
  var line: SourceLine?
  /// A function above this size is refused by whoever builds it, so that nothing needs to be joined in it any more.
  private static let maximumSize = 1 << 18

  /// Instructions so far.
  private(set) var size = 0
  /// The scalar variables' values here.
  var variables = VariableValues()

  init(name: String, parameters: [ValueType]) {
    function = Function(name: name, parameters: parameters)
    current = BlockID(0)
  }

  var parameters: [Value] { function.blocks[0].parameters }

  // MARK: - Blocks

  mutating func makeBlock(parameters: [ValueType] = []) -> BlockID { function.makeBlock(parameters: parameters) }

  mutating func continueIn(_ block: BlockID) { current = block }

  /// Whether the current block has no end yet.
  var isOpen: Bool { function[current].terminator == .unreachable }

  mutating func terminate(_ terminator: Terminator) {
    guard isOpen else { return }
    function[current].terminator = terminator
    function[current].terminatorLine = line
  }

  mutating func jump(to block: BlockID, _ arguments: [Operand] = []) { terminate(.jump(Edge(block, arguments))) }

  mutating func branch(_ condition: Condition, _ a: Operand, _ b: Operand, then: BlockID, otherwise: BlockID) {
    terminate(.branch(condition, a, b, then: Edge(then), otherwise: Edge(otherwise)))
  }

  // MARK: - Instructions

  mutating func emit(_ operation: Operation) {
    size += 1
    function[current].instructions.append(Instruction(result: nil, operation, line: line))
  }

  mutating func define(_ type: ValueType = .integer, _ operation: Operation) -> Value {
    size += 1
    let value = function.makeValue(type)
    function[current].instructions.append(Instruction(result: value, operation, line: line))
    return value
  }

  /// A value to be defined later in a block that dominates all its uses.
  mutating func declareValue(_ type: ValueType) -> Value { function.makeValue(type) }

  mutating func append(_ instruction: Instruction, to block: BlockID) {
    size += 1
    function[block].instructions.append(instruction)
  }

  /// The address of a new stack object, defined in the entry block so that it may be used anywhere.
  mutating func slot(size: Int, alignment: Int = 8) -> Value {
    self.size += 1
    let slot = function.makeSlot(size: (size + 7) / 8 * 8, alignment: alignment)
    let address = function.makeValue(.pointer(.stack))
    function.blocks[0].instructions.append(Instruction(result: address, .slotAddress(slot)))
    return address
  }

  mutating func arithmetic(_ operation: ArithmeticOperator, _ a: Operand, _ b: Operand) -> Operand {
    .value(define(.integer, .arithmetic(operation, a, b)))
  }

  /// `pointer + offset`, of the pointer's own region.
  mutating func advance(_ pointer: Value, by offset: Operand) -> Value {
    if case .constant(0) = offset { return pointer }
    return define(function.type(of: pointer), .arithmetic(.add, .value(pointer), offset))
  }

  mutating func load(_ bits: Int, signed: Bool = false, _ base: Value, _ offset: Int) -> Operand {
    .value(define(.integer, .load(bits: bits, signed: signed, base: base, offset: offset)))
  }

  mutating func call(_ helper: Helper, _ arguments: CallArguments, _ type: ValueType = .integer) -> Value {
    define(type, .call(helper, arguments))
  }

  mutating func call(
    _ function: CalledKernelFunction, _ arguments: CallArguments, _ type: ValueType = .integer
  ) -> Value {
    define(type, .callKernel(function, arguments))
  }

  mutating func constant(_ value: Int64) -> Value { define(.integer, .constant(value)) }

  /// The operand as a value.
  mutating func value(_ operand: Operand) -> Value {
    switch operand {
    case .value(let value): value
    case .constant(let constant): self.constant(constant)
    }
  }

  // MARK: - Joins

  /// A way into a join: the block that ends there and the variables' values at its end.
  struct Arrival {
    let block: BlockID
    let variables: VariableValues
    let extra: [Operand]
  }

  /// Ends the current block as one way into a later join; `nil` when it has ended already.
  mutating func arrive(_ extra: [Operand] = []) -> Arrival? {
    guard isOpen else { return nil }
    let arrival = Arrival(block: current, variables: variables, extra: extra)
    // Keeps the block from being ended otherwise; the edge is set by `join`.
    function[current].terminator = .jump(Edge(current))
    return arrival
  }

  /// Continues where all arrivals meet; gives the merged extra operands. Without arrivals what follows is dead.
  @discardableResult
  mutating func join(_ arrivals: [Arrival], extraTypes: [ValueType] = []) -> [Operand] {
    let block = makeBlock()
    current = block
    guard let first = arrivals.first else {
      return extraTypes.map { _ in .constant(0) }
    }
    var merged = first.variables
    var candidates: Set<VariableID> = []
    var compared = 0
    for other in arrivals.dropFirst() where size + compared / 8 <= Self.maximumSize {
      let differences = other.variables.differences(from: first.variables)
      candidates.formUnion(differences)
      compared += differences.count
    }
    var differing: [VariableID] = []
    for variable in candidates.sorted(by: { $0.index < $1.index }) {
      if arrivals.allSatisfy({ $0.variables[variable] != nil }) {
        differing.append(variable)
      } else {
        merged[variable] = nil
      }
    }
    // Arguments count as well: many ways into a join with many variables are more than their instructions.
    size += max(compared, arrivals.count * differing.count) / 8
    if size > Self.maximumSize { return extraTypes.map { _ in .constant(0) } }
    for variable in differing {
      let parameter = function.makeValue(.integer)
      function[block].parameters.append(parameter)
      merged[variable] = .value(parameter)
    }
    let extras = extraTypes.map { type -> Value in
      let parameter = function.makeValue(type)
      function[block].parameters.append(parameter)
      return parameter
    }
    for arrival in arrivals {
      let arguments = differing.compactMap { arrival.variables[$0] } + arrival.extra
      function[arrival.block].terminator = .jump(Edge(block, arguments))
    }
    variables = merged
    return extras.map { .value($0) }
  }

  /// Starts a loop header whose parameters are the given variables' values; gives the header and its variables.
  mutating func beginLoop(_ assigned: [VariableID]) -> LoopHeader {
    let carried = assigned.filter { variables[$0] != nil }
    let header = makeBlock(parameters: carried.map { _ in .integer })
    let arguments = carried.compactMap { variables[$0] }
    jump(to: header, arguments)
    current = header
    for (variable, parameter) in zip(carried, function[header].parameters) { variables[variable] = .value(parameter) }
    return LoopHeader(block: header, carried: carried)
  }

  /// Jumps from a way back to the header.
  mutating func repeatLoop(_ header: LoopHeader) {
    jump(to: header.block, header.carried.compactMap { variables[$0] })
  }

  struct LoopHeader {
    let block: BlockID
    let carried: [VariableID]
  }

  /// The function with every block that cannot be reached removed.
  consuming func finish() -> Function {
    var reachable = [Bool](repeating: false, count: function.blocks.count)
    var work = [BlockID(0)]
    while let block = work.popLast() {
      if reachable[block.index] { continue }
      reachable[block.index] = true
      switch function[block].terminator {
      case .jump(let edge): work.append(edge.block)
      case .branch(_, _, _, let then, let otherwise): work += [otherwise.block, then.block]
      case .exit, .unreachable: break
      }
    }
    var renumbered = [BlockID](repeating: BlockID(0), count: function.blocks.count)
    var kept: [BasicBlock] = []
    for (index, block) in function.blocks.enumerated() where reachable[index] {
      renumbered[index] = BlockID(kept.count)
      kept.append(block)
    }
    func moved(_ edge: Edge) -> Edge { Edge(renumbered[edge.block.index], edge.arguments) }
    for index in kept.indices {
      switch kept[index].terminator {
      case .jump(let edge): kept[index].terminator = .jump(moved(edge))
      case .branch(let condition, let a, let b, let then, let otherwise):
        kept[index].terminator = .branch(condition, a, b, then: moved(then), otherwise: moved(otherwise))
      case .exit, .unreachable: break
      }
    }
    function.blocks = kept
    return function
  }
}
