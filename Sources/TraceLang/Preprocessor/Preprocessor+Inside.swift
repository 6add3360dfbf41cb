/// Directives between statements, members and enumerators.
extension Preprocessor: SyntaxRewriter {
  mutating func rewritten(_ expression: Expression) -> Expression { rewrittenParts(of: expression) }

  mutating func rewritten(_ type: TypeSyntax) -> TypeSyntax { rewrittenParts(of: type) }

  mutating func rewritten(_ item: Script.Item) -> Script.Item {
    switch item {
    case .macro(var macro):
      macro.body = rewritten(macro.body)
      return .macro(macro)
    case .probe(var probe):
      probe.predicate = probe.predicate.map { rewritten($0) }
      probe.body = rewritten(probe.body)
      return .probe(probe)
    case .declaration(let declaration): return .declaration(rewritten(declaration))
    case .directive, .config, .map, .imported: return item
    }
  }

  mutating func rewritten(_ block: Block) -> Block {
    inside(" in this block") { preprocessor in
      var statements: [Statement] = []
      for statement in block.statements {
        if case .directive(let directive) = statement.kind {
          preprocessor.carryOut(directive)
        } else if preprocessor.isActive {
          statements.append(preprocessor.rewritten(statement))
        }
      }
      let result = preprocessor.isActive ? block.result.map { preprocessor.rewritten($0) } : nil
      return Block(statements: statements, result: result, range: block.range)
    }
  }

  mutating func rewritten(_ aggregate: CDeclaration.Aggregate) -> CDeclaration.Aggregate {
    guard !aggregate.directives.isEmpty else { return rewrittenParts(of: aggregate) }
    var kept = aggregate
    inside(" in this \(aggregate.keyword.rawValue)") { preprocessor in
      var directives = aggregate.directives[...]
      func keeps(_ index: Int) -> Bool {
        while let next = directives.first, next.index <= index {
          preprocessor.carryOut(next.directive)
          directives = directives.dropFirst()
        }
        return preprocessor.isActive
      }
      kept.members = aggregate.members.map { members in members.enumerated().filter { keeps($0.offset) }.map(\.element)
      }
      kept.enumerators = aggregate.enumerators.enumerated().filter { keeps($0.offset) }.map(\.element)
      _ = keeps(Int.max)
    }
    kept.directives = []
    return rewrittenParts(of: kept)
  }
}
