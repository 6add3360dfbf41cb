import TraceLang

/// Turns one planned program into IR.
struct Lowering {
  let program: Program
  let plan: Plan
  let target: any Target
  let sources: SourceMap
  var builder: FunctionBuilder
  /// What user space does for the records this and the programs before it send.
  var actions: ActionTable

  /// The statement being lowered.
  var statementRange = SourceRange(SourceID(0), 0, 0)
  /// The last expression or statement whose code was begun.
  var expressionRange = SourceRange(SourceID(0), 0, 0)
  /// The probe being lowered.
  var probe: Probe
  var entry: EntryState
  /// Where this run of the current body ends.
  var bodyExits: [FunctionBuilder.Arrival] = []
  var loops: [LoopState] = []
  /// Records reserved and not yet submitted; a way out discards them.
  var openRecords: [Value] = []
  /// The memory of variables that do not fit a register.
  var variableMemory: [VariableID: Memory] = [:]
  /// The entries that loops over maps are at.
  var pairs: [VariableID: EntryPair] = [:]
  var scratch: Scratch
  /// The callbacks so far; their index in the module is one more.
  var functions: [Function] = []
  let functionName: String
  /// How the program is loaded and finds its arguments.
  let placement: Placement
  let stackUse: StackUse
  var prologue: Prologue
  let limits: Limits
  /// Instructions of the functions that are not being built.
  var otherSize = 0
  /// Callbacks that the code being built is in.
  var callbackDepth = 0
  /// Why there is no program, such as that it becomes larger than is allowed; nothing is lowered from there on.
  var failure: CompileError?

  /// How much of the 512 bytes of stack a program takes for its values; what it does not, per-CPU memory holds.
  enum StackUse: CaseIterable {
    case usual, little, least

    /// Values above this many bytes are not kept on the stack, given the setting `on_stack_limit`.
    func maximumTemporary(limit: Int) -> Int {
      switch self {
      case .usual: limit
      case .little: min(16, limit)
      case .least: 0
      }
    }
  }

  /// What the program's entry knows.
  struct EntryState {
    var context: Value
    var nameIndex: Operand
    var functionIndex: Operand = .constant(0)
    var syscall: SyscallState?
  }

  struct SyscallState {
    var side: SyscallEntry.Side
    /// The syscall's number.
    var number: Operand
    /// `struct pt_regs *`, or a stack copy of the part that holds the arguments.
    var registers: Memory?
  }

  struct LoopState {
    var header: FunctionBuilder.LoopHeader?
    var breaks: [FunctionBuilder.Arrival] = []
    var continues: [FunctionBuilder.Arrival] = []
    let openRecords: Int
  }

  /// Memory that can be loaded from directly.
  struct Memory: Hashable {
    var base: Value
    var offset: Int

    func advanced(by bytes: Int) -> Memory { Memory(base: base, offset: offset + bytes) }
  }

  /// Per-CPU memory for what the stack is too small for, shared by the functions of a program.
  struct Scratch {
    let map: Int
    /// The program's entry in the map: programs that may interrupt each other on a CPU must not share one.
    let entry: Int
    /// Bytes in use at this point, and the most there ever were.
    var used = 0
    var size = 0
    /// Defined in the prologue of the function that uses it.
    let base: Value
    var isUsed = false
  }

  /// The IR of a planned program.
  /// - Parameters:
  ///   - scratchMap: the index the scratch map gets; it is used only when the result's `scratchSize` is not 0.
  ///   - scratchEntry: the program's entry in it.
  ///   - stackUse: how much is kept on the stack.
  /// - Throws: where the program exceeds a limit.
  static func lower(
    _ planned: PlannedProgram, of program: Program, plan: Plan, target: any Target, sources: SourceMap,
    scratchMap: Int, scratchEntry: Int, stackUse: StackUse, limits: Limits, actions: inout ActionTable
  ) throws(CompileError) -> (module: Module, scratchSize: Int) {
    var builder = FunctionBuilder(name: planned.name, parameters: [.pointer(.context)])
    let prologue = Prologue(last: builder.current, body: builder.makeBlock())
    let scratch = Scratch(
      map: scratchMap, entry: scratchEntry, base: builder.declareValue(.pointer(.mapValueOrNull(scratchMap))))
    builder.continueIn(prologue.body)
    let context = builder.parameters[0]
    var lowering = Lowering(
      program: program, plan: plan, target: target, sources: sources, builder: builder, actions: actions,
      probe: program.probes[0], entry: EntryState(context: context, nameIndex: .constant(0)), scratch: scratch,
      functionName: planned.name,
      placement: planned.placement, stackUse: stackUse, prologue: prologue, limits: limits)
    switch planned.entry {
    case .single(let probe, let names):
      lowering.setNames(names)
      if case .iterator(let name) = planned.placement.load.target {
        lowering.beginIteration(over: name, isPinned: program.probes[probe].traits.isPinned)
      }
      lowering.body(of: program.probes[probe])
    case .session(let entry, let exit): lowering.session(entry, exit)
    case .syscalls(let entry):
      lowering.syscalls(entry)
    }
    lowering.builder.terminate(.exit(.constant(0)))
    if lowering.prologue != prologue {
      lowering.builder.continueIn(prologue.last)
      lowering.builder.jump(to: prologue.body)
    }
    lowering.finish(lowering.prologue)
    if let failure = lowering.failure { throw failure }
    actions = lowering.actions
    return (Module(functions: [lowering.builder.finish()] + lowering.functions), lowering.scratch.size)
  }

  /// The end of what comes before all bodies, where the scratch memory is found if it is needed.
  struct Prologue: Hashable {
    let last: BlockID
    let body: BlockID
  }

  /// Looks up the scratch memory where it is needed and goes on to the body.
  mutating func finish(_ prologue: Prologue) {
    builder.line = nil
    builder.continueIn(prologue.last)
    guard scratch.isUsed else {
      builder.jump(to: prologue.body)
      return
    }
    let key = builder.slot(size: 4)
    builder.emit(.store(bits: 32, base: key, offset: 0, .constant(Int64(scratch.entry))))
    let map = builder.define(.pointer(.mapReference(scratch.map)), .mapReference(scratch.map))
    let lookup = Instruction(result: scratch.base, .call(.mapLookupElement, [.value(map), .value(key)]))
    builder.append(lookup, to: prologue.last)
    let exit = builder.makeBlock()
    builder.branch(.ne, .value(scratch.base), .constant(0), then: prologue.body, otherwise: exit)
    builder.continueIn(exit)
    builder.terminate(.exit(.constant(0)))
  }

  // MARK: - Bodies

  /// One probe's predicate and statements; continues behind them.
  mutating func body(of probe: Probe) {
    self.probe = probe
    builder.variables = VariableValues()
    variableMemory = [:]
    pairs = [:]
    bodyExits = []
    loops = []
    if let predicate = probe.predicate {
      setLine(predicate.range)
      let then = builder.makeBlock()
      let otherwise = builder.makeBlock()
      branch(on: predicate, then: then, otherwise: otherwise)
      builder.continueIn(otherwise)
      if let arrival = builder.arrive() { bodyExits.append(arrival) }
      builder.continueIn(then)
    }
    statements(probe.body)
    builder.variables = VariableValues()
    if let arrival = builder.arrive() { bodyExits.append(arrival) }
    builder.join(bodyExits.map { FunctionBuilder.Arrival(block: $0.block, variables: VariableValues(), extra: []) })
    builder.variables = VariableValues()
  }

  /// Leaves the current body: discards open records and jumps behind it.
  mutating func leaveBody() {
    for record in openRecords.reversed() {
      _ = builder.call(.ringBufferDiscard, [.value(record), .constant(0)])
    }
    if let arrival = builder.arrive() { bodyExits.append(arrival) }
  }

  mutating func setLine(_ range: SourceRange) {
    expressionRange = range
    let position = sources.position(range)
    builder.line = SourceLine(
      source: range.source.index, line: UInt32(truncatingIfNeeded: position.line),
      column: UInt16(truncatingIfNeeded: min(position.column, Int(UInt16.max))))
  }

  func size(of type: Type) -> Int { type.size { self.target.layout(of: $0)?.size ?? 0 } }

  func layout(of elements: [TupleElement]) -> TupleLayout {
    Type.tupleLayout(elements) { self.target.layout(of: $0)?.size ?? 0 }
  }

  // MARK: - Memory

  /// Room for a value of the current program.
  mutating func temporary(size: Int) -> Memory {
    let limit = stackUse.maximumTemporary(limit: program.configuration.onStackLimit)
    if size <= limit { return Memory(base: builder.slot(size: size), offset: 0) }
    return perCPUMemory(size: size)
  }

  mutating func perCPUMemory(size: Int) -> Memory {
    scratch.isUsed = true
    let offset = scratch.used
    scratch.used += (size + 7) / 8 * 8
    scratch.size = max(scratch.size, scratch.used)
    return Memory(base: scratch.base, offset: offset)
  }

  /// The memory's address as an operand for a helper.
  mutating func address(_ memory: Memory) -> Operand {
    .value(builder.advance(memory.base, by: .constant(Int64(memory.offset))))
  }

  mutating func mapReference(_ map: Int) -> Operand {
    .value(builder.define(.pointer(.mapReference(map)), .mapReference(map)))
  }

  mutating func constantAddress(_ offset: Int) -> Value {
    guard let map = plan.constantsMap else { return builder.value(impossible("the plan has no constants")) }
    return builder.define(.pointer(.mapValue(map)), .mapValueAddress(map: map, offset: offset))
  }

  mutating func address(of word: SharedWord) -> Value {
    guard let place = plan.words[word] else { return builder.value(impossible("the plan has no \(word)")) }
    return dataAddress(place.map, place.offset)
  }

  mutating func dataAddress(_ map: Int, _ offset: Int) -> Value {
    builder.define(.pointer(.mapValue(map)), .mapValueAddress(map: map, offset: offset))
  }

  /// Zeroes memory; large pieces through a read that fails, which clears its destination.
  mutating func zero(_ memory: Memory, size: Int) {
    if size <= 128 {
      builder.emit(.zero(base: memory.base, offset: memory.offset, size: size, alignment: alignment(memory)))
    } else {
      _ = builder.call(.probeReadKernel, [address(memory), .constant(Int64(size)), .constant(0)])
    }
  }

  /// Copies between directly accessible memory; large pieces by helper.
  mutating func copy(to: Memory, from: Memory, size: Int) {
    if to == from { return }
    if size <= 128 {
      builder.emit(
        .copy(
          to: to.base, toOffset: to.offset, from: from.base, fromOffset: from.offset, size: size,
          alignment: min(alignment(to), alignment(from))))
    } else {
      _ = builder.call(.probeReadKernel, [address(to), .constant(Int64(size)), address(from)])
    }
  }

  /// The largest power of two up to 8 that the memory's offset is a multiple of; bases are 8-aligned.
  func alignment(_ memory: Memory) -> Int {
    memory.offset % 8 == 0 ? 8 : memory.offset % 4 == 0 ? 4 : memory.offset % 2 == 0 ? 2 : 1
  }
}

/// The bundle's actions, each once.
struct ActionTable {
  private(set) var actions: [Action] = []
  private var indices: [Action: Int] = [:]

  mutating func index(of action: Action) -> Int {
    if let index = indices[action] { return index }
    actions.append(action)
    indices[action] = actions.count - 1
    return actions.count - 1
  }
}
