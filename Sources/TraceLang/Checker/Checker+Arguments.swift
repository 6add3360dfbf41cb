// What several builtins ask of their arguments, and the values that they give.
extension Checker {
  /// A map given by name; reports anything else.
  mutating func mapArgument(_ syntax: Expression, _ function: String) -> Int? {
    guard case .map(let name) = syntax.kind else {
      error("\(function)() needs a map here, such as @x", at: syntax.range)
      return nil
    }
    let map = environment.map(named: name, at: syntax.range)
    environment.maps[map].isNeeded = true
    return map
  }

  /// A string known at compile time.
  mutating func literal(_ syntax: Expression, _ function: String) -> String? {
    if case .string(let bytes) = syntax.kind { return String(decoding: bytes, as: UTF8.self) }
    if let text = parameterText(syntax) { return String(decoding: text, as: UTF8.self) }
    // `str($1)`, `getopt("name", "value")` and what else is known at compile time.
    if case .call = syntax.kind {
      let value = expression(syntax)
      if case .string(let bytes) = value.kind { return String(decoding: bytes, as: UTF8.self) }
      if value.type == .invalid { return nil }
    }
    error("\(function)() needs a string in quotes here", at: syntax.range)
    return nil
  }

  /// `str($1)` and `str($1 + 2)` are the parameter's own text.
  mutating func parameterText(_ syntax: Expression) -> [UInt8]? {
    if case .positional(let number) = syntax.kind {
      if number <= options.parameterBytes.count { return options.parameterBytes[number - 1] }
      missingParameter(number, syntax.range)
      return []
    }
    guard case .binary(.add, let left, let right, _) = syntax.kind, case .positional = left.kind,
      case .integer(let skip) = right.kind, let text = parameterText(left)
    else { return nil }
    return Array(text.dropFirst(Int(min(skip.value, UInt64(text.count)))))
  }

  /// A number known at compile time.
  mutating func constant(_ syntax: Expression, _ function: String) -> Int64? {
    let value = expression(syntax)
    if case .integer(let constant) = value.kind { return constant }
    if value.type != .invalid { error("\(function)() needs a number known at compile time here", at: syntax.range) }
    return nil
  }

  /// A pointer operand: pointers, integers taken as addresses in the probe's own space, and arrays in memory.
  mutating func address(_ syntax: Expression, _ function: String) -> TypedExpression {
    let value = expression(syntax)
    switch value.type {
    case .pointer(let target, .unknown):
      return TypedExpression(.convert(value), .pointer(target, defaultSpace), value.range)
    case .pointer, .invalid, .string, .array: return value
    case .integer: return TypedExpression(.convert(value), .pointer(.int8, defaultSpace), value.range)
    case .void, .bool, .buffer, .record, .enumeration, .tuple, .symbolic, .stack, .aggregation:
      error("\(function)() needs a pointer, not \(value.type.description)", at: syntax.range)
      return invalid(syntax.range)
    }
  }

  /// An argument that is like a string, as a string: arrays of bytes and what pointers point to are read.
  mutating func text(_ syntax: Expression, _ function: String) -> TypedExpression? {
    let value = expression(syntax)
    guard let text = asText(value) else {
      if case .symbolic(let symbol) = value.type, symbol.facts.text != .value {
        error("\(function)() cannot look into text that is only made when it prints", at: syntax.range)
        return nil
      }
      if value.type != .invalid {
        error(
          "\(function)() needs a string, an array of bytes or a pointer to one, not \(value.type.description)",
          at: syntax.range)
      }
      return nil
    }
    return text
  }

  func asText(_ value: TypedExpression) -> TypedExpression? {
    let longest = configuration.maxStringLength + 1
    if case .string = value.type { return value }
    if case .symbolic(let symbol) = value.type { return self.text(of: value, symbol) }
    if case .array(.integer(let element), let count) = value.type, element.bits == 8 {
      return TypedExpression(
        .call(.string(value, length: nil)), .string(capacity: min(count + 1, longest)), value.range)
    }
    guard case .pointer(.integer(let target), let space) = value.type, target.bits == 8 else { return nil }
    let pointer = space == .unknown ? converted(value, .pointer(.int8, defaultSpace)) : value
    return TypedExpression(.call(.string(pointer, length: nil)), .string(capacity: longest), value.range)
  }

  /// The text of a value whose texts are known; `nil` for all else.
  func text(of value: TypedExpression, _ symbol: SymbolicType) -> TypedExpression? {
    guard let table = symbol.texts(on: target.machine.architecture) ?? names(of: value) else { return nil }
    var number = TypedExpression(.convert(value), .uint64, value.range)
    if case .convert(let operand) = value.kind { number = operand }
    if case .integer(let constant) = number.kind { return string(table.text(of: constant), value.range) }
    return libraryValue(.text(of: number, in: table), .string(capacity: table.capacity), value.range)
  }

  /// More probes of a block than this, and functions of strings do not look into their names.
  private static let mostNames = 1024

  /// The names that `probe` or `func` may give here.
  private func names(of value: TypedExpression) -> TextTable? {
    let points = instance.attachPoints
    let isProbe = value.kind == .context(.probeName)
    guard isProbe || value.kind == .context(.functionName) else { return nil }
    let indices = isProbe ? points.map(\.nameIndex) : points.compactMap(\.functionIndex)
    guard let first = indices.min(), let last = indices.max(), last - first < Self.mostNames else { return nil }
    return .names(Array(probeNames[first...last]), first: first)
  }

  // MARK: - Values

  func libraryValue(_ function: LibraryFunction, _ type: Type, _ range: SourceRange) -> TypedExpression {
    TypedExpression(.call(.library(function)), type, range)
  }

  func number(_ value: Int64, _ type: Type, _ range: SourceRange) -> TypedExpression {
    TypedExpression(.integer(value), type, range)
  }

  /// Statements as an expression that gives nothing.
  func effects(_ statements: [TypedStatement], _ range: SourceRange) -> TypedExpression {
    TypedExpression(.block(statements, number(0, .int64, range)), .void, range)
  }

  /// An expression without a value, used as a statement.
  func discarded(_ value: TypedExpression, _ range: SourceRange) -> [TypedStatement] {
    if case .block(let statements, _) = value.kind { return statements }
    return [TypedStatement(.evaluate(value), range)]
  }
}
