import TraceLang

/// Makes a failing script smaller while it still fails in the same way.
struct Shrinker {
  /// Whether a smaller script still fails.
  private let fails: (String) -> Bool
  /// The verifier may take seconds for one script.
  private let end: ContinuousClock.Instant

  init(patience: Duration, fails: @escaping (String) -> Bool) {
    self.fails = fails
    end = .now + patience
  }

  func shrunk(_ text: String) -> String {
    var best = text
    var previous: String
    repeat {
      previous = best
      best = onePass(best)
    } while best != previous
    return withoutEmptyBlocks(best)
  }

  private func onePass(_ text: String) -> String {
    var best = text
    var position = 0
    while ContinuousClock.now < end, let script = Self.parsed(best) {
      var counting = Edit(chosen: -1)
      _ = counting.applied(to: script.script)
      guard position < counting.seen else { break }
      var edit = Edit(chosen: position)
      let candidate = SyntaxPrinter.print(edit.applied(to: script.script), in: script.sources)
      if candidate.utf8.count < best.utf8.count, stillFails(candidate) {
        best = candidate
      } else {
        position += 1
      }
    }
    return best
  }

  private func stillFails(_ text: String) -> Bool {
    return ContinuousClock.now < end && fails(text)
  }

  private static func parsed(_ text: String) -> (script: Script, sources: SourceMap)? {
    let sources = SourceMap(SourceFile(name: "stdin", text: text))
    var diagnostics = Diagnostics()
    let script = parse(SourceID(0), in: sources, diagnostics: &diagnostics)
    return diagnostics.hasErrors ? nil : (script, sources)
  }

  /// Statements were replaced by empty blocks; those go now.
  private func withoutEmptyBlocks(_ text: String) -> String {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    for index in lines.indices.reversed() {
      let bare = lines[index].filter { $0 != " " && $0 != "\t" }
      guard bare == "{}" || bare.isEmpty else { continue }
      var fewer = lines
      fewer.remove(at: index)
      if stillFails(fewer.joined(separator: "\n")) { lines = fewer }
    }
    return lines.joined(separator: "\n")
  }
}

/// Replaces one part of a script, the one with a number, by something smaller.
private struct Edit: SyntaxRewriter {
  let chosen: Int
  /// Edits passed so far.
  var seen = 0

  init(chosen: Int) { self.chosen = chosen }

  mutating func applied(to script: Script) -> Script {
    var result = script
    result.items = []
    for item in script.items {
      if isChosen() { continue }
      result.items.append(rewritten(item))
    }
    return result
  }

  private mutating func isChosen() -> Bool {
    defer { seen += 1 }
    return seen == chosen
  }

  private mutating func choice<Part>(among parts: [Part]) -> Part? {
    defer { seen += parts.count }
    return parts.indices.contains(chosen - seen) ? parts[chosen - seen] : nil
  }

  mutating func rewritten(_ expression: Expression) -> Expression {
    choice(among: Self.smaller(expression)) ?? rewrittenParts(of: expression)
  }

  mutating func rewritten(_ type: TypeSyntax) -> TypeSyntax { type }

  mutating func rewritten(_ statement: Statement) -> Statement {
    if let smaller = choice(among: Self.smaller(statement)) { return smaller }
    // Another condition would make it another loop, one without a bound.
    if case .whileLoop(let condition, let body) = statement.kind {
      return Statement(.whileLoop(condition: condition, body: rewritten(body)), statement.range)
    }
    return rewrittenParts(of: statement)
  }

  mutating func rewritten(_ item: Script.Item) -> Script.Item {
    guard case .probe(var probe) = item else { return item }
    if probe.predicate != nil, isChosen() { probe.predicate = nil }
    probe.predicate = probe.predicate.map { rewritten($0) }
    probe.body = rewritten(probe.body)
    return .probe(probe)
  }

  private static func smaller(_ statement: Statement) -> [Statement] {
    func block(_ block: Block) -> Statement { Statement(.block(block), statement.range) }
    let empty = block(Block(statements: [], range: statement.range))
    switch statement.kind {
    case .conditional(let conditional):
      var parts = [empty, block(conditional.then)]
      if case .block(let other)? = conditional.otherwise {
        parts.append(block(other))
        let half = Statement.If(condition: conditional.condition, then: conditional.then, otherwise: nil)
        parts.append(Statement(.conditional(half), statement.range))
      }
      return parts
    case .whileLoop(_, let body), .unroll(_, let body), .forMap(_, _, let body), .forRange(_, _, _, let body):
      return [empty, block(body)]
    case .block(let inner):
      if inner.statements.isEmpty, inner.result == nil { return [] }
      return [empty] + (inner.statements.count == 1 ? inner.statements : [])
    case .expression, .discard, .assign, .declare, .breakLoop, .continueLoop, .returnProbe, .directive, .invalid:
      return [empty]
    }
  }

  private static func smaller(_ expression: Expression) -> [Expression] {
    func make(_ kind: Expression.Kind) -> Expression { Expression(kind, expression.range) }
    let numbers = [make(.integer(.init(0))), make(.integer(.init(1)))]
    switch expression.kind {
    case .integer, .decimal: return numbers
    case .string: return [make(.string([]))]
    case .boolean, .positional, .positionalCount, .type, .invalid: return []
    case .identifier: return numbers
    case .variable, .map: return numbers + [make(.string([]))]
    case .index(let base, let indices): return numbers + indices + [base]
    case .member(let base, _, _), .element(let base, _, _): return numbers + [base]
    case .call(_, let arguments), .tuple(let arguments): return numbers + arguments
    case .unary(_, let operand), .step(_, let operand), .cast(_, let operand), .sizeofValue(let operand),
      .offsetofValue(let operand, _), .comptime(let operand):
      // An address as such prints something else in each run.
      if case .unary(.addressOf, let place) = operand.kind { return numbers + [place] }
      return numbers + [operand]
    case .binary(_, let left, let right, _): return numbers + [left, right]
    case .ternary(let condition, let then, let otherwise):
      return numbers + [condition, then, otherwise].compactMap { $0 }
    case .record(let members): return numbers + members.map(\.value)
    case .sizeofType, .offsetofType: return numbers
    case .block(let block): return numbers + [block.result].compactMap { $0 }
    case .conditional(let conditional):
      return numbers + [conditional.then.result].compactMap { $0 }
    }
  }
}
