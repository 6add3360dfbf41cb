// Code that runs one way or the other. What scripts assign on both ways is merged where they meet.
extension Lowering {
  /// Runs one of two pieces of code, by whether `a` compares with `b`, and gives what that one gives.
  mutating func choose(
    _ condition: Condition, _ a: Operand, _ b: Operand, _ type: ValueType = .integer,
    then: (inout Lowering) -> Operand, otherwise: (inout Lowering) -> Operand
  ) -> Operand {
    let (first, second) = (builder.makeBlock(), builder.makeBlock())
    builder.branch(condition, a, b, then: first, otherwise: second)
    return meet(first, second, [type], { [then(&$0)] }, { [otherwise(&$0)] })[0]
  }

  /// Runs one of two pieces of code, by whether `a` compares with `b`.
  mutating func choose(
    _ condition: Condition, _ a: Operand, _ b: Operand, then: (inout Lowering) -> Void,
    otherwise: (inout Lowering) -> Void
  ) {
    let (first, second) = (builder.makeBlock(), builder.makeBlock())
    builder.branch(condition, a, b, then: first, otherwise: second)
    run(then, in: first, or: otherwise, in: second)
  }

  /// Runs one of two pieces of code, which a branch to their blocks leads to.
  mutating func run(
    _ then: (inout Lowering) -> Void, in first: BlockID, or otherwise: (inout Lowering) -> Void, in second: BlockID
  ) {
    func nothing(_ body: (inout Lowering) -> Void, _ lowering: inout Lowering) -> [Operand] {
      body(&lowering)
      return []
    }
    _ = meet(first, second, [], { nothing(then, &$0) }, { nothing(otherwise, &$0) })
  }

  /// Runs one of two pieces of code, which a branch to their blocks leads to, and gives what that one gives.
  mutating func run(
    _ then: (inout Lowering) -> Operand, in first: BlockID, or otherwise: (inout Lowering) -> Operand,
    in second: BlockID
  ) -> Operand {
    meet(first, second, [.integer], { [then(&$0)] }, { [otherwise(&$0)] })[0]
  }

  /// Runs one of two pieces of code by whether a lookup found something, and gives what that one gives.
  mutating func ifFound(
    _ pointer: Value, _ type: ValueType = .integer, then: (inout Lowering) -> Operand,
    otherwise: (inout Lowering) -> Operand
  ) -> Operand {
    choose(.ne, .value(pointer), .constant(0), type, then: then, otherwise: otherwise)
  }

  /// Runs code where `a` compares with `b`; it assigns no variable of the script.
  mutating func when(_ condition: Condition, _ a: Operand, _ b: Operand, _ then: (inout Lowering) -> Void) {
    let (inside, after) = (builder.makeBlock(), builder.makeBlock())
    builder.branch(condition, a, b, then: inside, otherwise: after)
    builder.continueIn(inside)
    then(&self)
    builder.jump(to: after)
    builder.continueIn(after)
  }

  private mutating func meet(
    _ first: BlockID, _ second: BlockID, _ types: [ValueType], _ then: (inout Lowering) -> [Operand],
    _ otherwise: (inout Lowering) -> [Operand]
  ) -> [Operand] {
    let before = builder.variables
    builder.continueIn(first)
    let a = builder.arrive(then(&self))
    builder.continueIn(second)
    builder.variables = before
    let b = builder.arrive(otherwise(&self))
    return builder.join([a, b].compactMap { $0 }, extraTypes: types)
  }
}
