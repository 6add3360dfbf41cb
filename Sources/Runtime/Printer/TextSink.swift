import Codegen
import TraceLang

/// Output as people read it; the layout is bpftrace 0.27's.
package final class TextSink: OutputSink {
  package let output: OutputBuffer
  package let messages: OutputBuffer
  private let values: TextValue
  private let isQuiet: Bool
  /// Of the columns of benchmarks.
  private var nameWidth = 40
  private static let timeWidth = 15

  /// - Parameter escapesControls: what values hold of control characters becomes escapes.
  package init(
    context: ValueContext, isQuiet: Bool, escapesControls: Bool = false, output: OutputBuffer = OutputBuffer(),
    messages: OutputBuffer = OutputBuffer(capacity: 256)
  ) {
    self.output = output
    self.messages = messages
    values = TextValue(context: context, escapesControls: escapesControls)
    self.isQuiet = isQuiet
  }

  package func attached(probes: Int) {
    if !isQuiet { messages.append(text: "Attached \(probes) probe\(probes == 1 ? "" : "s")\n") }
  }

  package func beginText() -> OutputBuffer { output }

  package func endText(_ kind: TextKind) {
    switch kind {
    case .printf, .time, .cat: break
    case .join, .syscall: output.append(UInt8(ascii: "\n"))
    }
  }

  package func value(_ type: Type, _ value: UnsafeRawPointer) {
    values.append(type, value, to: output)
    output.append(UInt8(ascii: "\n"))
  }

  package func map(_ map: PrintedMap) {
    for index in map.order {
      map.entries.withEntry(index) { key, value in
        output.append(text: map.view.name)
        appendKey(of: map.view, key)
        append(map, value)
      }
    }
  }

  private func appendKey(of view: MapView, _ key: UnsafeRawPointer) {
    guard view.key != nil else { return }
    output.append(UInt8(ascii: "["))
    for (index, field) in view.keyFields.enumerated() {
      if index > 0 { output.append(", ") }
      values.append(field.type, key + field.offset, to: output)
    }
    output.append(UInt8(ascii: "]"))
  }

  private func append(_ map: PrintedMap, _ value: UnsafeRawPointer) {
    guard let summary = map.summary(of: value), case .aggregation(let aggregation, _) = map.view.content else {
      output.append(": ")
      if let (number, signed) = map.dividedNumber(value) {
        output.append(number, signed: signed)
      } else {
        values.append(map.view.value, value, to: output)
      }
      return output.append(UInt8(ascii: "\n"))
    }
    switch summary {
    case .number, .stats:
      output.append(": ")
      summary.append(to: output)
    case .buckets(let counts, let used):
      output.append(":\n")
      HistogramText.append(aggregation, counts, used, to: output)
    case .series(let intervals, let interval):
      output.append(":\n")
      SeriesText(intervals: intervals, interval: interval).append(to: output)
    }
    output.append(UInt8(ascii: "\n"))
  }

  package func message(_ severity: Action.Severity, _ place: MessagePlace, _ text: UnsafeRawBufferPointer) {
    messages.append(text: "\(place.text): \(severity == .error ? "ERROR" : "WARNING"): ")
    messages.append(text)
    if text.last != UInt8(ascii: "\n") { messages.append(UInt8(ascii: "\n")) }
  }

  package func helperFailed(_ helper: String, code: Int32, _ place: MessagePlace, excerpt: String) {
    messages.append(
      text: """
        \(place.text): WARNING: \(ErrorText.message(of: -code))
        Additional Info - helper: \(helper), retcode: \(code)
        \(excerpt)
        """)
  }

  package func lost(events: UInt64) { messages.append(text: "Lost \(events) events\n") }

  package func warning(_ text: String) { messages.append(text: "WARNING: \(text)\n") }

  package func heading(_ text: String) { output.append(text: text + "\n") }

  package func test(_ name: String, passed: Bool, microseconds: UInt64) {
    heading("\(passed ? "[       OK ]" : "[  FAILED  ]") \(name) (\(microseconds) μs)")
  }

  package func benchmarks(named names: [String]) {
    nameWidth = max(nameWidth, names.map(\.count).max() ?? 0)
    heading("Benchmark".padded(to: nameWidth) + " " + "Time(ns)".padded(to: Self.timeWidth) + "Iterations")
    heading(String(repeating: "-", count: nameWidth + Self.timeWidth + 11))
  }

  package func benchmark(_ name: String, nanoseconds: UInt64, runs: UInt64) {
    heading(name.padded(to: nameWidth) + " " + "\(nanoseconds)".padded(to: Self.timeWidth) + "\(runs)")
  }

  package func ending() { output.append("\n\n") }
}

extension PrintedMap {
  /// The aggregation of a value, divided as asked; `nil` for plain values.
  func summary(of value: UnsafeRawPointer) -> AggregationSummary? {
    guard case .aggregation(let aggregation, _) = view.content else { return nil }
    return AggregationSummary(aggregation, value).divided(by: divisor)
  }

  /// A plain integer divided as asked; `nil` without a divisor or for other values.
  func dividedNumber(_ value: UnsafeRawPointer) -> (Int64, signed: Bool)? {
    guard divisor > 1, case .integer(let type) = view.value else { return nil }
    let number = AggregationSummary.number(
      Word.integer(value, size: type.size, signed: type.isSigned), signed: type.isSigned)
    return number.divided(by: divisor).sortKey
  }
}

extension String {
  /// With spaces behind it.
  fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
