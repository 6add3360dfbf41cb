import TraceLang

// Loops with a condition. The verifier walks through every turn of a plain loop and along every way through each, so only
// those that visibly end soon are left plain; all others become calls of the kernel's loop helper, whose body it walks once.
extension Lowering {
  mutating func whileLoop(_ condition: TypedExpression, _ body: [TypedStatement]) {
    guard target.has(.loop), !endsSoon(condition, body) else { return plainWhile(condition, body) }
    loop(while: condition, body)
  }

  private mutating func plainWhile(_ condition: TypedExpression, _ body: [TypedStatement]) {
    var assigned = AssignedVariables()
    assigned.visit(body)
    assigned.visit(condition)
    plainLoop(assigned) { lowering, inside, outside in
      lowering.branch(on: condition, then: inside, otherwise: outside)
    } body: { lowering in
      lowering.statements(body)
    }
  }

  /// Whether a loop counts a variable by a constant from one constant to another, a few turns away.
  private func endsSoon(_ condition: TypedExpression, _ body: [TypedStatement]) -> Bool {
    guard case .compare(let comparison, let left, let right, _) = condition.kind, let variable = left.plainVariable,
      case .integer(let limit) = right.kind, case .constant(let start)? = builder.variables[variable],
      let step = Self.step(of: variable, body)
    else { return false }
    let (distance, overflow) = limit.subtractingReportingOverflow(start)
    if overflow || distance.magnitude > Self.maximumPlainTurns(body) { return false }
    switch comparison {
    case .less, .lessOrEqual: return step > 0
    case .greater, .greaterOrEqual: return step < 0
    case .equal, .notEqual: return false
    }
  }

  /// What every turn adds to a variable that nothing else in the body changes, and no `continue` leaves unchanged.
  private static func step(of variable: VariableID, _ body: [TypedStatement]) -> Int64? {
    var step: Int64?
    for statement in body {
      if let added = statement.amountAdded(to: variable) {
        if step != nil { return nil }
        step = added
        continue
      }
      var assigned = AssignedVariables()
      assigned.visit([statement])
      if assigned.sorted.contains(variable) { return nil }
      if step == nil, statement.mayContinue { return nil }
    }
    return step
  }
}

extension TypedExpression {
  /// The variable that this is, whatever integer type it is taken as.
  fileprivate var plainVariable: VariableID? {
    switch kind {
    case .variable(let variable): variable
    case .convert(let operand) where type.isInteger && operand.type.isInteger: operand.plainVariable
    case .integer, .string, .map, .context, .address, .member, .dereference, .index, .element, .tuple, .convert,
      .negate,
      .complement, .not, .arithmetic, .pointerOffset, .compare, .and, .or, .ternary, .step, .call, .block:
      nil
    }
  }
}

extension TypedStatement {
  /// The constant that a statement adds to a variable and does nothing else.
  fileprivate func amountAdded(to variable: VariableID) -> Int64? {
    switch kind {
    case .evaluate(let value):
      if case .step(.variable(variable), let amount, _) = value.kind { return amount }
    case .assign(.variable(variable), let value):
      if case .arithmetic(.add, let left, let right, _) = value.kind, left.plainVariable == variable,
        case .integer(let amount) = right.kind
      {
        return amount
      }
    case .assign, .update, .aggregate, .copy, .conditional, .whileLoop, .unroll, .forRange, .forMap, .breakLoop,
      .continueLoop,
      .finish, .send:
      break
    }
    return nil
  }

  /// Whether it may go on to the next turn of the loop it stands in.
  fileprivate var mayContinue: Bool {
    switch kind {
    case .continueLoop: true
    case .conditional(_, let then, let otherwise): (then + otherwise).contains(where: \.mayContinue)
    case .evaluate, .assign, .update, .aggregate, .copy, .send: hasBlocks
    case .whileLoop, .unroll, .forRange, .forMap, .breakLoop, .finish: false
    }
  }

  /// Blocks inside of expressions are not looked into.
  private var hasBlocks: Bool {
    contains { value in
      if case .block = value.kind { true } else { false }
    }
  }

  /// Whether it is or holds a loop.
  var loops: Bool {
    switch kind {
    case .whileLoop, .unroll, .forRange, .forMap: true
    case .conditional(_, let then, let otherwise): (then + otherwise).contains(where: \.loops)
    // To merge is to go over buckets.
    case .copy(_, _, _, _, let merges): merges || hasBlocks
    case .evaluate, .assign, .update, .aggregate, .send: hasBlocks
    case .breakLoop, .continueLoop, .finish: false
    }
  }

  /// Whether it has more than one way through, as far as the script says so.
  var branches: Bool {
    switch kind {
    case .conditional, .copy, .whileLoop, .unroll, .forRange, .forMap, .breakLoop, .continueLoop, .finish: true
    case .evaluate, .assign, .update, .aggregate, .send:
      contains { value in
        switch value.kind {
        case .and, .or, .ternary, .block: true
        case .call(.stringsEqual), .call(.valuesEqual): true
        case .integer, .string, .variable, .map, .context, .address, .member, .dereference, .index, .element, .tuple,
          .convert, .negate, .complement, .not, .arithmetic, .pointerOffset, .compare, .step, .call:
          false
        }
      }
    }
  }

  /// Whether one of the expressions in a statement without statements is of a kind.
  private func contains(_ isWanted: (TypedExpression) -> Bool) -> Bool {
    var values: [TypedExpression] = []
    switch kind {
    case .evaluate(let value), .assign(_, let value), .update(_, _, let value, _): values = [value]
    case .aggregate(_, let key, let value): values = [key, value].compactMap { $0 }
    case .copy(_, let key, _, let sourceKey, _): values = [key, sourceKey].compactMap { $0 }
    case .send(let message): values = message.values
    case .conditional, .whileLoop, .unroll, .forRange, .forMap, .breakLoop, .continueLoop, .finish: break
    }
    while let value = values.popLast() {
      if isWanted(value) { return true }
      values += value.children
    }
    return false
  }
}
