import Codegen
import TraceLang

/// Output as one JSON object a line, in bpftrace 0.27's form.
package final class JSONSink: OutputSink {
  package let output = OutputBuffer()
  package let messages = OutputBuffer(capacity: 256)
  private let text = OutputBuffer()
  private let values: JSONValue
  private let keys: TextValue
  private let isQuiet: Bool

  init(context: ValueContext, isQuiet: Bool) {
    values = JSONValue(context: context)
    keys = TextValue(context: context, isCompact: true)
    self.isQuiet = isQuiet
  }

  package func attached(probes: Int) {
    if isQuiet { return }
    output.append(
      text: "{\"type\": \"attached_probes\", \"count\": \(probes), \"data\": {\"probes\": \(probes)}}\n")
  }

  package func beginText() -> OutputBuffer {
    text.removeAll()
    return text
  }

  package func endText(_ kind: TextKind) {
    switch kind {
    case .printf: begin("printf")
    case .time: begin("time")
    case .cat: begin("cat")
    case .join: begin("join")
    case .syscall: begin("syscall")
    }
    JSONText.append(UnsafeRawBufferPointer(text.bytes), to: output)
    output.append("}\n")
  }

  package func value(_ type: Type, _ value: UnsafeRawPointer) {
    begin("value")
    values.append(type, value, to: output)
    output.append("}\n")
  }

  package func map(_ map: PrintedMap) {
    if map.order.isEmpty { return }
    begin(map.type)
    output.append(UInt8(ascii: "{"))
    JSONText.append(map.view.name, to: output)
    output.append(": ")
    if map.view.key == nil {
      map.entries.withEntry(map.order[0]) { _, value in append(map, value) }
    } else {
      output.append(UInt8(ascii: "{"))
      for (position, index) in map.order.enumerated() {
        if position > 0 { output.append(", ") }
        map.entries.withEntry(index) { key, value in
          appendKey(of: map.view, key)
          output.append(": ")
          append(map, value)
        }
      }
      output.append(UInt8(ascii: "}"))
    }
    output.append("}}\n")
  }

  private func appendKey(of view: MapView, _ key: UnsafeRawPointer) {
    text.removeAll()
    for (index, field) in view.keyFields.enumerated() {
      if index > 0 { text.append(UInt8(ascii: ",")) }
      keys.append(field.type, key + field.offset, to: text)
    }
    JSONText.append(UnsafeRawBufferPointer(text.bytes), to: output)
  }

  private func append(_ map: PrintedMap, _ value: UnsafeRawPointer) {
    if let summary = map.summary(of: value), case .aggregation(let aggregation, _) = map.view.content {
      values.append(summary, aggregation, to: output)
    } else if let (number, signed) = map.dividedNumber(value) {
      output.append(number, signed: signed)
    } else {
      values.append(map.view.value, value, to: output)
    }
  }

  package func message(_ severity: Action.Severity, _ place: MessagePlace, _ text: UnsafeRawBufferPointer) {
    output.append(severity == .error ? "{\"type\": \"errorf\", \"msg\": " : "{\"type\": \"warnf\", \"msg\": ")
    JSONText.append(text, to: output)
    append(place)
  }

  package func helperFailed(_ helper: String, code: Int32, _ place: MessagePlace, excerpt: String) {
    output.append("{\"type\": \"helper_error\", \"msg\": ")
    JSONText.append(ErrorText.message(of: -code), to: output)
    output.append(text: ", \"helper\": \"\(helper)\", \"retcode\": \(code)")
    append(place)
  }

  private func append(_ place: MessagePlace) {
    output.append(", \"filename\": ")
    JSONText.append(place.source, to: output)
    output.append(text: ", \"line\": \(place.line), \"col\": \(place.column)}\n")
  }

  package func lost(events: UInt64) {
    output.append(text: "{\"type\": \"lost_events\", \"data\": {\"events\": \(events)}}\n")
  }

  package func warning(_ text: String) { messages.append(text: "WARNING: \(text)\n") }

  package func heading(_ text: String) {}

  package func test(_ name: String, passed: Bool, microseconds: UInt64) {
    result("test_result", name, "\"duration\": \(microseconds), \"passed\": \(passed)")
  }

  package func benchmarks(named names: [String]) {}

  package func benchmark(_ name: String, nanoseconds: UInt64, runs: UInt64) {
    result("benchmark_result", name, "\"average\": \(nanoseconds), \"iters\": \(runs)")
  }

  private func result(_ type: StaticString, _ name: String, _ members: String) {
    begin(type)
    output.append("{")
    JSONText.append(name, to: output)
    output.append(text: ": {\(members)}}}\n")
  }

  package func ending() {}

  private func begin(_ type: StaticString) {
    output.append("{\"type\": \"")
    output.append(type)
    output.append("\", \"data\": ")
  }
}

extension PrintedMap {
  /// The type of a map's JSON line.
  fileprivate var type: StaticString {
    switch view.content {
    case .plain: "map"
    case .aggregation(let aggregation, _): aggregation.reader.lineType
    }
  }
}
