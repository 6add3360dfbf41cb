import CElfutils
import Glibc

/// Runs work that may hang in the kernel, such as reading a file whose file system is a stranger's program, in threads of
/// its own: the caller waits for a bounded time and goes on without.
package final class Aside {
  /// Jobs that hang at most; no more are started then.
  static let limit = 4
  private var hanging: [AsideThread] = []

  package init() {}

  /// Starts `work`; `nil` when too many jobs hang or there is no thread to be had.
  package func start<Result: Sendable>(_ work: @escaping @Sendable () -> Result) -> AsideJob<Result>? {
    hanging.removeAll(where: \.isDone)
    let job = AsideJob(work)
    guard hanging.count < Self.limit, job.start() else { return nil }
    hanging.append(job)
    return job
  }
}

/// A thread that ends by itself, and whether it has.
package class AsideThread: @unchecked Sendable {
  /// Posted once, when the thread is done; what it wrote may be read by whoever took it.
  private let done: UnsafeMutablePointer<sem_t>
  private var isTaken = false
  /// Whether somebody waited for it and went on without.
  private(set) var wasAwaited = false

  fileprivate init() {
    done = .allocate(capacity: 1)
    sem_init(done, 0, 0)
  }

  deinit {
    sem_destroy(done)
    done.deallocate()
  }

  /// What the thread does.
  fileprivate func run() {}

  fileprivate func start() -> Bool {
    var thread = pthread_t()
    let this = Unmanaged.passRetained(self)
    let code = pthread_create(
      &thread, nil,
      { this in
        guard let this else { return nil }
        let thread = Unmanaged<AsideThread>.fromOpaque(this).takeRetainedValue()
        thread.run()
        sem_post(thread.done)
        return nil
      }, this.toOpaque())
    if code == 0 { pthread_detach(thread) } else { this.release() }
    return code == 0
  }

  /// Whether the thread is done, for which the caller waits so long at most.
  final func isDone(within milliseconds: Int) -> Bool {
    if isTaken { return true }
    var deadline = timespec()
    clock_gettime(CLOCK_MONOTONIC, &deadline)
    let end = deadline.tv_nsec + milliseconds * 1_000_000
    deadline.tv_sec += end / 1_000_000_000
    deadline.tv_nsec = end % 1_000_000_000
    repeat { isTaken = sem_clockwait(done, CLOCK_MONOTONIC, &deadline) == 0 } while !isTaken && errno == EINTR
    if !isTaken { wasAwaited = true }
    return isTaken
  }

  final var isDone: Bool {
    if !isTaken { isTaken = sem_trywait(done) == 0 }
    return isTaken
  }
}

/// Work in a thread of its own, and its result. One thread asks for it.
package final class AsideJob<Result: Sendable>: AsideThread, @unchecked Sendable {
  private let work: @Sendable () -> Result
  private var answer: Result?

  fileprivate init(_ work: @escaping @Sendable () -> Result) {
    self.work = work
    super.init()
  }

  override fileprivate func run() { answer = work() }

  /// The result; `nil` while there is none. Who asks first waits so long at most, who asks again does not.
  package func result(within milliseconds: Int) -> Result? {
    isDone(within: wasAwaited ? 0 : milliseconds) ? answer : nil
  }
}
