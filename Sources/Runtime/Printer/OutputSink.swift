import Codegen
import TraceLang

/// How `-f` shows output.
public enum OutputFormat: String, Hashable, Sendable, CaseIterable {
  case text, json
}

/// What a piece of formatted text is; JSON tells it as the line's type.
enum TextKind {
  case printf, time, cat, join
  /// Output of `system`.
  case syscall
}

/// A map at one moment, in the order it prints.
struct PrintedMap {
  let view: MapView
  let entries: MapEntries
  let order: [Int]
  /// What numbers are divided by; 0 and 1 for nothing.
  var divisor: UInt64 = 0
}

/// The words of one output format.
protocol OutputSink: AnyObject {
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
  /// Before maps are printed at the end.
  func ending()
}
