import TraceLang

/// What user space makes of slots of an aggregation, whose words `Aggregation.words` names: one type for each shape of slot.
protocol SlotReader {
  /// The type of a map's line of JSON.
  var lineType: StaticString { get }

  /// Adds the slot of one CPU to those merged so far, which begin as zeros.
  func merge(_ slot: UnsafeRawPointer, into words: inout [UInt64])

  /// What prints of a merged slot.
  func summary(of slot: UnsafeRawPointer) -> AggregationSummary

  /// What a merged slot adds to profiles of stacks; `nil` where values cannot be added up.
  var weights: SlotWeights? { get }
}

/// How slots weigh in profiles.
struct SlotWeights {
  let kind: StackMeasure.Kind
  let weight: (UnsafeRawPointer) -> StackWeight
}

extension SlotReader {
  /// Adds every word.
  func merge(_ slot: UnsafeRawPointer, into words: inout [UInt64]) {
    for index in words.indices { words[index] &+= Word.u64(slot, index * 8) }
  }
}

extension Aggregation {
  var reader: any SlotReader {
    switch self {
    case .count: NumberReader(isSigned: false, of: .events)
    case .sum(let isSigned): NumberReader(isSigned: isSigned, of: .amount)
    case .avg(let isSigned): AverageReader(isSigned: isSigned)
    case .stats(let isSigned): StatsReader(isSigned: isSigned)
    case .min(let isSigned): ExtremeReader(isSigned: isSigned) { $0 < $1 }
    case .max(let isSigned): ExtremeReader(isSigned: isSigned) { $0 > $1 }
    case .hist, .lhist: HistogramReader(buckets: words)
    case .tseries(let interval, let count, let function):
      SeriesReader(interval: interval, count: Int(count), function: function)
    }
  }
}
