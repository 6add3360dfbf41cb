import Codegen
import Runtime
import TraceLang

/// Makes events of what a script prints.
final class EventSink: OutputSink {
  /// Nothing waits to be written to descriptors.
  let output = OutputBuffer(capacity: 16)
  let messages = OutputBuffer(capacity: 16)
  private let text = OutputBuffer()
  private let decoder: ValueDecoder
  private let queue: EventQueue
  private let isAttached: () -> Void

  /// - Parameter isAttached: called when all probes are attached.
  init(context: ValueContext, queue: EventQueue, isAttached: @escaping () -> Void) {
    decoder = ValueDecoder(context: context)
    self.queue = queue
    self.isAttached = isAttached
  }

  func attached(probes: Int) { isAttached() }

  func beginText() -> OutputBuffer {
    text.removeAll()
    return text
  }

  func endText(_ kind: TextKind) { queue.put(.printed(text.text)) }

  func value(_ type: Type, _ value: UnsafeRawPointer) { queue.put(.value(decoder.value(type, value))) }

  func map(_ map: PrintedMap) {
    if map.order.isEmpty { return }
    queue.put(.map(decoder.snapshot(map)))
  }

  func message(_ severity: Action.Severity, _ place: MessagePlace, _ text: UnsafeRawBufferPointer) {
    queue.put(.warning("\(place.text): \(String(decoding: text, as: UTF8.self))"))
  }

  func helperFailed(_ helper: String, code: Int32, _ place: MessagePlace, excerpt: String) {
    queue.put(.warning("\(place.text): \(helper) failed with \(code)"))
  }

  func lost(events: UInt64) { queue.put(.lost(events)) }

  func warning(_ text: String) { queue.put(.warning(text)) }

  func problem(_ text: String, escapesControls: Bool) { queue.put(.warning(text)) }

  func heading(_ text: String) {}

  func test(_ name: String, passed: Bool, microseconds: UInt64) {}

  func benchmarks(named names: [String]) {}

  func benchmark(_ name: String, nanoseconds: UInt64, runs: UInt64) {}

  func ending() {}
}
