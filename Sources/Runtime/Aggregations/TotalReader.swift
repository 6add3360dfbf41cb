/// `count` and `sum`: the total.
struct NumberReader: SlotReader {
  let isSigned: Bool
  let lineType: StaticString = "map"
  private let kind: StackMeasure.Kind

  init(isSigned: Bool, of kind: StackMeasure.Kind) {
    self.isSigned = isSigned
    self.kind = kind
  }

  func summary(of slot: UnsafeRawPointer) -> AggregationSummary { .number(Word.i64(slot), signed: isSigned) }

  var weights: SlotWeights? {
    SlotWeights(kind: kind) { StackWeight(number: Word.i64($0), isSigned: isSigned, events: Word.u64($0)) }
  }
}

extension SlotWeights {
  /// The total, of slots that have one and of how many values it is.
  static func total(isSigned: Bool) -> SlotWeights {
    SlotWeights(kind: .total) { StackWeight(number: Word.i64($0), isSigned: isSigned, events: Word.u64($0, 8)) }
  }
}

/// `avg`.
struct AverageReader: SlotReader {
  let isSigned: Bool
  let lineType: StaticString = "stats"

  func summary(of slot: UnsafeRawPointer) -> AggregationSummary {
    .number(Self.average(total: Word.u64(slot), count: Word.u64(slot, 8), signed: isSigned), signed: isSigned)
  }

  var weights: SlotWeights? { .total(isSigned: isSigned) }

  /// Rounded towards zero; 0 of nothing.
  static func average(total: UInt64, count: UInt64, signed: Bool) -> Int64 {
    guard count > 0 else { return 0 }
    if !signed { return Int64(bitPattern: total / count) }
    return Int64(bitPattern: total) / Int64(clamping: count)
  }
}

/// `stats`.
struct StatsReader: SlotReader {
  let isSigned: Bool
  let lineType: StaticString = "stats"

  func summary(of slot: UnsafeRawPointer) -> AggregationSummary {
    let (total, count) = (Word.u64(slot), Word.u64(slot, 8))
    return .stats(
      count: count, average: AverageReader.average(total: total, count: count, signed: isSigned),
      total: Int64(bitPattern: total), signed: isSigned)
  }

  var weights: SlotWeights? { .total(isSigned: isSigned) }
}
