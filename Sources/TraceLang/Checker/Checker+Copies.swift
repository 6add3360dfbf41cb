// What one map gathers, given to another: `@a[k] = @b[j]` copies, `@a[k] += @b[j]` merges.
extension Checker {
  /// What a statement copies or merges; `nil` where it assigns a plain value, which an aggregation that is a number reads
  /// as.
  mutating func copy(
    _ syntax: Expression, into map: Int, _ key: TypedExpression?, merges: Bool, _ range: SourceRange
  ) -> [TypedStatement]? {
    guard let source = source(syntax), case .aggregation(let aggregation) = mapValueType(source.map) else { return nil }
    let target = environment.maps[map]
    let isGathering = if case .aggregation = target.value { true } else { gatheringMaps.contains(target.name) }
    guard isGathering || aggregation.integerType == nil else { return nil }
    environment.maps[source.map].isRead = true
    let sourceKey = source.key(&self)
    if merges, !aggregation.canMerge {
      error("what \(aggregation.functionName)() gathers can be copied, but not merged", at: range)
      return []
    }
    if case .aggregation(let known) = target.value, known.joined(aggregation) == nil {
      let (mine, other) = (known.functionName, aggregation.functionName)
      error(
        mine == other
          ? "@\(target.name) gathers \(mine)() with other arguments than @\(environment.maps[source.map].name)"
          : "@\(target.name) gathers \(mine)(), and @\(environment.maps[source.map].name) \(other)()",
        at: syntax.range, notes: firstAssignment(target) + firstAssignment(environment.maps[source.map]))
      return []
    }
    learnAggregation(map, aggregation, at: range)
    // Where one has negative values, both do.
    if case .aggregation(let joined) = mapValueType(map) { learnAggregation(source.map, joined, at: syntax.range) }
    return [
      TypedStatement(.copy(MapID(map), key: key, from: MapID(source.map), at: sourceKey, merges: merges), range)
    ]
  }

  private struct Source {
    let map: Int
    let key: (inout Checker) -> TypedExpression?
  }

  /// The entry of a map that an expression is: by its key, or as the value that a loop over the map is at.
  private func source(_ syntax: Expression) -> Source? {
    if case .map(let name) = syntax.kind, let map = environment.mapIndex[name] {
      return Source(map: map) { $0.mapKey(map, nil, syntax.range) }
    }
    if case .index(let base, let indices) = syntax.kind, case .map(let name) = base.kind,
      let map = environment.mapIndex[name]
    {
      return Source(map: map) { $0.mapKey(map, indices, syntax.range) }
    }
    guard case .element(let base, 1, _) = syntax.kind, case .variable(let name) = base.kind,
      let variable = scope.lookup(name), let map = loopMaps[variable.id],
      case .tuple(let pair) = variableType(variable.id)
    else { return nil }
    let entry = TypedExpression(.variable(variable.id), .tuple(pair), base.range)
    return Source(map: map) { _ in TypedExpression(.element(entry, 0), pair[0].type, syntax.range) }
  }

  /// The names of the maps that some statement has gather.
  static func gatheringMaps(_ instances: [ProbeInstance]) -> Set<String> {
    var names: Set<String> = []
    for instance in instances {
      instance.block.body.visitStatements { statement in
        guard case .assign(let target, nil, let value) = statement.kind, value.endsInAggregation else { return }
        if case .map(let name) = target.kind { names.insert(name) }
        if case .index(let base, _) = target.kind, case .map(let name) = base.kind { names.insert(name) }
      }
    }
    return names
  }
}
