import TraceLang

extension Lowering {
  mutating func statements(_ statements: [TypedStatement]) {
    for statement in statements where builder.isOpen && hasRoom {
      let used = scratch.used
      let variables = variableMemory.count
      self.statement(statement)
      checkSize(at: statement.range)
      // What a statement computes on the way is not read by the next one; what its variables hold is.
      if variableMemory.count == variables { scratch.used = used }
    }
  }

  mutating func statement(_ statement: TypedStatement) {
    setLine(statement.range)
    statementRange = statement.range
    switch statement.kind {
    case .assign(let place, let value): assign(place, value)
    case .update(let place, let operation, let value, let signed): update(place, operation, value, signed: signed)
    case .aggregate(let map, let key, let value): aggregate(map, key, value)
    case .copy(let map, let key, let source, let sourceKey, let merges):
      copy(map, key, from: source, sourceKey, merges: merges)
    case .evaluate(let value): evaluate(value)
    case .conditional(let condition, let then, let otherwise): conditional(condition, then, otherwise)
    case .whileLoop(let condition, let body): whileLoop(condition, body)
    case .unroll(let count, let body): unroll(count, body)
    case .forRange(let variable, let start, let end, let body): forRange(variable, start, end, body)
    case .forMap(let variable, let map, let body): forMap(variable, map, body)
    case .breakLoop:
      discardRecords(of: loops.last)
      if let arrival = builder.arrive() { loops[loops.count - 1].breaks.append(arrival) }
    case .continueLoop:
      discardRecords(of: loops.last)
      if let arrival = builder.arrive() { loops[loops.count - 1].continues.append(arrival) }
    case .finish: leaveBody()
    case .send(let message): send(message)
    }
  }

  private mutating func discardRecords(of loop: LoopState?) {
    for record in openRecords.dropFirst(loop?.openRecords ?? 0).reversed() {
      _ = builder.call(.ringBufferDiscard, [.value(record), .constant(0)])
    }
  }

  private mutating func evaluate(_ value: TypedExpression) {
    if case .step(let place, let amount, _) = value.kind {
      update(place, .add, TypedExpression(.integer(amount), .int64, value.range), signed: true)
    } else if value.type.isScalar {
      _ = scalar(value)
    } else {
      _ = materialize(value, isPadded: false)
    }
  }

  // MARK: - Variables

  private mutating func assign(_ place: Destination, _ value: TypedExpression) {
    switch place {
    case .map(let map, let key): assignMap(map, key, value)
    case .variable(let variable):
      let type = probe.variables[variable.index].type
      if type.isScalar {
        writeVariable(variable, scalar(value))
        return
      }
      if let memory = variableMemory[variable] {
        // The value may read the variable itself.
        let result = temporary(size: size(of: type))
        write(value, to: result, isPadded: true)
        copy(to: memory, from: result, size: size(of: type))
      } else {
        let memory = temporary(size: max(size(of: type), 8))
        write(value, to: memory, isPadded: true)
        variableMemory[variable] = memory
      }
    }
  }

  private mutating func update(
    _ place: Destination, _ operation: ArithmeticOperation, _ value: TypedExpression, signed: Bool
  ) {
    switch place {
    case .variable(let variable):
      let type = probe.variables[variable.index].type
      let result = arithmetic(operation, readVariable(variable, type), scalar(value), signed: signed)
      writeVariable(variable, cut(result, .int64, to: type.integer ?? .uint64))
    case .map(let map, let key): updateMap(map, key, operation, value, signed: signed)
    }
  }

  /// `++` and `--` used for their value.
  mutating func step(_ place: Destination, _ amount: Int64, isPrefix: Bool, _ type: Type) -> Operand {
    switch place {
    case .variable(let variable):
      let before = readVariable(variable, type)
      let after = cut(builder.arithmetic(.add, before, .constant(amount)), .int64, to: type.integer ?? .uint64)
      writeVariable(variable, after)
      return isPrefix ? after : before
    case .map(let map, let key):
      // An enumeration's map holds 64 bits.
      return cut(stepMap(map, key, amount, isPrefix: isPrefix), .int64, to: type.integer ?? .uint64)
    }
  }

  // MARK: - Control flow

  private mutating func conditional(
    _ condition: TypedExpression, _ then: [TypedStatement], _ otherwise: [TypedStatement]
  ) {
    let first = builder.makeBlock()
    let second = builder.makeBlock()
    branch(on: condition, then: first, otherwise: second)
    run({ $0.statements(then) }, in: first, or: { $0.statements(otherwise) }, in: second)
  }

  /// A loop whose turns the verifier walks through.
  /// - Parameters:
  ///   - assigned: variables that a turn changes.
  ///   - test: ends the block with a branch to the inside of the loop or out of it.
  ///   - body: a turn; it may jump on to the next one and out of the loop.
  ///   - step: what each turn ends with, wherever it came from.
  mutating func plainLoop(
    _ assigned: AssignedVariables, test: (inout Lowering, _ inside: BlockID, _ outside: BlockID) -> Void,
    body: (inout Lowering) -> Void, step: (inout Lowering) -> Void = { _ in }
  ) {
    let header = builder.beginLoop(assigned.sorted)
    loops.append(LoopState(header: header, openRecords: openRecords.count))
    let inside = builder.makeBlock()
    let outside = builder.makeBlock()
    test(&self, inside, outside)
    let atHeader = builder.variables
    builder.continueIn(inside)
    body(&self)
    let end = builder.arrive()
    let arrivals = [end].compactMap { $0 } + loops[loops.count - 1].continues
    if !arrivals.isEmpty {
      builder.join(arrivals)
      step(&self)
      builder.repeatLoop(header)
    }
    let loop = loops.removeLast()
    builder.continueIn(outside)
    builder.variables = atHeader
    builder.join([builder.arrive()].compactMap { $0 } + loop.breaks)
  }

  private mutating func unroll(_ count: Int, _ body: [TypedStatement]) {
    loops.append(LoopState(header: nil, openRecords: openRecords.count))
    for _ in 0..<count where builder.isOpen && hasRoom {
      statements(body)
      let arrivals = [builder.arrive()].compactMap { $0 } + loops[loops.count - 1].continues
      loops[loops.count - 1].continues = []
      if arrivals.isEmpty { break }
      builder.join(arrivals)
    }
    let loop = loops.removeLast()
    builder.join([builder.arrive()].compactMap { $0 } + loop.breaks)
  }

  private mutating func forRange(
    _ variable: VariableID, _ start: TypedExpression, _ end: TypedExpression, _ body: [TypedStatement]
  ) {
    let first = scalar(start)
    let last = scalar(end)
    if !isShort(first, last, body), target.has(.loop) {
      // A loop proven to have no iterations leaves a callback that nothing calls, which kernels refuse.
      loop(variable, from: first, count: opaque(distance(first, last)), body)
      return
    }
    // The counter is kept apart from the variable, which the body may change.
    let counter = VariableID(-1 - loops.count)
    builder.variables[counter] = first
    builder.variables[variable] = first
    var assigned = AssignedVariables()
    assigned.visit(body)
    assigned.insert(counter)
    func current(_ lowering: Lowering) -> Operand { lowering.builder.variables[counter] ?? .constant(0) }
    plainLoop(assigned) { lowering, inside, outside in
      lowering.builder.branch(.slt, current(lowering), last, then: inside, otherwise: outside)
    } body: { lowering in
      lowering.builder.variables[variable] = current(lowering)
      lowering.statements(body)
    } step: { lowering in
      lowering.builder.variables[counter] = lowering.builder.arithmetic(.add, current(lowering), .constant(1))
    }
    builder.variables[variable] = nil
    builder.variables[counter] = nil
  }
}

extension Lowering {
  /// Whether a range is known and so short that a plain loop is best.
  private func isShort(_ first: Operand, _ last: Operand, _ body: [TypedStatement]) -> Bool {
    guard case .constant(let first) = first, case .constant(let last) = last else { return false }
    if last <= first { return true }
    let (turns, overflow) = last.subtractingReportingOverflow(first)
    return !overflow && turns.magnitude <= Self.maximumPlainTurns(body)
  }

  /// The same number with nothing known of it to the verifier; as it is in scripts without loops, where the callbacks that
  /// count entries read no variables.
  mutating func opaque(_ value: Operand) -> Operand {
    guard let place = plan.opaqueZero else { return value }
    return builder.arithmetic(.add, builder.load(64, dataAddress(place.map, place.offset), 0), value)
  }

  /// The iterations of a range: 0 when it is empty.
  private mutating func distance(_ first: Operand, _ last: Operand) -> Operand {
    choose(
      .slt, first, last, then: { $0.builder.arithmetic(.sub, last, first) }, otherwise: { _ in .constant(0) })
  }
}

/// The scalar variables that a loop's body changes.
struct AssignedVariables {
  private var found: Set<VariableID> = []

  var sorted: [VariableID] { found.sorted { $0.index < $1.index } }

  mutating func insert(_ variable: VariableID) { found.insert(variable) }

  mutating func visit(_ statements: [TypedStatement]) {
    for statement in statements {
      switch statement.kind {
      case .assign(let place, let value):
        insert(place)
        visit(value)
      case .update(let place, _, let value, _):
        insert(place)
        visit(value)
      case .aggregate(_, let key, let value):
        if let key { visit(key) }
        if let value { visit(value) }
      case .copy(_, let key, _, let sourceKey, _):
        if let key { visit(key) }
        if let sourceKey { visit(sourceKey) }
      case .evaluate(let value): visit(value)
      case .conditional(let condition, let then, let otherwise):
        visit(condition)
        visit(then)
        visit(otherwise)
      case .whileLoop(let condition, let body):
        visit(condition)
        visit(body)
      case .unroll(_, let body): visit(body)
      case .forRange(let variable, let start, let end, let body):
        found.insert(variable)
        visit(start)
        visit(end)
        visit(body)
      case .forMap(_, _, let body): visit(body)
      case .send(let message):
        for value in message.values { visit(value) }
      case .breakLoop, .continueLoop, .finish: break
      }
    }
  }

  private mutating func insert(_ place: Destination) {
    switch place {
    case .variable(let variable): found.insert(variable)
    case .map(_, let key):
      if let key { visit(key) }
    }
  }

  mutating func visit(_ expression: TypedExpression) {
    if case .step(let place, _, _) = expression.kind { insert(place) }
    if case .block(let statements, _) = expression.kind { visit(statements) }
    for child in expression.children { visit(child) }
  }
}
