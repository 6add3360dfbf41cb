/// Runs the passes in their standard order, a few rounds until nothing changes.
public struct PassManager: Sendable {
  private static let rounds = 2

  public init() {}

  /// Optimizes a function; `observe` sees it after each pass that changed it.
  public func run(_ function: inout Function, observe: (any Pass, Function) -> Void = { _, _ in }) {
    var size = PassManager.size(function)
    for round in 0..<PassManager.rounds {
      for pass in PassManager.repeated { apply(pass, &function, observe) }
      let newSize = PassManager.size(function)
      // The first round makes room for the second without always getting smaller.
      if round > 0, newSize == size { break }
      size = newSize
    }
    for pass in PassManager.final { apply(pass, &function, observe) }
  }

  /// A measure that falls with nearly everything that a pass does.
  private static func size(_ function: Function) -> Int {
    function.blocks.reduce(0) { $0 + 1 + $1.instructions.count + $1.parameters.count }
  }

  private func apply(_ pass: any Pass, _ function: inout Function, _ observe: (any Pass, Function) -> Void) {
    pass.run(&function)
    observe(pass, function)
  }

  private static let repeated: [any Pass] = [
    Simplification(), ControlFlowSimplification(), SlotPromotion(), KeySlotMerging(), ValueNumbering(),
    BranchCorrelation(), NullCheckThreading(), DeadStoreElimination(), DeadCodeElimination(),
  ]

  private static let final: [any Pass] = [
    LoadNarrowing(), LoopInvariantMotion(), SlotColoring(), DeadCodeElimination(),
  ]
}
