/// Finds comparisons of pointers to different things: one of them is hardly what is meant.
struct PointerComparisons {
  func check(_ program: Program, _ findings: inout Findings) {
    for probe in program.probes {
      probe.visitExpressions { expression in
        guard case .compare(_, let left, let right, _) = expression.kind else { return }
        findings.look(at: expression.range, for: .pointers, warning(left.asWritten, right.asWritten, expression.range))
      }
    }
  }

  private func warning(_ left: TypedExpression, _ right: TypedExpression, _ range: SourceRange) -> Diagnostic? {
    guard case .pointer(let first, _) = left.type, case .pointer(let second, _) = right.type,
      first.description != second.description, first != .void, second != .void
    else { return nil }
    return .warning(
      "this compares pointers to different types", at: range,
      notes: [
        .init("this points to \(first.description)", at: left.range),
        .init("this points to \(second.description)", at: right.range),
      ])
  }
}
