/// Rebuilds syntax from the outside in; each method gives what stands in the place of a part, by default the part with
/// its own parts rewritten.
package protocol SyntaxRewriter {
  mutating func rewritten(_ expression: Expression) -> Expression
  mutating func rewritten(_ type: TypeSyntax) -> TypeSyntax
  mutating func rewritten(_ statement: Statement) -> Statement
  mutating func rewritten(_ block: Block) -> Block
  /// The name of a variable where it is declared: by `let` or a loop.
  mutating func declared(_ variable: Name) -> Name
  mutating func rewritten(_ aggregate: CDeclaration.Aggregate) -> CDeclaration.Aggregate
  mutating func rewritten(_ item: Script.Item) -> Script.Item
}

extension SyntaxRewriter {
  package mutating func rewritten(_ statement: Statement) -> Statement { rewrittenParts(of: statement) }

  package mutating func declared(_ variable: Name) -> Name { variable }

  package mutating func rewritten(_ block: Block) -> Block {
    Block(
      statements: block.statements.map { rewritten($0) }, result: block.result.map { rewritten($0) },
      range: block.range)
  }

  package mutating func rewrittenParts(of expression: Expression) -> Expression {
    Expression(rewrittenKind(of: expression), expression.range)
  }

  private mutating func rewrittenKind(of expression: Expression) -> Expression.Kind {
    switch expression.kind {
    case .integer, .decimal, .string, .boolean, .identifier, .positional, .positionalCount, .variable, .map, .invalid:
      expression.kind
    case .index(let base, let indices): .index(rewritten(base), indices.map { rewritten($0) })
    case .member(let base, let name, let arrow): .member(rewritten(base), name, arrow: arrow)
    case .element(let base, let index, let range): .element(rewritten(base), index, range)
    case .call(let name, let arguments): .call(name, arguments.map { rewritten($0) })
    case .unary(let operation, let operand): .unary(operation, rewritten(operand))
    case .step(let step, let operand): .step(step, rewritten(operand))
    case .binary(let operation, let left, let right, let range):
      .binary(operation, rewritten(left), rewritten(right), operatorRange: range)
    case .ternary(let condition, let then, let otherwise):
      .ternary(rewritten(condition), then: then.map { rewritten($0) }, otherwise: rewritten(otherwise))
    case .cast(let type, let operand): .cast(rewritten(type), rewritten(operand))
    case .tuple(let parts): .tuple(parts.map { rewritten($0) })
    case .record(let members): .record(members.map { ($0.name, rewritten($0.value)) })
    case .sizeofType(let type): .sizeofType(rewritten(type))
    case .sizeofValue(let operand): .sizeofValue(rewritten(operand))
    case .offsetofType(let type, let path): .offsetofType(rewritten(type), path: path)
    case .offsetofValue(let operand, let path): .offsetofValue(rewritten(operand), path: path)
    case .type(let type): .type(rewritten(type))
    case .block(let block): .block(rewritten(block))
    case .conditional(let conditional): .conditional(rewritten(conditional))
    case .comptime(let operand): .comptime(rewritten(operand))
    }
  }

  package mutating func rewrittenParts(of statement: Statement) -> Statement {
    Statement(rewrittenKind(of: statement), statement.range)
  }

  private mutating func rewrittenKind(of statement: Statement) -> Statement.Kind {
    switch statement.kind {
    case .expression(let value): return .expression(rewritten(value))
    case .discard(let value): return .discard(rewritten(value))
    case .assign(let target, let operation, let value):
      let value = rewritten(value)
      return .assign(target: rewritten(target), operation: operation, value: value)
    case .declare(let name, let type, let value):
      let value = value.map { rewritten($0) }
      return .declare(declared(name), type: type.map { rewritten($0) }, value: value)
    case .conditional(let conditional): return .conditional(rewritten(conditional))
    case .whileLoop(let condition, let body): return .whileLoop(condition: rewritten(condition), body: rewritten(body))
    case .unroll(let count, let body): return .unroll(count: rewritten(count), body: rewritten(body))
    case .forMap(let variable, let map, let body):
      return .forMap(variable: declared(variable), map: rewritten(map), body: rewritten(body))
    case .forRange(let variable, let start, let end, let body):
      return .forRange(
        variable: declared(variable), start: rewritten(start), end: rewritten(end), body: rewritten(body))
    case .block(let block): return .block(rewritten(block))
    case .returnProbe(let value): return .returnProbe(value.map { rewritten($0) })
    case .breakLoop, .continueLoop, .directive, .invalid: return statement.kind
    }
  }

  package mutating func rewritten(_ conditional: Statement.If) -> Statement.If {
    let condition = rewritten(conditional.condition)
    let then = rewritten(conditional.then)
    let otherwise: Statement.Otherwise?
    switch conditional.otherwise {
    case .block(let block): otherwise = .block(rewritten(block))
    case .conditional(let next, let range): otherwise = .conditional(rewritten(next), range)
    case nil: otherwise = nil
    }
    return Statement.If(condition: condition, then: then, otherwise: otherwise)
  }

  // MARK: Types and declarations

  package mutating func rewrittenParts(of type: TypeSyntax) -> TypeSyntax {
    TypeSyntax(rewrittenKind(of: type), type.range)
  }

  private mutating func rewrittenKind(of type: TypeSyntax) -> TypeSyntax.Kind {
    switch type.kind {
    case .named, .structure, .function: type.kind
    case .inline(let aggregate): .inline(rewritten(aggregate))
    case .pointer(let inner): .pointer(rewritten(inner))
    case .array(let element, let count): .array(rewritten(element), count: count.map { rewritten($0) })
    case .sized(let name, let size): .sized(name, rewritten(size))
    case .tuple(let elements): .tuple(elements.map { rewritten($0) })
    case .typeof(let operand): .typeof(rewritten(operand))
    }
  }

  package mutating func rewritten(_ aggregate: CDeclaration.Aggregate) -> CDeclaration.Aggregate {
    rewrittenParts(of: aggregate)
  }

  package mutating func rewrittenParts(of aggregate: CDeclaration.Aggregate) -> CDeclaration.Aggregate {
    var result = aggregate
    result.members = aggregate.members?.map { member in
      var member = member
      member.type = rewritten(member.type)
      member.bitWidth = member.bitWidth.map { rewritten($0) }
      return member
    }
    result.enumerators = aggregate.enumerators.map { enumerator in
      CDeclaration.Enumerator(name: enumerator.name, value: enumerator.value.map { rewritten($0) })
    }
    return result
  }

  package mutating func rewritten(_ declaration: CDeclaration) -> CDeclaration {
    switch declaration.kind {
    case .aggregate(let aggregate): CDeclaration(kind: .aggregate(rewritten(aggregate)), range: declaration.range)
    case .alias(let name, let type): CDeclaration(kind: .alias(name, rewritten(type)), range: declaration.range)
    }
  }

  package mutating func rewritten(_ item: Script.Item) -> Script.Item {
    switch item {
    case .directive, .config, .imported, .macro: return item
    case .declaration(let declaration): return .declaration(rewritten(declaration))
    case .map(var map):
      map.entries = map.entries.map { rewritten($0) }
      return .map(map)
    case .probe(var probe):
      probe.predicate = probe.predicate.map { rewritten($0) }
      probe.body = rewritten(probe.body)
      return .probe(probe)
    }
  }
}
