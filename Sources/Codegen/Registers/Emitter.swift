/// Writes machine code for a selected function by its allocation: instructions with their registers, and the moves between.
struct Emitter {
  private let function: SelectedFunction
  private var allocation: Allocation
  private var blocks: [MachineBlock] = []
  /// Moves between parts of lives, by the instruction they precede.
  private var innerMoves: [(instruction: Int, order: Int, from: Location, to: Location)] = []
  private var nextInnerMove = 0
  /// Made when first asked for.
  private var occupancy: RegisterOccupancy?
  /// Slots for parallel moves that find no free register: of cycles and of transfers.
  private var cycleSlot: Int?
  private var transferSlot: Int?
  /// Why the code is of no use.
  private var failure: BackendError?

  static func run(_ allocation: Allocation) throws(BackendError) -> MachineFunction {
    var emitter = Emitter(allocation)
    emitter.emitBlocks()
    if let failure = emitter.failure { throw failure }
    return MachineFunction(
      name: allocation.function.name, parameterCount: allocation.function.parameters.count, blocks: emitter.blocks,
      frameSize: emitter.allocation.frame.size)
  }

  private init(_ allocation: Allocation) {
    self.allocation = allocation
    function = allocation.function
    collectInnerMoves()
  }

  /// Moves at block borders are left to edges.
  private mutating func collectInnerMoves() {
    var starts = [Bool](repeating: false, count: function.instructions.count + 1)
    for block in function.blocks { starts[block.range.lowerBound] = true }
    var moves: [(instruction: Int, order: Int, from: Location, to: Location)] = []
    allocation.forEachInnerMove(isBlockStart: { starts[$0] }) { instruction, value, from, to in
      if case .slot = to, allocation.isStoredAtDefinition(value) { return }
      moves.append((instruction, moves.count, from, to))
    }
    moves.sort { ($0.instruction, $0.order) < ($1.instruction, $1.order) }
    innerMoves = moves
  }

  private mutating func emitBlocks() {
    for (index, block) in function.blocks.enumerated() {
      blocks.append(MachineBlock(end: .exit, endLine: function.lines[block.range.upperBound - 1]))
      let firstLine = function.lines[block.range.lowerBound]
      if index == 0 {
        receiveParameters(firstLine)
      } else if block.predecessors.count == 1, let predecessor = block.predecessors.first,
        function.blocks[predecessor].edges.count > 1
      {
        emitEdge(from: predecessor, to: index, line: firstLine)
      }
      for parameter in block.parameters {
        storeDefinition(parameter, at: Position.gap(block.range.lowerBound), firstLine)
      }
      for position in block.range {
        emitInnerMoves(before: position)
        emit(position, inBlock: index)
      }
    }
  }

  // MARK: Moves

  private mutating func append(_ code: MachineCode, _ line: SourceLine?) {
    blocks[blocks.count - 1].append(code, line: line)
  }

  private mutating func append(_ instruction: MachineInstruction, _ line: SourceLine?) {
    append(.plain(instruction), line)
  }

  /// Arguments come in r1 to r5.
  private mutating func receiveParameters(_ line: SourceLine?) {
    var moves = ParallelMoves()
    for (index, parameter) in function.parameters.enumerated() {
      moves.add(from: .register(.argument(index)), to: allocation.location(of: parameter, at: 0))
    }
    perform(moves, before: 0, after: 0, line)
  }

  /// Writes a value's spill slot right after its definition, where that is the one place to do so.
  private mutating func storeDefinition(_ value: VirtualRegister, at position: Int, _ line: SourceLine?) {
    guard allocation.isStoredAtDefinition(value) else { return }
    let location = allocation.location(of: value, at: position)
    guard case .register = location else { return }
    var moves = ParallelMoves()
    moves.add(from: location, to: allocation.memory(of: value))
    perform(moves, before: position, after: position, line)
  }

  private mutating func emitInnerMoves(before instruction: Int) {
    guard nextInnerMove < innerMoves.count, innerMoves[nextInnerMove].instruction == instruction else { return }
    var moves = ParallelMoves()
    while nextInnerMove < innerMoves.count, innerMoves[nextInnerMove].instruction == instruction {
      moves.add(from: innerMoves[nextInnerMove].from, to: innerMoves[nextInnerMove].to)
      nextInnerMove += 1
    }
    let position = Position.gap(instruction)
    perform(moves, before: position - 1, after: position, function.lines[instruction])
  }

  /// Brings parameters and split lives of a block from where its predecessor has them to where it wants them.
  private mutating func emitEdge(from predecessor: Int, to block: Int, line: SourceLine?) {
    let last = function.blocks[predecessor].range.upperBound - 1
    let before = Position.input(last)
    let after = Position.gap(function.blocks[block].range.lowerBound)
    var moves = ParallelMoves()
    allocation.liveness.forEachLiveIn(block) { value in
      guard allocation.isSplit(value) else { return }
      let target = allocation.location(of: value, at: after)
      if case .slot = target, allocation.isStoredAtDefinition(value) { return }
      moves.add(from: allocation.location(of: value, at: before), to: target)
    }
    for edge in function.blocks[predecessor].edges where edge.block == block {
      for (argument, parameter) in zip(edge.arguments, function.blocks[block].parameters) {
        moves.add(from: location(of: argument, at: before), to: allocation.location(of: parameter, at: after))
      }
    }
    perform(moves, before: Position.output(last), after: after, line)
  }

  private func location(of argument: SelectedArgument, at position: Int) -> Location {
    switch argument {
    case .register(let register): allocation.location(of: register, at: position)
    case .constant(let constant): .constant(constant)
    }
  }

  private mutating func perform(_ moves: ParallelMoves, before: Int, after: Int, _ line: SourceLine?) {
    if moves.isEmpty { return }
    var occupied: [Register]?
    var slots = (cycle: cycleSlot, transfer: transferSlot)
    var allocation = allocation
    var occupancy = occupancy
    var code: [MachineCode] = []
    moves.sequentialize { purpose in
      let places = occupancy ?? RegisterOccupancy(allocation.intervals)
      occupancy = places
      let taken = occupied ?? Emitter.registers(moves, places, before, after)
      occupied = taken
      let free = [Register.r0, .r5, .r4, .r3, .r2, .r1, .r6, .r7, .r8, .r9].filter { !taken.contains($0) }
      switch purpose {
      case .cycle:
        if free.count > 1 { return .register(free[1]) }
        let slot = slots.cycle ?? allocation.allocateEmergencySlot()
        slots.cycle = slot
        return .borrowed(.r9, slot: slot)
      case .transfer:
        if let register = free.first { return .register(register) }
        let slot = slots.transfer ?? allocation.allocateEmergencySlot()
        slots.transfer = slot
        let readable = places.registers(at: before).sorted { $0.rawValue > $1.rawValue }
        return .borrowed(readable.first ?? .r9, slot: slot)
      }
    } emit: {
      code.append($0)
    }
    self.allocation = allocation
    self.occupancy = occupancy
    (cycleSlot, transferSlot) = (slots.cycle, slots.transfer)
    for instruction in code { append(instruction, line) }
  }

  private static func registers(
    _ moves: ParallelMoves, _ occupancy: RegisterOccupancy, _ before: Int, _ after: Int
  ) -> [Register] {
    var result = Array(occupancy.registers(at: before).union(occupancy.registers(at: after)))
    for move in moves.moves {
      if case .register(let register) = move.destination { result.append(register) }
      if case .register(let register) = move.source { result.append(register) }
    }
    return result
  }

  // MARK: Instructions

  private mutating func emit(_ position: Int, inBlock index: Int) {
    let line = function.lines[position]
    let input = Position.input(position)
    let output = Position.output(position)
    func read(_ value: VirtualRegister) -> Register { register(value, at: input) }
    func read(_ operand: SelectedOperand) -> MachineOperand {
      switch operand {
      case .register(let value): .register(read(value))
      case .immediate(let immediate): .immediate(immediate)
      }
    }
    func base(_ address: SelectedAddress) -> Register {
      switch address.base {
      case .register(let value): read(value)
      case .frame: .frame
      }
    }
    func written(_ value: VirtualRegister) -> Register { register(value, at: output) }

    switch function.instructions[position] {
    case .materialize(let result, let constant):
      guard case .register(let register) = allocation.location(of: result, at: output) else { return }
      var code: [MachineCode] = []
      constant.emit(into: register) { code.append($0) }
      for instruction in code { append(instruction, line) }
    case .move(let result, let source):
      copy(read(source), to: written(result), line)
    case .arithmetic(let operation, let width, let result, let left, let right):
      emitArithmetic(operation, width, written(result), read(left), read(right), line)
    case .negate(let result, let source):
      copy(read(source), to: written(result), line)
      append(.negate(.double, written(result)), line)
    case .moveWord(let result, let source):
      append(.arithmetic(.move, .word, written(result), .register(read(source))), line)
    case .moveSigned(let extent, let result, let source):
      append(.moveSigned(extent, written(result), read(source)), line)
    case .byteOrder(let order, let bits, let result, let source):
      copy(read(source), to: written(result), line)
      append(.byteOrder(order, bits: bits, written(result)), line)
    case .setCondition(let condition, let result, let left, let right):
      append(.arithmetic(.move, .double, written(result), .immediate(1)), line)
      append(.branch(condition, .double, read(left), read(right), 1), line)
      append(.arithmetic(.move, .double, written(result), .immediate(0)), line)
    case .load(let kind, let result, let address):
      append(.load(kind, written(result), base: base(address), offset: address.offset), line)
    case .store(let size, let address, let operand):
      append(.store(size, base: base(address), offset: address.offset, read(operand)), line)
    case .atomicAdd(let width, let address, let source):
      append(.atomic(.add, width, base: base(address), offset: address.offset, read(source)), line)
    case .call(let callee, let arguments, let result):
      emitCall(callee, arguments, result, at: position, line)
    case .jump:
      let target = function.blocks[index].edges[0].block
      emitEdge(from: index, to: target, line: line)
      blocks[index].end = .jump(target)
    case .branch(let condition, let left, let right):
      let edges = function.blocks[index].edges
      blocks[index].end = .branch(
        condition, .double, read(left), read(right), then: edges[0].block, otherwise: edges[1].block)
    case .exit(let argument):
      var moves = ParallelMoves()
      moves.add(from: location(of: argument, at: input), to: .register(.r0))
      perform(moves, before: input, after: input, line)
      blocks[index].end = .exit
    }
    if let result = function.instructions[position].definition { storeDefinition(result, at: output, line) }
  }

  /// The register of a value that selection wants in one.
  private mutating func register(_ value: VirtualRegister, at position: Int) -> Register {
    guard case .register(let register) = allocation.location(of: value, at: position) else {
      failure = .malformed(function: function.name, reason: "v\(value.index) has no register at \(position)")
      return .r0
    }
    return register
  }

  private mutating func copy(_ source: Register, to destination: Register, _ line: SourceLine?) {
    if source != destination { append(.arithmetic(.move, .double, destination, .register(source)), line) }
  }

  private mutating func emitArithmetic(
    _ operation: ArithmeticOpcode, _ width: Width, _ result: Register, _ left: Register, _ right: MachineOperand,
    _ line: SourceLine?
  ) {
    if operation.isCommutative, right == .register(result) {
      append(.arithmetic(operation, width, result, .register(left)), line)
    } else {
      copy(left, to: result, line)
      append(.arithmetic(operation, width, result, right), line)
    }
  }

  private mutating func emitCall(
    _ callee: SelectedCallee, _ arguments: [SelectedArgument], _ result: VirtualRegister?, at position: Int,
    _ line: SourceLine?
  ) {
    var moves = ParallelMoves()
    for (index, argument) in arguments.enumerated() {
      moves.add(from: location(of: argument, at: Position.input(position)), to: .register(.argument(index)))
    }
    var code: [MachineCode] = []
    // The call overwrites r0, so nothing of value is in it but arguments, and those are moved before a cycle is broken.
    moves.sequentialize { _ in
      .register(.r0)
    } emit: {
      code.append($0)
    }
    for instruction in code { append(instruction, line) }
    switch callee {
    case .helper(let helper): append(.call(.helper(helper.rawValue)), line)
    case .function(let index): append(.functionCall(index), line)
    case .kernel(let function): append(.kernelCall(function), line)
    }
    guard let result else { return }
    var receive = ParallelMoves()
    receive.add(from: .register(.r0), to: allocation.location(of: result, at: Position.output(position)))
    perform(receive, before: Position.output(position), after: Position.output(position), line)
  }
}
