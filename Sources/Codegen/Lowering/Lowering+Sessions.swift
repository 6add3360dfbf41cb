import TraceLang

extension Lowering {
  /// A program that the kernel runs where a function begins and where it returns.
  mutating func session(_ entry: PlannedProgram.Body, _ exit: PlannedProgram.Body) {
    let side = builder.call(.sessionIsReturn, [.value(self.entry.context)])
    let entering = builder.makeBlock()
    let returning = builder.makeBlock()
    // A truth value is a byte; the rest of the register is of no meaning.
    builder.branch(.test, .value(side), .constant(0xff), then: returning, otherwise: entering)
    var ends: [FunctionBuilder.Arrival] = []
    for (block, body) in [(entering, entry), (returning, exit)] {
      builder.continueIn(block)
      setNames(body.names)
      self.body(of: program.probes[body.probe])
      if let end = builder.arrive() { ends.append(end) }
    }
    builder.join(ends)
  }
}
