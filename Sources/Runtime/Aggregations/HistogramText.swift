import TraceLang

/// A histogram's lines: "[16, 32)               3 |@@@@@@@                 |".
enum HistogramText {
  private static let labelWidth = 16
  private static let countWidth = 8
  private static let barWidth = 52

  static func append(_ aggregation: Aggregation, _ counts: [UInt64], _ used: ClosedRange<Int>?, to buffer: OutputBuffer)
  {
    guard let buckets = HistogramBuckets(aggregation), let used else { return }
    let most = max(1, counts.max() ?? 1)
    for index in used {
      let start = buffer.count
      buckets.append(label: index, to: buffer)
      buffer.pad(from: start, width: labelWidth, leftAligned: true)
      let number = buffer.count
      buffer.append(decimal: counts[index])
      buffer.pad(from: number, width: countWidth, leftAligned: false)
      // A product of a count and the width may pass 64 bits; a double's 53 bits are enough for 52 columns.
      let bar = min(barWidth, Int(Double(counts[index]) / Double(most) * Double(barWidth)))
      buffer.append(" |")
      buffer.append(repeating: UInt8(ascii: "@"), count: bar)
      buffer.append(repeating: UInt8(ascii: " "), count: barWidth - bar)
      buffer.append("|\n")
    }
  }
}
