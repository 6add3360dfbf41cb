extension Checker {
  mutating func unary(_ operation: UnaryOperator, _ operand: Expression, _ range: SourceRange) -> TypedExpression {
    if case .addressOf = operation { return address(of: operand, range) }
    return unary(operation, expression(operand), range)
  }

  mutating func unary(_ operation: UnaryOperator, _ operand: TypedExpression, _ range: SourceRange) -> TypedExpression {
    let value = assumedNumber(operand)
    if value.type == .invalid { return unknown(operation, value, range) }
    switch operation {
    case .not:
      guard value.type.isScalar else {
        error("'!' needs a number or a pointer, not \(value.type.description)", at: operand.range)
        return invalid(range)
      }
      if case .integer(let constant) = value.kind {
        return TypedExpression(.integer(constant == 0 ? 1 : 0), .bool, range)
      }
      return TypedExpression(.not(value), .bool, range)
    case .negate, .plus, .complement:
      guard let integer = value.type.integer else {
        error("'\(operation.rawValue)' needs an integer, not \(value.type.description)", at: operand.range)
        return invalid(range)
      }
      if case .plus = operation { return value }
      let isNegate = if case .negate = operation { true } else { false }
      let type: Type = isNegate ? .int64 : .integer(IntegerType(bits: 64, signed: integer.isSigned))
      // An unsigned number keeps its width: of a mask, the bits above are none.
      if !isNegate, !integer.isSigned, integer.bits < 64 {
        let whole = TypedExpression(.complement(converted(value, .uint64)), .uint64, range)
        let narrow = Type.integer(IntegerType(bits: integer.bits, signed: false))
        if case .integer(let constant) = value.kind {
          return TypedExpression(
            .integer(Self.truncated(~constant, to: IntegerType(bits: integer.bits, signed: false))), narrow, range)
        }
        return TypedExpression(.convert(whole), narrow, range)
      }
      if case .integer(let constant) = value.kind {
        return TypedExpression(.integer(isNegate ? 0 &- constant : ~constant), type, range)
      }
      return TypedExpression(
        isNegate ? .negate(converted(value, type)) : .complement(converted(value, type)), type, range)
    case .dereference:
      guard case .pointer(let target, _) = value.type else {
        if value.type.isInteger {
          let address = TypedExpression(.convert(value), .pointer(.uint64, defaultSpace), value.range)
          return TypedExpression(.dereference(address), .uint64, range)
        }
        error("'*' needs a pointer, not \(value.type.description)", at: operand.range)
        return invalid(range)
      }
      if case .void = target {
        error("a void pointer cannot be followed; cast it first", at: range)
        return invalid(range)
      }
      return sized(TypedExpression(.dereference(value), target, range))
    case .addressOf: return invalid(range)
    }
  }

  /// Where plain numbers point to in this probe.
  var defaultSpace: AddressSpace { instance.traits.space }

  mutating func step(_ step: Expression.Step, _ operand: Expression, _ range: SourceRange) -> TypedExpression {
    if case .map(let name) = operand.kind { return mapStep(step, name, nil, operand.range, range) }
    if case .index(let base, let indices) = operand.kind, case .map(let name) = base.kind {
      return mapStep(step, name, indices, operand.range, range)
    }
    guard case .variable(let name) = operand.kind else {
      error("'++' and '--' need a variable or a map entry", at: operand.range)
      return invalid(range)
    }
    guard let variable = scope.lookup(name) else {
      undefinedVariable(Name(name, operand.range))
      return invalid(range)
    }
    if variableType(variable.id) == .invalid, assumed >= .number {
      learn(variable, TypedExpression(.integer(0), .int64, range), at: range)
    }
    let type = variableType(variable.id)
    guard let amount = stepAmount(step, type, operand.range) else { return invalid(range) }
    if type.isInteger, variable.declared == nil {
      learn(variable, TypedExpression(.variable(variable.id), .int64, range), at: range)
    }
    return TypedExpression(
      .step(.variable(variable.id), amount: amount, isPrefix: step.isPrefix), variableType(variable.id), range)
  }

  private mutating func mapStep(
    _ step: Expression.Step, _ name: String, _ indices: [Expression]?, _ operandRange: SourceRange, _ range: SourceRange
  ) -> TypedExpression {
    let map = environment.map(named: name, at: operandRange)
    environment.maps[map].isAssigned = true
    let key = mapKey(map, indices, operandRange)
    if environment.maps[map].value == nil {
      learnValue(map, TypedExpression(.integer(0), .int64, operandRange), at: operandRange)
    }
    if case .aggregation(let aggregation) = mapValueType(map) {
      error(
        "@\(name) gathers \(aggregation.functionName)() and cannot be stepped", at: range,
        notes: environment.maps[map].valueRange.map { [Diagnostic.Note("its type was decided here", at: $0)] } ?? [])
      return invalid(range)
    }
    let type = mapValueType(map)
    guard let amount = stepAmount(step, type, operandRange) else { return invalid(range) }
    return TypedExpression(.step(.map(MapID(map), key: key), amount: amount, isPrefix: step.isPrefix), type, range)
  }

  private mutating func stepAmount(_ step: Expression.Step, _ type: Type, _ range: SourceRange) -> Int64? {
    switch type {
    case .integer, .enumeration, .bool: return Int64(step.amount)
    case .pointer(let target, _): return stride(of: target, range).map { Int64(step.amount) * Int64($0) }
    case .invalid: return nil
    case .void, .string, .buffer, .array, .record, .tuple, .symbolic, .stack, .aggregation:
      error("'++' and '--' need an integer or a pointer, not \(type.description)", at: range)
      return nil
    }
  }

  // MARK: - Binary operators

  mutating func binary(
    _ operation: BinaryOperator, _ left: TypedExpression, _ right: TypedExpression, _ range: SourceRange,
    _ operatorRange: SourceRange
  ) -> TypedExpression {
    let (left, right) = assumedOperands(operation, left, right)
    if left.type == .invalid || right.type == .invalid { return unknown(operation, left, right, range) }
    switch operation {
    case .and, .or:
      for side in [left, right] where !side.type.isScalar {
        error("'\(operation.rawValue)' needs numbers, not \(side.type.description)", at: side.range)
        return invalid(range)
      }
      return TypedExpression(operation == .and ? .and(left, right) : .or(left, right), .bool, range)
    case .equal: return comparison(.equal, left, right, range)
    case .notEqual: return comparison(.notEqual, left, right, range)
    case .less: return comparison(.less, left, right, range)
    case .lessOrEqual: return comparison(.lessOrEqual, left, right, range)
    case .greater: return comparison(.greater, left, right, range)
    case .greaterOrEqual: return comparison(.greaterOrEqual, left, right, range)
    case .add: return arithmetic(.add, left, right, range)
    case .subtract: return arithmetic(.subtract, left, right, range)
    case .multiply: return arithmetic(.multiply, left, right, range)
    case .divide: return arithmetic(.divide, left, right, range)
    case .modulo: return arithmetic(.modulo, left, right, range)
    case .bitAnd: return arithmetic(.and, left, right, range)
    case .bitOr: return arithmetic(.or, left, right, range)
    case .bitXor: return arithmetic(.xor, left, right, range)
    case .shiftLeft: return arithmetic(.shiftLeft, left, right, range)
    case .shiftRight: return arithmetic(.shiftRight, left, right, range)
    }
  }

  private mutating func arithmetic(
    _ operation: ArithmeticOperation, _ left: TypedExpression, _ right: TypedExpression, _ range: SourceRange
  ) -> TypedExpression {
    if case .pointer(let target, _) = left.type, right.type.isInteger, operation == .add || operation == .subtract {
      let offset = operation == .add ? right : TypedExpression(.negate(converted(right, .int64)), .int64, right.range)
      guard let scale = stride(of: target, left.range) else { return invalid(range) }
      return TypedExpression(.pointerOffset(left, converted(offset, .int64), scale: scale), left.type, range)
    }
    if case .pointer(let target, _) = right.type, left.type.isInteger, operation == .add {
      guard let scale = stride(of: target, right.range) else { return invalid(range) }
      return TypedExpression(.pointerOffset(right, converted(left, .int64), scale: scale), right.type, range)
    }
    if operation == .add, case .string(let first) = left.kind, case .string(let second) = right.kind {
      return string(first + second, range)
    }
    if operation == .add, let rest = rest(of: left, from: right, range) ?? rest(of: right, from: left, range) {
      return rest
    }
    if let difference = pointerDifference(operation, left, right, range) { return difference }
    let left = numeric(left)
    let right = numeric(right)
    guard let a = left.type.integer, let b = right.type.integer else {
      let wrong = left.type.integer == nil ? left : right
      error("'\(operation.rawValue)' needs integers, not \(wrong.type.description)", at: wrong.range)
      return invalid(range)
    }
    let isShift = operation == .shiftLeft || operation == .shiftRight
    let isSigned: Bool
    if isShift {
      isSigned = a.isSigned && !isNaturalConstant(left)
    } else if operation == .subtract {
      isSigned = true
    } else {
      isSigned =
        (a.isSigned && !(isNaturalConstant(left) && !b.isSigned))
        || (b.isSigned && !(isNaturalConstant(right) && !a.isSigned))
    }
    let type: Type = isSigned ? .int64 : .uint64
    if operation == .divide || operation == .modulo, case .integer(0) = right.kind {
      diagnostics.warning(
        "division by zero: the result is \(operation == .divide ? "0" : "the dividend")", at: range)
    }
    if case .integer(let x) = left.kind, case .integer(let y) = right.kind {
      let value = Self.fold(operation, x, y, signed: isSigned)
      let folded: Type = type == .uint64 && value >= 0 && a.isSigned && b.isSigned ? .int64 : type
      return TypedExpression(.integer(value), folded, range)
    }
    return TypedExpression(
      .arithmetic(operation, converted(left, type), isShift ? right : converted(right, type), signed: isSigned), type,
      range)
  }

  /// A literal string plus a number: the literal without so many of its first bytes; `nil` for other operands.
  private mutating func rest(
    of text: TypedExpression, from start: TypedExpression, _ range: SourceRange
  ) -> TypedExpression? {
    guard case .string(let bytes) = text.kind, case .integer(let count) = start.kind, start.type.isInteger, count >= 0
    else { return nil }
    if count >= bytes.count, !bytes.isEmpty {
      diagnostics.warning("the string has \(bytes.count) bytes: nothing is left of it", at: range)
    }
    return string(Array(bytes.dropFirst(Int(clamping: count))), range)
  }

  /// How many elements two pointers are apart; `nil` for other operands. To multiply or divide a pointer is a mistake.
  private mutating func pointerDifference(
    _ operation: ArithmeticOperation, _ left: TypedExpression, _ right: TypedExpression, _ range: SourceRange
  ) -> TypedExpression? {
    switch operation {
    case .subtract:
      guard case .pointer(let a, _) = left.type, case .pointer(let b, _) = right.type, a == b else { return nil }
      let bytes = TypedExpression(
        .arithmetic(.subtract, converted(left, .int64), converted(right, .int64), signed: true), .int64, range)
      guard let scale = stride(of: a, range) else { return invalid(range) }
      if scale == 1 { return bytes }
      return TypedExpression(
        .arithmetic(.divide, bytes, number(Int64(scale), .int64, range), signed: true), .int64, range)
    case .multiply, .divide, .modulo:
      for side in [left, right] {
        guard case .pointer = side.type else { continue }
        error("'\(operation.rawValue)' needs integers, not \(side.type.description)", at: side.range)
        return invalid(range)
      }
      return nil
    case .add, .and, .or, .xor, .shiftLeft, .shiftRight: return nil
    }
  }

  func isNaturalConstant(_ value: TypedExpression) -> Bool {
    if case .integer(let constant) = value.kind { constant >= 0 } else { false }
  }

  /// Pointers and booleans take part in arithmetic as numbers.
  func numeric(_ value: TypedExpression) -> TypedExpression {
    if value.type == .bool { return converted(value, .uint8) }
    return value.type.isAddress ? TypedExpression(.convert(value), .uint64, value.range) : value
  }

  /// 64-bit arithmetic as the kernel does it: wrap around, x / 0 is 0, x % 0 is x, shifts count modulo 64.
  static func fold(_ operation: ArithmeticOperation, _ x: Int64, _ y: Int64, signed: Bool) -> Int64 {
    let (ux, uy) = (UInt64(bitPattern: x), UInt64(bitPattern: y))
    switch operation {
    case .add: return x &+ y
    case .subtract: return x &- y
    case .multiply: return x &* y
    case .divide:
      if y == 0 { return 0 }
      if signed { return y == -1 ? 0 &- x : x / y }
      return Int64(bitPattern: ux / uy)
    case .modulo:
      if y == 0 { return x }
      if signed { return y == -1 ? 0 : x % y }
      return Int64(bitPattern: ux % uy)
    case .and: return x & y
    case .or: return x | y
    case .xor: return x ^ y
    case .shiftLeft: return x &<< y
    case .shiftRight: return signed ? x &>> y : Int64(bitPattern: ux &>> uy)
    }
  }
}
