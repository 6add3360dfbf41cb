import TraceLang

/// What a program does with its maps and surroundings: all the planner decides on.
struct Usage {
  struct MapUse {
    /// Probes (by index in `Program.probes`) that aggregate into, assign or step it.
    var writers: Set<Int> = []
    /// Probes that mention it in any way.
    var users: Set<Int> = []
    /// Gone over or counted, which takes a hash map.
    var isWalked = false
    /// Tested for a key, or keys are deleted one by one.
    var isProbed = false
    /// The maps that what it gathered is copied to, and those from which it comes.
    var copied: Set<Int> = []
    /// Entries are removed one by one, so that an assignment often makes a new one.
    var isDeletedFrom = false
    /// What all keys are; `nil` before the first one.
    var keys: KeyOrigin?
    /// Of stacks among others.
    var keyNames: KeyNames?
  }

  var maps: [MapUse]
  /// By probe: whether the body mentions `probe`, `func`, its arguments.
  var usesProbeName: [Bool]
  var usesFunctionName: [Bool]
  var usesArguments: [Bool]
  /// By probe: the members of `args` that are read as they are; `nil` where it is used in another way.
  var argumentMembers: [Set<String>?]
  /// By probe: whether a member is read through a pointer among the arguments.
  var followsArguments: [Bool]
  /// By probe: whether it decides what the traced function returns.
  var overridesResult: [Bool]
  /// By probe: whether it calls functions of the kernel.
  var callsKernel: [Bool]
  /// By probe: the N of each `argN`.
  var argumentWords: [Set<Int>]
  /// By probe: the members of `args` that are parameters of a function of a binary.
  var parameters: [Set<String>]
  /// By probe: whether it asks for a place that moves with the probe's binary.
  var usesCodeAddress: [Bool]
  /// By probe: its statements, those within others too.
  var statementCounts: [Int]
  /// By probe: whether it has loops that are no unrolled ones.
  var loops: [Bool]
  /// Whether a probe mentions `probe` or `func`.
  func usesNames(_ probe: Int) -> Bool { usesProbeName[probe] || usesFunctionName[probe] }
  var sends = false
  /// Actions sent that must not be lost, each once and in order.
  var lastingActions: [Action] = []
  var usesElapsed = false
  var hasLoops: Bool { loops.contains(true) }
  var usesSoftwareTAI = false
  /// What the library needs prepared, each once and in order.
  var globs: [GlobStates] = []
  var texts: [TextTable] = []
  var sendsPackets = false
  var stackShapes: [StackType.Shape] = []
  /// Whether programs find frames of processes themselves.
  var unwinds = false
  /// Whether they take addresses of code of processes that will be named.
  var takesUserCode = false

  private var seenGlobs: Set<GlobStates> = []

  private var probe = 0
  /// By probe.
  private let traits: [ProbeTraits]

  init(_ program: Program) {
    traits = program.probes.map(\.traits)
    maps = Array(repeating: MapUse(), count: program.maps.count)
    usesProbeName = Array(repeating: false, count: program.probes.count)
    usesArguments = usesProbeName
    usesFunctionName = usesProbeName
    usesCodeAddress = usesProbeName
    followsArguments = usesProbeName
    overridesResult = usesProbeName
    callsKernel = usesProbeName
    loops = usesProbeName
    statementCounts = usesProbeName.map { _ in 0 }
    argumentMembers = Array(repeating: [], count: program.probes.count)
    argumentWords = argumentMembers.map { _ in [] }
    parameters = argumentMembers.map { _ in [] }
    for (index, body) in program.probes.enumerated() {
      probe = index
      if let predicate = body.predicate { visit(predicate) }
      visit(body.body)
    }
  }

  /// A map and all between which and it entries are copied, also by way of others; none where that is not done.
  func copyGroup(of map: Int) -> Set<Int> {
    if maps[map].copied.isEmpty { return [] }
    var group: Set<Int> = [map]
    var next = [map]
    while let map = next.popLast() {
      for other in maps[map].copied where group.insert(other).inserted { next.append(other) }
    }
    return group
  }

  private mutating func visit(_ statements: [TypedStatement]) {
    for statement in statements { visit(statement) }
  }

  private mutating func visit(_ statement: TypedStatement) {
    statementCounts[probe] += 1
    switch statement.kind {
    case .assign(let place, let value):
      visit(place, isWritten: true)
      visit(value)
    case .update(let place, _, let value, _):
      visit(place, isWritten: true)
      visit(value)
    case .aggregate(let map, let key, let value):
      visit(.map(map, key: key), isWritten: true)
      if let value { visit(value) }
    case .copy(let map, let key, let source, let sourceKey, let merges):
      visit(.map(map, key: key), isWritten: true)
      visit(.map(source, key: sourceKey), isWritten: false)
      maps[map.index].copied.insert(source.index)
      maps[source.index].copied.insert(map.index)
      if !merges { maps[map.index].isDeletedFrom = true }
    case .evaluate(let value): visit(value)
    case .conditional(let condition, let then, let otherwise):
      visit(condition)
      visit(then)
      visit(otherwise)
    case .whileLoop(let condition, let body):
      loops[probe] = true
      visit(condition)
      visit(body)
    case .unroll(let count, let body):
      let before = statementCounts[probe]
      visit(body)
      statementCounts[probe] = before + (statementCounts[probe] - before) * count
    case .forRange(_, let start, let end, let body):
      loops[probe] = true
      visit(start)
      visit(end)
      visit(body)
    case .forMap(_, let map, let body):
      loops[probe] = true
      maps[map.index].isWalked = true
      visit(body)
    case .breakLoop, .continueLoop, .finish: break
    case .send(let message):
      if !traits[probe].isPinned, !message.isOfKernel { sends = true }
      visit(message)
    }
  }

  private mutating func visit(_ message: Message) {
    for value in message.values { visit(value) }
    if let action = message.lastingAction, !lastingActions.contains(action) { lastingActions.append(action) }
    if case .printMapValue(let map, let key) = message { note(.map(map, key: key), isWritten: false) }
  }

  private mutating func visit(_ place: Destination, isWritten: Bool) {
    note(place, isWritten: isWritten)
    if case .map(_, let key?) = place { visit(key) }
  }

  /// What a mention of a map says of it; its key is visited elsewhere.
  private mutating func note(_ place: Destination, isWritten: Bool) {
    guard case .map(let map, let key) = place else { return }
    maps[map.index].users.insert(probe)
    if isWritten { maps[map.index].writers.insert(probe) }
    guard let key else { return }
    let origin = KeyOrigin(key, in: traits[probe])
    maps[map.index].keys = maps[map.index].keys?.united(with: origin) ?? origin
    guard key.type.hasStacks else { return }
    let names = KeyNames(key)
    maps[map.index].keyNames = maps[map.index].keyNames?.united(with: names) ?? names
  }

  private mutating func visit(_ expression: TypedExpression) {
    switch expression.kind {
    case .map(let map, let key): note(.map(map, key: key), isWritten: false)
    case .step(let place, _, _): note(place, isWritten: true)
    case .address(let place): note(place, isWritten: false)
    case .context(let value): note(value)
    case .call(.hasKey(let map, let key)):
      maps[map.index].isProbed = true
      note(.map(map, key: key), isWritten: false)
    case .call(.delete(let map, let key)):
      if key != nil { maps[map.index].isProbed = true }
      maps[map.index].isDeletedFrom = true
      note(.map(map, key: key), isWritten: true)
    case .call(.length(let map)): maps[map.index].isWalked = true
    case .block(let statements, _): visit(statements)
    case .call(.library(let function)): note(function)
    case .call(.userSymbol): takesUserCode = true
    case .member(let base, let member):
      if case .record(.parameters) = base.type, base.kind == .context(.arguments) {
        parameters[probe].insert(member.name)
        usesArguments[probe] = true
        return
      }
      if case .member(let root, _) = base.kind, root.kind == .context(.arguments), base.type.isScalar {
        followsArguments[probe] = true
      }
      if case .member(let root, let member) = expression.kind, root.kind == .context(.arguments),
        expression.type.isScalar
      {
        argumentMembers[probe]?.insert(member.name)
        usesArguments[probe] = true
        return
      }
    case .call, .integer, .string, .variable, .dereference, .index, .element, .tuple, .convert, .negate, .complement,
      .not, .arithmetic, .pointerOffset, .compare, .and, .or, .ternary:
      break
    }
    for child in expression.children { visit(child) }
  }

  private mutating func note(_ function: LibraryFunction) {
    switch function {
    case .globMatch(_, let states):
      if seenGlobs.insert(states).inserted { globs.append(states) }
    case .text(_, let table):
      if !texts.contains(table) { texts.append(table) }
    case .stack(let type):
      if !stackShapes.contains(type.shape) { stackShapes.append(type.shape) }
      if type.unwinder == .tables { unwinds = true }
      if type.isUser, type.mode.namesFrames { takesUserCode = true }
    case .softwareTAI: usesSoftwareTAI = true
    case .packetOutput:
      followsArguments[probe] = true
      sendsPackets = true
    case .socketCookie: followsArguments[probe] = true
    case .taskName: callsKernel[probe] = true
    case .override: overridesResult[probe] = true
    case .userAddress(let variable): usesCodeAddress[probe] = usesCodeAddress[probe] || variable.place == .relative
    case .part(_, let map, let key): note(.map(map, key: key), isWritten: false)
    case .bytes, .inet, .macAddress, .stringLength, .stringIndex, .byte, .concatenation, .writeUser, .compareBytes,
      .namespaceID, .userMode, .register,
      .perCPUAddress, .signal, .cgroupPath, .path, .stackDepth:
      break
    }
  }

  private mutating func note(_ value: ContextValue) {
    switch value {
    case .probeName: usesProbeName[probe] = true
    case .functionName: usesFunctionName[probe] = true
    case .arguments, .argument, .stackArgument, .result:
      usesArguments[probe] = true
      argumentMembers[probe] = nil
      if case .argument(let index) = value { argumentWords[probe].insert(index) }
    case .elapsed: usesElapsed = true
    case .functionAddress, .pid, .tid, .uid, .gid, .comm, .cpu, .rand, .curtask, .cgroup, .numaID, .jiffies,
      .nanoseconds:
      break
    }
  }
}

extension Message {
  /// What it asks for where that must arrive however full the ring buffer is.
  var lastingAction: Action? {
    switch self {
    case .exit: .exit
    case .unwatch: .unwatch
    case .clear(let map): .clear(view: map.index)
    case .zero(let map): .zero(view: map.index)
    case .printMap(let map, _, _): .printMap(view: map.index)
    case .printf, .print, .printMapValue, .time, .join, .cat, .system, .report, .kernelTrace: nil
    }
  }

  /// Whether the kernel carries it out by itself.
  fileprivate var isOfKernel: Bool { if case .kernelTrace = self { true } else { false } }
}
