/// `count` and `sum`: the total.
struct NumberReader: SlotReader {
  let isSigned: Bool
  let lineType: StaticString = "map"

  func summary(of slot: UnsafeRawPointer) -> AggregationSummary { .number(Word.i64(slot), signed: isSigned) }
}

/// `avg`.
struct AverageReader: SlotReader {
  let isSigned: Bool
  let lineType: StaticString = "stats"

  func summary(of slot: UnsafeRawPointer) -> AggregationSummary {
    .number(Self.average(total: Word.u64(slot), count: Word.u64(slot, 8), signed: isSigned), signed: isSigned)
  }

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
}
