// What user space prints and does.
extension Checker {
  /// `printf(format, ...)`.
  mutating func printed(_ call: BuiltinCall) -> Message? {
    (instance.traits.isPinned ? sequence(call) : format(call)).map { .printf($0, $1) }
  }

  /// `print(value)` and `print(@m, top, divisor)`.
  mutating func print(_ call: BuiltinCall) -> Message? {
    if case .map(let name) = call.arguments[0].kind {
      let map = environment.map(named: name, at: call.arguments[0].range)
      environment.maps[map].isNeeded = true
      if loopDepth > 0 {
        diagnostics.warning(
          "in a loop, a map may print as a later iteration leaves it: it is read when the record arrives",
          at: call.range,
          notes: [Diagnostic.Note("print an element, or print the map after the loop")])
      }
      let top = call.arguments.count > 1 ? converted(integerOperand(call.arguments[1]), .uint64) : nil
      let divisor = call.arguments.count > 2 ? converted(integerOperand(call.arguments[2]), .uint64) : nil
      return .printMap(MapID(map), top: top, divisor: divisor)
    }
    guard call.arguments.count == 1 else {
      error("print() of a value takes one argument", at: call.range)
      return nil
    }
    if case .index(let base, let indices) = call.arguments[0].kind, case .map(let name) = base.kind {
      let map = environment.map(named: name, at: base.range)
      environment.maps[map].isRead = true
      let key = mapKey(map, indices, call.arguments[0].range)
      if case .aggregation = mapValueType(map) { return .printMapValue(MapID(map), key: key) }
    }
    let value = expression(call.arguments[0])
    if value.type == .invalid { return nil }
    if value.type == .void {
      error("this gives no value to print", at: call.arguments[0].range)
      return nil
    }
    return .print(value)
  }

  /// `join(array, separator)`.
  mutating func joined(_ call: BuiltinCall) -> Message? {
    var list = expression(call.arguments[0])
    // The address of such an array.
    if case .integer = list.type {
      list = TypedExpression(.convert(list), .pointer(.pointer(.int8, defaultSpace), defaultSpace), list.range)
    }
    guard case .pointer = list.type else {
      if list.type != .invalid {
        error(
          "join() needs an array of strings such as args.argv, not \(list.type.description)",
          at: call.arguments[0].range)
      }
      return nil
    }
    guard call.arguments.count == 2 else { return .join(list, separator: " ") }
    return literal(call.arguments[1], call.function).map { .join(list, separator: $0) }
  }

  /// `unwatch(address)`.
  mutating func unwatched(_ call: BuiltinCall) -> Message? {
    let value = expression(call.arguments[0])
    switch value.type {
    case .invalid: return nil
    case .pointer, .integer: return .unwatch(converted(value, .uint64))
    case .void, .bool, .string, .buffer, .array, .record, .enumeration, .tuple, .symbolic, .stack, .aggregation:
      error("unwatch() needs an address, not \(value.type.description)", at: call.arguments[0].range)
      return nil
    }
  }

  /// `debugf(format, ...)`: the kernel formats it.
  mutating func kernelTrace(_ call: BuiltinCall) -> Message? {
    guard let (format, values) = format(call) else { return nil }
    var arguments: [TypedExpression] = []
    for (directive, value) in zip(format.conversions, values) {
      if case .symbolic(let symbol) = value.type, directive.conversion == .string,
        let text = text(of: value, symbol)
      {
        arguments.append(text)
      } else {
        guard isWritten(directive, value.type), directive.conversion != .character else {
          error(
            "the kernel, which prints for debugf(), cannot print this so", at: value.range,
            notes: [Diagnostic.Note("it has %d, %u, %x, %X and %p of numbers, and plain %s of strings")])
          return nil
        }
        arguments.append(value)
      }
    }
    guard format.isTakenByKernel else {
      error("the kernel, which prints for debugf(), takes ASCII only", at: call.arguments[0].range)
      return nil
    }
    return .kernelTrace(format, arguments)
  }

  // MARK: - Formats

  /// A format and as many arguments as it has conversions, each of a type that its conversion prints.
  mutating func format(_ call: BuiltinCall) -> (FormatString, [TypedExpression])? {
    guard case .string(let bytes) = call.arguments[0].kind else {
      error("\(call.function)() needs its format in quotes", at: call.arguments[0].range)
      return nil
    }
    let format: FormatString
    do throws(FormatString.ParseError) {
      format = try FormatString(parsing: bytes)
    } catch {
      self.error(error.message, at: call.arguments[0].range)
      return nil
    }
    var conversions = format.conversions
    let values = call.arguments.dropFirst().enumerated().map { index, argument in
      guard conversions.indices.contains(index), conversions[index].conversion.isReal else {
        return expression(argument)
      }
      let (value, formula) = real(argument)
      conversions[index].formula = formula
      return value
    }
    guard conversions.count == values.count else {
      error(
        "the format has \(conversions.count) conversion\(conversions.count == 1 ? "" : "s") "
          + "and \(values.count) argument\(values.count == 1 ? "" : "s") follow", at: call.arguments[0].range,
        notes: [Diagnostic.Note("each of %d, %s and so on takes one argument; '%%' is a percent sign")])
      return nil
    }
    var checked: [TypedExpression] = []
    for (directive, value) in zip(conversions, values) {
      guard let value = formatted(value, directive) else { return nil }
      checked.append(value)
    }
    return (format.replacing(conversions), checked)
  }

  /// An argument as its conversion takes it; reports what does not go together.
  private mutating func formatted(_ value: TypedExpression, _ directive: FormatDirective) -> TypedExpression? {
    let fits: Bool
    switch directive.conversion {
    case .allocationFlags: fits = value.type.isInteger
    case .fixed, .exponent, .upperExponent, .general, .upperGeneral:
      fits = directive.formula != nil || value.type.isInteger
    case .decimal, .unsigned, .hex, .upperHex, .octal, .character, .pointer:
      if value.type.isAddress { return TypedExpression(.convert(value), .uint64, value.range) }
      // In other notations than decimal, a literal below 0 has the width of int where it fits.
      if directive.lengthBits == nil, directive.conversion != .decimal, case .integer(let constant) = value.kind,
        constant < 0, value.type == .int64, TypeRules.fits(constant, .int32)
      {
        return TypedExpression(value.kind, .int32, value.range)
      }
      fits = value.type.isInteger
    case .string: fits = value.type.printsAsText
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
    case .string, .symbolic(.probeName), .symbolic(.timestamp), .symbolic(.kernelSymbol), .symbolic(.userSymbol):
      [Diagnostic.Note("%s prints text")]
    case .void, .bool, .array, .record, .enumeration, .tuple, .symbolic, .stack, .aggregation, .invalid: []
    }
  }
}

extension Type {
  /// Whether `%s` takes it.
  fileprivate var printsAsText: Bool {
    switch self {
    case .string, .symbolic, .stack, .enumeration, .bool, .integer, .pointer, .buffer, .tuple, .array, .record: true
    case .void, .aggregation, .invalid: false
    }
  }
}
