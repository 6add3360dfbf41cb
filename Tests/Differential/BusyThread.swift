import CLibBPF
import Glibc
import ReferenceInterpreter
import TraceLang

/// A thread that keeps a CPU busy while it is asked to, for timers to interrupt.
final class BusyThread {
  let surroundings: Surroundings
  private let shared: Shared
  private var thread = pthread_t()

  /// What both threads use; memory of its own, since semaphores may not move.
  private final class Shared {
    let semaphores = UnsafeMutablePointer<sem_t>.allocate(capacity: 3)
    let cpu: Int32
    let host: any Target
    var surroundings = Surroundings()
    var isOver = false

    var isReady: UnsafeMutablePointer<sem_t> { semaphores }
    var start: UnsafeMutablePointer<sem_t> { semaphores + 1 }
    var stop: UnsafeMutablePointer<sem_t> { semaphores + 2 }

    init(cpu: Int32, host: any Target) {
      self.cpu = cpu
      self.host = host
      for index in 0..<3 { sem_init(semaphores + index, 0, 0) }
    }

    deinit { semaphores.deallocate() }

    func run() {
      _ = swtrace_pin_thread(cpu)
      // It gives way to those who have to set something up.
      _ = nice(10)
      surroundings = ThisThread.surroundings(on: host)
      sem_post(isReady)
      while true {
        while sem_wait(start) != 0 {}
        if isOver { return }
        while sem_trywait(stop) != 0 {}
      }
    }
  }

  init(cpu: Int32, host: any Target) {
    shared = Shared(cpu: cpu, host: host)
    pthread_create(
      &thread, nil,
      { shared in
        if let shared { Unmanaged<Shared>.fromOpaque(shared).takeRetainedValue().run() }
        return nil
      }, Unmanaged.passRetained(shared).toOpaque())
    while sem_wait(shared.isReady) != 0 {}
    surroundings = shared.surroundings
  }

  deinit {
    shared.isOver = true
    sem_post(shared.start)
    pthread_join(thread, nil)
  }

  /// Keeps the CPU busy while `body` runs.
  func whileBusy<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
    sem_post(shared.start)
    defer { sem_post(shared.stop) }
    return try body()
  }
}
