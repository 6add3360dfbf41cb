// Stacks of the kernel and of processes.
extension Checker {
  /// The frames of a stack whose limit is not told.
  static let defaultFrames: Int64 = 127
  /// The most that can be asked for.
  private static let maximumFrames: Int64 = 1024

  /// `kstack(mode, limit)` and `ustack(mode, limit)`.
  mutating func stack(_ call: BuiltinCall, isUser: Bool) -> TypedExpression {
    var mode = configuration.stackMode
    var rest = call.arguments[...]
    if let first = rest.first, case .identifier(let word) = first.kind {
      rest.removeFirst()
      guard let known = StackType.Mode(rawValue: word) else {
        error(
          "\(call.function)() has no mode '\(word)'", at: first.range,
          notes: [Diagnostic.Note("there are bpftrace, perf, raw\(isUser ? " and build_id" : "")")])
        return invalid(call.range)
      }
      mode = known
    } else if rest.count == 2, let first = rest.first {
      error(
        "\(call.function)() takes a mode and then a limit", at: first.range,
        notes: [Diagnostic.Note("the modes are bpftrace, perf, raw\(isUser ? " and build_id" : "")")])
      return invalid(call.range)
    }
    guard isUser || mode != .buildID else {
      error("\(call.function)() has no mode 'build_id': only binaries of user space have IDs", at: call.range)
      return invalid(call.range)
    }
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
    let type = StackType(isUser: isUser, mode: mode, limit: Int(limit))
    return libraryValue(.stack(type), .stack(type), call.range)
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
