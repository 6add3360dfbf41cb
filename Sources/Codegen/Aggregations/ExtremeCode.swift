import TraceLang

/// `min` and `max`: the value that compares best, and a word that says that there is one.
struct ExtremeCode: SlotCode {
  enum Extreme {
    case least, greatest
  }

  let extreme: Extreme
  let isSigned: Bool

  /// How a value that takes the place of another one compares with it.
  private var better: Condition {
    switch extreme {
    case .least: isSigned ? .slt : .ult
    case .greatest: isSigned ? .sgt : .ugt
    }
  }

  func record(_ value: Operand, at slot: Value, isAtomic: Bool, in lowering: inout Lowering) {
    let compare = lowering.builder.makeBlock()
    let replace = lowering.builder.makeBlock()
    let after = lowering.builder.makeBlock()
    let count = lowering.builder.load(64, slot, 8)
    lowering.builder.branch(.eq, count, .constant(0), then: replace, otherwise: compare)
    lowering.builder.continueIn(compare)
    let current = lowering.builder.load(64, slot, 0)
    lowering.builder.branch(better, value, current, then: replace, otherwise: after)
    lowering.builder.continueIn(replace)
    lowering.builder.emit(.store(bits: 64, base: slot, offset: 0, value))
    lowering.builder.emit(.store(bits: 64, base: slot, offset: 8, .constant(1)))
    lowering.builder.jump(to: after)
    lowering.builder.continueIn(after)
  }

  func merge(_ slots: [SlotPlace], into slot: Value, isAtomic: Bool, in lowering: inout Lowering) {
    let (value, isFound) = extreme(of: slots, &lowering)
    lowering.when(.ne, isFound, .constant(0)) { record(value, at: slot, isAtomic: isAtomic, in: &$0) }
  }

  func number(in slots: [SlotPlace], _ lowering: inout Lowering) -> Operand? { extreme(of: slots, &lowering).value }

  /// The best of all values, and whether there is one.
  private func extreme(of slots: [SlotPlace], _ lowering: inout Lowering) -> (value: Operand, isFound: Operand) {
    var result: Operand = .constant(0)
    var isFound: Operand = .constant(0)
    for slot in slots {
      let check = lowering.builder.makeBlock()
      let take = lowering.builder.makeBlock()
      let skip = lowering.builder.makeBlock()
      let compare = lowering.builder.makeBlock()
      let value = lowering.load(slot, word: 0)
      lowering.builder.branch(.ne, lowering.load(slot, word: 1), .constant(0), then: check, otherwise: skip)
      lowering.builder.continueIn(check)
      lowering.builder.branch(.eq, isFound, .constant(0), then: take, otherwise: compare)
      lowering.builder.continueIn(compare)
      lowering.builder.branch(better, value, result, then: take, otherwise: skip)
      lowering.builder.continueIn(take)
      let a = lowering.builder.arrive([value, .constant(1)])
      lowering.builder.continueIn(skip)
      let b = lowering.builder.arrive([result, isFound])
      let merged = lowering.builder.join([a, b].compactMap { $0 }, extraTypes: [.integer, .integer])
      (result, isFound) = (merged[0], merged[1])
    }
    return (result, isFound)
  }

  func describe(in describer: inout TypeDescriber) -> BTFWriter.TypeID {
    describer.words([("value", isSigned ? .int64 : .uint64), ("count", .uint64)])
  }
}
