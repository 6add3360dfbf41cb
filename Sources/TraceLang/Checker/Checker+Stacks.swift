// Stacks of the kernel and of processes.
extension Checker {
  /// The frames of a stack whose limit is not told.
  static let defaultFrames: Int64 = 127
  /// The most that can be asked for.
  private static let maximumFrames: Int64 = 1024

  /// `kstack(mode, limit)`, `ustack(mode, limit)` and `dw_ustack(mode, limit)`.
  mutating func stack(
    _ call: BuiltinCall, isUser: Bool, unwinder: StackType.Unwinder = .kernel
  ) -> TypedExpression {
    let hasBuildIDs = isUser && unwinder == .kernel
    var mode = configuration.stackMode
    var rest = call.arguments[...]
    if let first = rest.first, case .identifier(let word) = first.kind {
      rest.removeFirst()
      guard let known = StackType.Mode(rawValue: word) else {
        error(
          "\(call.function)() has no mode '\(word)'", at: first.range,
          notes: [Diagnostic.Note("there are bpftrace, perf, raw\(hasBuildIDs ? " and build_id" : "")")])
        return invalid(call.range)
      }
      mode = known
    } else if rest.count == 2, let first = rest.first {
      error(
        "\(call.function)() takes a mode and then a limit", at: first.range,
        notes: [Diagnostic.Note("the modes are bpftrace, perf, raw\(hasBuildIDs ? " and build_id" : "")")])
      return invalid(call.range)
    }
    guard hasBuildIDs || mode != .buildID else {
      let reason = isUser ? "its frames are addresses" : "only binaries of user space have IDs"
      error("\(call.function)() has no mode 'build_id': \(reason)", at: call.range)
      return invalid(call.range)
    }
    guard unwinder == .kernel || canUnwind(at: call.range) else { return invalid(call.range) }
    var limit = Self.defaultFrames
    if let last = rest.first {
      let value = integerOperand(last)
      guard case .integer(let constant) = value.kind, value.type != .invalid else {
        if value.type != .invalid { error("the limit of a stack must be known at compile time", at: last.range) }
        return invalid(call.range)
      }
      guard (1...Self.maximumFrames).contains(constant) else {
        error("a stack has 1 to \(Self.maximumFrames) frames, not \(constant)", at: last.range)
        return invalid(call.range)
      }
      limit = constant
    }
    let type = StackType(isUser: isUser, mode: mode, limit: Int(limit), unwinder: unwinder)
    return libraryValue(.stack(type), .stack(type), call.range)
  }

  /// Whether programs find the current task's image, which `dw_ustack` needs the kernel's types for.
  private mutating func canUnwind(at range: SourceRange) -> Bool {
    let task = target.layout(of: .named("struct task_struct"))
    if let task, StackType.taskMembers.allSatisfy({ name in task.members.contains { $0.name == name } }) { return true }
    error(
      "dw_ustack needs the kernel's type information", at: range,
      notes: [Diagnostic.Note("kernels built with CONFIG_DEBUG_INFO_BTF have it in /sys/kernel/btf/vmlinux")])
    return false
  }

  /// `len()` of what is no map.
  mutating func stackDepth(_ syntax: Expression, _ range: SourceRange) -> TypedExpression {
    let value = expression(syntax)
    guard case .stack = value.type else {
      if value.type != .invalid {
        error("len() needs a map or a stack, not \(value.type.description)", at: syntax.range)
      }
      return invalid(range)
    }
    return libraryValue(.stackDepth(value), .uint64, range)
  }
}

extension StackType {
  /// What programs that unwind read of a task: whose image it runs, and where its registers are saved.
  static let taskMembers = ["mm", "stack", "group_leader", "start_boottime", "self_exec_id"]
}
