/// A function whose results a map gathers.
public enum Aggregation: Hashable, Sendable, Codable {
  case count
  case sum(signed: Bool)
  case min(signed: Bool)
  case max(signed: Bool)
  case avg(signed: Bool)
  case stats(signed: Bool)
  /// Log2 histogram with 2^k buckets for each power of two, 0 <= k <= 5.
  case hist(k: Int)
  /// Linear histogram over [min, max) in steps, with a bucket below and one above.
  case lhist(min: Int64, max: Int64, step: Int64)
  case tseries(interval: Int64, count: Int64, Series)

  /// How the values of one interval of a time series become one.
  public enum Series: String, Hashable, Sendable, Codable {
    case last, avg, max, min, sum
  }

  /// The 8-byte words one slot takes. A slot is zero when nothing was recorded:
  /// count [n]; sum [total, n]; min/max [value, n]; avg/stats [total, n];
  /// hist and lhist one word a bucket; an lhist's last one begins behind the last whole step; tseries [value, n, number]
  /// for each interval: its value or total, how many values or (for the last value) when it came, and the interval's number
  /// since 1970, modulo the count of intervals its place.
  public var words: Int {
    switch self {
    case .count: 1
    case .sum, .min, .max, .avg, .stats: 2
    case .hist(let k): Self.histBuckets(k: k)
    case .lhist(let min, let max, let step): Int((max - min) / step) + 2
    case .tseries(_, let count, _): Int(count) * 3
    }
  }

  /// Buckets of `hist(n, k)`: one for negatives, then 0 ..< 2^k singly, then 2^k a power of two up to 2^63.
  public static func histBuckets(k: Int) -> Int { ((64 - k) << k) + (1 << k) + 1 }

  /// Whether all that is done to a slot is to add to its words, which CPUs that share one can do by atomic additions.
  public var isOfSums: Bool {
    switch self {
    case .count, .sum, .avg, .stats, .hist, .lhist: true
    case .min, .max, .tseries: false
    }
  }

  /// Whether what two have gathered can become what one would have; places of a time series begin anew with each
  /// interval.
  var canMerge: Bool {
    switch self {
    case .count, .sum, .min, .max, .avg, .stats, .hist, .lhist: true
    case .tseries: false
    }
  }

  /// What a script reads of `stats` and `avg` by name.
  public enum Part: String, Hashable, Sendable, CaseIterable {
    case count, average, total
  }

  /// Whether it prints as lines of its own.
  public var isChart: Bool {
    switch self {
    case .hist, .lhist, .tseries: true
    case .count, .sum, .min, .max, .avg, .stats: false
    }
  }

  /// The function's name in the language.
  public var functionName: String {
    switch self {
    case .count: "count"
    case .sum: "sum"
    case .min: "min"
    case .max: "max"
    case .avg: "avg"
    case .stats: "stats"
    case .hist: "hist"
    case .lhist: "lhist"
    case .tseries: "tseries"
    }
  }

  /// What reading one as an integer gives; `nil` for histograms, `stats` and time series.
  public var integerType: IntegerType? {
    switch self {
    case .count: .uint64
    case .sum(let signed), .min(let signed), .max(let signed), .avg(let signed): signed ? .int64 : .uint64
    case .stats, .hist, .lhist, .tseries: nil
    }
  }

  /// Whether the total is signed, of those that keep one and how many values it is of.
  var signOfTotal: Bool? {
    switch self {
    case .avg(let signed), .stats(let signed): signed
    case .count, .sum, .min, .max, .hist, .lhist, .tseries: nil
    }
  }

  /// The aggregation that gathers what both do: the same function, its arguments equal, signed if either is.
  func joined(_ other: Aggregation) -> Aggregation? {
    if self == other { return self }
    return signed == other.signed ? signed : nil
  }

  /// The same for values that may be negative, where it is one that tells.
  private var signed: Aggregation {
    switch self {
    case .sum: .sum(signed: true)
    case .min: .min(signed: true)
    case .max: .max(signed: true)
    case .avg: .avg(signed: true)
    case .stats: .stats(signed: true)
    case .count, .hist, .lhist, .tseries: self
    }
  }

  /// Why nothing could be made of an aggregation of these parameters, in a bundle from elsewhere; `nil` if it can be.
  package var fault: String? {
    switch self {
    case .count, .sum, .min, .max, .avg, .stats: return nil
    case .hist(let k): return (0...5).contains(k) ? nil : "a histogram has 2^\(k) buckets for each power of two"
    case .lhist(let min, let max, let step):
      let (width, overflow) = max.subtractingReportingOverflow(min)
      let isOne = !overflow && width > 0 && step > 0 && width / step <= 1 << 16
      return isOne ? nil : "a histogram has steps of \(step) from \(min) to \(max)"
    case .tseries(let interval, let count, _):
      let isOne = interval > 0 && (1...1 << 20).contains(count)
      return isOne ? nil : "a time series has \(count) intervals of \(interval) ns"
    }
  }
}
