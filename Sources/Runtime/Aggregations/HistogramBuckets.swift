import TraceLang

/// The ranges that the buckets of `hist` and `lhist` count.
package struct HistogramBuckets {
  /// Values from `lower` to below `upper`; `nil` without a bound.
  package struct Range: Hashable {
    package let lower: Int64?
    package let upper: Int64?
  }

  private enum Shape {
    case logarithmic(k: Int)
    case linear(min: Int64, max: Int64, step: Int64)
  }

  private let shape: Shape
  let count: Int

  /// `nil` for other aggregations.
  package init?(_ aggregation: Aggregation) {
    switch aggregation {
    case .hist(let k): shape = .logarithmic(k: k)
    case .lhist(let min, let max, let step): shape = .linear(min: min, max: max, step: step)
    case .count, .sum, .min, .max, .avg, .stats, .tseries: return nil
    }
    count = aggregation.words
  }

  package func range(_ index: Int) -> Range {
    switch shape {
    case .logarithmic(let k):
      if index == 0 { return Range(lower: nil, upper: 0) }
      let upper = lowerBound(index + 1, k: k)
      return Range(lower: lowerBound(index, k: k), upper: upper)
    case .linear(let min, let max, let step):
      let last = Swift.min(max, min + Int64(count - 2) * step)
      if index == 0 { return Range(lower: nil, upper: min) }
      if index == count - 1 { return Range(lower: last, upper: nil) }
      let lower = min + Int64(index - 1) * step
      return Range(lower: lower, upper: Swift.min(lower + step, last))
    }
  }

  /// The first value of a bucket from 1 on; `nil` past 2^63.
  private func lowerBound(_ index: Int, k: Int) -> Int64? {
    let position = index - 1
    let single = 1 << k
    if position < single { return Int64(position) }
    let power = (position - single) >> k
    let part = (position - single) & (single - 1)
    let bound = UInt64(single + part) << UInt64(power)
    guard power + k < 63 else { return nil }
    return Int64(bound)
  }

  /// "[16, 32)", "[1]", "(..., 0)", "[100, ...)" with K, M, G, T, P and E for powers of 1024.
  func append(label index: Int, to buffer: OutputBuffer) {
    let range = range(index)
    let isSingle: Bool =
      if let lower = range.lower, let upper = range.upper { upper - lower == 1 } else { false }
    buffer.append(range.lower == nil ? "(" : "[")
    append(bound: range.lower, to: buffer)
    if isSingle { return buffer.append(UInt8(ascii: "]")) }
    buffer.append(", ")
    append(bound: range.upper ?? overflow(index), to: buffer)
    buffer.append(UInt8(ascii: ")"))
  }

  /// The bound 2^63 of the last logarithmic bucket does not fit its type; told by its label only.
  private func overflow(_ index: Int) -> Int64? {
    switch shape {
    case .logarithmic: .min
    case .linear: nil
    }
  }

  private func append(bound: Int64?, to buffer: OutputBuffer) {
    guard let bound else { return buffer.append("...") }
    let unit =
      switch shape {
      case .logarithmic(let k): Swift.max(0, 63 - bound.magnitude.leadingZeroBitCount - k) / 10
      case .linear: bound == 0 ? 0 : bound.trailingZeroBitCount / 10
      }
    switch shape {
    case .logarithmic: buffer.append(decimal: bound.magnitude >> UInt64(unit * 10))
    case .linear: buffer.append(decimal: bound >> Int64(unit * 10))
    }
    let suffixes: StaticString = "KMGTPE"
    if unit > 0 { buffer.append(suffixes.utf8Start + (unit - 1), count: 1) }
  }

  /// The buckets from the first to the last that counted something; `nil` when none did.
  static func used(_ counts: [UInt64]) -> ClosedRange<Int>? {
    guard let first = counts.firstIndex(where: { $0 != 0 }), let last = counts.lastIndex(where: { $0 != 0 }) else {
      return nil
    }
    return first...last
  }
}

extension Type {
  /// Whether a map of this value prints as several lines an entry.
  var isHistogram: Bool {
    guard case .aggregation(let aggregation) = self else { return false }
    return HistogramBuckets(aggregation) != nil
  }
}
