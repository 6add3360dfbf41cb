extension Checker {
  /// A call that user space carries out.
  mutating func action(
    _ builtin: Builtin, _ name: Name, _ arguments: [Expression], _ range: SourceRange
  ) -> Message? {
    guard expects(builtin, arguments.count, range), hasReader(builtin.name, range) else { return nil }
    switch builtin.name {
    case .printf where instance.traits.isPinned: return sequence(arguments).map { .printf($0, $1) }
    case .printf: return format(arguments, "printf").map { .printf($0, $1) }
    case .cat: return format(arguments, "cat").map { .cat($0, $1) }
    case .errorf: return format(arguments, "errorf").map { .report(.error, $0, $1) }
    case .warnf: return format(arguments, "warnf").map { .report(.warning, $0, $1) }
    case .system:
      if !options.allowsUnsafe {
        error("system() runs commands and needs --unsafe", at: name.range)
      }
      return format(arguments, "system").map { .system($0, $1) }
    case .print: return print(arguments, range)
    case .clear: return mapArgument(arguments[0], "clear").map { .clear(MapID($0)) }
    case .zero: return mapArgument(arguments[0], "zero").map { .zero(MapID($0)) }
    case .unwatch: return address(arguments[0]).map { .unwatch($0) }
    case .exit: return .exit(arguments.first.map { converted(integerOperand($0), .int64) })
    case .time:
      guard let first = arguments.first else { return .time("%H:%M:%S\n") }
      return timeFormat(first, "time").map { .time($0) }
    case .join:
      let list = expression(arguments[0])
      guard case .pointer = list.type else {
        if list.type != .invalid {
          error(
            "join() needs an array of strings such as args.argv, not \(list.type.description)", at: arguments[0].range)
        }
        return nil
      }
      var separator = " "
      if arguments.count == 2 {
        guard let text = literal(arguments[1], "join") else { return nil }
        separator = text
      }
      return .join(list, separator: separator)
    default: return nil
    }
  }

  /// A number or pointer, as a number.
  private mutating func address(_ syntax: Expression) -> TypedExpression? {
    let value = expression(syntax)
    switch value.type {
    case .invalid: return nil
    case .pointer, .integer: return converted(value, .uint64)
    default:
      error("unwatch() needs an address, not \(value.type.description)", at: syntax.range)
      return nil
    }
  }

  private mutating func print(_ arguments: [Expression], _ range: SourceRange) -> Message? {
    if case .map(let name) = arguments[0].kind {
      let map = environment.map(named: name, at: arguments[0].range)
      if environment.maps[map].isKeyed != true, arguments.count > 1, environment.maps[map].value != nil {
        error("only maps with keys print in part", at: range)
        return nil
      }
      let top = arguments.count > 1 ? converted(integerOperand(arguments[1]), .uint64) : nil
      let divisor = arguments.count > 2 ? converted(integerOperand(arguments[2]), .uint64) : nil
      return .printMap(MapID(map), top: top, divisor: divisor)
    }
    guard arguments.count == 1 else {
      error("print() of a value takes one argument", at: range)
      return nil
    }
    if case .index(let base, let indices) = arguments[0].kind, case .map(let name) = base.kind {
      let map = environment.map(named: name, at: base.range)
      let key = mapKey(map, indices, arguments[0].range)
      if case .aggregation(let aggregation) = mapValueType(map) {
        guard aggregation.isChart else { return .printMapValue(MapID(map), key: key) }
        error(
          "what \(aggregation.functionName)() gathers prints with its whole map", at: arguments[0].range,
          notes: [Diagnostic.Note("print(@\(name)) shows all keys")])
        return nil
      }
    }
    let value = expression(arguments[0])
    switch value.type {
    case .void:
      error("this gives no value to print", at: arguments[0].range)
      return nil
    case .record(.tracepoint), .record(.function): return fields(of: value).map { .print($0) }
    case .invalid: return nil
    default: return .print(value)
    }
  }

  // MARK: - Formats

  mutating func format(_ arguments: [Expression], _ function: String) -> (FormatString, [TypedExpression])? {
    guard case .string(let bytes) = arguments[0].kind else {
      error("\(function)() needs its format in quotes", at: arguments[0].range)
      return nil
    }
    let format: FormatString
    do throws(FormatString.ParseError) {
      format = try FormatString(parsing: bytes)
    } catch {
      self.error(error.message, at: arguments[0].range)
      return nil
    }
    let values = arguments.dropFirst().map { expression($0) }
    let conversions = format.conversions
    guard conversions.count == values.count else {
      error(
        "the format has \(conversions.count) conversion\(conversions.count == 1 ? "" : "s") "
          + "and \(values.count) argument\(values.count == 1 ? "" : "s") follow", at: arguments[0].range,
        notes: [Diagnostic.Note("each of %d, %s and so on takes one argument; '%%' is a percent sign")])
      return nil
    }
    var checked: [TypedExpression] = []
    for (directive, value) in zip(conversions, values) {
      guard let value = formatted(value, directive) else { return nil }
      checked.append(value)
    }
    return (format, checked)
  }

  /// An argument as its conversion takes it; reports what does not go together.
  private mutating func formatted(_ value: TypedExpression, _ directive: FormatDirective) -> TypedExpression? {
    let fits: Bool
    switch directive.conversion {
    case .decimal, .unsigned, .hex, .upperHex, .octal, .character, .pointer:
      switch value.type {
      case .integer, .enumeration, .bool: fits = true
      case .pointer, .kernelSymbol: return TypedExpression(.convert(value), .uint64, value.range)
      case .userSymbol, .username, .errorName, .syscallName: fits = false
      default: fits = false
      }
    case .string:
      switch value.type {
      case .string, .probeName, .kernelSymbol, .userSymbol, .stack, .inet, .macAddress, .username, .timestamp,
        .cgroupPath, .errorName, .syscallName, .enumeration, .bool, .tuple, .array:
        fits = true
      case .record(.tracepoint), .record(.function): return fields(of: value)
      case .record: fits = true
      default: fits = false
      }
    case .buffer, .escapedBuffer, .hexBuffer:
      if case .buffer = value.type { fits = true } else { fits = false }
    }
    if value.type == .invalid { return value }
    if !fits {
      error(
        "%\(directive.conversion.rawValue) does not print \(value.type.description)", at: value.range,
        notes: advice(value.type))
      return nil
    }
    return value
  }

  private func advice(_ type: Type) -> [Diagnostic.Note] {
    switch type {
    case .integer: [Diagnostic.Note("%d prints numbers")]
    case .pointer(.integer, _):
      [Diagnostic.Note("str(...) reads the string a pointer points to; %p prints the pointer")]
    case .pointer: [Diagnostic.Note("%p prints pointers")]
    case .buffer: [Diagnostic.Note("%r prints buffers")]
    case .string, .probeName, .timestamp, .kernelSymbol, .userSymbol: [Diagnostic.Note("%s prints text")]
    default: []
    }
  }

  // MARK: - Aggregations

  /// What `@m = hist(x)` gathers and the value it takes.
  mutating func aggregation(
    _ name: Builtin.Name, _ syntax: Expression
  ) -> (Aggregation, TypedExpression?)? {
    let arguments: [Expression]
    if case .call(_, let list) = syntax.kind { arguments = list } else { arguments = [] }
    guard let builtin = Builtin.named(name.rawValue), expects(builtin, arguments.count, syntax.range) else {
      return nil
    }
    guard let first = arguments.first else { return (.count, nil) }
    let value = integerOperand(first)
    guard let integer = value.type.integer else { return nil }
    let isSigned = integer.isSigned
    let operand = converted(value, isSigned ? .int64 : .uint64)
    switch name {
    case .sum: return (.sum(signed: isSigned), operand)
    case .min: return (.min(signed: isSigned), operand)
    case .max: return (.max(signed: isSigned), operand)
    case .avg: return (.avg(signed: isSigned), operand)
    case .stats: return (.stats(signed: isSigned), operand)
    case .hist:
      guard arguments.count == 2 else { return (.hist(k: 0), operand) }
      guard let k = constant(arguments[1], "hist"), (0...5).contains(k) else {
        error("hist() takes 0 to 5 for the buckets of each power of two", at: arguments[1].range)
        return nil
      }
      return (.hist(k: Int(k)), operand)
    case .lhist:
      guard let low = constant(arguments[1], "lhist"), let high = constant(arguments[2], "lhist"),
        let step = constant(arguments[3], "lhist")
      else { return nil }
      guard step > 0 else {
        error("lhist() needs a step above 0", at: arguments[3].range)
        return nil
      }
      guard high > low else {
        error("lhist() needs a maximum above its minimum", at: arguments[2].range)
        return nil
      }
      let (width, overflow) = high.subtractingReportingOverflow(low)
      guard !overflow, width / step <= 1000 else {
        error("lhist() makes at most 1000 buckets; use a larger step", at: syntax.range)
        return nil
      }
      return (.lhist(min: low, max: high, step: step), converted(value, .int64))
    case .tseries: return timeSeries(arguments, converted(value, .int64))
    default: return nil
    }
  }

  mutating func constant(_ syntax: Expression, _ function: String) -> Int64? {
    let value = expression(syntax)
    if case .integer(let constant) = value.kind { return constant }
    if value.type != .invalid { error("\(function)() needs a number known at compile time here", at: syntax.range) }
    return nil
  }
}
