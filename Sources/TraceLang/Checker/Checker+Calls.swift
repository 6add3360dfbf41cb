/// A use of a builtin in a script.
struct BuiltinCall {
  let builtin: Builtin
  /// As it is written.
  let name: Name
  let arguments: [Expression]
  let range: SourceRange

  /// The name, for messages.
  var function: String { name.text }

  /// A value of the probe's surroundings.
  func context(_ value: ContextValue, _ type: Type) -> TypedExpression {
    TypedExpression(.context(value), type, range)
  }
}

// Names, which the catalog knows or the target.
extension Checker {
  /// A name used as a value: a builtin or an enumerator.
  mutating func identifier(_ name: Name) -> TypedExpression {
    if let builtin = Builtin.named(name.text) {
      if builtin.arguments.contains(0) { return call(builtin, name, [], name.range) }
      error(
        "\(name.text) is a function", at: name.range, notes: [Diagnostic.Note("it is written \(builtin.signature)")])
      return invalid(name.range)
    }
    if let enumerator = enumerator(named: name.text) {
      return TypedExpression(.integer(enumerator.value), enumerator.type, name.range)
    }
    if let constant = KernelConstants.value(of: name.text, on: target.machine.architecture) {
      return expression(constant.literal(name.range))
    }
    if let ours = ForeignNames.ours(for: name.text) {
      error("there is nothing named '\(name.text)'", at: name.range, notes: [Diagnostic.Note("here it is \(ours)")])
      return invalid(name.range)
    }
    let hint = diagnostics.advice {
      let names = Builtin.catalog.filter { $0.kind == .value }.flatMap(\.names)
      let near = KernelConstants.hint(for: name, on: target.machine.architecture)
      return near ?? Suggestions.hint(for: name.text, amongAll: names, at: name.range)
    }
    error("there is nothing named '\(name.text)'", at: name.range, notes: hint.notes, fixIts: hint.fixIts)
    return invalid(name.range)
  }

  mutating func call(_ name: Name, _ arguments: [Expression], _ range: SourceRange) -> TypedExpression {
    if let builtin = Builtin.named(name.text) { return call(builtin, name, arguments, range) }
    if name.text == Descendants.mask { return ancestorMask(arguments, range) }
    if let ours = ForeignNames.ours(for: name.text) {
      error("there is no function '\(name.text)'", at: name.range, notes: [Diagnostic.Note("here it is \(ours)")])
      return invalid(range)
    }
    let hint = diagnostics.advice {
      let functions = Builtin.catalog.filter { $0.kind != .value }.flatMap(\.names)
      if let hint = KernelConstants.hint(forFunction: name.text) { return hint }
      return Suggestions.hint(for: name.text, amongAll: functions, at: name.range)
    }
    error("there is no function '\(name.text)'", at: name.range, notes: hint.notes, fixIts: hint.fixIts)
    return invalid(range)
  }

  private mutating func call(
    _ builtin: Builtin, _ name: Name, _ arguments: [Expression], _ range: SourceRange
  ) -> TypedExpression {
    guard expects(builtin, arguments.count, range) else { return invalid(range) }
    let call = BuiltinCall(builtin: builtin, name: name, arguments: arguments, range: range)
    switch builtin.check {
    case .value(let check), .function(let check): return admits(call, range) ? check(&self, call) : invalid(range)
    case .action: error("\(name.text)() gives no value", at: range)
    case .aggregation:
      error(
        "\(name.text)() can only be assigned to a map", at: range,
        notes: [Diagnostic.Note("it is written \(builtin.signature)")])
    }
    return invalid(range)
  }

  /// What user space is to do for a call of an action; `nil` after an error, and for all that is no action.
  mutating func action(
    _ builtin: Builtin, _ name: Name, _ arguments: [Expression], _ range: SourceRange
  ) -> Message? {
    guard case .action(let check) = builtin.check, expects(builtin, arguments.count, range) else { return nil }
    let call = BuiltinCall(builtin: builtin, name: name, arguments: arguments, range: range)
    return admits(call, name.range) ? check(&self, call) : nil
  }

  /// What `@m = hist(x)` gathers and the value it takes; `nil` after an error.
  mutating func aggregation(_ aggregation: AggregationCall) -> (Aggregation, TypedExpression?)? {
    let call = aggregation.call
    guard expects(call.builtin, call.arguments.count, call.range) else { return nil }
    return aggregation.check(&self, call)
  }

  /// Whether the number of arguments is right; reports when not.
  private mutating func expects(_ builtin: Builtin, _ count: Int, _ range: SourceRange) -> Bool {
    if builtin.arguments.contains(count) { return true }
    let (low, high) = (builtin.arguments.lowerBound, builtin.arguments.upperBound)
    if high == Builtin.manyArguments, count > high {
      error("\(builtin.name)() takes at most \(high) arguments, not \(count)", at: range)
      return false
    }
    let expected =
      low == high
      ? (low == 1 ? "1 argument" : "\(low == 0 ? "no" : String(low)) arguments")
      : high >= Builtin.manyArguments
        ? "at least \(low) argument\(low == 1 ? "" : "s")"
        : high == low + 1
          ? "\(low == 0 ? "no" : String(low)) or \(high) argument\(high == 1 ? "" : "s")"
          : "\(low) to \(high) arguments"
    error(
      "\(builtin.name)() takes \(expected), not \(count)", at: range,
      notes: [Diagnostic.Note("it is written \(builtin.signature)")])
    return false
  }

  /// Whether a builtin means something in the current probe; reports where not, and at `place` that it is not allowed.
  private mutating func admits(_ call: BuiltinCall, _ place: SourceRange) -> Bool {
    let builtin = call.builtin
    let title = builtin.kind == .value ? call.name.text : "\(call.name.text)()"
    guard builtin.places.admits(instance.traits) else {
      // Where there is no attach point, that has been told.
      if !instance.attachPoints.isEmpty {
        error("\(title) \(builtin.places.complaint)", at: call.range, notes: builtin.places.notes(instance.traits))
      }
      return false
    }
    instance.uses.append(BuiltinUse(name: call.name.text, range: place))
    if let risk = builtin.risk, !options.allowsUnsafe { error("\(title) \(risk) and needs --unsafe", at: place) }
    return true
  }
}

/// A use of an aggregation.
struct AggregationCall {
  let call: BuiltinCall
  let check: Builtin.AggregationCheck

  /// - Returns: `nil` for all that is no aggregation.
  init?(_ syntax: Expression) {
    guard let (name, arguments) = syntax.call, let builtin = Builtin.named(name.text),
      case .aggregation(let check) = builtin.check
    else { return nil }
    call = BuiltinCall(builtin: builtin, name: name, arguments: arguments, range: syntax.range)
    self.check = check
  }
}
