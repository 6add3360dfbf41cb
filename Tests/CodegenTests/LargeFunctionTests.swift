import Glibc
import TestSupport
import Testing
import TraceLang

@testable import Codegen

/// Functions of a size that no person writes: what is computed of them, and that it does not grow faster than they do.
@Suite struct LargeFunctionTests {
  // MARK: Control flow

  /// Blocks that branch to random others, all of them and the exit reached from the first.
  private func randomFlow(seed: UInt64, count: Int) -> Function {
    var random = SplitMix(seed: seed)
    var function = Function(name: "f", parameters: [.pointer(.context)])
    while function.blocks.count < count { _ = function.makeBlock() }
    for index in 0..<count {
      let next = index + 1 < count ? index + 1 : 0
      let target = BlockID(Int(random.next() % UInt64(count)))
      function.blocks[index].terminator =
        random.next() % 5 == 0
        ? .exit(.constant(0))
        : .branch(.eq, .constant(0), .constant(1), then: Edge(target), otherwise: Edge(BlockID(next)))
    }
    return function
  }

  /// The blocks that are reached without passing one.
  private func reached(_ function: Function, without avoided: Int?) -> Set<Int> {
    var found: Set<Int> = []
    var pending = [0]
    while let block = pending.popLast() {
      if block == avoided || !found.insert(block).inserted { continue }
      function.blocks[block].terminator.forEachEdge { pending.append($0.block.index) }
    }
    return found
  }

  @Test("a block dominates those that cannot be reached without it", arguments: 0..<UInt64(40)) func dominators(
    seed: UInt64
  ) {
    let function = randomFlow(seed: seed, count: 4 + Int(seed))
    let flow = ControlFlow(function)
    let all = reached(function, without: nil)
    for dominator in all {
      let rest = reached(function, without: dominator)
      for block in all { #expect(flow.dominates(BlockID(dominator), BlockID(block)) == !rest.contains(block)) }
    }
  }

  // MARK: Jumps

  /// A function that skips or runs a long block, and then jumps back over it once.
  private func longFunction(slots: Int) -> MachineFunction {
    var blocks: [MachineBlock] = []
    func block(_ end: MachineBlockEnd, _ instructions: MachineInstruction...) {
      var block = MachineBlock(end: end)
      for instruction in instructions { block.append(.plain(instruction), line: nil) }
      blocks.append(block)
    }
    func isZero(_ register: Register, then: Int, otherwise: Int) -> MachineBlockEnd {
      .branch(.eq, .double, register, .immediate(0), then: then, otherwise: otherwise)
    }
    block(
      isZero(.r2, then: 3, otherwise: 1), .load(.u64, .r2, base: .r1, offset: 0),
      .arithmetic(.move, .double, .r0, .immediate(0)),
      .arithmetic(.move, .double, .r3, .immediate(0)))
    block(.jump(2))
    for _ in 0..<slots {
      blocks[1].append(.plain(.arithmetic(.add, .double, .r0, .immediate(1))), line: nil)
    }
    block(isZero(.r3, then: 4, otherwise: 5))
    block(isZero(.r2, then: 5, otherwise: 1), .arithmetic(.add, .double, .r0, .immediate(1 << 20)))
    block(.jump(1), .arithmetic(.add, .double, .r3, .immediate(1)))
    block(.exit)
    return MachineFunction(name: "f", parameterCount: 1, blocks: blocks, frameSize: 0)
  }

  @Test("jumps over any distance arrive", arguments: [100, 32_700, 32_767, 40_000, 150_000], [false, true])
  func longJumps(slots: Int, isV4: Bool) throws {
    let object = try Assembler.run([longFunction(slots: slots)], BackendOptions(isV4: isV4))
    #expect(try BPFInterpreter.run(object.instructions, context: [0]) == UInt64(1 << 20))
    #expect(try BPFInterpreter.run(object.instructions, context: [1]) == UInt64(2 * slots))
    // Islands are small beside the code that they lie in.
    #expect(object.instructions.count < slots + slots / 100 + 20)
  }

  @Test(
    "the kernel takes long jumps", .enabled(if: Kernel.isAvailable, "needs root to load programs"),
    arguments: [false, true])
  func kernelTakesLongJumps(isV4: Bool) throws {
    let program = try Kernel.load(
      Assembler.run([longFunction(slots: 70_000)], BackendOptions(isV4: isV4)).instructions, keepsLog: false)
    defer { close(program) }
    #expect(try Kernel.run(program, context: [0, 0, 0, 0]) == 1 << 20)
    #expect(try Kernel.run(program, context: [1, 0, 0, 0]) == 140_000)
  }

  // MARK: Slots and registers

  /// `count` stores to slots of their own, each read by a call in a block of its own.
  private func manyKeys(_ count: Int) -> Function {
    var function = Function(name: "f", parameters: [.pointer(.context)])
    var current = BlockID(0)
    for number in 0..<count {
      let address = function.makeValue(.pointer(.stack))
      let slot = function.makeSlot(size: 8)
      function[current].instructions.append(Instruction(result: address, .slotAddress(slot)))
      function[current].instructions.append(
        Instruction(result: nil, .store(bits: 64, base: address, offset: 0, .constant(Int64(number)))))
      let (some, next) = (function.makeBlock(), function.makeBlock())
      let random = function.makeValue(.integer)
      function[current].instructions.append(Instruction(result: random, .call(.getPseudoRandom, [])))
      function[current].terminator = .branch(.eq, .value(random), .constant(0), then: Edge(some), otherwise: Edge(next))
      let map = function.makeValue(.pointer(.mapReference(0)))
      function[some].instructions.append(Instruction(result: map, .mapReference(0)))
      let result = function.makeValue(.integer)
      function[some].instructions.append(
        Instruction(result: result, .call(.mapDeleteElement, [.value(map), .value(address)])))
      function[some].terminator = .jump(Edge(next))
      current = next
    }
    function[current].terminator = .exit(.constant(0))
    return function
  }

  @Test("slots that are used one after another share one, however many there are") func slots() throws {
    var function = manyKeys(5000)
    let interference = try #require(SlotInterference(function))
    #expect(interference.neighbors.allSatisfy { $0.isEmpty })
    SlotColoring().run(&function)
    #expect(function.slots.count == 1)
  }

  @Test("slots of which too many are in use at a time are left alone") func tooManySlots() {
    var function = Function(name: "f", parameters: [.pointer(.context)])
    var addresses: [Value] = []
    for _ in 0..<300 {
      let address = function.makeValue(.pointer(.stack))
      let slot = function.makeSlot(size: 8)
      function[BlockID(0)].instructions.append(Instruction(result: address, .slotAddress(slot)))
      addresses.append(address)
    }
    for _ in 0..<2 {
      for address in addresses {
        let value = function.makeValue(.integer)
        function[BlockID(0)].instructions.append(
          Instruction(result: value, .load(bits: 64, signed: false, base: address, offset: 0)))
      }
    }
    function[BlockID(0)].terminator = .exit(.constant(0))
    #expect(SlotInterference(function) == nil)
  }

  @Test("a value that every block reads is live into each once") func liveness() throws {
    var function = manyKeys(2000)
    let value = function.makeValue(.integer)
    function.blocks[0].instructions.insert(
      Instruction(result: value, .load(bits: 64, signed: false, base: Value(0), offset: 0)), at: 0)
    for index in function.blocks.indices.dropFirst() {
      let sum = function.makeValue(.integer)
      function.blocks[index].instructions.append(
        Instruction(result: sum, .arithmetic(.add, .value(value), .constant(1))))
      let slot = function.makeValue(.pointer(.mapValue(0)))
      function.blocks[index].instructions.append(Instruction(result: slot, .mapValueAddress(map: 0, offset: 0)))
      function.blocks[index].instructions.append(
        Instruction(result: nil, .store(bits: 64, base: slot, offset: 0, .value(sum))))
    }
    let selected = try Selector.run(function, BackendOptions())
    let liveness = try Liveness(selected, stackLimit: 512)
    for block in selected.blocks.indices.dropFirst() {
      var found: [VirtualRegister] = []
      liveness.forEachLiveIn(block) { found.append($0) }
      #expect(found == [VirtualRegister(value.index)])
    }
  }

  @Test("more values at a time than registers and stack hold are refused before they get any") func tooManyValues()
    throws
  {
    var function = Function(name: "f", parameters: [.pointer(.context)])
    let values = (0..<100).map { _ in function.makeValue(.integer) }
    for value in values {
      function[BlockID(0)].instructions.append(Instruction(result: value, .call(.getPseudoRandom, [])))
    }
    let next = function.makeBlock()
    function[BlockID(0)].terminator = .jump(Edge(next))
    var sum = Operand.constant(0)
    for value in values {
      let result = function.makeValue(.integer)
      function[next].instructions.append(Instruction(result: result, .arithmetic(.add, sum, .value(value))))
      sum = .value(result)
    }
    function[next].terminator = .exit(sum)
    let selected = try Selector.run(function, BackendOptions())
    #expect(throws: BackendError.stackTooLarge(function: "f", bytes: 520, limit: 512)) {
      try LinearScan.run(selected, stackLimit: 512)
    }
  }

  // MARK: Variables

  @Test("values of variables are what was last assigned on each way", arguments: 0..<UInt64(10)) func variables(
    seed: UInt64
  ) {
    var random = SplitMix(seed: seed)
    var ways: [(values: VariableValues, known: [VariableID: Operand])] = [(VariableValues(), [:])]
    for _ in 0..<2000 {
      let way = Int(random.next() % UInt64(ways.count))
      let variable = VariableID(Int(random.next() % 700) - 20)
      let operand: Operand? = random.next() % 4 == 0 ? nil : .constant(Int64(random.next() % 3))
      ways[way].values[variable] = operand
      ways[way].known[variable] = operand
      if ways.count < 6, random.next() % 200 == 0 { ways.append(ways[way]) }
    }
    for (values, known) in ways {
      #expect(values.assigned == known.keys.sorted { $0.index < $1.index })
      for variable in -20..<680 { #expect(values[VariableID(variable)] == known[VariableID(variable)]) }
      for (other, otherKnown) in ways {
        let differing = Set(known.keys).union(otherKnown.keys).filter { known[$0] != otherKnown[$0] }
        #expect(values.differences(from: other) == differing.sorted { $0.index < $1.index })
      }
    }
  }
}
