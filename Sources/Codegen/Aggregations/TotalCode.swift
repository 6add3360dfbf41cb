import TraceLang

/// `count`: how often it was reached.
struct CountCode: SlotCode {
  func record(_ value: Operand, at slot: Value, isAtomic: Bool, in lowering: inout Lowering) {
    lowering.add(.constant(1), to: slot, isAtomic: isAtomic)
  }

  func merge(_ slots: [SlotPlace], into slot: Value, isAtomic: Bool, in lowering: inout Lowering) {
    lowering.add(lowering.total(of: slots, word: 0), to: slot, isAtomic: isAtomic)
  }

  func number(in slots: [SlotPlace], _ lowering: inout Lowering) -> Operand? { lowering.total(of: slots, word: 0) }

  func describe(in describer: inout TypeDescriber) -> BTFWriter.TypeID { describer.integer(.uint64) }
}

/// `sum`, `avg` and `stats`: the sum of all values, and how many there were.
struct TotalCode: SlotCode {
  enum Result {
    case total, average
  }

  /// What reads as its number.
  let result: Result?
  let isSigned: Bool

  func record(_ value: Operand, at slot: Value, isAtomic: Bool, in lowering: inout Lowering) {
    lowering.add(value, to: slot, isAtomic: isAtomic)
    lowering.add(.constant(1), to: slot, word: 1, isAtomic: isAtomic)
  }

  func merge(_ slots: [SlotPlace], into slot: Value, isAtomic: Bool, in lowering: inout Lowering) {
    let words = [lowering.total(of: slots, word: 0), lowering.total(of: slots, word: 1)]
    for (word, value) in words.enumerated() { lowering.add(value, to: slot, word: word, isAtomic: isAtomic) }
  }

  func number(in slots: [SlotPlace], _ lowering: inout Lowering) -> Operand? {
    switch result {
    case .total: part(.total, in: slots, &lowering)
    case .average: part(.average, in: slots, &lowering)
    case nil: nil
    }
  }

  func part(_ part: Aggregation.Part, in slots: [SlotPlace], _ lowering: inout Lowering) -> Operand? {
    switch part {
    case .total: return lowering.total(of: slots, word: 0)
    case .count: return lowering.total(of: slots, word: 1)
    case .average:
      var (total, count) = (Operand.constant(0), Operand.constant(0))
      for slot in slots {
        total = lowering.builder.arithmetic(.add, total, lowering.load(slot, word: 0))
        count = lowering.builder.arithmetic(.add, count, lowering.load(slot, word: 1))
      }
      return lowering.builder.arithmetic(isSigned ? .sdiv : .udiv, total, count)
    }
  }

  func describe(in describer: inout TypeDescriber) -> BTFWriter.TypeID {
    describer.words([("total", isSigned ? .int64 : .uint64), ("count", .uint64)])
  }
}
