// Numbers with decimals, which `%f`, `%e` and `%g` print: what a division gives is not rounded, but computed by user
// space of the whole numbers in it.
extension Checker {
  /// An argument of such a conversion: a value as it prints, or the numbers of a formula as a tuple.
  mutating func real(_ syntax: Expression) -> (TypedExpression, Formula?) {
    let number = number(syntax)
    guard number.value.type != .invalid, let exact = number.exact else { return (number.value, nil) }
    guard exact.steps.count <= Formula.maximumSteps else {
      error("this has too many parts to be printed with decimals", at: syntax.range)
      return (invalid(syntax.range), nil)
    }
    let (steps, values) = exact.withValue(syntax.range)
    let tuple = Type.tuple(values.map { TupleElement($0.type) })
    return (TypedExpression(.tuple(values), tuple, syntax.range), Formula(steps))
  }

  /// A number as programs compute it, and, where it is not the same, as it is without rounding.
  private struct Number {
    var value: TypedExpression
    var exact: ExactValue?
  }

  private mutating func number(_ syntax: Expression) -> Number {
    switch syntax.kind {
    case .decimal(let literal):
      // Of its value as an integer nothing but its type matters: what has decimals is never computed by programs.
      let value = TypedExpression(.integer(literal.digits == 0 ? 0 : 1), .int64, syntax.range)
      return Number(value: value, exact: ExactValue(literal))
    case .binary(let operation, let left, let right, let operatorRange):
      guard let step = operation.formulaStep else { break }
      let (left, right) = (number(left), number(right))
      let value = binary(operation, left.value, right.value, syntax.range, operatorRange)
      guard value.type != .invalid, step == .divide || left.exact != nil || right.exact != nil else {
        return Number(value: value)
      }
      return Number(value: value, exact: .combined(step, [exact(left), exact(right)]))
    case .unary(.negate, let operand):
      let operand = number(operand)
      let value = unary(.negate, operand.value, syntax.range)
      return Number(value: value, exact: operand.exact.map { .combined(.negate, [$0]) })
    case .unary(.plus, let operand): return number(operand)
    case .ternary(let condition, let then, let otherwise):
      return choice(self.condition(condition), then, otherwise, syntax.range)
    case .conditional(let conditional):
      guard let (then, otherwise) = conditional.plainSides else { break }
      return choice(condition(conditional.condition), then, otherwise, syntax.range)
    case .block(let block):
      guard let result = block.result else { break }
      return number(block, result, syntax.range)
    case .integer, .string, .boolean, .identifier, .positional, .positionalCount, .variable, .map, .index, .member,
      .element, .call, .unary, .step, .cast, .tuple, .record, .sizeofType, .sizeofValue, .offsetofType, .offsetofValue,
      .type, .comptime, .invalid:
      break
    }
    let value = expression(syntax)
    return Number(value: value, exact: average(value))
  }

  private mutating func choice(
    _ test: TypedExpression, _ then: Expression?, _ otherwise: Expression, _ range: SourceRange
  ) -> Number {
    let sides = [then.map { number($0) } ?? Number(value: test, exact: average(test)), number(otherwise)]
    let value = choice(test, sides[0].value, sides[1].value, range)
    guard value.type != .invalid, sides.contains(where: { $0.exact != nil }) else { return Number(value: value) }
    if case .integer(let constant) = test.kind {
      return Number(value: value, exact: exact(sides[constant == 0 ? 1 : 0]))
    }
    let values = sides.map { exact($0) }
    if let changing = values.flatMap(\.values).first(where: \.hasEffects) {
      error(
        "both sides of '?:' are computed where it prints with decimals, and this changes something",
        at: changing.range)
      return Number(value: invalid(range))
    }
    return Number(value: value, exact: .combined(.choose, [ExactValue(test)] + values))
  }

  /// `{ ...; value }`, such as a macro becomes.
  private mutating func number(_ block: Block, _ result: Expression, _ range: SourceRange) -> Number {
    scope.push()
    defer { scope.pop() }
    let statements = block.statements.flatMap { statement($0) }
    var number = number(result)
    if let exact = number.exact, !statements.isEmpty { number.exact = exact.preceded(by: statements, range) }
    number.value = TypedExpression(.block(statements, number.value), number.value.type, range)
    return number
  }

  private func exact(_ number: Number) -> ExactValue {
    number.exact ?? average(number.value) ?? ExactValue(number.value)
  }

  /// What `avg()` gathers and `.average` of a map as the quotient that it is; `nil` for all else.
  private func average(_ value: TypedExpression) -> ExactValue? {
    let (map, key): (MapID, TypedExpression?)
    switch value.kind {
    case .call(.library(.part(.average, let of, let place))): (map, key) = (of, place)
    case .map(let of, let place): (map, key) = (of, place)
    case .integer, .string, .variable, .context, .member, .address, .dereference, .index, .element, .tuple, .convert,
      .negate, .complement, .not, .arithmetic, .pointerOffset, .compare, .and, .or, .ternary, .step, .call, .block:
      return nil
    }
    guard case .aggregation(let aggregation) = mapValueType(map.index), let isSigned = aggregation.signOfTotal,
      key?.hasEffects != true
    else { return nil }
    let total = libraryValue(.part(.total, of: map, key: key), isSigned ? .int64 : .uint64, value.range)
    let count = libraryValue(.part(.count, of: map, key: key), .uint64, value.range)
    return .combined(.divide, [ExactValue(total), ExactValue(count)])
  }
}

/// A formula being made, with the values that it takes.
private struct ExactValue {
  private(set) var steps: [Formula.Step]
  private(set) var values: [TypedExpression]

  /// A value that programs compute; products are left to user space, where nothing overflows.
  init(_ value: TypedExpression) {
    if case .integer(let constant) = value.kind, value.type.isInteger {
      let isNegative = constant < 0 && value.type.integer?.isSigned == true
      steps =
        [.constant(isNegative ? constant.magnitude : UInt64(bitPattern: constant))] + (isNegative ? [.negate] : [])
      values = []
    } else if case .arithmetic(.multiply, let left, let right, _) = value.kind {
      self = .combined(.multiply, [ExactValue(left), ExactValue(right)])
    } else {
      let type: Type = value.type.integer?.isSigned == true ? .int64 : .uint64
      steps = [.element(0)]
      values = [value.type == type ? value : TypedExpression(.convert(value), type, value.range)]
    }
  }

  init(_ literal: Expression.DecimalLiteral) {
    steps = [.constant(literal.digits)]
    for _ in 0..<literal.places { steps += [.constant(10), .divide] }
    values = []
  }

  private init() { (steps, values) = ([], []) }

  static func combined(_ step: Formula.Step, _ operands: [ExactValue]) -> ExactValue {
    var result = ExactValue()
    for operand in operands {
      for step in operand.steps {
        if case .element(let index) = step {
          result.steps.append(.element(index + result.values.count))
        } else {
          result.steps.append(step)
        }
      }
      result.values += operand.values
    }
    result.steps.append(step)
    return result
  }

  /// The same, with statements that run before its values are computed.
  func preceded(by statements: [TypedStatement], _ range: SourceRange) -> ExactValue {
    let value = withValue(range)
    var result = ExactValue()
    result.steps = value.steps
    result.values = value.values
    result.values[0] = TypedExpression(.block(statements, value.values[0]), value.values[0].type, range)
    return result
  }

  /// Its parts, of which one is a value at least: a record is not empty.
  func withValue(_ range: SourceRange) -> (steps: [Formula.Step], values: [TypedExpression]) {
    if !values.isEmpty { return (steps, values) }
    var steps = steps
    var values: [TypedExpression] = []
    for (index, step) in steps.enumerated() {
      guard case .constant(let constant) = step else { continue }
      values = [TypedExpression(.integer(Int64(bitPattern: constant)), .uint64, range)]
      steps[index] = .element(0)
      break
    }
    return (steps, values)
  }
}

extension Statement.If {
  /// The values of its branches, where they are that alone; `nil` where something is done for them, or one is left out.
  fileprivate var plainSides: (then: Expression, otherwise: Expression)? {
    if case .comptime = condition.kind { return nil }
    guard then.statements.isEmpty, let first = then.result else { return nil }
    switch otherwise {
    case .block(let block):
      guard block.statements.isEmpty, let second = block.result else { return nil }
      return (first, second)
    case .conditional(let next, let range): return (first, Expression(.conditional(next), range))
    case nil: return nil
    }
  }
}

extension BinaryOperator {
  /// What it is in a formula; `nil` for what programs alone compute.
  fileprivate var formulaStep: Formula.Step? {
    switch self {
    case .add: .add
    case .subtract: .subtract
    case .multiply: .multiply
    case .divide: .divide
    case .modulo, .shiftLeft, .shiftRight, .less, .lessOrEqual, .greater, .greaterOrEqual, .equal, .notEqual, .bitAnd,
      .bitXor, .bitOr, .and, .or:
      nil
    }
  }
}
