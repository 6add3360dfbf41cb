/// Finds statements that are never reached, conditions that are written as constants, loops that never end and shifts
/// that do not do what they say.
struct ControlFlow {
  /// Names of macros and definitions, which may end a loop or change its variables.
  private let macros: Set<String>

  init(_ script: Script) {
    var macros: Set<String> = []
    for item in script.items {
      switch item {
      case .macro(let macro): macros.insert(macro.name.text)
      case .directive(let directive):
        if let name = directive.rest.text.split(whereSeparator: { !$0.isWordPart }).first {
          macros.insert(String(name))
        }
      case .declaration, .config, .map, .imported, .probe: break
      }
    }
    self.macros = macros
  }

  func check(_ script: Script, _ findings: inout Findings) {
    var diagnostics: [(Findings.Kind, Diagnostic)] = []
    for case .probe(let block) in script.items {
      if let predicate = block.predicate, let value = LiteralValue.of(predicate) {
        let what = value == 0 ? "false: these actions never run" : "true: it can be left out"
        diagnostics.append((.condition, .warning("the predicate is always \(what)", at: predicate.range)))
      }
    }
    for body in script.bodies {
      body.visitBlocks { block in
        if let warning = unreachable(block) { diagnostics.append((.unreachable, warning)) }
        for statement in block.statements { diagnostics += check(statement) }
      }
    }
    script.visit { expression in
      if case .binary(let operation, _, let count, _) = expression.kind,
        let warning = shift(operation, count, expression.range)
      {
        diagnostics.append((.shift, warning))
      }
      return true
    }
    for (kind, diagnostic) in diagnostics {
      if let range = diagnostic.range { findings.look(at: range, for: kind, diagnostic) }
    }
  }

  private func check(_ statement: Statement) -> [(Findings.Kind, Diagnostic)] {
    switch statement.kind {
    case .conditional(let conditional): return conditions(conditional).map { (.condition, $0) }
    case .whileLoop(let condition, let body):
      if let value = LiteralValue.of(condition), value == 0 {
        return [(.condition, .warning("the condition is always false: this loop never runs", at: condition.range))]
      }
      return endless(condition, body).map { [(.endless, $0)] } ?? []
    case .assign(_, let operation?, let value):
      return shift(operation, value, statement.range).map { [(.shift, $0)] } ?? []
    case .expression, .assign, .discard, .declare, .unroll, .forMap, .forRange, .block, .breakLoop, .continueLoop,
      .returnProbe, .directive, .invalid:
      return []
    }
  }

  // MARK: Conditions

  private func conditions(_ conditional: Statement.If) -> [Diagnostic] {
    var warnings: [Diagnostic] = []
    if let value = LiteralValue.of(conditional.condition) {
      let hasElse = conditional.otherwise != nil
      let what =
        value == 0
        ? "false: what is behind it never runs"
        : hasElse ? "true: the 'else' never runs" : "true: the 'if' can be left out"
      warnings.append(.warning("the condition is always \(what)", at: conditional.condition.range))
    }
    if case .conditional(let next, _)? = conditional.otherwise { warnings += conditions(next) }
    return warnings
  }

  // MARK: Reachability

  /// The first statement of a block behind one that ends it.
  private func unreachable(_ block: Block) -> Diagnostic? {
    let ranges = block.statements.map(\.range) + (block.result.map { [$0.range] } ?? [])
    guard let last = block.statements.firstIndex(where: ends), last + 1 < ranges.count else { return nil }
    return .warning(
      "this is never reached", at: ranges[last + 1],
      notes: [.init("\(Self.name(block.statements[last])) ends the block here", at: block.statements[last].range)])
  }

  private func ends(_ statement: Statement) -> Bool {
    switch statement.kind {
    case .returnProbe, .breakLoop, .continueLoop: true
    case .expression(let expression): isExit(expression)
    case .block(let block): block.statements.contains(where: ends)
    case .conditional(let conditional): ends(conditional)
    case .whileLoop(let condition, let body): endless(condition, body) != nil
    case .assign, .discard, .declare, .unroll, .forMap, .forRange, .directive, .invalid: false
    }
  }

  private func ends(_ conditional: Statement.If) -> Bool {
    guard conditional.then.statements.contains(where: ends) else { return false }
    switch conditional.otherwise {
    case .block(let block): return block.statements.contains(where: ends)
    case .conditional(let next, _): return ends(next)
    case nil: return false
    }
  }

  private func isExit(_ expression: Expression) -> Bool {
    expression.call?.name.text == "exit" && !macros.contains("exit")
  }

  private static func name(_ statement: Statement) -> String {
    switch statement.kind {
    case .returnProbe: "'return'"
    case .breakLoop: "'break'"
    case .continueLoop: "'continue'"
    case .expression: "exit()"
    case .whileLoop: "a loop that never ends"
    case .block, .conditional, .assign, .discard, .declare, .unroll, .forMap, .forRange, .directive, .invalid: "this"
    }
  }

  // MARK: Loops

  /// Tells of a loop that nothing inside ends: no way out, and a condition of variables and numbers that stay the same.
  private func endless(_ condition: Expression, _ body: Block) -> Diagnostic? {
    guard let variables = variables(of: condition), !leaves(body, isInner: false) else { return nil }
    if variables.isEmpty {
      guard let value = LiteralValue.of(condition), value != 0 else { return nil }
      return .warning("this loop never ends: there is no 'break' or 'return' in it", at: condition.range)
    }
    guard !changes(variables, in: body) else { return nil }
    let names = variables.sorted().map { "$" + $0 }.joined(separator: " or ")
    return .warning("this loop never ends once it runs: nothing in it changes \(names)", at: condition.range)
  }

  /// The variables of a condition that only they and numbers decide; `nil` for any other condition.
  private func variables(of condition: Expression) -> Set<String>? {
    var names: Set<String> = []
    var isPlain = true
    condition.visit { expression in
      switch expression.kind {
      case .variable(let name): names.insert(name)
      case .integer, .boolean, .positional, .positionalCount, .binary: break
      case .unary(let operation, _):
        if operation == .dereference || operation == .addressOf { isPlain = false }
      case .decimal, .string, .identifier, .map, .index, .member, .element, .call, .step, .ternary, .cast, .tuple,
        .record,
        .sizeofType, .sizeofValue, .offsetofType, .offsetofValue, .type, .block, .conditional, .comptime, .invalid:
        isPlain = false
      }
      return isPlain
    }
    return isPlain ? names : nil
  }

  /// Whether a statement somewhere in a loop's body leaves the loop, or a macro may.
  private func leaves(_ block: Block, isInner: Bool) -> Bool {
    if block.statements.contains(where: { leaves($0, isInner: isInner) }) { return true }
    return block.result.map(mayLeave) ?? false
  }

  private func leaves(_ statement: Statement, isInner: Bool) -> Bool {
    if statement.expressions.contains(where: mayLeave) { return true }
    switch statement.kind {
    case .returnProbe: return true
    case .breakLoop: return !isInner
    case .whileLoop, .unroll, .forMap, .forRange: return statement.blocks.contains { leaves($0, isInner: true) }
    case .expression, .assign, .discard, .declare, .conditional, .block, .continueLoop, .directive, .invalid:
      return statement.blocks.contains { leaves($0, isInner: isInner) }
    }
  }

  private func mayLeave(_ expression: Expression) -> Bool {
    var found = false
    expression.visit { inner in
      if case .call(let name, _) = inner.kind, name.text == "exit" || isForeign(name.text) { found = true }
      if case .identifier(let name) = inner.kind, name == "exit" || macros.contains(name) { found = true }
      if case .block = inner.kind { found = true }
      if case .conditional = inner.kind { found = true }
      return !found
    }
    return found
  }

  private func isForeign(_ name: String) -> Bool { macros.contains(name) || Builtin.named(name) == nil }

  private func changes(_ variables: Set<String>, in body: Block) -> Bool {
    var found = false
    func change(_ place: Expression) {
      if case .variable(let name) = place.kind, variables.contains(name) { found = true }
    }
    body.visitStatements { statement in
      if case .assign(let target, _, _) = statement.kind { change(target) }
      if case .declare(let name, _, _) = statement.kind, variables.contains(name.text) { found = true }
    }
    body.visit { expression in
      if case .step(_, let operand) = expression.kind { change(operand) }
      if case .unary(.addressOf, let operand) = expression.kind { change(operand) }
      return true
    }
    return found
  }

  // MARK: Shifts

  private func shift(_ operation: BinaryOperator, _ count: Expression, _ range: SourceRange) -> Diagnostic? {
    guard operation == .shiftLeft || operation == .shiftRight, let bits = LiteralValue.of(count),
      !(0..<64).contains(bits)
    else { return nil }
    return .warning(
      "a shift by \(bits) shifts by \(bits & 63): the count is taken modulo 64", at: count.range)
  }
}

/// The values of expressions that are written with nothing but numbers.
enum LiteralValue {
  static func of(_ expression: Expression) -> Int64? {
    switch expression.kind {
    case .integer(let literal): return Int64(bitPattern: literal.value)
    case .boolean(let value): return value ? 1 : 0
    case .unary(let operation, let operand):
      guard let value = of(operand) else { return nil }
      switch operation {
      case .not: return value == 0 ? 1 : 0
      case .negate: return 0 &- value
      case .plus: return value
      case .complement: return ~value
      case .dereference, .addressOf: return nil
      }
    case .binary(let operation, let left, let right, _):
      guard let x = of(left), let y = of(right) else { return nil }
      return value(operation, x, y)
    case .decimal, .string, .identifier, .positional, .positionalCount, .variable, .map, .index, .member, .element,
      .call, .step,
      .ternary, .cast, .tuple, .record, .sizeofType, .sizeofValue, .offsetofType, .offsetofValue, .type, .block,
      .conditional, .comptime, .invalid:
      return nil
    }
  }

  private static func value(_ operation: BinaryOperator, _ x: Int64, _ y: Int64) -> Int64 {
    switch operation {
    case .multiply: Checker.fold(.multiply, x, y, signed: true)
    case .divide: Checker.fold(.divide, x, y, signed: true)
    case .modulo: Checker.fold(.modulo, x, y, signed: true)
    case .add: Checker.fold(.add, x, y, signed: true)
    case .subtract: Checker.fold(.subtract, x, y, signed: true)
    case .shiftLeft: Checker.fold(.shiftLeft, x, y, signed: true)
    case .shiftRight: Checker.fold(.shiftRight, x, y, signed: true)
    case .bitAnd: Checker.fold(.and, x, y, signed: true)
    case .bitXor: Checker.fold(.xor, x, y, signed: true)
    case .bitOr: Checker.fold(.or, x, y, signed: true)
    case .less: Checker.holds(.less, x, y, signed: true) ? 1 : 0
    case .lessOrEqual: Checker.holds(.lessOrEqual, x, y, signed: true) ? 1 : 0
    case .greater: Checker.holds(.greater, x, y, signed: true) ? 1 : 0
    case .greaterOrEqual: Checker.holds(.greaterOrEqual, x, y, signed: true) ? 1 : 0
    case .equal: x == y ? 1 : 0
    case .notEqual: x != y ? 1 : 0
    case .and: x != 0 && y != 0 ? 1 : 0
    case .or: x != 0 || y != 0 ? 1 : 0
    }
  }
}
