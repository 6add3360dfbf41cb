// Notes that lead from an error to what it follows from.
extension Checker {
  /// Where the script declares a record, if it does.
  func declaration(of reference: RecordReference) -> [Diagnostic.Note] {
    let names: [String]
    switch reference {
    case .script(_, let name): names = ["struct \(name)", "union \(name)"]
    case .named(let name): names = [name]
    case .btf, .tracepoint, .function, .debug, .parameters: return []
    }
    guard let place = names.lazy.compactMap({ types.places[$0] }).first else { return [] }
    return [Diagnostic.Note("it is declared here", at: place)]
  }
}

extension Checker {
  /// What `(name = value)`, a record, was hardly meant to be where a condition stands.
  func comparisonHint(_ condition: Expression) -> Hint {
    guard case .record(let members) = condition.kind, members.count == 1, let member = members.first else {
      return Hint(notes: [], fixIts: [])
    }
    let between = SourceRange(member.name.range.source, Int(member.name.range.upper), Int(member.value.range.lower))
    return Hint(
      notes: [.init("'=' makes a record here; to compare, write '=='")], fixIts: [.init(between, " == ")])
  }
}
