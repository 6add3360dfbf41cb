extension Parser {
  enum BlockStyle {
    case braces
    /// The `< >` around a probe's actions.
    case angles
  }

  /// What a statement leaves behind when no `;` follows it: the value of its block, if that has one.
  private enum Parsed {
    case statement(Statement)
    /// An expression in front of the block's end.
    case value(Expression)
    /// A `if` or `{ }` in front of the block's end, with its range.
    case conditional(Statement.If, SourceRange)
    case block(Block)
  }

  /// A block with its brackets. Where its value is not used it is made a statement.
  mutating func block(_ style: BlockStyle, keepsResult: Bool) throws(SyntaxError) -> Block {
    guard style == .angles || at(.leftBrace) else { throw unexpected("'{'") }
    try enter()
    defer { nesting -= 1 }
    let outer = terminator
    terminator = style == .angles ? .angle : .none
    defer { terminator = outer }
    let opening = advance()
    let closing: Punctuator = style == .angles ? .greater : .rightBrace
    var statements: [Statement] = []
    var result: Expression?
    while !at(closing) {
      if blockIsUnclosed(opening, closing) {
        return Block(statements: statements, result: result, range: range(from: opening.lower))
      }
      if take(.semicolon) {
        if let value = result { statements.append(Self.statement(of: value)) }
        result = nil
        continue
      }
      do {
        switch try statement(closing) {
        case .statement(let statement): statements.append(statement)
        case .value(let value) where value.isBlock && !value.hasValue:
          statements.append(Self.statement(of: value))
        case .value(let value): result = value
        case .conditional(let conditional, let range):
          if conditional.hasValue {
            result = Expression(.conditional(conditional), range)
          } else {
            statements.append(Statement(.conditional(conditional.withoutValue), range))
          }
        case .block(let block):
          if block.result != nil {
            result = Expression(.block(block), block.range)
          } else {
            statements.append(Statement(.block(block), block.range))
          }
        }
      } catch {
        statements.append(Statement(.invalid, tokenRange))
        recoverStatement(closing)
      }
    }
    advance()
    if !keepsResult, let value = result {
      statements.append(Self.statement(of: value))
      result = nil
    }
    return Block(statements: statements, result: result, range: range(from: opening.lower))
  }

  private static func statement(of value: Expression) -> Statement {
    if case .conditional(let conditional) = value.kind {
      return Statement(.conditional(conditional.withoutValue), value.range)
    }
    if case .block(let block) = value.kind { return Statement(.block(block.withoutValue), value.range) }
    return Statement(.expression(value), value.range)
  }

  /// Reports a block without an end: the script is over or the next probe starts.
  private mutating func blockIsUnclosed(_ opening: Token, _ closing: Punctuator) -> Bool {
    let isProbe = token.startsLine && looksLikeProbe(token)
    guard atEnd || isProbe else { return false }
    if gaveUp || reportedUnclosed == token.lower { return true }
    reportedUnclosed = token.lower
    defer { excusesUnclosed = false }
    if excusesUnclosed { return true }
    let note = Diagnostic.Note(
      "to close this '\(text(opening))'", at: range(opening.lower, opening.upper))
    let found = isProbe ? "the start of a probe" : "the end of the script"
    let fixIts = isProbe ? [] : [Diagnostic.FixIt(range(previousEnd, previousEnd), " \(closing.rawValue)")]
    report("expected '\(closing.rawValue)', found \(found)", at: tokenRange, notes: [note], fixIts: fixIts)
    return true
  }

  /// Skips to where the next statement may start: behind a `;` or a `{ }`, or at the end of the block.
  private mutating func recoverStatement(_ closing: Punctuator) {
    var depth = 0
    while !atEnd {
      if at(.rightBrace) {
        if depth == 0 { break }
        depth -= 1
        advance()
        if depth == 0 { break }
        continue
      }
      if depth == 0 {
        if take(.semicolon) { break }
        if token.startsLine, looksLikeProbe(token) { break }
        if closing == .greater, at(.greater) {
          let next = next
          if next.kind == .end || looksLikeProbe(next) { break }
        }
      }
      if at(.leftBrace) { depth += 1 }
      advance()
    }
    if closing == .greater, at(.rightBrace) { advance() }
    skipBranches()
  }

  /// Skips the `else` branches of an `if` that could not be read.
  private mutating func skipBranches() {
    while atWord("else") {
      while !atEnd, !at(.leftBrace), !at(.rightBrace), !at(.semicolon) { advance() }
      if at(.leftBrace) { skipBlock() } else { _ = take(.semicolon) }
    }
  }

  private mutating func statement(_ closing: Punctuator) throws(SyntaxError) -> Parsed {
    let start = token.lower
    if token.kind == .directive {
      hasInnerDirectives = true
      return .statement(Statement(.directive(try directive()), range(from: start)))
    }
    if at(.leftBrace) {
      let block = try block(.braces, keepsResult: true)
      return ended(.block(block), closing)
    }
    switch word {
    case "if":
      let conditional = try conditional()
      return ended(.conditional(conditional, range(from: start)), closing)
    case "while" where next.kind != .punctuator(.equal): return .statement(try whileLoop())
    case "unroll": return .statement(try unroll())
    case "for": return .statement(try forLoop())
    case "let": return try terminated(try declaration(), closing)
    case "break", "continue":
      let kind: Statement.Kind = atWord("break") ? .breakLoop : .continueLoop
      advance()
      return try terminated(Statement(kind, range(from: start)), closing)
    case "return":
      advance()
      let endsHere = at(.semicolon) || at(closing) || at(.rightBrace)
      let value = endsHere ? nil : try expression()
      return try terminated(Statement(.returnProbe(value), range(from: start)), closing)
    case "import" where next.kind == .string:
      throw fail("an import stands at the top of a script", at: tokenRange)
    case "_" where next.kind == .punctuator(.equal):
      advance()
      advance()
      let value = try expression()
      return try terminated(Statement(.discard(value), range(from: start)), closing)
    default:
      return try simpleStatement(closing)
    }
  }

  /// An expression or an assignment.
  private mutating func simpleStatement(_ closing: Punctuator) throws(SyntaxError) -> Parsed {
    let start = token.lower
    let target = try expression()
    guard case .punctuator(let punctuator) = token.kind, punctuator == .equal || punctuator.compoundOperator != nil
    else { return try expressionStatement(target, closing) }
    guard target.isAssignable else { throw notAssignable(target) }
    advance()
    let value = try expression()
    let assignment = Statement.Kind.assign(target: target, operation: punctuator.compoundOperator, value: value)
    return try terminated(Statement(assignment, range(from: start)), closing)
  }

  private mutating func notAssignable(_ target: Expression) -> SyntaxError {
    switch target.kind {
    case .element, .member:
      return fail(
        "fields cannot be assigned: tuples, records and structs do not change; make a new value", at: target.range)
    case .identifier(let name):
      return fail(
        "cannot assign to '\(name)': variables start with '$', maps with '@'", at: target.range,
        notes: [Diagnostic.Note("did you mean '$\(name)'?")],
        fixIts: Builtin.named(name) == nil ? [Diagnostic.FixIt(target.range, "$\(name)")] : [])
    case .integer, .decimal, .string, .boolean, .positional, .positionalCount, .variable, .map, .index, .call, .unary,
      .step,
      .binary, .ternary, .cast, .tuple, .record, .sizeofType, .sizeofValue, .offsetofType, .offsetofValue, .type,
      .block, .conditional, .comptime, .invalid:
      return fail("only variables and maps can be assigned", at: target.range)
    }
  }

  private mutating func expressionStatement(
    _ value: Expression, _ closing: Punctuator
  ) throws(SyntaxError) -> Parsed {
    if at(closing) { return .value(value) }
    if take(.semicolon) { return .statement(Statement(.expression(value), value.range)) }
    try missingSemicolon("statement", after: value)
    return .statement(Statement(.expression(value), value.range))
  }

  /// The `;` behind a statement, which may be left out in front of the block's end.
  private mutating func terminated(_ statement: Statement, _ closing: Punctuator) throws(SyntaxError) -> Parsed {
    if !at(closing), !take(.semicolon) { try missingSemicolon("statement") }
    return .statement(statement)
  }

  /// A statement that ends in a block is a value only in front of the end of its own block.
  private func ended(_ parsed: Parsed, _ closing: Punctuator) -> Parsed {
    if at(closing) { return parsed }
    switch parsed {
    case .statement, .value: return parsed
    case .conditional(let conditional, let range):
      return .statement(Statement(.conditional(conditional.withoutValue), range))
    case .block(let block): return .statement(Statement(.block(block.withoutValue), block.range))
    }
  }

  /// Reports a missing `;` and goes on as if it were there when the next token starts a line, else fails.
  mutating func missingSemicolon(_ what: String, after value: Expression? = nil) throws(SyntaxError) {
    var notes: [Diagnostic.Note] = []
    if let word = value.flatMap(Self.leadingWord) {
      if word == "elif" || word == "elsif" || word == "elseif" {
        notes.append(Diagnostic.Note("did you mean 'else if'?"))
      } else if word.utf8.count > 3,
        let keyword = Suggestions.nearest(to: word, among: Self.statementWords, limit: 1).first
      {
        notes.append(Diagnostic.Note("did you mean '\(keyword)'?"))
      }
    }
    let place = range(previousEnd, previousEnd)
    guard token.startsLine || startsStatement, notes.isEmpty, !atEnd, malformedKindIsNone else {
      throw unexpected("';' after the \(what)", notes: notes)
    }
    report("expected ';' after the \(what)", at: place, fixIts: [Diagnostic.FixIt(place, ";")])
  }

  /// Whether the current token can only begin a statement.
  private var startsStatement: Bool {
    if token.kind == .variable || token.kind == .map { return true }
    return Self.statementWords.contains(word) || Builtin.named(word)?.kind == .action
  }

  private var malformedKindIsNone: Bool {
    token.kind != .unknown && token.kind != .character && token.kind != .unterminatedString
      && token.kind != .unterminatedComment
  }

  private static let statementWords = [
    "if", "else", "while", "for", "unroll", "let", "return", "break", "continue", "import",
  ]

  /// The name that an expression is or calls: perhaps a misspelled keyword.
  private static func leadingWord(_ expression: Expression) -> String? {
    if case .identifier(let name) = expression.kind { return name }
    if case .call(let name, _) = expression.kind { return name.text }
    return nil
  }
}

extension Statement.If {
  /// Whether every branch ends in a value and there is an `else`.
  var hasValue: Bool {
    var current = self
    while true {
      guard current.then.result != nil else { return false }
      switch current.otherwise {
      case nil: return false
      case .block(let block): return block.result != nil
      case .conditional(let next, _): current = next
      }
    }
  }

  /// The same with the branches' values made statements.
  var withoutValue: Statement.If {
    var branches: [(Statement.If, SourceRange)] = []
    var current = self
    var last: Statement.Otherwise?
    while true {
      let then = current.then.withoutValue
      switch current.otherwise {
      case .conditional(let next, let range):
        branches.append((Statement.If(condition: current.condition, then: then, otherwise: nil), range))
        current = next
        continue
      case .block(let block): last = .block(block.withoutValue)
      case nil: break
      }
      var result = Statement.If(condition: current.condition, then: then, otherwise: last)
      for (branch, range) in branches.reversed() {
        result = Statement.If(
          condition: branch.condition, then: branch.then, otherwise: .conditional(result, range))
      }
      return result
    }
  }
}

extension Expression {
  /// Whether a block or an `if` ends in a value on every way.
  fileprivate var hasValue: Bool {
    if case .block(let block) = kind { return block.result != nil }
    if case .conditional(let conditional) = kind { return conditional.hasValue }
    return true
  }
}

extension Block {
  /// The same with its value made a statement.
  var withoutValue: Block {
    guard let result else { return self }
    let last: Statement
    if case .conditional(let conditional) = result.kind {
      last = Statement(.conditional(conditional.withoutValue), result.range)
    } else if case .block(let block) = result.kind {
      last = Statement(.block(block.withoutValue), result.range)
    } else {
      last = Statement(.expression(result), result.range)
    }
    return Block(statements: statements + [last], range: range)
  }
}
