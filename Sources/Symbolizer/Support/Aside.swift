import CElfutils
import Glibc

/// Runs work that may hang in the kernel, such as reading a file whose file system is a stranger's program, in threads of
/// its own: the caller waits for a bounded time and goes on without.
package final class Aside {
  /// Milliseconds to wait for a job, as a rule.
  static let patience = 1000
  /// Jobs that hang at most; no more are started then.
  static let limit = 4
  /// Those whose job was not done when the next one came.
  private var hanging: [Worker] = []
  private var worker: Worker?

  package init() {}

  deinit { for worker in hanging + (worker.map { [$0] } ?? []) { worker.end() } }

  /// Starts `work`; `nil` when too many jobs hang or there is no thread to be had.
  package func start<Result: Sendable>(_ work: @escaping @Sendable () -> Result) -> AsideJob<Result>? {
    if let current = worker, !current.isIdle {
      hanging.append(current)
      worker = nil
    }
    for free in hanging where free.isIdle { if worker == nil { worker = free } else { free.end() } }
    hanging.removeAll(where: \.isIdle)
    guard hanging.count < Self.limit, let worker = worker ?? Worker() else { return nil }
    self.worker = worker
    let job = AsideJob(work)
    worker.run(job)
    return job
  }
}

/// A thread that does one job after the other.
private final class Worker: @unchecked Sendable {
  /// Posted when there is a job, or none any more.
  private let wakeUp = Semaphore()
  private var next: AsideWork?
  /// The last job, as its giver knows it.
  private var last: AsideWork?

  init?() {
    var thread = pthread_t()
    let this = Unmanaged.passRetained(self)
    let code = pthread_create(
      &thread, nil,
      { this in
        guard let this else { return nil }
        Unmanaged<Worker>.fromOpaque(this).takeRetainedValue().loop()
        return nil
      }, this.toOpaque())
    guard code == 0 else {
      this.release()
      return nil
    }
    pthread_detach(thread)
  }

  var isIdle: Bool { last?.isDone ?? true }

  func run(_ job: AsideWork) {
    (next, last) = (job, job)
    wakeUp.post()
  }

  /// Ends the thread when its job is done.
  func end() {
    // What the thread is at, it has taken already; what it has not is still done.
    wakeUp.post()
  }

  private func loop() {
    while true {
      wakeUp.wait()
      guard let job = next else { return }
      next = nil
      job.run()
      job.finish()
    }
  }
}

/// POSIX's, of this process.
private final class Semaphore: @unchecked Sendable {
  private let place: UnsafeMutablePointer<sem_t>

  init() {
    place = .allocate(capacity: 1)
    sem_init(place, 0, 0)
  }

  deinit {
    sem_destroy(place)
    place.deallocate()
  }

  func post() { sem_post(place) }

  func wait() { while sem_wait(place) != 0 {} }

  func tryWait() -> Bool { sem_trywait(place) == 0 }

  func wait(milliseconds: Int) -> Bool {
    var deadline = timespec()
    clock_gettime(CLOCK_MONOTONIC, &deadline)
    let end = deadline.tv_nsec + milliseconds * 1_000_000
    deadline.tv_sec += end / 1_000_000_000
    deadline.tv_nsec = end % 1_000_000_000
    while sem_clockwait(place, CLOCK_MONOTONIC, &deadline) != 0 { if errno != EINTR { return false } }
    return true
  }
}

/// Work in another thread, and whether it is done. One thread asks for it.
package class AsideWork: @unchecked Sendable {
  /// Posted once, when the work is done; what it wrote may be read by whoever took it.
  private let done = Semaphore()
  private var isTaken = false
  /// Whether somebody waited for it and went on without.
  private(set) var wasAwaited = false

  /// What the thread does.
  fileprivate func run() {}

  fileprivate func finish() { done.post() }

  /// Whether the work is done, for which the caller waits so long at most.
  final func isDone(within milliseconds: Int) -> Bool {
    if isTaken { return true }
    isTaken = done.wait(milliseconds: milliseconds)
    if !isTaken { wasAwaited = true }
    return isTaken
  }

  final var isDone: Bool {
    if !isTaken { isTaken = done.tryWait() }
    return isTaken
  }
}

/// Work in another thread, and its result. One thread asks for it.
package final class AsideJob<Result: Sendable>: AsideWork, @unchecked Sendable {
  private var work: (@Sendable () -> Result)?
  private var answer: Result?

  fileprivate init(_ work: @escaping @Sendable () -> Result) { self.work = work }

  override fileprivate func run() {
    answer = work?()
    work = nil
  }

  /// The result; `nil` while there is none. Who asks first waits so long at most, who asks again does not.
  package func result(within milliseconds: Int) -> Result? {
    isDone(within: wasAwaited ? 0 : milliseconds) ? answer : nil
  }
}
