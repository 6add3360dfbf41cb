/// What a script mentions.
extension Script {
  /// Whether a builtin stands in any of the probes.
  public func reads(_ builtin: String) -> Bool {
    var isFound = false
    func look(_ expression: Expression) -> Bool {
      if case .identifier(builtin) = expression.kind { isFound = true }
      if case .call(let name, _) = expression.kind, name.text == builtin { isFound = true }
      return !isFound
    }
    for case .probe(let probe) in items {
      probe.predicate?.visit(look)
      probe.body.visit(look)
    }
    return isFound
  }
}
