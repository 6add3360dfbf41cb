import Symbolizer

/// Events on their way from the thread that traces to the task that awaits them, in order.
///
/// It holds a bounded number of them: a slow reader makes the thread wait, so that what then finds no room in the kernel's
/// ring buffer is counted there (`TraceEvent.lost`), and memory stays bounded.
final class EventQueue: Sendable {
  private struct State {
    var events: [TraceEvent] = []
    /// Those before it have been taken.
    var first = 0
    var waiting: CheckedContinuation<Next, Never>?
    var end: Result<Void, TraceError>?
    /// The run is to end, which must not wait for a reader.
    var isUnbounded = false

    var count: Int { events.count - first }

    mutating func take() -> TraceEvent? {
      guard first < events.count else { return nil }
      let event = events[first]
      first += 1
      if first == events.count {
        events.removeAll(keepingCapacity: true)
        first = 0
      } else if first > 1024, first * 2 > events.count {
        events.removeFirst(first)
        first = 0
      }
      return event
    }
  }

  enum Next: Sendable {
    case event(TraceEvent)
    case end(Result<Void, TraceError>)
    /// The task that waited was cancelled.
    case cancelled
  }

  private let state = Guarded(State())
  private let capacity: Int

  init(capacity: Int) { self.capacity = max(1, capacity) }

  /// Waits for room.
  func put(_ event: TraceEvent) {
    let waiting: CheckedContinuation<Next, Never>? = state.wait { state in
      if let waiting = state.waiting {
        state.waiting = nil
        return .some(waiting)
      }
      guard state.count < capacity || state.isUnbounded else { return nil }
      state.events.append(event)
      return .some(nil)
    }
    waiting?.resume(returning: .event(event))
  }

  /// What is put from now on waits for nobody: the run ends.
  func open() { state.withLock { $0.isUnbounded = true } }

  /// Nothing more comes.
  func finish(_ end: Result<Void, TraceError>) {
    let waiting = state.withLock { state in
      state.end = state.end ?? end
      state.isUnbounded = true
      defer { state.waiting = nil }
      return state.waiting
    }
    waiting?.resume(returning: .end(end))
  }

  /// Ends the wait of the task that awaits, if one does.
  func cancel() {
    let waiting = state.withLock { state in
      defer { state.waiting = nil }
      return state.waiting
    }
    waiting?.resume(returning: .cancelled)
  }

  /// The next event. One task at a time may wait; another one that begins to makes the first one's wait end.
  func next() async -> Next {
    await withCheckedContinuation { continuation in
      let (answer, former) = state.withLock { state -> (Next?, CheckedContinuation<Next, Never>?) in
        if let event = state.take() { return (.event(event), nil) }
        if let end = state.end { return (.end(end), nil) }
        let former = state.waiting
        state.waiting = continuation
        return (nil, former)
      }
      former?.resume(returning: .cancelled)
      if let answer { continuation.resume(returning: answer) }
    }
  }
}
