/// `hist` and `lhist`.
struct HistogramReader: SlotReader {
  let buckets: Int
  let lineType: StaticString = "hist"

  func summary(of slot: UnsafeRawPointer) -> AggregationSummary {
    let counts = (0..<buckets).map { Word.u64(slot, $0 * 8) }
    return .buckets(counts, used: HistogramBuckets.used(counts))
  }
}
