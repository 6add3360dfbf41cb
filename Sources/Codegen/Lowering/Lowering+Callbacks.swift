import TraceLang

// Loops whose body is a function of its own that the kernel calls: over maps, and over ranges too long to unroll in
// the verifier. What the body needs of its surroundings is kept in an environment on the caller's stack.
extension Lowering {
  /// A map's entry inside a loop over it: what `$kv` stands for.
  struct EntryPair {
    var key: Memory
    var value: Memory
    let map: MapID
  }

  /// Turns known at compile time that the verifier is left to walk through. Where a turn branches, the ways through all of
  /// them may multiply, and the turns of loops inside of others do.
  static func maximumPlainTurns(_ body: [TypedStatement]) -> UInt64 {
    body.contains(where: \.loops) ? 1 : body.contains(where: \.branches) ? 4 : 64
  }

  mutating func forMap(_ variable: VariableID, _ map: MapID, _ body: [TypedStatement]) {
    guard let index = plan.views[map.index].content.hash?.map else { return }
    runCallback(
      body, parameters: [.integer, .pointer(.mapValue(index)), .pointer(.mapValue(index)), .pointer(.stack)],
      environmentParameter: 3
    ) { lowering in
      let parameters = lowering.builder.parameters
      var value = Memory(base: parameters[2], offset: 0)
      if let size = lowering.keptSize(of: map, body) {
        let kept = Memory(base: lowering.builder.slot(size: Planner.words(size)), offset: 0)
        lowering.copy(to: kept, from: value, size: size)
        value = kept
      }
      lowering.pairs[variable] = EntryPair(key: Memory(base: parameters[1], offset: 0), value: value, map: map)
    } call: { lowering, function, environment in
      let reference = lowering.mapReference(index)
      return lowering.builder.call(
        .forEachMapElement, [reference, .value(function), .value(environment), .constant(0)])
    }
    pairs[variable] = nil
  }

  /// The size of a map's values where the loop's variable keeps the value that its iteration began with: the body gives the
  /// map others, and there is room on the stack.
  private func keptSize(of map: MapID, _ body: [TypedStatement]) -> Int? {
    guard case .plain(let type, _) = plan.views[map.index].content, size(of: type) <= Self.maximumKept else {
      return nil
    }
    var isChanged = false
    for statement in body {
      statement.visit { inner in
        if let target = inner.writtenMap, target == map { isChanged = true }
        for expression in inner.expressions {
          expression.visit { if case .step(.map(let target, _), _, _) = $0.kind, target == map { isChanged = true } }
        }
      }
    }
    return isChanged ? size(of: type) : nil
  }

  /// Bytes of a value that a loop over its map keeps on the stack.
  private static let maximumKept = 64

  /// The number of entries in a map: how many the kernel visits.
  mutating func length(of map: MapID) -> Operand {
    guard let index = plan.views[map.index].content.hash?.map else { return .constant(0) }
    let visited = runCallback(
      [], parameters: [.integer, .pointer(.mapValue(index)), .pointer(.mapValue(index)), .pointer(.stack)],
      environmentParameter: 3
    ) { _ in
    } call: { lowering, function, environment in
      let reference = lowering.mapReference(index)
      return lowering.builder.call(
        .forEachMapElement, [reference, .value(function), .value(environment), .constant(0)])
    }
    return .value(visited.count)
  }

  /// The most iterations of one call of the kernel's helper (Kernel: BPF_MAX_LOOPS in include/linux/bpf.h).
  private static let maximumIterations: Int64 = 8 << 20

  /// A loop of `count` iterations from `start` on.
  mutating func loop(_ variable: VariableID, from start: Operand, count: Operand, _ body: [TypedStatement]) {
    let base = VariableID(-1 - loops.count)
    builder.variables[base] = start
    loop(body, count: count) { lowering, index in
      let start = lowering.builder.variables[base] ?? .constant(0)
      lowering.builder.variables[variable] = lowering.builder.arithmetic(.add, start, .value(index))
    }
    builder.variables[base] = nil
    builder.variables[variable] = nil
  }

  /// Runs a body while a condition holds.
  mutating func loop(while condition: TypedExpression, _ body: [TypedStatement]) {
    let leaving = TypedStatement(
      .conditional(condition, then: [], otherwise: [TypedStatement(.breakLoop, condition.range)]), condition.range)
    loop([leaving] + body, count: .constant(-1)) { _, _ in
    } goesOn: { lowering, yes, no in
      lowering.branch(on: condition, then: yes, otherwise: no)
    }
  }

  /// Runs a body `count` times, an unsigned number of 64 bits; a loop that the kernel stops before its end is counted.
  /// - Parameter goesOn: branches by whether there would be another iteration; there would if not given.
  private mutating func loop(
    _ body: [TypedStatement], count: Operand, begin: (inout Lowering, _ index: Value) -> Void,
    goesOn: (inout Lowering, _ yes: BlockID, _ no: BlockID) -> Void = { lowering, yes, _ in
      lowering.builder.jump(to: yes)
    }
  ) {
    let limit = Operand.constant(Self.maximumIterations)
    var isCut: Operand = .constant(1)
    var iterations = limit
    switch count {
    case .constant(let count):
      if UInt64(bitPattern: count) <= UInt64(Self.maximumIterations) {
        (isCut, iterations) = (.constant(0), .constant(count))
      }
    case .value:
      // The helper takes 32 bits of it.
      let tooMany = builder.makeBlock()
      let few = builder.makeBlock()
      builder.branch(.ugt, count, limit, then: tooMany, otherwise: few)
      builder.continueIn(tooMany)
      let a = builder.arrive([.constant(1), limit])
      builder.continueIn(few)
      let b = builder.arrive([.constant(0), count])
      let joined = builder.join([a, b].compactMap { $0 }, extraTypes: [.integer, .integer])
      (isCut, iterations) = (joined[0], opaque(joined[1]))
    }
    let place = isCut == .constant(0) ? nil : plan.words[.cutLoops]
    let (_, hasLeft) = runCallback(
      body, parameters: [.integer, .pointer(.stack)], environmentParameter: 1, notesLeaving: place != nil
    ) { lowering in
      begin(&lowering, lowering.builder.parameters[0])
    } call: { lowering, function, environment in
      lowering.builder.call(.loop, [iterations, .value(function), .value(environment), .constant(0)])
    }
    guard let place else { return }
    let ended = builder.makeBlock()
    let stopped = builder.makeBlock()
    let counting = builder.makeBlock()
    let done = builder.makeBlock()
    let isStopped = builder.arithmetic(.and, isCut, builder.arithmetic(.xor, hasLeft, .constant(1)))
    builder.branch(.ne, isStopped, .constant(0), then: stopped, otherwise: ended)
    builder.continueIn(ended)
    let a = builder.arrive()
    builder.continueIn(stopped)
    goesOn(&self, counting, done)
    let variables = builder.variables
    builder.continueIn(counting)
    builder.emit(.atomicAdd(bits: 64, base: dataAddress(place.map, place.offset), offset: 0, .constant(1)))
    let b = builder.arrive()
    builder.continueIn(done)
    builder.variables = variables
    let c = builder.arrive()
    builder.join([a, b, c].compactMap { $0 })
  }

  /// Builds code that runs again and again until it jumps to the block it is given, `limit` times at most; where the kernel
  /// has no loops by callback, `plainLimit` times at most. What it finds lies in per-CPU memory.
  mutating func repeatUntilStopped(
    _ limit: Int, plainLimit: Int, _ iteration: (inout Lowering, _ stop: BlockID) -> Void
  ) {
    guard target.has(.loop) else {
      return countedLoop(to: min(limit, plainLimit)) { lowering, _, end in iteration(&lowering, end) }
    }
    runCallback([], parameters: [.integer, .pointer(.stack)], environmentParameter: 1) { lowering in
      let stop = lowering.builder.makeBlock()
      iteration(&lowering, stop)
      let onward = lowering.builder.arrive()
      lowering.builder.continueIn(stop)
      if let stopped = lowering.builder.arrive() { lowering.loops[lowering.loops.count - 1].breaks.append(stopped) }
      lowering.builder.join([onward].compactMap { $0 })
    } call: { lowering, function, environment in
      lowering.builder.call(
        .loop, [.constant(Int64(limit)), .value(function), .value(environment), .constant(0)])
    }
  }

  /// Lowers a body to a callback and calls it; afterwards the variables have the values the body gave them.
  /// - Returns: what the kernel's helper returned, and whether the body broke the loop, which is known with `notesLeaving`.
  @discardableResult private mutating func runCallback(
    _ body: [TypedStatement], parameters: [ValueType], environmentParameter: Int, notesLeaving: Bool = false,
    begin: (inout Lowering) -> Void, call: (inout Lowering, Value, Value) -> Value
  ) -> (count: Value, hasLeft: Operand) {
    var assigned = AssignedVariables()
    assigned.visit(body)
    let environment = captured()
    let memory = builder.slot(size: environment.size)
    save(environment, assigned.sorted, to: memory)
    let function = lowerCallback(
      body, environment, parameters, environmentParameter, assigned.sorted, notesLeaving: notesLeaving, begin)
    let address = builder.define(.integer, .functionAddress(function))
    let result = call(&self, address, memory)
    for (index, variable) in environment.variables.enumerated() where assigned.sorted.contains(variable) {
      builder.variables[variable] = builder.load(64, memory, index * 8)
    }
    let hasLeft = notesLeaving ? builder.load(64, memory, environment.leftOffset) : .constant(0)
    let ended = builder.load(64, memory, environment.endedOffset)
    let leave = builder.makeBlock()
    let after = builder.makeBlock()
    builder.branch(.ne, ended, .constant(0), then: leave, otherwise: after)
    builder.continueIn(leave)
    leaveBody()
    builder.continueIn(after)
    return (result, hasLeft)
  }

  private func captured() -> Environment {
    var environment = Environment()
    let order: (VariableID, VariableID) -> Bool = { $0.index < $1.index }
    environment.variables = builder.variables.assigned
    environment.memories = variableMemory.filter { $0.value.base != scratch.base }.keys.sorted(by: order)
    environment.pairs = pairs.keys.sorted(by: order)
    let words = environment.variables.count + environment.memories.count + environment.pairs.count * 2
    environment.size = (words + Environment.fixedWords) * 8
    return environment
  }

  /// The index in the module of the callback made of a body.
  private mutating func lowerCallback(
    _ body: [TypedStatement], _ environment: Environment, _ parameters: [ValueType], _ environmentParameter: Int,
    _ assigned: [VariableID], notesLeaving: Bool, _ begin: (inout Lowering) -> Void
  ) -> Int {
    checkFunctions(at: statementRange, depth: callbackDepth)
    callbackDepth += 1
    otherSize += builder.size
    let outer = self
    functions.append(Function(name: "", parameters: []))
    let index = functions.count
    builder = FunctionBuilder(name: "\(outer.functionName)_\(index)", parameters: parameters)
    let prologue = Prologue(last: builder.current, body: builder.makeBlock())
    builder.continueIn(prologue.body)
    builder.line = outer.builder.line
    scratch = Scratch(
      map: scratch.map, entry: scratch.entry, used: scratch.used, size: scratch.size,
      base: builder.declareValue(.pointer(.mapValueOrNull(scratch.map))))
    bodyExits = []
    loops = []
    openRecords = []
    let memory = builder.parameters[environmentParameter]
    restore(environment, from: memory, outer)
    loops.append(LoopState(header: nil, openRecords: 0))
    begin(&self)
    statements(body)
    let loop = loops.removeLast()
    // The ways out of an iteration: on to the next one, out of the loop, out of the probe.
    var ends: [FunctionBuilder.Arrival] = []
    if let end = builder.arrive([.constant(0), .constant(0)]) { ends.append(end) }
    ends += loop.continues.map { $0.adding([.constant(0), .constant(0)]) }
    if notesLeaving, !loop.breaks.isEmpty {
      builder.join(loop.breaks)
      builder.emit(.store(bits: 64, base: memory, offset: environment.leftOffset, opaque(.constant(1))))
      if let left = builder.arrive([.constant(1), .constant(0)]) { ends.append(left) }
    } else {
      ends += loop.breaks.map { $0.adding([.constant(1), .constant(0)]) }
    }
    ends += bodyExits.map { $0.adding([.constant(1), .constant(1)]) }
    let result = builder.join(ends, extraTypes: [.integer, .integer])
    leave(environment, assigned, in: memory)
    if !bodyExits.isEmpty {
      builder.emit(.store(bits: 64, base: memory, offset: environment.endedOffset, opaque(result[1])))
    }
    builder.terminate(.exit(result[0]))
    finish(prologue)
    functions[index - 1] = builder.finish()
    otherSize += builder.size - outer.builder.size
    callbackDepth -= 1
    builder = outer.builder
    bodyExits = outer.bodyExits
    loops = outer.loops
    openRecords = outer.openRecords
    variableMemory = outer.variableMemory
    pairs = outer.pairs
    entry = outer.entry
    scratch = Scratch(
      map: scratch.map, entry: scratch.entry, used: outer.scratch.used, size: scratch.size, base: outer.scratch.base,
      isUsed: outer.scratch.isUsed)
    return index
  }
}

extension FunctionBuilder.Arrival {
  /// The same with operands for the join behind it.
  func adding(_ operands: [Operand]) -> FunctionBuilder.Arrival {
    FunctionBuilder.Arrival(block: block, variables: variables, extra: extra + operands)
  }
}

extension TypedStatement {
  /// The map whose entry it assigns.
  fileprivate var writtenMap: MapID? {
    switch kind {
    case .assign(.map(let map, _), _), .update(.map(let map, _), _, _, _): map
    case .assign(.variable, _), .update(.variable, _, _, _), .aggregate, .copy, .evaluate, .conditional, .whileLoop,
      .unroll,
      .forRange, .forMap, .breakLoop, .continueLoop, .finish, .send:
      nil
    }
  }
}
