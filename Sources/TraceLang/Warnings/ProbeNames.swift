/// Finds comparisons of `probe` with names that no probe of the block has.
struct ProbeNames {
  private let program: Program

  init(_ program: Program) { self.program = program }

  func check(_ script: Script, _ findings: inout Findings) {
    for case .probe(let block) in script.items {
      let points = program.probes.filter { $0.range == block.range }.flatMap(\.attachPoints)
      let names = Set(points.map { program.probeNames[$0.nameIndex] }).sorted()
      guard !names.isEmpty else { continue }
      var found: [Diagnostic] = []
      let visit: (Expression) -> Bool = { expression in
        if let warning = Self.warning(expression, names) { found.append(warning) }
        return true
      }
      block.predicate?.visit(visit)
      block.body.visit(visit)
      for warning in found {
        if let range = warning.range { findings.look(at: range, for: .probeName, warning) }
      }
    }
  }

  private static func warning(_ expression: Expression, _ names: [String]) -> Diagnostic? {
    guard case .binary(let operation, let left, let right, _) = expression.kind,
      operation == .equal || operation == .notEqual
    else { return nil }
    for (name, text) in [(left, right), (right, left)] {
      guard case .identifier("probe") = name.kind, case .string(let bytes) = text.kind else { continue }
      let wanted = String(decoding: bytes, as: UTF8.self)
      if names.contains(wanted) { return nil }
      let near = Suggestions.nearest(to: wanted, among: names, limit: 1)
      let result = operation == .equal ? "false" : "true"
      return .warning(
        "no probe of this block is named '\(wanted)': this is always \(result)", at: text.range,
        notes: [
          .init(
            near.first.map { "did you mean '\($0)'?" } ?? "its probes are \(names.prefix(4).joined(separator: ", "))")
        ],
        fixIts: near.map { Diagnostic.FixIt(text.range, "\"\($0)\"") })
    }
    return nil
  }
}
