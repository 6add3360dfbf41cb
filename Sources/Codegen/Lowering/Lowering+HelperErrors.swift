import TraceLang

// Reads that fail, told with `-k`.
extension Lowering {
  /// Calls a helper that gives a negative error when it cannot read; with `-k` the program sends that to user space.
  ///
  /// - Parameter range: what reads; the expression whose code was begun last if not given.
  mutating func guardedCall(_ helper: Helper, _ arguments: CallArguments, at range: SourceRange? = nil) -> Value {
    let range = range ?? expressionRange
    let result = builder.call(helper, arguments)
    guard program.configuration.tellsFailedReads, !probe.traits.isPinned else { return result }
    let excerpt = DiagnosticRenderer(sources: sources).excerpt(of: range)
    let action = Action.helperError(name: helper.name, place(of: range), excerpt: excerpt)
    when(.slt, .value(result), .constant(0)) {
      $0.withRecord(payload: 8, action) { lowering, record in
        lowering.builder.emit(.store(bits: 64, base: record, offset: Action.headerSize, .value(result)))
      }
    }
    return result
  }
}
