import Codegen
import Glibc
import TraceLang

/// Does what ring buffer records ask for and writes what they print.
package final class Printer {
  /// Whether tracing goes on after a record.
  enum Outcome: Equatable {
    case goesOn
    /// `unwatch(address)`
    case unwatches(address: UInt64)
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
  /// The longest text of a command that is one JSON line.
  private static let longestText = 1 << 20

  private let bundle: Bundle
  private let context: ValueContext
  private let steps: [Step]
  /// Bytes of payload that each action reads at least.
  private let payloadSizes: [Int]
  private let maps: MapReader
  private let sink: any OutputSink
  /// The sink's output.
  private let waiting: OutputBuffer
  private let waitingMessages: OutputBuffer
  private let printf: PrintfFormatter
  /// For what goes to the standard error stream.
  private let messageFormatter: PrintfFormatter
  /// For names of files and commands, which are what they are.
  private let exactFormatter: PrintfFormatter
  let output: OutputStream
  private let messages: OutputStream
  private let isQuiet: Bool
  private let showsWarnings: Bool
  private let interruption: Interruption
  private let scratch = OutputBuffer(capacity: 1024)
  private var lostEvents: UInt64 = 0
  private var dropped = DroppedRecords()

  init(
    bundle: Bundle, maps: MapReader, context: ValueContext, destination: Destination, isQuiet: Bool,
    showsWarnings: Bool = true, interruption: Interruption
  ) {
    self.bundle = bundle
    self.context = context
    self.maps = maps
    self.interruption = interruption
    self.isQuiet = isQuiet
    self.showsWarnings = showsWarnings
    messages = OutputStream(STDERR_FILENO, interruption: interruption)
    output = OutputStream(destination.descriptor, interruption: interruption)
    let writers = destination.writers(
      bundle, context, isQuiet: isQuiet, areTerminals: (output.isTerminal, messages.isTerminal))
    sink = writers.sink
    printf = writers.printf
    messageFormatter = writers.messages
    waiting = sink.output
    waitingMessages = sink.messages
    exactFormatter = PrintfFormatter(context: context)
    payloadSizes = bundle.actions.map(bundle.payloadSize)
    steps = bundle.actions.map { action in
      switch action {
      case .printf(let format): .printf(CompiledFormat(format))
      case .cat(let format): .cat(CompiledFormat(format))
      case .system(let format): .system(CompiledFormat(format))
      case .message(let severity, let format, let place): .message(severity, CompiledFormat(format), place)
      case .print, .printMap, .printMapValue, .clear, .zero, .exit, .unwatch, .time, .join, .helperError, .lostUpdates:
        .other(action)
      }
    }
  }

  /// Shows how far work is where somebody looks on.
  func show(_ progress: String?) {
    if let progress, messages.isTerminal, !isQuiet { messages.write(text: progress) }
  }

  /// Says where a program stays.
  func pinned(to path: String) {
    if !isQuiet { messages.write(text: "Program pinned to \(path)\n") }
  }

  /// Says that tracing has begun.
  func attached() {
    sink.attached(probes: bundle.probeCount)
    flush()
  }

  /// - Parameter record: a header with the action's index, and its payload; those of no action and shorter ones than
  ///   theirs are passed over.
  func handle(_ record: UnsafeRawBufferPointer) -> Outcome {
    guard record.count >= Action.headerSize, let base = record.baseAddress else { return .goesOn }
    let index = Int(base.loadUnaligned(as: UInt32.self))
    guard index < steps.count, record.count - Action.headerSize >= payloadSizes[index] else { return .goesOn }
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
      case .message(.warning, _, _) where !showsWarnings: return .goesOn
      case .message(let severity, let format, let place):
        scratch.removeAll()
        messageFormatter.append(format, payload, to: scratch)
        sink.message(severity, place, UnsafeRawBufferPointer(scratch.bytes))
        flush()
        return .goesOn
      case .other(let action): return handle(action, payload, count: record.count - Action.headerSize)
      }
    }
    if waiting.count > Self.batch { output.writeLines(waiting) }
    if waitingMessages.count > Self.batch { flush() }
    return outcome
  }

  /// Does of a record that will not be handled what later ones rely on, and counts it.
  func drop(_ record: UnsafeRawBufferPointer) {
    guard record.count >= Action.headerSize, let base = record.baseAddress else { return }
    let index = Int(base.loadUnaligned(as: UInt32.self))
    guard bundle.actions.indices.contains(index) else { return }
    switch bundle.actions[index] {
    case .clear(let view): maps.clear(view)
    case .zero(let view): maps.zero(view)
    case .system, .cat, .printMap: dropped.actions += 1
    case .printf, .print, .printMapValue, .time, .join, .message, .helperError: dropped.events += 1
    case .exit, .unwatch, .lostUpdates: break
    }
  }

  /// Actions that found the ring buffer full and have waited in their words since; they wait no longer.
  func takePendingActions() -> [PendingActions.Taken] { PendingActions.take(bundle.pendingActions, from: maps) }

  /// Does what a pending action asks for.
  func handle(_ pending: PendingActions.Taken) -> Outcome {
    pending.payload.withUnsafeBytes { payload in
      guard let base = payload.baseAddress else { return .goesOn }
      return handle(pending.action, base, count: payload.count)
    }
  }

  private func handle(_ action: Action, _ payload: UnsafeRawPointer, count: Int) -> Outcome {
    switch action {
    case .print(let field): sink.value(field.type, payload + field.offset)
    case .printMap(let view):
      printMap(view, top: Word.u64(payload), divisor: Word.u64(payload, 8), isAsked: true)
    case .printMapValue(let view, let key, let value): printValue(view, key, value, payload)
    case .clear(let view): maps.clear(view)
    case .zero(let view): maps.zero(view)
    case .unwatch: return .unwatches(address: Word.u64(payload))
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
    let order = bundle.views.indices.filter { !bundle.views[$0].isOwn }.sorted {
      bundle.views[$0].name < bundle.views[$1].name
    }
    for view in order { printMap(view, top: 0, divisor: 0, isAsked: false) }
  }

  /// The maps that are keyed by stacks, as they are now.
  func profile() -> StackProfile {
    let profile = StackProfile(StackMaps(bundle.views), in: maps, context: context)
    if let warning = profile.warning, showsWarnings { sink.warning(warning) }
    return profile
  }

  func ending() { sink.ending() }

  /// Tells of records lost since the last call.
  func tellLostEvents() {
    guard let place = bundle.words[.lostEvents] else { return }
    let total = maps.counter(at: place)
    guard total > lostEvents else { return }
    sink.lost(events: total - lostEvents)
    lostEvents = total
  }

  /// Tells of all records and updates that were lost.
  func tellLosses() {
    tellLostEvents()
    if let text = dropped.description { sink.warning(text) }
    if lostEvents > 0 { sink.warning("Total lost event count: \(lostEvents)") }
    for stack in bundle.stacks {
      let count = maps.counter(at: stack.lost)
      if count > 0 { sink.warning("\(count) stacks could not be kept and print empty; ask for fewer frames") }
    }
    let cutLoops = bundle.words[.cutLoops].map { maps.counter(at: $0) } ?? 0
    if cutLoops > 0 {
      sink.warning("\(cutLoops) loops were stopped after 8388608 iterations, the most that the kernel allows")
    }
    for view in bundle.views {
      guard let place = view.lostUpdates else { continue }
      let full = maps.counter(at: place)
      if full > 0, view.isOwn, let hash = view.content.hash {
        let room = bundle.maps[hash.map].maxEntries
        sink.warning("\(full) descendants were not followed: there were more than \(room) at a time")
      } else if full > 0 {
        sink.warning("\(view.name) was full: \(full) updates were lost; raise max_map_keys")
      }
      let refused = maps.counter(at: MapView.Place(map: place.map, offset: place.offset + 8))
      if refused > 0 {
        sink.warning("\(refused) updates of \(view.name) were lost: the probe had interrupted another update of it")
      }
    }
  }

  func tell(_ heading: String) {
    sink.heading(heading)
    flush()
  }

  func test(_ name: String, passed: Bool, microseconds: UInt64) {
    sink.test(name, passed: passed, microseconds: microseconds)
    flush()
  }

  func benchmarks(named names: [String]) {
    sink.benchmarks(named: names)
    flush()
  }

  func benchmark(_ name: String, nanoseconds: UInt64, runs: UInt64) {
    sink.benchmark(name, nanoseconds: nanoseconds, runs: runs)
    flush()
  }

  func warn(_ text: String) {
    guard showsWarnings else { return }
    sink.warning(text)
    flush()
  }

  /// Writes out what waits.
  func flush() {
    if sink.output.count > 0 { output.write(sink.output) }
    if sink.messages.count > 0 { messages.write(sink.messages) }
  }
}

extension Printer {
  private func text(_ format: CompiledFormat, _ payload: UnsafeRawPointer) -> String {
    scratch.removeAll()
    exactFormatter.append(format, payload, to: scratch)
    return scratch.text
  }

  private func printFile(_ path: String) {
    let text = sink.beginText()
    let start = text.count
    let code = FileText.append(
      path: path, limit: bundle.settings.maximumCatBytes, to: text, interruption: interruption)
    interruption.check()
    if code == 0 {
      if printf.values.escapesControls { ControlText.escape(text, from: start) }
      sink.endText(.cat)
    } else {
      text.truncate(to: start)
      report("failed to open file '\(path)' (\(ErrorText.message(of: code)))")
    }
  }

  private func runCommand(_ command: String) {
    // The command's own effects come after what was printed before it.
    flush()
    let text = sink.beginText()
    var isSilent = true
    let stream = text === sink.output ? output : text === sink.messages ? messages : nil
    let ending = CommandOutput.run(command, interruption: interruption) { bytes in
      isSilent = isSilent && bytes.isEmpty
      text.append(bytes)
      if let stream {
        stream.writeLines(text)
      } else if text.count > Self.longestText {
        sink.endText(.syscall)
        output.write(sink.output)
        text.removeAll()
      }
    }
    interruption.check()
    switch ending {
    // In text nothing would be a line of its own.
    case .ended: if !isSilent || stream == nil { sink.endText(.syscall) }
    case .terminated:
      sink.endText(.syscall)
      report("ended '\(command)', which was still running")
    case .failed(let code): report("could not run '\(command)': \(ErrorText.message(of: code))")
    }
  }

  private func report(_ text: String) { sink.problem(text, escapesControls: messages.isTerminal) }

  private func join(_ payload: UnsafeRawPointer, count: Int, separator: String, capacity: Int) {
    let text = sink.beginText()
    let begin = text.count
    let strings = min(Int(clamping: Word.u64(payload)), max(0, count - 8) / max(1, capacity))
    for index in 0..<strings {
      if index > 0 { text.append(text: separator) }
      let start = payload + 8 + index * capacity
      text.append(start, count: strnlen(start.assumingMemoryBound(to: CChar.self), capacity))
    }
    if printf.values.escapesControls { ControlText.escape(text, from: begin) }
    sink.endText(.join)
  }

  private func printMap(_ index: Int, top: UInt64, divisor: UInt64, isAsked: Bool) {
    let (view, entries) = (bundle.views[index], maps.entries(of: index))
    sink.map(PrintedMap(view: view, entries: entries, top: top, divisor: divisor, isAsked: isAsked))
  }

  private func printValue(_ view: Int, _ key: Field?, _ value: Field, _ payload: UnsafeRawPointer) {
    guard case .aggregation(let aggregation) = value.type else {
      return sink.value(value.type, payload + value.offset)
    }
    let place = payload + (key?.offset ?? 0)
    let merged = maps.value(of: view, key: place)
    if aggregation.isChart { return printEntry(bundle.views[view], key: place, merged) }
    merged.withUnsafeBytes { bytes in
      if let base = bytes.baseAddress { sink.value(value.type, base) }
    }
  }

  /// A chart of one key, as it is among those of the whole map.
  private func printEntry(_ view: MapView, key: UnsafeRawPointer, _ value: [UInt8]) {
    var entries = MapEntries(keySize: view.keySize, valueSize: view.valueSize)
    value.withUnsafeBytes { entries.append(key: UnsafeRawBufferPointer(start: key, count: view.keySize), value: $0) }
    sink.map(PrintedMap(view: view, entries: entries, top: 0, divisor: 0, isAsked: true))
  }
}
