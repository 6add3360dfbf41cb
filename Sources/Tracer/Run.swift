import Codegen
import Runtime
import Symbolizer
import TraceLang

/// The thread that traces, and what others have of it.
final class Run: Sendable {
  private struct Stage {
    /// `nil` until all is attached, or something is wrong with that.
    var attached: Result<Void, any Error>?
    var waiting: [CheckedContinuation<Result<Void, any Error>, Never>] = []
    var hasEnded = false
  }

  let queue: EventQueue
  private let request: StopRequest
  private let stage = Guarded(Stage())
  /// `nil` before the maps are there.
  private let maps = Guarded<MapAccess?>(nil)

  init(capacity: Int) throws {
    queue = EventQueue(capacity: capacity)
    do throws(RuntimeError) { request = try StopRequest() } catch { throw TraceError(error) }
  }

  /// - Parameter prepare: makes the bundle, on the thread.
  func start(_ options: TraceOptions, _ prepare: @escaping @Sendable (HostTarget) throws -> CheckedBundle) throws {
    do throws(RuntimeError) {
      try LargeStack.start { self.trace(options, prepare) }
    } catch {
      throw TraceError(error)
    }
  }

  func stop() {
    queue.open()
    request.stop()
  }

  /// Waits until all is attached; in a task that is cancelled, the run ends.
  func attached() async throws {
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let known = stage.withLock { stage in
          if stage.attached == nil { stage.waiting.append(continuation) }
          return stage.attached
        }
        if let known { continuation.resume(returning: known) }
      }
    } onCancel: {
      stop()
    }
    try result.get()
  }

  func waitUntilAttached() throws { try stage.wait { $0.attached }.get() }

  func waitUntilEnded() { stage.wait { $0.hasEnded ? () : nil } }

  var mapNames: [String] { maps.withLock { $0?.names ?? [] } }

  /// Calls `body` with the maps.
  func withMaps<Result>(_ body: (MapAccess) throws(TraceError) -> Result) throws(TraceError) -> Result {
    try maps.withLock { maps throws(TraceError) in
      guard let maps else { throw TraceError("the script has no maps") }
      return try body(maps)
    }
  }

  // MARK: - The thread

  private func trace(_ options: TraceOptions, _ prepare: (HostTarget) throws -> CheckedBundle) {
    let end: Result<Void, any Error>
    do {
      try run(options, prepare)
      end = .success(())
    } catch let error as RuntimeError {
      end = .failure(TraceError(error))
    } catch let error as TargetError {
      end = .failure(TraceError(error))
    } catch {
      end = .failure(error)
    }
    // A run may end before all was attached, by a signal or by `exit()`.
    settle(end)
    queue.finish(end.mapError { $0 as? TraceError ?? TraceError("\($0)") })
    stage.withLock { $0.hasEnded = true }
  }

  private func run(_ options: TraceOptions, _ prepare: (HostTarget) throws -> CheckedBundle) throws {
    let host = try HostTarget(tracedProcess: options.process, debugFolders: options.debugFolders)
    let bundle = try prepare(host)
    let mapHost = try HostTarget(debugFolders: options.debugFolders)
    mapHost.nameCode(by: bundle.bundle.settings.symbols)
    var sessionOptions = SessionOptions()
    sessionOptions.isQuiet = true
    sessionOptions.process = options.process
    sessionOptions.followsDescendants = options.followsDescendants
    let client = Session.Client(
      stop: request,
      makeSink: { context in
        EventSink(context: context, queue: self.queue) { self.settle(.success(())) }
      },
      loaded: { reader in
        let access = MapAccess(reader: reader, bundle: bundle.bundle, host: mapHost)
        self.maps.withLock { $0 = access }
      })
    _ = try Session(bundle: bundle, host: host, options: sessionOptions, child: nil, client: client).run()
  }

  private func settle(_ result: Result<Void, any Error>) {
    let waiting = stage.withLock { stage in
      guard stage.attached == nil else { return [CheckedContinuation<Result<Void, any Error>, Never>]() }
      stage.attached = result
      defer { stage.waiting = [] }
      return stage.waiting
    }
    for continuation in waiting { continuation.resume(returning: result) }
  }
}
