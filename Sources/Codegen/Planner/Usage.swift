import TraceLang

/// What a program does with its maps and surroundings: all the planner decides on.
struct Usage {
  struct MapUse {
    /// Probes (by index in `Program.probes`) that aggregate into, assign or step it.
    var writers: Set<Int> = []
    /// Deleted from, tested for a key or otherwise needing entries that come and go one by one.
    var needsEntries = false
    /// Every key so far is the running probe's name.
    var isKeyedByProbe = true
  }

  var maps: [MapUse]
  /// By probe: whether the body mentions `probe`, its arguments, or sends anything.
  var usesProbeName: [Bool]
  var usesArguments: [Bool]
  /// `args.common_pid` and the like, which exist only in a tracepoint's own record.
  var usesCommonFields: [Bool]
  var sends = false
  var usesElapsed = false

  private var probe = 0

  init(_ program: Program) {
    maps = Array(repeating: MapUse(), count: program.maps.count)
    usesProbeName = Array(repeating: false, count: program.probes.count)
    usesArguments = usesProbeName
    usesCommonFields = usesProbeName
    for (index, body) in program.probes.enumerated() {
      probe = index
      if let predicate = body.predicate { visit(predicate) }
      visit(body.body)
    }
  }

  private mutating func visit(_ statements: [TypedStatement]) {
    for statement in statements { visit(statement) }
  }

  private mutating func visit(_ statement: TypedStatement) {
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
    case .evaluate(let value): visit(value)
    case .conditional(let condition, let then, let otherwise):
      visit(condition)
      visit(then)
      visit(otherwise)
    case .whileLoop(let condition, let body):
      visit(condition)
      visit(body)
    case .unroll(_, let body): visit(body)
    case .forRange(_, let start, let end, let body):
      visit(start)
      visit(end)
      visit(body)
    case .breakLoop, .continueLoop, .finish: break
    case .send(let message):
      sends = true
      visit(message)
    }
  }

  private mutating func visit(_ message: Message) {
    switch message {
    case .printf(_, let values), .cat(_, let values), .system(_, let values), .report(_, _, let values):
      for value in values { visit(value) }
    case .print(let value), .join(let value, _): visit(value)
    case .printMap(_, let top, let divisor):
      if let top { visit(top) }
      if let divisor { visit(divisor) }
    case .printMapValue(let map, let key): visit(.map(map, key: key), isWritten: false)
    case .exit(let status):
      if let status { visit(status) }
    case .clear, .zero, .time: break
    }
  }

  private mutating func visit(_ place: Destination, isWritten: Bool) {
    guard case .map(let map, let key) = place else { return }
    if isWritten { maps[map.index].writers.insert(probe) }
    guard let key else { return }
    visit(key)
    if key.kind != .context(.probeName) { maps[map.index].isKeyedByProbe = false }
  }

  private mutating func visit(_ expression: TypedExpression) {
    switch expression.kind {
    case .integer, .string, .variable: break
    case .map(let map, let key): visit(.map(map, key: key), isWritten: false)
    case .context(let value):
      switch value {
      case .probeName: usesProbeName[probe] = true
      case .arguments, .argument: usesArguments[probe] = true
      case .elapsed: usesElapsed = true
      case .pid, .tid, .uid, .gid, .comm, .cpu, .ncpus, .rand, .curtask, .cgroup, .numaID, .jiffies, .nanoseconds: break
      }
    case .member(let base, let member):
      if base.kind == .context(.arguments), member.name.hasPrefix("common_") { usesCommonFields[probe] = true }
      visit(base)
    case .dereference(let base), .element(let base, _), .convert(let base), .negate(let base),
      .complement(let base), .not(let base):
      visit(base)
    case .index(let left, let right), .arithmetic(_, let left, let right, _), .pointerOffset(let left, let right, _),
      .compare(_, let left, let right, _), .and(let left, let right), .or(let left, let right):
      visit(left)
      visit(right)
    case .tuple(let parts):
      for part in parts { visit(part) }
    case .ternary(let condition, let then, let otherwise):
      visit(condition)
      visit(then)
      visit(otherwise)
    case .step(let place, _, _): visit(place, isWritten: true)
    case .call(let function): visit(function)
    case .block(let statements, let value):
      visit(statements)
      visit(value)
    }
  }

  private mutating func visit(_ function: ValueFunction) {
    switch function {
    case .string(let source, let length), .buffer(let source, let length):
      visit(source)
      if let length { visit(length) }
    case .kernelSymbol(let value), .userSymbol(let value), .strftime(_, let value), .byteSwap(let value): visit(value)
    case .hasKey(let map, let key):
      maps[map.index].needsEntries = true
      visit(.map(map, key: key), isWritten: false)
    case .delete(let map, let key):
      maps[map.index].needsEntries = maps[map.index].needsEntries || key != nil
      visit(.map(map, key: key), isWritten: true)
    case .length(let map): maps[map.index].needsEntries = true
    case .stringsEqual(let left, let right, _):
      visit(left)
      visit(right)
    }
  }
}
