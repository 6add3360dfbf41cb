extension Checker {
  /// The statements of a block in a scope of their own.
  mutating func statements(_ block: Block) -> [TypedStatement] {
    scope.push()
    defer { scope.pop() }
    var result = block.statements.flatMap { statement($0) }
    if let last = block.result { result += statement(Statement(.expression(last), last.range)) }
    return result
  }

  mutating func statement(_ statement: Statement) -> [TypedStatement] {
    countStep(at: statement.range)
    if hasGivenUp { return [] }
    let range = statement.range
    switch statement.kind {
    case .expression(let expression): return effect(expression, range)
    case .discard(let expression): return [TypedStatement(.evaluate(self.expression(expression)), range)]
    case .assign(let target, let operation, let value): return assignment(target, operation, value, range)
    case .declare(let name, let type, let value): return declaration(name, type, value, range)
    case .conditional(let conditional): return [self.conditional(conditional, range)]
    case .whileLoop(let condition, let body):
      let condition = self.condition(condition)
      return [TypedStatement(.whileLoop(condition, loopBody(body)), range)]
    case .unroll(let count, let body): return unroll(count, body, range)
    case .forMap(let variable, let map, let body): return forMap(variable, map, body, range)
    case .forRange(let variable, let start, let end, let body): return forRange(variable, start, end, body, range)
    case .block(let block): return statements(block)
    case .breakLoop, .continueLoop:
      let isBreak = if case .breakLoop = statement.kind { true } else { false }
      if loopDepth == 0 {
        error("'\(isBreak ? "break" : "continue")' is only allowed inside a loop", at: range)
        return []
      }
      return [TypedStatement(isBreak ? .breakLoop : .continueLoop, range)]
    case .returnProbe(let value?):
      let number = converted(returned(value), .int64)
      if instance.traits.exitsWithReturnedValue { return [TypedStatement(.send(.exit(number)), range)] }
      return [TypedStatement(.evaluate(number), range), TypedStatement(.finish, range)]
    case .returnProbe(nil): return [TypedStatement(.finish, range)]
    case .directive, .invalid: return []
    }
  }

  /// What a probe returns: an integer.
  private mutating func returned(_ syntax: Expression) -> TypedExpression {
    let value = assumedNumber(expression(syntax))
    if value.type == .invalid || value.type.integer != nil { return value }
    error("a probe returns an integer, not \(value.type.description)", at: syntax.range)
    return invalid(syntax.range)
  }

  private mutating func loopBody(_ body: Block) -> [TypedStatement] {
    loopDepth += 1
    defer { loopDepth -= 1 }
    return statements(body)
  }

  /// An expression used as a statement: a call of an action, a step, or something computed for nothing.
  private mutating func effect(_ expression: Expression, _ range: SourceRange) -> [TypedStatement] {
    switch expression.kind {
    case .call(let name, let arguments):
      if let builtin = Builtin.named(name.text), builtin.kind == .action {
        return action(builtin, name, arguments, expression.range).map { [TypedStatement(.send($0), range)] } ?? []
      }
    case .identifier(let name):
      if let builtin = Builtin.named(name), builtin.kind == .action {
        return action(builtin, Name(name, expression.range), [], expression.range)
          .map { [TypedStatement(.send($0), range)] } ?? []
      }
    case .ternary(let condition, let then?, let otherwise):
      let condition = self.condition(condition)
      return [
        TypedStatement(
          .conditional(condition, then: effect(then, then.range), otherwise: effect(otherwise, otherwise.range)), range)
      ]
    case .block(let block): return statements(block)
    case .conditional(let conditional): return [self.conditional(conditional, range)]
    case .integer, .decimal, .string, .boolean, .positional, .positionalCount, .variable, .map, .index, .member,
      .element,
      .unary, .step, .binary, .ternary, .cast, .tuple, .record, .sizeofType, .sizeofValue, .offsetofType,
      .offsetofValue, .type, .comptime, .invalid:
      break
    }
    let value = self.expression(expression)
    if value.type == .void { return discarded(value, range) }
    if !hasEffect(value), value.type != .invalid {
      diagnostics.warning(
        "the value of this expression is not used", at: expression.range,
        notes: [Diagnostic.Note("write '_ = ...' if that is meant")])
    }
    return [TypedStatement(.evaluate(value), range)]
  }

  private func hasEffect(_ value: TypedExpression) -> Bool {
    if case .step = value.kind { return true }
    if case .call(let function) = value.kind { return function.hasEffect }
    if case .convert(let operand) = value.kind { return hasEffect(operand) }
    return false
  }

  private mutating func conditional(_ conditional: Statement.If, _ range: SourceRange) -> TypedStatement {
    let condition = self.condition(conditional.condition)
    if let isTaken = comptime(conditional.condition, condition) {
      // The other branch need not even make sense.
      if isTaken {
        return TypedStatement(.conditional(condition, then: statements(conditional.then), otherwise: []), range)
      }
      switch conditional.otherwise {
      case .block(let block):
        return TypedStatement(.conditional(condition, then: [], otherwise: statements(block)), range)
      case .conditional(let next, let nextRange): return self.conditional(next, nextRange)
      case nil: return TypedStatement(.conditional(condition, then: [], otherwise: []), range)
      }
    }
    let then = statements(conditional.then)
    let otherwise: [TypedStatement]
    switch conditional.otherwise {
    case .block(let block): otherwise = statements(block)
    case .conditional(let next, let nextRange): otherwise = [self.conditional(next, nextRange)]
    case nil: otherwise = []
    }
    return TypedStatement(.conditional(condition, then: then, otherwise: otherwise), range)
  }

  private mutating func unroll(_ count: Expression, _ body: Block, _ range: SourceRange) -> [TypedStatement] {
    let value = expression(count)
    guard case .integer(let times) = value.kind else {
      if value.type != .invalid { error("unroll needs a number known at compile time", at: count.range) }
      return []
    }
    guard (1...100).contains(times) else {
      error("unroll takes 1 to 100 repetitions, not \(times)", at: count.range)
      return []
    }
    return [TypedStatement(.unroll(Int(times), loopBody(body)), range)]
  }

  private mutating func forRange(
    _ name: Name, _ start: Expression, _ end: Expression, _ body: Block, _ range: SourceRange
  ) -> [TypedStatement] {
    let start = integerOperand(start)
    let end = integerOperand(end)
    scope.push()
    defer { scope.pop() }
    let variable = scope.declare(name.text, at: name.range)
    learn(variable, TypedExpression(.integer(0), .int64, name.range), at: name.range)
    let body = loopBody(body)
    return [
      TypedStatement(.forRange(variable.id, start: converted(start, .int64), end: converted(end, .int64), body), range)
    ]
  }

  private mutating func forMap(
    _ name: Name, _ syntax: Expression, _ body: Block, _ range: SourceRange
  ) -> [TypedStatement] {
    guard let map = mapArgument(syntax, "for") else { return [] }
    let state = environment.maps[map]
    if state.isKeyed == false {
      error(
        "@\(state.name) has no keys to loop over", at: syntax.range,
        notes: [Diagnostic.Note("it was first used here", at: state.range)])
      return []
    }
    environment.maps[map].isKeyed = true
    if !target.has(.forEachMapElement) {
      error("loops over maps need a kernel with bpf_for_each_map_elem (Linux 5.13)", at: range)
    }
    scope.push()
    defer { scope.pop() }
    let variable = scope.declare(name.text, at: name.range)
    var element = state.value ?? .invalid
    if case .aggregation(let aggregation) = element, let integer = aggregation.integerType {
      element = .integer(integer)
    }
    let pair = Type.tuple([TupleElement(state.key ?? .invalid), TupleElement(element)])
    learn(variable, TypedExpression(.variable(variable.id), pair, name.range), at: name.range)
    loopMaps[variable.id] = map
    return [TypedStatement(.forMap(variable.id, MapID(map), loopBody(body)), range)]
  }

  private mutating func declaration(
    _ name: Name, _ type: TypeSyntax?, _ value: Expression?, _ range: SourceRange
  ) -> [TypedStatement] {
    let declared = type.flatMap { heldType($0) }
    if let type, declared == .void { error("a variable of type void holds nothing", at: type.range) }
    var initial = value.map { expression($0) }
    if let outer = scope.lookup(name.text) {
      diagnostics.warning(
        "$\(name.text) hides a variable of the same name", at: name.range,
        notes: [Diagnostic.Note("the other one is here", at: outer.range)])
    }
    let variable = scope.declare(name.text, at: name.range, as: declared)
    if let declared {
      learn(variable, TypedExpression(.integer(0), declared, name.range), at: range, isZero: true)
      if initial == nil { initial = zero(declared, name.range) }
    }
    guard let initial else {
      return [TypedStatement(.assign(.variable(variable.id), zero(variableType(variable.id), name.range)), range)]
    }
    learn(variable, initial, at: initial.range)
    return [TypedStatement(.assign(.variable(variable.id), converted(initial, variableType(variable.id))), range)]
  }

  /// The zero of a type, as a variable without a value starts.
  func zero(_ type: Type, _ range: SourceRange) -> TypedExpression {
    if case .string = type { return TypedExpression(.string([]), type, range) }
    guard case .tuple(let elements) = type else { return TypedExpression(.integer(0), type, range) }
    return TypedExpression(.tuple(elements.map { zero($0.type, range) }), type, range)
  }

  // MARK: - Assignment

  private mutating func assignment(
    _ target: Expression, _ operation: BinaryOperator?, _ value: Expression, _ range: SourceRange
  ) -> [TypedStatement] {
    if case .variable(let name) = target.kind {
      return variableAssignment(Name(name, target.range), operation, value, range)
    }
    if case .map(let name) = target.kind { return mapAssignment(name, nil, target, operation, value, range) }
    if case .index(let base, let indices) = target.kind {
      if case .map(let name) = base.kind { return mapAssignment(name, indices, target, operation, value, range) }
      error("only variables and map entries can be assigned to; arrays are read-only", at: target.range)
    } else {
      error("only variables ($x) and maps (@x, @x[key]) can be assigned to", at: target.range)
    }
    _ = expression(value)
    return []
  }

  private mutating func variableAssignment(
    _ name: Name, _ operation: BinaryOperator?, _ syntax: Expression, _ range: SourceRange
  ) -> [TypedStatement] {
    if let function = AggregationCall(syntax)?.call.function {
      error(
        "\(function)() can only be assigned to a map", at: syntax.range,
        notes: [Diagnostic.Note("write @\(name.text) = \(function)(...)")])
      return []
    }
    if let operation {
      guard let variable = scope.lookup(name.text) else {
        undefinedVariable(name)
        _ = expression(syntax)
        return []
      }
      let current = TypedExpression(.variable(variable.id), variableType(variable.id), name.range)
      let result = binary(operation, current, expression(syntax), range, name.range)
      learn(variable, result, at: range)
      return [TypedStatement(.assign(.variable(variable.id), converted(result, variableType(variable.id))), range)]
    }
    let value = expression(syntax)
    let variable = scope.lookup(name.text) ?? scope.declare(name.text, at: name.range, isImplicit: true)
    guard value.type != .void else {
      error("this gives no value to assign", at: syntax.range)
      return []
    }
    learn(variable, value, at: value.range)
    return [TypedStatement(.assign(.variable(variable.id), converted(value, variableType(variable.id))), range)]
  }

  private mutating func mapAssignment(
    _ name: String, _ indices: [Expression]?, _ target: Expression, _ operation: BinaryOperator?,
    _ syntax: Expression, _ range: SourceRange
  ) -> [TypedStatement] {
    let map = environment.map(named: name, at: target.range)
    environment.maps[map].isAssigned = true
    let key = mapKey(map, indices, target.range)
    if operation == nil, let statements = aggregation(syntax, into: map, key, target.range, range) { return statements }
    if operation == nil || operation == .add,
      let statements = copy(syntax, into: map, key, merges: operation != nil, range)
    {
      return statements
    }
    var value = expression(syntax)
    let place = Destination.map(MapID(map), key: key)
    if let operation {
      // A map that is only ever updated starts as a 64-bit zero.
      if environment.maps[map].value == nil { learnValue(map, value, at: range) }
      let stored = mapValueType(map)
      let current = TypedExpression(.map(MapID(map), key: key), stored, target.range)
      value = binary(operation, current, value, range, target.range)
      learnValue(map, value, at: range)
      if let update = updateStatement(place, current, value, mapValueType(map), range) { return [update] }
    } else {
      guard value.type != .void else {
        error("this gives no value to assign", at: syntax.range)
        return []
      }
      learnValue(map, value, at: value.range)
    }
    return [TypedStatement(.assign(place, converted(value, mapValueType(map))), range)]
  }

  /// `@m = hist(x)`, and `@m = { ...; hist(x) }`; `nil` where no aggregation is assigned.
  private mutating func aggregation(
    _ syntax: Expression, into map: Int, _ key: TypedExpression?, _ target: SourceRange, _ range: SourceRange
  ) -> [TypedStatement]? {
    if let call = AggregationCall(syntax) {
      guard let (kind, value) = aggregation(call) else { return [] }
      learnAggregation(map, kind, at: target)
      return [TypedStatement(.aggregate(MapID(map), key: key, value: value), range)]
    }
    guard case .block(let block) = syntax.kind, let result = block.result, result.endsInAggregation else { return nil }
    scope.push()
    defer { scope.pop() }
    let statements = block.statements.flatMap { statement($0) }
    return statements + (aggregation(result, into: map, key, target, range) ?? [])
  }

  /// `place op= value` in one step where the result is an integer computed from the place itself.
  private mutating func updateStatement(
    _ place: Destination, _ current: TypedExpression, _ value: TypedExpression, _ stored: Type, _ range: SourceRange
  ) -> TypedStatement? {
    guard case .arithmetic(let operation, let left, let right, let signed) = value.kind, stored.isInteger else {
      return nil
    }
    guard left == current || left.kind == .convert(current) else { return nil }
    return TypedStatement(.update(place, operation, right, signed: signed), range)
  }
}

extension Expression {
  /// Whether it is an aggregation or a block whose last expression is one.
  var endsInAggregation: Bool {
    if AggregationCall(self) != nil { return true }
    guard case .block(let block) = kind, let result = block.result else { return false }
    return result.endsInAggregation
  }
}
