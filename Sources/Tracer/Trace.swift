import Codegen
import Runtime
import TraceLang

/// A script that runs in the kernel: its events and its maps.
///
/// It is detached by `detach()`, when nobody holds it any more, when the task that awaits its events is cancelled, by the
/// script's `exit()`, and by the end of the process that it traces. If this program dies, the kernel removes all of it.
public final class Trace: Sendable {
  private let run: Run

  /// Compiles a script and attaches it.
  /// - Throws: `ScriptErrors` for what is wrong with the script, `TraceError` for what the machine does not have or allow.
  public init(
    _ script: String, on machine: TracedMachine = .host, options: TraceOptions = TraceOptions()
  ) async throws {
    let run = try Run(capacity: options.eventCapacity)
    self.run = run
    try run.start(options) { host in try TraceBundle.compiled(script, host, options) }
    try await run.attached()
  }

  /// Attaches a bundle and waits until it is.
  init(_ bundle: TraceBundle, options: TraceOptions) throws {
    let run = try Run(capacity: options.eventCapacity)
    self.run = run
    try run.start(options) { host in try bundle.fitted(to: host, options) }
    try run.waitUntilAttached()
  }

  deinit { run.stop() }

  /// What the script prints, in order; ends with the run. One task at a time may await them.
  public var events: TraceEvents { TraceEvents(trace: self, run: run) }

  /// A map of the script, whose entries can be read and changed while it runs and after.
  /// - Throws: when there is no such map, or its keys or values are not of these types.
  public func map<Key: MapElement, Element: MapElement>(
    _ name: String, _ key: Key.Type = Key.self, _ value: Element.Type = Element.self
  ) throws(TraceError) -> TraceMap<Key, Element> {
    try TraceMap(name: name, run: run)
  }

  /// A map without keys.
  public func value<Element: MapElement>(
    _ name: String, _ type: Element.Type = Element.self
  ) throws(TraceError) -> TraceValue<Element> {
    try TraceValue(name: name, run: run)
  }

  /// The names of the script's maps, "@" or "@name".
  public var mapNames: [String] { run.mapNames }

  func profile() throws(TraceError) -> StackProfile {
    try run.withMaps { maps throws(TraceError) in try maps.profile() }
  }

  /// Ends the run; returns when all probes are detached and the last events are there to be awaited.
  public func detach() {
    run.stop()
    run.waitUntilEnded()
  }
}

/// The events of a run.
public struct TraceEvents: AsyncSequence, Sendable {
  public typealias Element = TraceEvent
  public typealias Failure = any Error

  // Whoever awaits events holds the run.
  private let trace: Trace
  private let run: Run

  init(trace: Trace, run: Run) {
    self.trace = trace
    self.run = run
  }

  public func makeAsyncIterator() -> Iterator { Iterator(trace: trace, run: run) }

  public struct Iterator: AsyncIteratorProtocol {
    private let trace: Trace
    private let run: Run
    private var isOver = false

    fileprivate init(trace: Trace, run: Run) {
      self.trace = trace
      self.run = run
    }

    /// `nil` when the run is over, and in a task that is cancelled, which ends the run.
    /// - Throws: what ended the run before its time.
    public mutating func next() async throws -> TraceEvent? {
      if isOver { return nil }
      if Task.isCancelled {
        run.stop()
        isOver = true
        return nil
      }
      let run = run
      let next = await withTaskCancellationHandler {
        await run.queue.next()
      } onCancel: {
        run.stop()
        run.queue.cancel()
      }
      switch next {
      case .event(let event): return event
      case .cancelled:
        isOver = true
        return nil
      case .end(let result):
        isOver = true
        try result.get()
        return nil
      }
    }
  }
}
