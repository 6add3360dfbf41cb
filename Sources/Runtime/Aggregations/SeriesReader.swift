import TraceLang

/// `tseries`.
struct SeriesReader: SlotReader {
  let interval: Int64
  let count: Int
  let function: Aggregation.Series
  let lineType: StaticString = "tseries"
  let weights: SlotWeights? = nil

  func merge(_ slot: UnsafeRawPointer, into words: inout [UInt64]) {
    for index in 0..<count { SeriesInterval.merge(slot + index * 24, into: &words, at: index * 3, function) }
  }

  func summary(of slot: UnsafeRawPointer) -> AggregationSummary {
    .series(SeriesInterval.all(slot, count: count, function), interval: interval)
  }
}
