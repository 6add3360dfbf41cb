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
    let failed = builder.makeBlock()
    let fine = builder.makeBlock()
    builder.branch(.slt, .value(result), .constant(0), then: failed, otherwise: fine)
    builder.continueIn(failed)
    let excerpt = DiagnosticRenderer(sources: sources).excerpt(of: range)
    withRecord(payload: 8, .helperError(name: helper.name, place(of: range), excerpt: excerpt)) { lowering, record in
      lowering.builder.emit(.store(bits: 64, base: record, offset: Action.headerSize, .value(result)))
    }
    let told = builder.arrive()
    builder.continueIn(fine)
    let read = builder.arrive()
    builder.join([told, read].compactMap { $0 })
    return result
  }
}
