// Maps as a whole, and their keys.
extension Checker {
  /// `has_key(@m, key)`.
  mutating func hasKey(_ call: BuiltinCall) -> TypedExpression {
    guard let map = mapArgument(call.arguments[0], call.function), let key = keyArgument(map, call.arguments[1]) else {
      return invalid(call.range)
    }
    return TypedExpression(.call(.hasKey(MapID(map), key)), .bool, call.range)
  }

  /// `len(@m)`, and of a stack.
  mutating func length(_ call: BuiltinCall) -> TypedExpression {
    guard case .map = call.arguments[0].kind else { return stackDepth(call.arguments[0], call.range) }
    guard let map = mapArgument(call.arguments[0], call.function) else { return invalid(call.range) }
    let state = environment.maps[map]
    if state.isKeyed == false {
      error(
        "@\(state.name) has no keys to count", at: call.arguments[0].range,
        notes: [Diagnostic.Note("it was first used here", at: state.range)])
      return invalid(call.range)
    }
    environment.maps[map].isKeyed = true
    if !target.has(.forEachMapElement) {
      error("len() needs a kernel with bpf_for_each_map_elem (Linux 5.13)", at: call.range)
    }
    return TypedExpression(.call(.length(MapID(map))), .uint64, call.range)
  }

  /// `delete(@m, key)`, and `delete(@m[key])` as it was written before.
  mutating func delete(_ call: BuiltinCall) -> TypedExpression {
    if call.arguments.count == 1, case .index(let base, let indices) = call.arguments[0].kind,
      case .map(let name) = base.kind
    {
      let map = environment.map(named: name, at: base.range)
      environment.maps[map].isNeeded = true
      guard let key = mapKey(map, indices, call.arguments[0].range) else { return invalid(call.range) }
      return TypedExpression(.call(.delete(MapID(map), key)), .bool, call.range)
    }
    guard let map = mapArgument(call.arguments[0], "delete") else { return invalid(call.range) }
    if call.arguments.count == 1 {
      if environment.maps[map].isKeyed == true {
        error(
          "delete() needs the key to remove from @\(environment.maps[map].name)", at: call.range,
          notes: [Diagnostic.Note("clear(@\(environment.maps[map].name)) removes all")])
        return invalid(call.range)
      }
      environment.maps[map].isKeyed = false
      return TypedExpression(.call(.delete(MapID(map), nil)), .bool, call.range)
    }
    guard let key = keyArgument(map, call.arguments[1]) else { return invalid(call.range) }
    return TypedExpression(.call(.delete(MapID(map), key)), .bool, call.range)
  }

  /// The key given as an argument: a tuple for several keys.
  private mutating func keyArgument(_ map: Int, _ syntax: Expression) -> TypedExpression? {
    mapKey(map, [syntax], syntax.range)
  }

  /// `find(@m, key, $x)` as a block: a test for the key, and where it holds an assignment.
  mutating func findEntry(_ call: BuiltinCall) -> TypedExpression {
    guard let map = mapArgument(call.arguments[0], "find") else { return invalid(call.range) }
    if environment.maps[map].isKeyed == false {
      error(
        "@\(environment.maps[map].name) has no keys to find", at: call.arguments[0].range,
        notes: [Diagnostic.Note("it was first used here", at: environment.maps[map].range)])
      return invalid(call.range)
    }
    guard case .variable(let name) = call.arguments[2].kind else {
      error("find() needs a variable ($x) for the value", at: call.arguments[2].range)
      return invalid(call.range)
    }
    guard let variable = scope.lookup(name) else {
      error(
        "the variable $\(name) must be declared before find()", at: call.arguments[2].range,
        notes: [Diagnostic.Note("write 'let $\(name);' before")])
      return invalid(call.range)
    }
    guard var key = mapKey(map, [call.arguments[1]], call.arguments[1].range) else { return invalid(call.range) }
    var statements: [TypedStatement] = []
    func keep(_ checker: inout Checker, _ value: TypedExpression, _ name: String) -> TypedExpression {
      let place = checker.scope.declare(name, at: call.range)
      checker.learn(place, value, at: call.range)
      let type = checker.variableType(place.id)
      statements.append(TypedStatement(.assign(.variable(place.id), checker.converted(value, type)), call.range))
      return TypedExpression(.variable(place.id), type, call.range)
    }
    if !key.isRepeatable { key = keep(&self, key, "key of find()") }
    let found = keep(&self, number(0, .bool, call.range), "find()")
    guard case .variable(let flag) = found.kind else { return invalid(call.range) }
    var type = mapValueType(map)
    if case .aggregation(let aggregation) = type {
      guard let integer = aggregation.integerType else {
        error(
          "@\(environment.maps[map].name) gathers \(aggregation.functionName)() and has no single value",
          at: call.arguments[0].range)
        return invalid(call.range)
      }
      type = .integer(integer)
    }
    let value = TypedExpression(.map(MapID(map), key: key), type, call.range)
    learn(variable, value, at: call.range)
    let then = [
      TypedStatement(.assign(.variable(variable.id), converted(value, variableType(variable.id))), call.range),
      TypedStatement(.assign(.variable(flag), number(1, .bool, call.range)), call.range),
    ]
    let test = TypedExpression(.call(.hasKey(MapID(map), key)), .bool, call.range)
    statements.append(TypedStatement(.conditional(test, then: then, otherwise: []), call.range))
    return TypedExpression(.block(statements, found), .bool, call.range)
  }
}

extension TypedExpression {
  /// Whether computing it again is cheap and changes nothing.
  fileprivate var isRepeatable: Bool {
    switch kind {
    case .integer, .string, .variable, .context, .element, .address: true
    case .tuple(let parts): parts.allSatisfy(\.isRepeatable)
    case .convert(let operand): operand.isRepeatable
    case .map, .member, .dereference, .index, .negate, .complement, .not, .arithmetic, .pointerOffset, .compare, .and,
      .or, .ternary, .step, .call, .block:
      false
    }
  }
}
