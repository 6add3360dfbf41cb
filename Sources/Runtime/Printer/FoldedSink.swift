import Codegen
import TraceLang

/// Maps that are keyed by stacks as folded lines, and nothing else on the output: all other text goes to the standard
/// error stream.
package final class FoldedSink: OutputSink {
  package let output = OutputBuffer()
  package let messages: OutputBuffer
  /// Prints all else.
  private let text: TextSink
  private let context: ValueContext
  private let measures: [String: StackMeasure]

  /// - Parameters:
  ///   - maps: those that are keyed by stacks.
  ///   - escapesControls: what values hold of control characters becomes escapes on the standard error stream.
  package init(context: ValueContext, maps: StackMaps, isQuiet: Bool, escapesControls: Bool = false) {
    self.context = context
    measures = Dictionary(maps.views.map { ($0.measure.map, $0.measure) }) { first, _ in first }
    let buffer = OutputBuffer()
    messages = buffer
    text = TextSink(
      context: context, isQuiet: isQuiet, escapesControls: escapesControls, output: buffer, messages: buffer)
  }

  package func map(_ map: PrintedMap) {
    guard let measure = measures[map.view.name] else { return text.map(map) }
    var profile = StackProfile(measures: [measure])
    profile.append(map, measure: 0, context: context)
    FoldedWriter.append(profile, namesMaps: measures.count > 1, to: output)
    if let warning = profile.warning { text.warning(warning) }
  }

  package func attached(probes: Int) { text.attached(probes: probes) }
  package func beginText() -> OutputBuffer { text.beginText() }
  package func endText(_ kind: TextKind) { text.endText(kind) }
  package func value(_ type: Type, _ value: UnsafeRawPointer) { text.value(type, value) }

  package func message(_ severity: Action.Severity, _ place: MessagePlace, _ text: UnsafeRawBufferPointer) {
    self.text.message(severity, place, text)
  }

  package func helperFailed(_ helper: String, code: Int32, _ place: MessagePlace, excerpt: String) {
    text.helperFailed(helper, code: code, place, excerpt: excerpt)
  }

  package func lost(events: UInt64) { text.lost(events: events) }
  package func warning(_ text: String) { self.text.warning(text) }
  package func heading(_ text: String) { self.text.heading(text) }

  package func test(_ name: String, passed: Bool, microseconds: UInt64) {
    text.test(name, passed: passed, microseconds: microseconds)
  }

  package func benchmarks(named names: [String]) { text.benchmarks(named: names) }

  package func benchmark(_ name: String, nanoseconds: UInt64, runs: UInt64) {
    text.benchmark(name, nanoseconds: nanoseconds, runs: runs)
  }

  package func ending() {}
}
