/// Runs the passes in their standard order, a few rounds until nothing changes.
public struct PassManager: Sendable {
  private static let rounds = 4

  public init() {}

  /// Optimizes a function; `observe` sees it after each pass that changed it.
  public func run(_ function: inout Function, observe: (any Pass, Function) -> Void = { _, _ in }) {
    for _ in 0..<PassManager.rounds {
      let before = function
      for pass in PassManager.repeated { apply(pass, &function, observe) }
      if function == before { break }
    }
    for pass in PassManager.final { apply(pass, &function, observe) }
  }

  private func apply(_ pass: any Pass, _ function: inout Function, _ observe: (any Pass, Function) -> Void) {
    pass.run(&function)
    observe(pass, function)
  }

  private static let repeated: [any Pass] = [
    Simplification(), ControlFlowSimplification(), SlotPromotion(), KeySlotMerging(), ValueNumbering(),
    BranchCorrelation(), DeadStoreElimination(), DeadCodeElimination(),
  ]

  private static let final: [any Pass] = [LoopInvariantMotion(), SlotColoring(), DeadCodeElimination()]
}
