// Processes and threads.
extension Checker {
  /// `pid` and `tid`.
  mutating func processID(_ call: BuiltinCall, isThread: Bool) -> TypedExpression {
    var isInitial = false
    if let argument = call.arguments.first {
      let word: String? = if case .identifier(let text) = argument.kind { text } else { nil }
      isInitial = word == "init"
      if !isInitial, word != "curr_ns" { error("\(call.function)() takes init or curr_ns", at: argument.range) }
    }
    if !isInitial, let namespace = target.pidNamespace {
      return libraryValue(.namespaceID(namespace, isThread: isThread), .uint32, call.range)
    }
    return TypedExpression(.context(isThread ? .tid : .pid), .uint32, call.range)
  }

  /// `comm` and `comm(number)`.
  mutating func threadName(_ call: BuiltinCall) -> TypedExpression {
    if call.arguments.isEmpty { return call.context(.comm, .string(capacity: 16)) }
    let number = integerOperand(call.arguments[0])
    if number.type == .invalid { return number }
    let finder = "bpf_task_from_pid"
    guard instance.traits.programTypes.allSatisfy({ target.kernelFunction(finder, isCallableFrom: $0) }) else {
      let isThere = target.kernelFunctionSignature(finder) != nil
      error(
        isThere
          ? "comm() of another process is not there in \(instance.traits.typeName) probes: the kernel lets them find no task"
          : "comm() of another process needs \(finder)() of the kernel, from Linux 6.2 on",
        at: call.range,
        notes: [Diagnostic.Note("comm is the name of the current thread, pcomm that of its process")])
      return invalid(call.range)
    }
    return libraryValue(.taskName(converted(number, .int32)), .string(capacity: 16), call.range)
  }

  /// `ppid`.
  mutating func parentID(_ call: BuiltinCall) -> TypedExpression {
    guard let task = task(call) else { return invalid(call.range) }
    let parent = member(task, Name("real_parent", call.range), call.range)
    return converted(member(parent, Name("tgid", call.range), call.range), .uint32)
  }

  /// `leader_tid`.
  mutating func leaderID(_ call: BuiltinCall) -> TypedExpression {
    guard let task = task(call) else { return invalid(call.range) }
    let leader = member(task, Name("group_leader", call.range), call.range)
    return converted(member(leader, Name("pid", call.range), call.range), .uint32)
  }

  /// `pcomm` and `leader_comm`.
  mutating func processName(_ call: BuiltinCall) -> TypedExpression {
    guard let task = task(call) else { return invalid(call.range) }
    return member(member(task, Name("group_leader", call.range), call.range), Name("comm", call.range), call.range)
  }

  /// The task that an argument points to, or the current one.
  private mutating func task(_ call: BuiltinCall) -> TypedExpression? {
    guard let syntax = call.arguments.first else {
      return call.context(.curtask, .task)
    }
    let value = expression(syntax)
    if case .pointer(.record(let record), _) = value.type, record.name == "task_struct" { return value }
    if value.type != .invalid {
      error("\(call.function)() needs a pointer to struct task_struct, not \(value.type.description)", at: syntax.range)
    }
    return nil
  }

  /// `cpid`.
  mutating func commandID(_ call: BuiltinCall) -> TypedExpression {
    if let child = options.childPID { return number(Int64(child), .uint32, call.range) }
    diagnostics.warning(
      "there is no command to trace (-c): cpid is 0", at: call.range,
      notes: [Diagnostic.Note("has_cpid tells whether there is one")])
    return number(0, .uint32, call.range)
  }
}

extension Type {
  /// What `curtask` is.
  static let task = Type.pointer(.record(.named("struct task_struct")), .kernel)
}
