import Codegen
import TraceLang

/// How `-f` shows output.
public enum OutputFormat: String, Hashable, Sendable, CaseIterable {
  case text, json
  /// Lines of stacks for flame graph tools, of maps that are keyed by stacks.
  case folded
}

/// What a piece of formatted text is; JSON tells it as the line's type.
package enum TextKind {
  case printf, time, cat, join
  /// Output of `system`.
  case syscall
}

/// A map at one moment, in the order it prints.
package struct PrintedMap {
  package let view: MapView
  package let entries: MapEntries
  package let order: [Int]
  /// What numbers are divided by; 0 and 1 for nothing.
  var divisor: UInt64 = 0
}

extension PrintedMap {
  /// - Parameters:
  ///   - top: how many entries print, those with the largest values; 0 for all.
  ///   - isAsked: by `print`, which shows a scalar that is not there as 0, and a histogram not at all.
  package init(view: MapView, entries: MapEntries, top: UInt64, divisor: UInt64, isAsked: Bool) {
    var entries = entries
    if entries.count == 0, isAsked, view.key == nil, !view.value.isHistogram { entries.appendZeros() }
    let order = MapOrder(view: view).sorted(entries)
    let shown = top > 0 && top < UInt64(order.count) ? Int(top) : order.count
    self.init(view: view, entries: entries, order: order.suffix(shown), divisor: divisor)
  }
}

/// The words of one output format.
package protocol OutputSink: AnyObject {
  /// What waits to be written to the output.
  var output: OutputBuffer { get }
  /// What waits to be written to the standard error stream.
  var messages: OutputBuffer { get }

  func attached(probes: Int)
  /// Where text goes until `endText`.
  func beginText() -> OutputBuffer
  func endText(_ kind: TextKind)
  func value(_ type: Type, _ value: UnsafeRawPointer)
  func map(_ map: PrintedMap)
  /// `errorf` and `warnf`.
  func message(_ severity: Action.Severity, _ place: MessagePlace, _ text: UnsafeRawBufferPointer)
  func helperFailed(_ helper: String, code: Int32, _ place: MessagePlace, excerpt: String)
  /// So many records were lost since the last time.
  func lost(events: UInt64)
  /// Something about the run that is not the script's own output.
  func warning(_ text: String)
  /// Something that the script asked for and that failed.
  /// - Parameter escapesControls: what it holds of control characters becomes escapes.
  func problem(_ text: String, escapesControls: Bool)
  /// A line that people read beside results of tests.
  func heading(_ text: String)
  func test(_ name: String, passed: Bool, microseconds: UInt64)
  /// Before results of benchmarks.
  func benchmarks(named names: [String])
  /// - Parameter nanoseconds: of a run, on average.
  func benchmark(_ name: String, nanoseconds: UInt64, runs: UInt64)
  /// Before maps are printed at the end.
  func ending()
}

extension OutputSink {
  package func problem(_ text: String, escapesControls: Bool) {
    let start = messages.count
    messages.append(text: "ERROR: \(text)")
    if escapesControls { ControlText.escape(messages, from: start) }
    messages.append(UInt8(ascii: "\n"))
  }
}
