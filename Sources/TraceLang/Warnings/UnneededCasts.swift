/// Finds casts of integers to the type they already have.
///
/// Only values whose type is their own are looked at: that of a variable or a result depends on the rest of the script,
/// and a cast there says what is wanted. Casts of pointers tell older versions what they did not know.
struct UnneededCasts {
  /// Where a cast's operand begins, by the range of the cast.
  private var operands: [SourceRange: SourceRange] = [:]

  init(_ script: Script) {
    var operands: [SourceRange: SourceRange] = [:]
    for case .probe(let block) in script.items {
      let visit: (Expression) -> Bool = { expression in
        if case .cast(_, let operand) = expression.kind { operands[expression.range] = operand.range }
        return true
      }
      block.predicate?.visit(visit)
      block.body.visit(visit)
    }
    self.operands = operands
  }

  func check(_ program: Program, _ findings: inout Findings) {
    if operands.isEmpty { return }
    for probe in program.probes {
      probe.visitExpressions { expression in
        guard case .convert(let value) = expression.kind, let operand = operands[expression.range] else { return }
        let parentheses = SourceRange(operand.source, Int(expression.range.lower), Int(operand.lower))
        var warning: Diagnostic?
        if value.type == expression.type, value.type.isInteger, Self.hasOwnType(value) {
          warning = .warning(
            "this cast does nothing: the value already is \(value.type.description)", at: parentheses,
            fixIts: [.init(parentheses, "")])
        }
        findings.look(at: parentheses, for: .cast, warning)
      }
    }
  }

  private static func hasOwnType(_ value: TypedExpression) -> Bool {
    if case .context = value.kind { return true }
    if case .member = value.kind { return true }
    return false
  }
}
