import Glibc

/// A time series as a chart on its side: a line for each interval, a star where its value lies.
struct SeriesText {
  let intervals: [SeriesInterval]
  /// Nanoseconds.
  let interval: Int64

  /// Columns from the lowest value to the highest, those of the frame included.
  private static let columns = 53
  /// Lines that are drawn at most for intervals without values.
  private static let maximumLines: Int64 = 100_000

  func append(to buffer: OutputBuffer) {
    guard let first = intervals.first, let last = intervals.last else { return }
    let values = intervals.map(\.value)
    var (low, high) = (values.min() ?? 0, values.max() ?? 0)
    if low == high { (low, high) = (max(low, .min + 1) - 1, min(high, .max - 1) + 1) }
    let (unit, digits) = precision
    let label = "hh:mm:ss\(unit)"
    let margin = max(label.utf8.count, 8 + (digits > 0 ? digits + 1 : 0)) + 1
    appendScale(low, high, margin, to: buffer)
    appendLeft(label, margin, to: buffer)
    appendRule(UInt8(ascii: "|"), to: buffer)
    var rest = intervals[...]
    let lines = min(last.number - first.number, Self.maximumLines)
    for number in first.number...first.number + lines {
      let value = rest.first?.number == number ? rest.removeFirst().value : nil
      appendLeft(Self.time(number &* interval, format: "%H:%M:%S", digits: digits), margin, to: buffer)
      appendLine(value, low, high, to: buffer)
    }
    appendLeft("", margin, to: buffer)
    appendRule(UInt8(ascii: "v"), to: buffer)
    appendScale(low, high, margin, to: buffer)
  }

  /// The name and the decimals of the unit that tells two intervals apart; one that stands alone is told to the nanosecond.
  private var precision: (unit: String, digits: Int) {
    if intervals.count == 1 || interval < 1_000 { return (".ns", 9) }
    if interval < 1_000_000 { return (".us", 6) }
    return interval < 1_000_000_000 ? (".ms", 3) : ("", 0)
  }

  private func appendLeft(_ text: String, _ width: Int, to buffer: OutputBuffer) {
    let start = buffer.count
    buffer.append(text: text)
    buffer.pad(from: start, width: width, leftAligned: true)
  }

  private func appendRule(_ end: UInt8, to buffer: OutputBuffer) {
    buffer.append(end)
    buffer.append(repeating: UInt8(ascii: "_"), count: Self.columns - 2)
    buffer.append(end)
    buffer.append(UInt8(ascii: "\n"))
  }

  private func appendScale(_ low: Int64, _ high: Int64, _ margin: Int, to buffer: OutputBuffer) {
    appendLeft("", margin, to: buffer)
    let right = String(high)
    appendLeft(String(low), Self.columns - right.utf8.count, to: buffer)
    buffer.append(text: right)
    buffer.append(UInt8(ascii: "\n"))
  }

  private func appendLine(_ value: Int64?, _ low: Int64, _ high: Int64, to buffer: OutputBuffer) {
    var line = [UInt8](repeating: UInt8(ascii: " "), count: Self.columns)
    line[0] = UInt8(ascii: "|")
    line[Self.columns - 1] = UInt8(ascii: "|")
    if low < 0, high > 0 { line[Self.column(0, low, high)] = UInt8(ascii: ".") }
    if let value { line[Self.column(value, low, high)] = UInt8(ascii: "*") }
    line.withUnsafeBytes { buffer.append($0) }
    buffer.append(text: " \(value.map { String($0) } ?? "-")")
    buffer.append(UInt8(ascii: "\n"))
  }

  private static func column(_ value: Int64, _ low: Int64, _ high: Int64) -> Int {
    // Distances of two 64-bit numbers fit 64 bits without a sign; doubles of the numbers could be equal.
    let part = Double(UInt64(bitPattern: value &- low)) / Double(UInt64(bitPattern: high &- low))
    return min(columns - 1, Int(part * Double(columns - 1)))
  }

  /// Nanoseconds since 1970 in local time, with decimals of a second.
  static func time(_ nanoseconds: Int64, format: String, digits: Int) -> String {
    var seconds = time_t(nanoseconds / 1_000_000_000)
    var parts = tm()
    localtime_r(&seconds, &parts)
    var text = [CChar](repeating: 0, count: 64)
    let count = strftime(&text, text.count, format, &parts)
    let base = String(decoding: text[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    guard digits > 0 else { return base }
    let decimals = String(nanoseconds % 1_000_000_000)
    let full = String(repeating: "0", count: max(0, 9 - decimals.utf8.count)) + decimals
    return "\(base).\(full.prefix(digits))"
  }
}
