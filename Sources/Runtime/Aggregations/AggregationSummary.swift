import TraceLang

/// An aggregation's merged slot as what it prints: a number, or the three of `stats`.
package enum AggregationSummary: Hashable {
  case number(Int64, signed: Bool)
  case stats(count: UInt64, average: Int64, total: Int64, signed: Bool)
  /// Counts of each bucket, and the buckets from the first to the last that counted something.
  case buckets([UInt64], used: ClosedRange<Int>?)
  /// The intervals that have values, the oldest first; each of so many nanoseconds.
  case series([SeriesInterval], interval: Int64)

  /// Reads a slot of `aggregation.words` words.
  package init(_ aggregation: Aggregation, _ slot: UnsafeRawPointer) { self = aggregation.reader.summary(of: slot) }

  /// What entries are sorted by; compares as unsigned when `signed` is not set.
  var sortKey: (Int64, signed: Bool) {
    switch self {
    case .number(let number, let signed): (number, signed)
    case .stats(_, let average, _, let signed): (average, signed)
    case .buckets(let buckets, _): (Int64(bitPattern: buckets.reduce(0, &+)), false)
    case .series: (0, false)
    }
  }

  /// `print(@m, top, divisor)`: the number, the average or every bucket divided; 0 and 1 change nothing.
  func divided(by divisor: UInt64) -> AggregationSummary {
    guard divisor > 1 else { return self }
    func quotient(_ number: Int64, _ signed: Bool) -> Int64 {
      signed ? number / Int64(clamping: divisor) : Int64(bitPattern: UInt64(bitPattern: number) / divisor)
    }
    switch self {
    case .number(let number, let signed): return .number(quotient(number, signed), signed: signed)
    case .stats(let count, let average, let total, let signed):
      return .stats(count: count, average: quotient(average, signed), total: total, signed: signed)
    case .buckets(let buckets, let used): return .buckets(buckets.map { $0 / divisor }, used: used)
    case .series(let intervals, let interval):
      let scaled = intervals.map { SeriesInterval(number: $0.number, value: quotient($0.value, true)) }
      return .series(scaled, interval: interval)
    }
  }

  /// "5", "{ .count = 2, .average = 7, .total = 15 }"; nothing for buckets.
  func append(to buffer: OutputBuffer) {
    switch self {
    case .number(let number, let signed): buffer.append(number, signed: signed)
    case .stats(let count, let average, let total, let signed):
      buffer.append("{ .count = ")
      buffer.append(decimal: count)
      buffer.append(", .average = ")
      buffer.append(average, signed: signed)
      buffer.append(", .total = ")
      buffer.append(total, signed: signed)
      buffer.append(" }")
    case .buckets, .series: break
    }
  }
}

extension OutputBuffer {
  func append(_ number: Int64, signed: Bool) {
    if signed {
      append(decimal: number)
    } else {
      append(decimal: UInt64(bitPattern: number))
    }
  }
}
