// Values of several parts: arrays, tuples and structs; and the address-of operator.
extension Checker {
  /// Whether two arrays, tuples or structs hold the same values; `nil` for what has no such comparison.
  mutating func equality(_ left: TypedExpression, _ right: TypedExpression, _ range: SourceRange) -> TypedExpression? {
    guard let type = comparedType(left.type, right.type) else { return nil }
    return TypedExpression(.call(.valuesEqual(converted(left, type), converted(right, type))), .bool, range)
  }

  /// The type as which values of several parts compare; `nil` where they do not.
  private func comparedType(_ left: Type, _ right: Type) -> Type? {
    switch left {
    case .array, .stack: left == right ? left : nil
    case .symbolic(let symbol): left == right && symbol.facts.isComparable ? left : nil
    case .tuple, .record: right == .invalid ? nil : joined(left, right)
    case .buffer(let count):
      if case .buffer(let other) = right { .buffer(capacity: max(count, other)) } else { nil }
    case .void, .bool, .integer, .string, .pointer, .enumeration, .aggregation, .invalid: nil
    }
  }

  /// `<` and so on of two strings: by their first differing byte.
  func stringOrder(
    _ comparison: Comparison, _ left: TypedExpression, _ right: TypedExpression, _ range: SourceRange
  ) -> TypedExpression {
    let count = TypedExpression(.integer(Int64(max(size(of: left.type), size(of: right.type)))), .uint64, range)
    let zero = TypedExpression(.integer(0), .int64, range)
    let order = libraryValue(.compareBytes(left, right, count: count), .int64, range)
    return TypedExpression(.compare(comparison, order, zero, signed: true), .bool, range)
  }

  /// `&$x` and `&@x`.
  mutating func address(of operand: Expression, _ range: SourceRange) -> TypedExpression {
    if case .variable(let name) = operand.kind {
      guard let variable = scope.lookup(name) else {
        undefinedVariable(Name(name, operand.range))
        return invalid(range)
      }
      scope.takeAddress(of: variable.id)
      return TypedExpression(.address(.variable(variable.id)), .pointer(variableType(variable.id), .kernel), range)
    }
    guard case .map(let name) = operand.kind else {
      error("'&' gives the address of a variable ($x) or of a map without keys (@x)", at: operand.range)
      return invalid(range)
    }
    let map = environment.map(named: name, at: operand.range)
    environment.maps[map].isNeeded = true
    _ = mapKey(map, nil, operand.range)
    let type = mapValueType(map)
    if case .aggregation(let aggregation) = type {
      error("@\(name) gathers \(aggregation.functionName)() on each CPU and has no single address", at: range)
      return invalid(range)
    }
    if type == .invalid { return invalid(range) }
    return TypedExpression(.address(.map(MapID(map), key: nil)), .pointer(type, .kernel), range)
  }

  /// A cast between an integer and an array of integers or booleans of the same size, or between two such arrays; `nil` for others.
  /// - Parameter type: the array's `count` is 0 where the script leaves it out.
  mutating func arrayCast(_ value: TypedExpression, _ type: Type, _ range: SourceRange) -> TypedExpression? {
    if case .array(.bool, let count) = type {
      // Of bytes that are not 0, each is true.
      guard let bytes = arrayCast(value, .array(.uint8, count: count), range) else { return nil }
      guard case .array(_, let count) = bytes.type else { return bytes }
      return TypedExpression(bytes.kind, .array(.bool, count: count), range)
    }
    let have = size(of: value.type)
    if value.type.isInteger {
      guard case .array(.integer(let element), let count) = type else { return nil }
      let isLiteral = if case .integer = value.kind { value.type == .int64 } else { false }
      let want = count == 0 ? have : element.size * count
      guard want == have || (isLiteral && [1, 2, 4, 8].contains(want)), want % element.size == 0 else {
        error(
          "\(value.type.description) has \(have) bytes and \(type.description) has \(want)", at: range,
          notes: [
            Diagnostic.Note("a cast between a number and an array keeps all bytes; cast the number to the size first")
          ])
        return invalid(range)
      }
      return TypedExpression(.convert(value), .array(.integer(element), count: want / element.size), range)
    }
    guard value.type.isIntegers else { return nil }
    if case .integer(let integer) = type {
      if case .string = value.kind { return nil }
      guard have == integer.size else {
        error("\(value.type.description) has \(have) bytes and \(type.description) has \(integer.size)", at: range)
        return invalid(range)
      }
      return TypedExpression(.convert(value), type, range)
    }
    guard case .array(.integer(let element), let count) = type else { return nil }
    let want = count == 0 ? have / element.size : count
    guard want * element.size == have else {
      error("\(value.type.description) has \(have) bytes and \(type.description) has \(want * element.size)", at: range)
      return invalid(range)
    }
    return TypedExpression(.convert(value), .array(.integer(element), count: want), range)
  }

  /// `args` as a value: a record of its fields, dynamic strings read.
  mutating func fields(of arguments: TypedExpression) -> TypedExpression? {
    guard case .record(let reference) = arguments.type, let layout = target.layout(of: reference) else { return nil }
    var elements: [TupleElement] = []
    var parts: [TypedExpression] = []
    let left = unreadable(of: reference)
    if !left.isEmpty {
      diagnostics.warning(
        "args are without \(Suggestions.list(left)), which programs cannot read", at: arguments.range)
    }
    for member in layout.members where !isHidden(member.name, of: reference) && !left.contains(member.name) {
      var part = TypedExpression(.member(arguments, member), valueType(member, arguments), arguments.range)
      if member.location != nil, case .pointer(.int8, _) = part.type {
        let type = Type.string(capacity: configuration.maxStringLength + 1)
        part = TypedExpression(.call(.string(part, length: nil)), type, arguments.range)
      }
      elements.append(TupleElement(name: member.name, part.type))
      parts.append(part)
    }
    if parts.isEmpty {
      error("\(title(reference)) has no fields", at: arguments.range)
      return nil
    }
    return TypedExpression(.tuple(parts), .tuple(elements), arguments.range)
  }
}

extension Type {
  /// Whether it is an array of integers, or a string, which is one of characters.
  fileprivate var isIntegers: Bool {
    if case .array(.integer, _) = self { return true }
    if case .string = self { return true }
    return false
  }
}
