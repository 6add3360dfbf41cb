import TraceLang

/// One interval of a time series.
package struct SeriesInterval: Hashable {
  /// Intervals since 1970.
  package let number: Int64
  package let value: Int64

  /// Adds one CPU's interval (value, samples or time, number) to what is known of its place; a newer one replaces it.
  static func merge(_ slot: UnsafeRawPointer, into words: inout [UInt64], at place: Int, _ function: Aggregation.Series)
  {
    let (value, samples, number) = (Word.u64(slot), Word.u64(slot, 8), Word.u64(slot, 16))
    guard number > 0, number >= words[place + 2] else { return }
    guard number == words[place + 2] else {
      words.replaceSubrange(place..<place + 3, with: [value, samples, number])
      return
    }
    let (a, b) = (Int64(bitPattern: words[place]), Int64(bitPattern: value))
    switch function {
    case .last:
      if samples > words[place + 1] { words.replaceSubrange(place..<place + 2, with: [value, samples]) }
    case .sum, .avg:
      words[place] &+= value
      words[place + 1] &+= samples
    case .min: words[place] = UInt64(bitPattern: min(a, b))
    case .max: words[place] = UInt64(bitPattern: max(a, b))
    }
  }

  /// The intervals of a slot that have values and are among the newest `count`, the oldest first.
  static func all(_ slot: UnsafeRawPointer, count: Int, _ function: Aggregation.Series) -> [SeriesInterval] {
    var found: [SeriesInterval] = []
    for index in 0..<count {
      let number = Word.i64(slot, index * 24 + 16)
      guard number > 0 else { continue }
      let samples = Word.i64(slot, index * 24 + 8)
      let value = Word.i64(slot, index * 24)
      found.append(SeriesInterval(number: number, value: function == .avg && samples > 0 ? value / samples : value))
    }
    let newest = found.map(\.number).max() ?? 0
    return found.filter { $0.number > newest - Int64(count) }.sorted { $0.number < $1.number }
  }
}
