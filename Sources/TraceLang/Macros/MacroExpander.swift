/// Puts the bodies of macros and `#define`s in the place of their calls.
///
/// Variables that a macro's body declares are its own: each expansion gives them names that no script can write. Maps
/// and other variables come in by parameters only. `#define`s are text in C and so see all names.
struct MacroExpander: SyntaxRewriter {
  /// Parts of syntax that expansion may make in one script.
  private static let maximumSize = 500_000
  /// How deep expanded expressions may nest.
  private static let maximumDepth = 1000

  /// Macros that may be in one another's bodies at once.
  private static let maximumChain = 100

  /// By name: those that differ in the number or the kinds of their arguments.
  private let macros: [String: [MacroDeclaration]]
  private let defines: [String: Define]
  private(set) var diagnostics = Diagnostics()
  private var frame: Frame?
  /// Calls whose expansion the current place is in, outermost first.
  private var chain: [Call] = []
  private var expansions = 0
  /// Parts of syntax gone through, and those that only expansion made.
  private var size = 0
  private var made = 0
  private var depth = 0
  private var deepest = 0
  private var gaveUp = false

  private struct Call {
    let macro: MacroDeclaration
    let range: SourceRange

    var name: String { macro.name.text }
  }

  /// The expansion that the syntax in hand is the body of.
  private struct Frame {
    let macro: MacroDeclaration
    let isHygienic: Bool
    var arguments: [String: Argument] = [:]
    /// Parameters in front of which `$` and `@` stand, by name without it.
    var variables: [String: String] = [:]
    var maps: [String: String] = [:]
    /// Variables that the body declares or assigns.
    var locals: Set<String> = []
    var number = 0
  }

  private struct Argument {
    let expression: Expression
    let size: Int
    let depth: Int
  }

  init(macros: [String: [MacroDeclaration]], defines: [String: Define]) {
    self.macros = macros
    self.defines = defines
  }

  // MARK: Names

  mutating func rewritten(_ expression: Expression) -> Expression {
    depth += 1
    size += 1
    if frame != nil { made += 1 }
    deepest = max(deepest, depth)
    defer { depth -= 1 }
    if isTooMuch(at: expression.range) { return Expression(.invalid, expression.range) }
    switch expression.kind {
    case .identifier(let name): return identifier(name, expression)
    case .call(let name, let arguments):
      if frame?.arguments[name.text] == nil, let expanded = expand(name, arguments, expression.range) {
        return expanded
      }
    case .variable(let name): return Expression(.variable(variable(Name(name, expression.range))), expression.range)
    case .map(let name): return Expression(.map(map(Name(name, expression.range))), expression.range)
    case .sizeofValue(let operand):
      if let type = type(operand) { return Expression(.sizeofType(type), expression.range) }
    case .offsetofValue(let operand, let path):
      if let type = type(operand) { return Expression(.offsetofType(type, path: path), expression.range) }
    case .binary(_, let left, let right, _):
      warnOfLoose(left)
      warnOfLoose(right)
    case .unary(_, let operand), .cast(_, let operand), .member(let operand, _, _): warnOfLoose(operand)
    case .integer, .decimal, .string, .boolean, .positional, .positionalCount, .index, .element, .step, .ternary,
      .tuple, .record,
      .sizeofType, .offsetofType, .type, .block, .conditional, .comptime, .invalid:
      break
    }
    return rewrittenParts(of: expression)
  }

  private mutating func identifier(_ name: String, _ expression: Expression) -> Expression {
    if let argument = frame?.arguments[name] {
      size += argument.size
      made += argument.size
      deepest = max(deepest, depth + argument.depth)
      return isTooMuch(at: expression.range) ? Expression(.invalid, expression.range) : argument.expression
    }
    let place = Name(name, expression.range)
    if let define = defines[name], define.parameters != nil, macros[name] == nil { return expression }
    // Of a builtin's name alone, a macro changes nothing.
    if macros[name] != nil, Builtin.named(name) != nil { return expression }
    return expand(place, [], expression.range) ?? expression
  }

  private mutating func variable(_ name: Name) -> String {
    guard let frame, frame.isHygienic else { return name.text }
    if let argument = frame.variables[name.text] { return argument }
    if !frame.locals.contains(name.text) {
      error(
        "the macro '\(frame.macro.name.text)' knows no variable $\(name.text): it sees only its parameters and its own",
        at: name.range, notes: [Diagnostic.Note("add a parameter $\(name.text) here", at: frame.macro.name.range)])
    }
    return "\(name.text)'\(frame.number)"
  }

  private mutating func map(_ name: Name) -> String {
    guard let frame, frame.isHygienic else { return name.text }
    if let argument = frame.maps[name.text] { return argument }
    error(
      "the macro '\(frame.macro.name.text)' uses @\(name.text), which is not one of its parameters", at: name.range,
      notes: [Diagnostic.Note("add a parameter @\(name.text) here", at: frame.macro.name.range)])
    return name.text
  }

  mutating func declared(_ variable: Name) -> Name { Name(self.variable(variable), variable.range) }

  // MARK: Types

  mutating func rewritten(_ type: TypeSyntax) -> TypeSyntax {
    switch type.kind {
    case .named(let name):
      guard let value = frame?.arguments[name]?.expression ?? defines[name]?.body else { return type }
      return Self.type(value, type.range) ?? TypeSyntax(.typeof(value), type.range)
    case .typeof(let operand):
      if let known = self.type(operand) { return known }
    case .structure, .inline, .pointer, .array, .sized, .tuple, .function: break
    }
    return rewrittenParts(of: type)
  }

  /// The type that a parameter stands for in the place of an operand.
  private func type(_ operand: Expression) -> TypeSyntax? {
    guard case .identifier(let name) = operand.kind,
      let value = frame?.arguments[name]?.expression ?? defines[name]?.body, case .type(let type) = value.kind
    else { return nil }
    return type
  }

  private static func type(_ value: Expression, _ range: SourceRange) -> TypeSyntax? {
    if case .type(let type) = value.kind { return type }
    guard case .identifier(let name) = value.kind else { return nil }
    return TypeSyntax(.named(name), range)
  }

  // MARK: Limits

  private mutating func isTooMuch(at range: SourceRange) -> Bool {
    if gaveUp { return true }
    guard
      made > Self.maximumSize || chain.count > Self.maximumChain || depth > Self.maximumDepth
        || deepest > 2 * Self.maximumDepth
    else { return false }
    gaveUp = true
    error(
      made > Self.maximumSize ? "macros make too much code of this" : "macros nest too deeply here",
      at: chain.first?.range ?? range)
    return true
  }

  private mutating func error(_ message: String, at range: SourceRange, notes: [Diagnostic.Note] = []) {
    diagnostics.error(message, at: range, notes: notes + expandedFrom(range))
  }

  /// Where the outermost call is, for a message about a macro's body.
  private func expandedFrom(_ range: SourceRange) -> [Diagnostic.Note] {
    guard let first = chain.first, first.range != range else { return [] }
    return [Diagnostic.Note("'\(first.name)' is expanded here", at: first.range)]
  }
}

// MARK: - Expansion

extension MacroExpander {
  /// What a call stands for; `nil` when its name is no macro's.
  private mutating func expand(_ name: Name, _ arguments: [Expression], _ range: SourceRange) -> Expression? {
    let macro: MacroDeclaration
    let isHygienic: Bool
    if let known = macros[name.text] {
      guard let chosen = choice(among: known, for: arguments) else { return nil }
      (macro, isHygienic) = (chosen, true)
    } else if let define = defines[name.text] {
      // In C, a name inside of its own definition is just a name.
      if chain.contains(where: { $0.name == name.text }) { return nil }
      guard let body = body(of: define, at: name.range) else { return Expression(.invalid, range) }
      if define.parameters == nil, !arguments.isEmpty || !range.isEqual(name.range) {
        guard case .identifier(let other) = body.kind else { return nil }
        return rewritten(Expression(.call(Name(other, name.range), arguments), range))
      }
      (macro, isHygienic) = (define.declaration, false)
    } else {
      return nil
    }
    if isHygienic, chain.contains(where: { $0.macro.name.range == macro.name.range }) {
      recursion(macro, range)
      return Expression(.invalid, range)
    }
    guard let callee = bind(macro, arguments, range, isHygienic) else { return Expression(.invalid, range) }
    return expand(callee, range)
  }

  /// The macro of a name that takes these arguments: one whose variables and maps they are, before one that takes any
  /// expression. `nil` where a builtin of the name is meant: a macro hides it from calls with as many arguments only.
  private func choice(among macros: [MacroDeclaration], for arguments: [Expression]) -> MacroDeclaration? {
    let fitting = macros.filter { $0.arity.contains(arguments.count) }
    if fitting.isEmpty, let first = macros.first { return Builtin.named(first.name.text) == nil ? first : nil }
    func isExact(_ macro: MacroDeclaration) -> Bool {
      zip(macro.parameters, arguments).allSatisfy { parameter, argument in
        switch (parameter.kind, place(argument)) {
        case (.variable, .variable), (.map, .map): true
        case (.variable, _), (.map, _): false
        case (.expression, _), (.type, _): true
        }
      }
    }
    func particular(_ macro: MacroDeclaration) -> Int {
      macro.parameters.count { $0.kind == .variable || $0.kind == .map }
    }
    return fitting.filter(isExact).max { particular($0) < particular($1) } ?? fitting.first
  }

  /// What an argument is to the caller of the macro whose body it stands in.
  private func place(_ argument: Expression) -> Expression.Kind {
    if case .identifier(let name) = argument.kind, let outer = frame?.arguments[name] { return outer.expression.kind }
    return argument.kind
  }

  private mutating func expand(_ callee: Frame, _ range: SourceRange) -> Expression {
    let caller = frame
    chain.append(Call(macro: callee.macro, range: range))
    frame = callee
    let body = rewritten(callee.macro.body)
    frame = caller
    chain.removeLast()
    if body.statements.isEmpty, let result = body.result { return Expression(result.kind, range) }
    return Expression(.block(body), range)
  }

  private mutating func body(of define: Define, at range: SourceRange) -> Expression? {
    if let body = define.body { return body }
    for problem in define.problems { diagnostics.report(problem) }
    error(
      define.problems.isEmpty
        ? "'\(define.name.text)' is defined as nothing and has no value here"
        : "'\(define.name.text)' is not defined as an expression or a type", at: range,
      notes: [Diagnostic.Note("its definition", at: define.name.range)])
    return nil
  }

  private mutating func recursion(_ macro: MacroDeclaration, _ range: SourceRange) {
    let start = chain.firstIndex { $0.macro.name.range == macro.name.range } ?? 0
    let cycle = chain[start...].map(\.name) + [macro.name.text]
    error(
      "the macro '\(macro.name.text)' calls itself: \(cycle.joined(separator: " -> "))", at: range,
      notes: [Diagnostic.Note("it is declared here", at: macro.name.range)])
  }

  /// The frame of a call, or `nil` when its arguments do not fit, which is reported.
  private mutating func bind(
    _ macro: MacroDeclaration, _ arguments: [Expression], _ range: SourceRange, _ isHygienic: Bool
  ) -> Frame? {
    let required = macro.parameters.count { $0.defaultValue == nil }
    let note = Diagnostic.Note("it is declared here", at: macro.name.range)
    guard (required...macro.parameters.count).contains(arguments.count) else {
      let most = macro.parameters.count
      let expected = required == most ? "\(most)" : "\(required) to \(most)"
      error(
        "the macro '\(macro.name.text)' takes \(expected) argument\(expected == "1" ? "" : "s"), not \(arguments.count)",
        at: range, notes: [note])
      return nil
    }
    expansions += 1
    var callee = Frame(macro: macro, isHygienic: isHygienic, number: expansions)
    if isHygienic { callee.locals = Self.locals(of: macro.body) }
    for (index, parameter) in macro.parameters.enumerated() {
      guard let syntax = index < arguments.count ? arguments[index] : parameter.defaultValue else { continue }
      let argument = argument(syntax)
      switch (parameter.kind, argument.expression.kind) {
      case (.expression, _), (.type, _): callee.arguments[parameter.name.text] = argument
      case (.variable, .variable(let name)): callee.variables[parameter.name.text] = name
      case (.map, .map(let name)): callee.maps[parameter.name.text] = name
      case (_, .invalid): return nil
      case (.variable, _), (.map, _):
        let isMap = parameter.kind == .map
        error(
          "the macro '\(macro.name.text)' needs a \(isMap ? "map" : "variable") for "
            + "\(isMap ? "@" : "$")\(parameter.name.text), not this", at: syntax.range, notes: [note])
        return nil
      }
    }
    return callee
  }

  /// An argument as the caller means it, with what putting it somewhere costs.
  private mutating func argument(_ syntax: Expression) -> Argument {
    let (sizeBefore, deepestBefore) = (size, deepest)
    deepest = depth
    let expression = rewritten(syntax)
    defer { deepest = max(deepest, deepestBefore) }
    return Argument(expression: expression, size: size - sizeBefore, depth: deepest - depth)
  }

  /// Variables that a body declares by `let`, loops and plain assignment.
  private static func locals(of body: Block) -> Set<String> {
    var collector = LocalCollector()
    _ = collector.rewritten(body)
    return collector.names
  }

  /// C would bind the definition's last operand first; we take its value.
  private mutating func warnOfLoose(_ operand: Expression) {
    guard let name = operand.call?.name, operand.range.lower == name.range.lower, frame?.arguments[name.text] == nil,
      macros[name.text] == nil,
      let define = defines[name.text], define.isLoose
    else { return }
    diagnostics.warning(
      "'\(name.text)' is taken here as if its definition were in parentheses", at: operand.range,
      notes: [Diagnostic.Note("put parentheses around it to mean the same in C", at: define.body?.range)])
  }
}

/// Gathers the variables a body makes.
private struct LocalCollector: SyntaxRewriter {
  var names: Set<String> = []

  mutating func rewritten(_ expression: Expression) -> Expression { rewrittenParts(of: expression) }

  mutating func rewritten(_ type: TypeSyntax) -> TypeSyntax { type }

  mutating func declared(_ variable: Name) -> Name {
    names.insert(variable.text)
    return variable
  }

  mutating func rewritten(_ statement: Statement) -> Statement {
    if case .assign(let target, nil, _) = statement.kind, case .variable(let name) = target.kind { names.insert(name) }
    return rewrittenParts(of: statement)
  }
}

extension SourceRange {
  fileprivate func isEqual(_ other: SourceRange) -> Bool { lower == other.lower && upper == other.upper }
}
