/// Finds variables that are assigned and never read, or read and never assigned, and macros that nothing calls.
struct UnusedNames {
  private let written: Script

  init(_ written: Script) { self.written = written }

  func check(_ expanded: Script, _ findings: inout Findings) {
    for case .probe(let block) in expanded.items {
      var uses = VariableUses()
      if let predicate = block.predicate { uses.read(predicate) }
      uses.statements(block.body)
      uses.report(in: block.range, &findings)
    }
    macros(&findings)
  }

  private func macros(_ findings: inout Findings) {
    // What a file imports may call its macros too.
    if written.items.contains(where: { if case .imported = $0 { true } else { false } }) { return }
    var mentioned: Set<String> = []
    written.visit { expression in
      if let name = expression.call?.name { mentioned.insert(name.text) }
      return true
    }
    for case .directive(let directive) in written.items {
      mentioned.formUnion(directive.rest.text.split { !$0.isWordPart }.map(String.init))
    }
    for case .macro(let macro) in written.items where !mentioned.contains(macro.name.text) {
      findings.look(
        at: macro.name.range, for: .unused,
        .warning("the macro '\(macro.name.text)' is never called, so its body is not checked", at: macro.name.range))
    }
  }
}

/// What one probe does with each of its variables, by name.
private struct VariableUses {
  private struct Use {
    /// Where it is made: the variable of its first assignment or declaration.
    let range: SourceRange
    /// What `_` can replace when its value is used for nothing.
    let replaceable: SourceRange?
    let isDeclaration: Bool
    var writes = 0
    var isRead = false
  }

  private var uses: [String: Use] = [:]
  /// Variables read before anything is known of them: loop variables, and mistakes told elsewhere.
  private var reads: Set<String> = []

  // MARK: Walking

  mutating func statements(_ block: Block) {
    for statement in block.statements { self.statement(statement) }
    if let result = block.result { effect(result) }
  }

  private mutating func statement(_ statement: Statement) {
    switch statement.kind {
    case .expression(let value): effect(value)
    case .discard(let value): read(value)
    case .assign(let target, let operation, let value):
      guard case .variable(let name) = target.kind else {
        read(target)
        read(value)
        return
      }
      read(value, butNot: name)
      write(name, target.range, replaceable: operation == nil ? target.range : nil)
    case .declare(let name, let type, let value):
      if let type { read(type) }
      if let value { read(value) }
      declare(name, statement.range, hasValue: value != nil)
    case .conditional, .whileLoop, .unroll, .forMap, .forRange, .block:
      for expression in statement.expressions { read(expression) }
      for block in statement.blocks { statements(block) }
    case .returnProbe(let value):
      if let value { read(value) }
    case .breakLoop, .continueLoop, .directive, .invalid: break
    }
  }

  /// An expression whose value nobody takes.
  private mutating func effect(_ expression: Expression) {
    if case .block(let block) = expression.kind {
      statements(block)
    } else if case .step(_, let operand) = expression.kind, case .variable(let name) = operand.kind {
      write(name, operand.range, replaceable: nil)
    } else {
      read(expression)
    }
  }

  mutating func read(_ expression: Expression) { read(expression, butNot: nil) }

  /// Takes all variables of an expression as read; `own` only counts in blocks, where it does something.
  private mutating func read(_ expression: Expression, butNot own: String?) {
    var names: Set<String> = []
    var types: [TypeSyntax] = []
    var blocks: [Block] = []
    expression.visit { inner in
      switch inner.kind {
      case .variable(let name): if name != own { names.insert(name) }
      case .unary(.addressOf, let operand):
        // Whoever gets the address may write there.
        if case .variable(let name) = operand.kind { write(name, operand.range, replaceable: nil) }
      case .call(let function, let arguments) where function.text == Builtin.find.name && arguments.count == 3:
        if case .variable(let name) = arguments[2].kind { write(name, arguments[2].range, replaceable: nil) }
      case .cast(let type, _), .sizeofType(let type), .offsetofType(let type, _), .type(let type): types.append(type)
      case .block(let block):
        blocks.append(block)
        return false
      case .conditional(let conditional):
        blocks += conditional.blocks
        for condition in conditional.conditions {
          condition.visit { part in
            if case .variable(let name) = part.kind { names.insert(name) }
            return true
          }
        }
        return false
      case .integer, .decimal, .string, .boolean, .identifier, .positional, .positionalCount, .map, .index, .member,
        .element,
        .call, .unary, .step, .binary, .ternary, .tuple, .record, .sizeofValue, .offsetofValue, .comptime, .invalid:
        break
      }
      return true
    }
    for name in names { markRead(name) }
    for type in types { read(type) }
    for block in blocks {
      for statement in block.statements { self.statement(statement) }
      if let result = block.result { read(result) }
    }
  }

  private mutating func read(_ type: TypeSyntax) {
    switch type.kind {
    case .typeof(let value), .sized(_, let value): read(value)
    case .pointer(let inner): read(inner)
    case .array(let inner, let count):
      read(inner)
      if let count { read(count) }
    case .tuple(let elements): for element in elements { read(element) }
    case .named, .structure, .inline, .function: break
    }
  }

  private mutating func markRead(_ name: String) {
    reads.insert(name)
    uses[name]?.isRead = true
  }

  private mutating func write(_ name: String, _ range: SourceRange, replaceable: SourceRange?) {
    if uses[name] == nil {
      uses[name] = Use(range: range, replaceable: replaceable, isDeclaration: false, isRead: reads.contains(name))
    }
    uses[name]?.writes += 1
  }

  private mutating func declare(_ name: Name, _ range: SourceRange, hasValue: Bool) {
    if uses[name.text] == nil {
      let replaceable = SourceRange(range.source, Int(range.lower), Int(name.range.upper))
      uses[name.text] = Use(
        range: name.range, replaceable: hasValue ? replaceable : nil, isDeclaration: true,
        isRead: reads.contains(name.text))
    }
    if hasValue { uses[name.text]?.writes += 1 }
  }

  // MARK: Telling

  /// Names of a macro's own variables carry its number behind an apostrophe; others belong to the block.
  func report(in block: SourceRange, _ findings: inout Findings) {
    for (name, use) in uses {
      let isOwn = name.contains("'")
      let isHere = use.range.source == block.source && (block.lower..<block.upper).contains(use.range.lower)
      guard isOwn || isHere else { continue }
      findings.look(at: use.range, for: .unused, warning("$" + name.prefix { $0 != "'" }, use))
    }
  }

  private func warning(_ name: String, _ use: Use) -> Diagnostic? {
    switch (use.writes, use.isRead) {
    case (0, false): return .warning("\(name) is declared and never used", at: use.range)
    case (0, true) where use.isDeclaration:
      return .warning("\(name) is never assigned a value: it stays zero or empty", at: use.range)
    case (1..., false):
      let fixIts = use.writes == 1 ? use.replaceable.map { [Diagnostic.FixIt($0, "_")] } ?? [] : []
      return .warning(
        "\(name) is assigned and never read", at: use.range,
        notes: fixIts.isEmpty ? [] : [.init("remove it, or write '_' for a value that is computed for nothing")],
        fixIts: fixIts)
    case (_, _): return nil
    }
  }
}
