import Codegen
import TraceLang

/// Appends values as JSON: numbers, arrays and objects where they are such, and the text form as a string otherwise.
final class JSONValue {
  private let context: ValueContext
  private let values: TextValue
  private let scratch = OutputBuffer(capacity: 1024)

  init(context: ValueContext) {
    self.context = context
    values = TextValue(context: context)
  }

  func append(_ type: Type, _ value: UnsafeRawPointer, to buffer: OutputBuffer) {
    switch type {
    case .void, .invalid: buffer.append("null")
    case .bool: buffer.append(value.load(as: UInt8.self) != 0 ? "true" : "false")
    case .integer(let type), .enumeration(_, let type):
      append(Word.integer(value, size: type.size, signed: type.isSigned), signed: type.isSigned, to: buffer)
    case .pointer: buffer.append(decimal: Word.u64(value))
    case .buffer(let capacity):
      buffer.append(UInt8(ascii: "["))
      for (index, byte) in BufferText.contents(value, capacity: capacity).enumerated() {
        if index > 0 { buffer.append(UInt8(ascii: ",")) }
        buffer.append(decimal: UInt64(byte))
      }
      buffer.append(UInt8(ascii: "]"))
    case .array(let element, let count):
      let stride = context.size(of: element)
      buffer.append(UInt8(ascii: "["))
      for index in 0..<count {
        if index > 0 { buffer.append(UInt8(ascii: ",")) }
        append(element, value + index * stride, to: buffer)
      }
      buffer.append(UInt8(ascii: "]"))
    case .tuple(let elements): append(elements, value, to: buffer)
    case .record(let reference):
      guard let layout = context.layout(of: reference) else { return buffer.append("null") }
      append(layout, value, to: buffer)
    case .aggregation(let aggregation): append(AggregationSummary(aggregation, value), aggregation, to: buffer)
    case .string, .symbolic, .stack:
      scratch.removeAll()
      values.append(type, value, to: scratch)
      JSONText.append(UnsafeRawBufferPointer(scratch.bytes), to: buffer)
    }
  }

  func append(_ summary: AggregationSummary, _ aggregation: Aggregation, to buffer: OutputBuffer) {
    switch summary {
    case .number(let number, let signed): append(number, signed: signed, to: buffer)
    case .stats(let count, let average, let total, let signed):
      buffer.append("{\"count\": ")
      buffer.append(decimal: count)
      buffer.append(", \"average\": ")
      append(average, signed: signed, to: buffer)
      buffer.append(", \"total\": ")
      append(total, signed: signed, to: buffer)
      buffer.append(UInt8(ascii: "}"))
    case .buckets(let counts, let used): append(counts, used, aggregation, to: buffer)
    case .series(let intervals, let interval): append(intervals, interval, to: buffer)
    }
  }

  /// Numbers above 2^63 - 1 go as strings: many JSON readers would lose their last digits.
  private func append(_ number: Int64, signed: Bool, to buffer: OutputBuffer) {
    let needsQuotes = !signed && number < 0
    if needsQuotes { buffer.append(UInt8(ascii: "\"")) }
    buffer.append(number, signed: signed)
    if needsQuotes { buffer.append(UInt8(ascii: "\"")) }
  }

  /// `[{"interval_start":"2026-01-31 12:00:00.000000000","value":5},...]` in local time.
  private func append(_ intervals: [SeriesInterval], _ interval: Int64, to buffer: OutputBuffer) {
    buffer.append(UInt8(ascii: "["))
    for (position, entry) in intervals.enumerated() {
      if position > 0 { buffer.append(UInt8(ascii: ",")) }
      buffer.append("{\"interval_start\":")
      JSONText.append(SeriesText.time(entry.number &* interval, format: "%Y-%m-%d %H:%M:%S", digits: 9), to: buffer)
      buffer.append(",\"value\":")
      buffer.append(decimal: entry.value)
      buffer.append(UInt8(ascii: "}"))
    }
    buffer.append(UInt8(ascii: "]"))
  }

  /// `[{"min": 4, "max": 7, "count": 1},...]`, both ends included, without the end that a bucket does not have.
  private func append(
    _ counts: [UInt64], _ used: ClosedRange<Int>?, _ aggregation: Aggregation, to buffer: OutputBuffer
  ) {
    buffer.append(UInt8(ascii: "["))
    if let buckets = HistogramBuckets(aggregation), let used {
      for index in used {
        if index > used.lowerBound { buffer.append(UInt8(ascii: ",")) }
        let range = buckets.range(index)
        buffer.append(UInt8(ascii: "{"))
        if let lower = range.lower {
          buffer.append("\"min\": ")
          buffer.append(decimal: lower)
          buffer.append(", ")
        }
        if let upper = range.upper {
          buffer.append("\"max\": ")
          buffer.append(decimal: upper &- 1)
          buffer.append(", ")
        }
        buffer.append("\"count\": ")
        buffer.append(decimal: counts[index])
        buffer.append(UInt8(ascii: "}"))
      }
    }
    buffer.append(UInt8(ascii: "]"))
  }

  private func append(_ elements: [TupleElement], _ value: UnsafeRawPointer, to buffer: OutputBuffer) {
    let layout = Type.tupleLayout(elements, recordSize: context.recordSize)
    let isRecord = elements.contains { $0.name != nil }
    buffer.append(isRecord ? UInt8(ascii: "{") : UInt8(ascii: "["))
    for (index, element) in elements.enumerated() {
      if index > 0 { buffer.append(isRecord ? ", " : ",") }
      if let name = element.name {
        JSONText.append(name, to: buffer)
        buffer.append(": ")
      }
      append(element.type, value + layout.offsets[index], to: buffer)
    }
    buffer.append(isRecord ? UInt8(ascii: "}") : UInt8(ascii: "]"))
  }

  private func append(_ layout: RecordLayout, _ value: UnsafeRawPointer, to buffer: OutputBuffer) {
    buffer.append(UInt8(ascii: "{"))
    for (index, member) in layout.members.enumerated() {
      if index > 0 { buffer.append(", ") }
      JSONText.append(member.name, to: buffer)
      buffer.append(": ")
      if let field = member.bitField, let type = member.type.integer {
        let (number, signed) = BitFieldValue.read(field, type, value + member.offset)
        append(number, signed: signed, to: buffer)
      } else {
        append(member.type, value + member.offset, to: buffer)
      }
    }
    buffer.append(UInt8(ascii: "}"))
  }
}
