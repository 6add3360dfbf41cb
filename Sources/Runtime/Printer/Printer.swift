import Codegen
import Glibc
import TraceLang

/// Does what ring buffer records ask for and writes what they print.
final class Printer {
  /// Whether tracing goes on after a record.
  enum Outcome: Equatable {
    case goesOn
    /// `exit(status)`
    case exits(status: Int32)
  }

  /// An action made ready for its records.
  private enum Step {
    case printf(CompiledFormat)
    case cat(CompiledFormat)
    case system(CompiledFormat)
    case message(Action.Severity, CompiledFormat, MessagePlace)
    case other(Action)
  }

  /// Output is written out when more than this waits.
  private static let batch = 1 << 16

  private let bundle: Bundle
  private let steps: [Step]
  private let maps: MapReader
  private let sink: any OutputSink
  private let printf: PrintfFormatter
  private let descriptor: Int32
  private let scratch = OutputBuffer(capacity: 1024)
  private var lostEvents: UInt64 = 0
  /// Nobody takes the output any more.
  private(set) var isClosed = false

  init(
    bundle: Bundle, maps: MapReader, context: ValueContext, format: OutputFormat, isQuiet: Bool, descriptor: Int32
  ) {
    self.bundle = bundle
    self.maps = maps
    self.descriptor = descriptor
    printf = PrintfFormatter(context: context)
    sink =
      switch format {
      case .text: TextSink(context: context, isQuiet: isQuiet)
      case .json: JSONSink(context: context, isQuiet: isQuiet)
      }
    steps = bundle.actions.map { action in
      switch action {
      case .printf(let format): .printf(CompiledFormat(format))
      case .cat(let format): .cat(CompiledFormat(format))
      case .system(let format): .system(CompiledFormat(format))
      case .message(let severity, let format, let place): .message(severity, CompiledFormat(format), place)
      case .print, .printMap, .printMapValue, .clear, .zero, .exit, .time, .join, .helperError, .lostUpdates:
        .other(action)
      }
    }
  }

  /// Says that tracing has begun.
  func attached() {
    sink.attached(probes: bundle.probeCount)
    flush()
  }

  /// - Parameter record: a header with the action's index, and its payload; others are passed over.
  func handle(_ record: UnsafeRawBufferPointer) -> Outcome {
    guard record.count >= Action.headerSize, let base = record.baseAddress else { return .goesOn }
    let index = Int(base.loadUnaligned(as: UInt32.self))
    guard index < steps.count else { return .goesOn }
    let payload = base + Action.headerSize
    let outcome = steps.withUnsafeBufferPointer { steps in
      switch steps[index] {
      case .printf(let format):
        printf.append(format, payload, to: sink.beginText())
        sink.endText(.printf)
        return Outcome.goesOn
      case .cat(let format):
        printFile(text(format, payload))
        return .goesOn
      case .system(let format):
        runCommand(text(format, payload))
        return .goesOn
      case .message(let severity, let format, let place):
        scratch.removeAll()
        printf.append(format, payload, to: scratch)
        sink.message(severity, place, UnsafeRawBufferPointer(scratch.bytes))
        flush()
        return .goesOn
      case .other(let action): return handle(action, payload, count: record.count - Action.headerSize)
      }
    }
    if sink.output.count > Self.batch { flush() }
    return outcome
  }

  private func handle(_ action: Action, _ payload: UnsafeRawPointer, count: Int) -> Outcome {
    switch action {
    case .print(let field): sink.value(field.type, payload + field.offset)
    case .printMap(let view):
      printMap(view, top: Word.u64(payload), divisor: Word.u64(payload, 8), isAsked: true)
    case .printMapValue(let view, let key, let value): printValue(view, key, value, payload)
    case .clear(let view): maps.clear(view)
    case .zero(let view): maps.zero(view)
    case .exit: return .exits(status: Int32(truncatingIfNeeded: Word.i64(payload)))
    case .time(let format):
      TimeText.appendNow(format: format, to: sink.beginText())
      sink.endText(.time)
    case .join(let separator, let capacity): join(payload, count: count, separator: separator, capacity: capacity)
    case .helperError(let name, let place, let excerpt):
      sink.helperFailed(name, code: Int32(truncatingIfNeeded: Word.i64(payload)), place, excerpt: excerpt)
    case .printf, .cat, .system, .message, .lostUpdates: break
    }
    return .goesOn
  }

  /// Prints every map that has entries, by name.
  func printMaps() {
    let order = bundle.views.indices.sorted { bundle.views[$0].name < bundle.views[$1].name }
    for view in order { printMap(view, top: 0, divisor: 0, isAsked: false) }
  }

  func ending() { sink.ending() }

  /// Tells of records lost since the last call.
  func tellLostEvents() {
    guard let place = bundle.lostEvents else { return }
    let total = maps.counter(at: place)
    guard total > lostEvents else { return }
    sink.lost(events: total - lostEvents)
    lostEvents = total
  }

  /// Tells of all records and updates that were lost.
  func tellLosses() {
    tellLostEvents()
    if lostEvents > 0 { sink.warning("Total lost event count: \(lostEvents)") }
    for stack in bundle.stacks {
      let count = maps.counter(at: stack.lost)
      if count > 0 { sink.warning("\(count) stacks could not be kept and print empty; ask for fewer frames") }
    }
    let cutLoops = bundle.cutLoops.map { maps.counter(at: $0) } ?? 0
    if cutLoops > 0 {
      sink.warning("\(cutLoops) loops were stopped after 8388608 iterations, the most that the kernel allows")
    }
    for view in bundle.views {
      guard let place = view.lostUpdates else { continue }
      let full = maps.counter(at: place)
      if full > 0 { sink.warning("\(view.name) was full: \(full) updates were lost; raise max_map_keys") }
      let refused = maps.counter(at: MapView.Place(map: place.map, offset: place.offset + 8))
      if refused > 0 {
        sink.warning("\(refused) updates of \(view.name) were lost: the probe had interrupted another update of it")
      }
    }
  }

  func warn(_ text: String) {
    sink.warning(text)
    flush()
  }

  /// Writes out what waits.
  func flush() {
    if sink.output.count > 0, !sink.output.flush(to: descriptor) { isClosed = true }
    if sink.messages.count > 0 { _ = sink.messages.flush(to: STDERR_FILENO) }
  }
}

extension Printer {
  private func text(_ format: CompiledFormat, _ payload: UnsafeRawPointer) -> String {
    scratch.removeAll()
    printf.append(format, payload, to: scratch)
    return scratch.text
  }

  private func printFile(_ path: String) {
    let text = sink.beginText()
    let code = FileText.append(path: path, limit: bundle.settings.maximumCatBytes, to: text)
    if code == 0 {
      sink.endText(.cat)
    } else {
      sink.messages.append(text: "ERROR: failed to open file '\(path)' (\(ErrorText.message(of: code)))\n")
    }
  }

  private func runCommand(_ command: String) {
    // The command's own effects come after what was printed before it.
    flush()
    let code = CommandOutput.append(of: command, to: sink.beginText())
    if code == 0 {
      sink.endText(.syscall)
    } else {
      sink.messages.append(text: "ERROR: could not run '\(command)': \(ErrorText.message(of: code))\n")
    }
  }

  private func join(_ payload: UnsafeRawPointer, count: Int, separator: String, capacity: Int) {
    let text = sink.beginText()
    let strings = min(Int(clamping: Word.u64(payload)), max(0, count - 8) / max(1, capacity))
    for index in 0..<strings {
      if index > 0 { text.append(text: separator) }
      let start = payload + 8 + index * capacity
      text.append(start, count: strnlen(start.assumingMemoryBound(to: CChar.self), capacity))
    }
    sink.endText(.join)
  }

  private func printMap(_ index: Int, top: UInt64, divisor: UInt64, isAsked: Bool) {
    let (view, entries) = (bundle.views[index], maps.entries(of: index))
    sink.map(PrintedMap(view: view, entries: entries, top: top, divisor: divisor, isAsked: isAsked))
  }

  private func printValue(_ view: Int, _ key: Field?, _ value: Field, _ payload: UnsafeRawPointer) {
    guard case .aggregation = value.type else { return sink.value(value.type, payload + value.offset) }
    let merged = maps.value(of: view, key: payload + (key?.offset ?? 0))
    merged.withUnsafeBytes { bytes in
      if let base = bytes.baseAddress { sink.value(value.type, base) }
    }
  }
}
