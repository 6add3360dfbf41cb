/// `hist` and `lhist`.
struct HistogramReader: SlotReader {
  let buckets: Int
  let lineType: StaticString = "hist"

  func summary(of slot: UnsafeRawPointer) -> AggregationSummary {
    let counts = (0..<buckets).map { Word.u64(slot, $0 * 8) }
    return .buckets(counts, used: HistogramBuckets.used(counts))
  }

  /// As many as there are values in all buckets.
  var weights: SlotWeights? {
    SlotWeights(kind: .events) { slot in
      let count = (0..<buckets).reduce(0 as UInt64) { $0 &+ Word.u64(slot, $1 * 8) }
      return StackWeight(number: Int64(bitPattern: count), isSigned: false, events: count)
    }
  }
}
