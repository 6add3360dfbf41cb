// What a program knows of its process, its probe and the machine.
extension Checker {
  mutating func surroundings(
    _ name: Builtin.Name, _ arguments: [Expression], _ range: SourceRange
  ) -> TypedExpression {
    switch name {
    case .probetype: return string(Array(instance.traits.typeName.utf8), range)
    case .ppid:
      guard let task = task(arguments, "ppid", range) else { return invalid(range) }
      let parent = member(task, Name("real_parent", range), range)
      return converted(member(parent, Name("tgid", range), range), .uint32)
    case .pcomm:
      guard let task = task(arguments, "pcomm", range) else { return invalid(range) }
      return member(member(task, Name("group_leader", range), range), Name("comm", range), range)
    case .username:
      return TypedExpression(.convert(TypedExpression(.context(.uid), .uint64, range)), .username, range)
    case .usermode:
      return instance.traits.hasRegisters ? libraryValue(.userMode, .uint8, range) : number(0, .uint8, range)
    case .cpid:
      if let child = options.childPID { return number(Int64(child), .uint32, range) }
      diagnostics.warning(
        "there is no command to trace (-c): cpid is 0", at: range,
        notes: [Diagnostic.Note("has_cpid tells whether there is one")])
      return number(0, .uint32, range)
    case .hasCPID: return number(options.childPID != nil ? 1 : 0, .bool, range)
    case .reg: return register(arguments[0], range)
    case .cgroupPath:
      let identifier = converted(integerOperand(arguments[0]), .uint64)
      var filter = "*"
      if arguments.count == 2 {
        guard let text = quoted(arguments[1], name) else { return invalid(range) }
        filter = text
      }
      if identifier.type == .invalid { return identifier }
      let index = cgroupFilterIndices[filter] ?? cgroupFilters.count
      if index == cgroupFilters.count {
        cgroupFilters.append(filter)
        cgroupFilterIndices[filter] = index
      }
      return libraryValue(
        .cgroupPath(identifier, filter: index), .cgroupPath, range)
    default: return perCPUAddress(arguments, range)
    }
  }

  /// The task that an argument points to, or the current one.
  private mutating func task(_ arguments: [Expression], _ function: String, _ range: SourceRange) -> TypedExpression? {
    guard let syntax = arguments.first else {
      return TypedExpression(.context(.curtask), .pointer(.record(.named("struct task_struct")), .kernel), range)
    }
    let value = expression(syntax)
    if case .pointer(.record(let record), _) = value.type, record.name == "task_struct" { return value }
    if value.type != .invalid {
      error("\(function)() needs a pointer to struct task_struct, not \(value.type.description)", at: syntax.range)
    }
    return nil
  }

  mutating func processID(_ name: Builtin.Name, _ arguments: [Expression], _ range: SourceRange) -> TypedExpression {
    let isThread = name == .tid
    var isInitial = false
    if let argument = arguments.first {
      switch argument.kind {
      case .identifier("init"): isInitial = true
      case .identifier("curr_ns"): break
      default: error("\(name.rawValue)() takes init or curr_ns", at: argument.range)
      }
    }
    if !isInitial, let namespace = target.pidNamespace {
      return libraryValue(.namespaceID(namespace, isThread: isThread), .uint32, range)
    }
    return TypedExpression(.context(isThread ? .tid : .pid), .uint32, range)
  }

  mutating func commandOfProcess(_ range: SourceRange) -> TypedExpression {
    error(
      "comm() of another process needs kernel functions that this version of swtrace does not call", at: range,
      notes: [Diagnostic.Note("comm is the name of the current thread, pcomm that of its process")])
    return invalid(range)
  }

  private mutating func register(_ syntax: Expression, _ range: SourceRange) -> TypedExpression {
    guard let name = quoted(syntax, .reg) else { return invalid(range) }
    guard instance.traits.hasRegisters else {
      error(
        "reg() needs a probe that saves registers: kprobe, uprobe, usdt, profile, interval, software or hardware",
        at: range)
      return invalid(range)
    }
    let registers = target.machine.architecture.facts.registers
    guard let offset = registers.offset(of: name) else {
      let hint = diagnostics.advice { Suggestions.hint(for: name, amongAll: registers.names, at: syntax.range) }
      error("there is no register '\(name)' on this machine", at: syntax.range, notes: hint.notes)
      return invalid(range)
    }
    return libraryValue(.register(offset: offset), .uint64, range)
  }

  private mutating func perCPUAddress(_ arguments: [Expression], _ range: SourceRange) -> TypedExpression {
    guard let name = quoted(arguments[0], .percpuAddress) else { return invalid(range) }
    let cpu = arguments.count == 2 ? converted(integerOperand(arguments[1]), .uint64) : nil
    guard let symbol = kernelAddress(name, at: arguments[0].range),
      let offsets = kernelAddress("__per_cpu_offset", at: arguments[0].range)
    else { return invalid(range) }
    return libraryValue(
      .perCPUAddress(symbol: symbol, offsets: offsets, cpu: cpu), .pointer(.uint64, .kernel), range)
  }

  // MARK: - Finding entries

  /// `find(@m, key, $x)` as a block: a test for the key, and where it holds an assignment.
  mutating func findEntry(_ arguments: [Expression], _ range: SourceRange) -> TypedExpression {
    guard let map = mapArgument(arguments[0], "find") else { return invalid(range) }
    if environment.maps[map].isKeyed == false {
      error(
        "@\(environment.maps[map].name) has no keys to find", at: arguments[0].range,
        notes: [Diagnostic.Note("it was first used here", at: environment.maps[map].range)])
      return invalid(range)
    }
    guard case .variable(let name) = arguments[2].kind else {
      error("find() needs a variable ($x) for the value", at: arguments[2].range)
      return invalid(range)
    }
    guard let variable = scope.lookup(name) else {
      error(
        "the variable $\(name) must be declared before find()", at: arguments[2].range,
        notes: [Diagnostic.Note("write 'let $\(name);' before")])
      return invalid(range)
    }
    guard var key = mapKey(map, [arguments[1]], arguments[1].range) else { return invalid(range) }
    var statements: [TypedStatement] = []
    func keep(_ checker: inout Checker, _ value: TypedExpression, _ name: String) -> TypedExpression {
      let place = checker.scope.declare(name, at: range)
      checker.learn(place, value, at: range)
      let type = checker.variableType(place.id)
      statements.append(TypedStatement(.assign(.variable(place.id), checker.converted(value, type)), range))
      return TypedExpression(.variable(place.id), type, range)
    }
    if !key.isRepeatable { key = keep(&self, key, "key of find()") }
    let found = keep(&self, number(0, .bool, range), "find()")
    guard case .variable(let flag) = found.kind else { return invalid(range) }
    var type = mapValueType(map)
    if case .aggregation(let aggregation) = type {
      guard let integer = aggregation.integerType else {
        error(
          "@\(environment.maps[map].name) gathers \(aggregation.functionName)() and has no single value",
          at: arguments[0].range)
        return invalid(range)
      }
      type = .integer(integer)
    }
    let value = TypedExpression(.map(MapID(map), key: key), type, range)
    learn(variable, value, at: range)
    let then = [
      TypedStatement(.assign(.variable(variable.id), converted(value, variableType(variable.id))), range),
      TypedStatement(.assign(.variable(flag), number(1, .bool, range)), range),
    ]
    let test = TypedExpression(.call(.hasKey(MapID(map), key)), .bool, range)
    statements.append(TypedStatement(.conditional(test, then: then, otherwise: []), range))
    return TypedExpression(.block(statements, found), .bool, range)
  }

  // MARK: - Signals

  mutating func signal(_ name: Builtin.Name, _ syntax: Expression, _ range: SourceRange) -> TypedExpression {
    if !options.allowsUnsafe {
      error("\(name.rawValue)() acts on processes and needs --unsafe", at: range)
    }
    if !instance.attachPoints.isEmpty, !instance.traits.hasCurrentTask {
      error("\(name.rawValue)() would hit swtrace itself in begin and end probes", at: range)
    }
    let value: TypedExpression
    if case .string(let bytes) = syntax.kind {
      let text = String(decoding: bytes, as: UTF8.self)
      guard let code = SignalName.number(of: text) else {
        let hint = diagnostics.advice { Suggestions.hint(for: text, among: SignalName.all, at: syntax.range) }
        error("there is no signal '\(text)'", at: syntax.range, notes: hint.notes)
        return invalid(range)
      }
      value = number(Int64(code), .uint32, syntax.range)
    } else {
      value = converted(integerOperand(syntax), .uint32)
      if case .integer(let code) = value.kind, !(1...64).contains(code) {
        error("a signal's number is 1 to 64, not \(code)", at: syntax.range)
      }
    }
    if value.type == .invalid { return value }
    return libraryValue(.signal(value, isThread: name == .signalThread), .void, range)
  }
}

extension TypedExpression {
  /// Whether computing it again is cheap and changes nothing.
  fileprivate var isRepeatable: Bool {
    switch kind {
    case .integer, .string, .variable, .context, .element, .address: true
    case .tuple(let parts): parts.allSatisfy(\.isRepeatable)
    case .convert(let operand): operand.isRepeatable
    default: false
    }
  }
}

/// Signals by name (Kernel: include/uapi/asm-generic/signal.h; x86 and arm64 have the same).
enum SignalName {
  /// By number, from 1 on.
  private static let names = [
    "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM",
    "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO",
    "PWR", "SYS",
  ]

  static var all: [String] { names.map { "SIG\($0)" } }

  /// The number of "SIGKILL" or "KILL".
  static func number(of name: String) -> Int? {
    let short = name.hasPrefix("SIG") ? String(name.dropFirst(3)) : name
    switch short {
    case "IOT": return 6
    case "POLL": return 29
    default: return names.firstIndex(of: short).map { $0 + 1 }
    }
  }
}
