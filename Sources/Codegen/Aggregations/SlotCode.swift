import TraceLang

/// What programs do with a slot of an aggregation, whose words `Aggregation.words` names: one type for each shape of slot.
protocol SlotCode {
  /// What `record` takes of a value; computed before the slot is found, which needs fewer registers.
  func prepared(_ value: Operand, in lowering: inout Lowering) -> Operand

  /// Adds a prepared value to a slot. Other CPUs write to the same one only if `isAtomic`.
  func record(_ value: Operand, at slot: Value, isAtomic: Bool, in lowering: inout Lowering)

  /// Adds to a slot what is in others. Other CPUs write to it only if `isAtomic`.
  func merge(_ slots: [SlotPlace], into slot: Value, isAtomic: Bool, in lowering: inout Lowering)

  /// The number that is in the slots of all CPUs together; `nil` for what is no number.
  func number(in slots: [SlotPlace], _ lowering: inout Lowering) -> Operand?

  /// A part of what is in the slots of all CPUs together; `nil` for what has no parts.
  func part(_ part: Aggregation.Part, in slots: [SlotPlace], _ lowering: inout Lowering) -> Operand?

  /// The slot among the kernel's types, for those who look at the map from outside.
  func describe(in describer: inout TypeDescriber) -> BTFWriter.TypeID
}

extension SlotCode {
  func prepared(_ value: Operand, in lowering: inout Lowering) -> Operand { value }

  func merge(_ slots: [SlotPlace], into slot: Value, isAtomic: Bool, in lowering: inout Lowering) {
    lowering.impossible("what cannot be merged")
  }

  func number(in slots: [SlotPlace], _ lowering: inout Lowering) -> Operand? { nil }

  func part(_ part: Aggregation.Part, in slots: [SlotPlace], _ lowering: inout Lowering) -> Operand? { nil }
}

/// Where the slot of a CPU lies.
struct SlotPlace {
  let base: Value
  let offset: Int
}

extension Aggregation {
  var code: any SlotCode {
    switch self {
    case .count: CountCode()
    case .sum(let isSigned): TotalCode(result: .total, isSigned: isSigned)
    case .avg(let isSigned): TotalCode(result: .average, isSigned: isSigned)
    case .stats(let isSigned): TotalCode(result: nil, isSigned: isSigned)
    case .min(let isSigned): ExtremeCode(extreme: .least, isSigned: isSigned)
    case .max(let isSigned): ExtremeCode(extreme: .greatest, isSigned: isSigned)
    case .hist(let k): LogarithmicHistogramCode(k: k)
    case .lhist(let low, let high, let step): LinearHistogramCode(low: low, high: high, step: step)
    case .tseries(let interval, let count, let function):
      TimeSeriesCode(interval: interval, count: count, function: function)
    }
  }
}

extension Lowering {
  /// Adds to a word of a slot.
  mutating func add(_ value: Operand, to slot: Value, word: Int = 0, isAtomic: Bool) {
    if isAtomic {
      builder.emit(.atomicAdd(bits: 64, base: slot, offset: word * 8, value))
    } else {
      let sum = builder.arithmetic(.add, builder.load(64, slot, word * 8), value)
      builder.emit(.store(bits: 64, base: slot, offset: word * 8, sum))
    }
  }

  mutating func load(_ slot: SlotPlace, word: Int) -> Operand {
    builder.load(64, slot.base, slot.offset + word * 8)
  }

  /// The sum of one word of several slots.
  mutating func total(of slots: [SlotPlace], word: Int) -> Operand {
    slots.reduce(.constant(0)) { builder.arithmetic(.add, $0, load($1, word: word)) }
  }
}
