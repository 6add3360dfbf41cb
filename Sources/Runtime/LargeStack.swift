import Glibc

/// A stack on which any script can be compiled and printed, however deep it nests.
package enum LargeStack {
  /// What the deepest script takes, with room to spare.
  #if DEBUG
    private static let size = 128 << 20
  #else
    private static let size = 8 << 20
  #endif

  /// Runs work where the stack is large: here, unless the process may have only a smaller one (`ulimit -s`).
  package static func run<Value, Failure: Error>(_ work: () throws(Failure) -> Value) throws(Failure) -> Value {
    var limit = rlimit()
    if getrlimit(Int32(RLIMIT_STACK.rawValue), &limit) == 0, limit.rlim_cur >= rlim_t(size) { return try work() }
    var result: Result<Value, Failure>?
    withoutActuallyEscaping({ result = Result(catching: work) }) { onThread($0) }
    // Without a thread, the stack that there is must do.
    guard let result else { return try work() }
    return try result.get()
  }

  private final class Work {
    let body: () -> Void

    init(_ body: @escaping () -> Void) { self.body = body }
  }

  /// Runs work on a thread and waits for it; does nothing where there can be no thread.
  private static func onThread(_ body: @escaping () -> Void) {
    if let thread = try? thread(body) { pthread_join(thread, nil) }
  }

  /// Runs work on a thread of its own.
  /// - Throws: when there can be no thread.
  package static func start(_ work: @escaping @Sendable () -> Void) throws(RuntimeError) {
    pthread_detach(try thread(work))
  }

  private static func thread(_ body: @escaping () -> Void) throws(RuntimeError) -> pthread_t {
    // Which module its type is of, and so the one to import for its initializer, differs between builds.
    let attributes = UnsafeMutablePointer<pthread_attr_t>.allocate(capacity: 1)
    defer { attributes.deallocate() }
    pthread_attr_init(attributes)
    defer { pthread_attr_destroy(attributes) }
    pthread_attr_setstacksize(attributes, size)
    let work = Unmanaged.passRetained(Work(body))
    var thread = pthread_t()
    let code = pthread_create(
      &thread, attributes,
      { argument in
        if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body() }
        return nil
      }, work.toOpaque())
    guard code == 0 else {
      work.release()
      throw .failure(doing: "start a thread", code: code)
    }
    return thread
  }
}
