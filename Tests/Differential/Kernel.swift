import CLibBPF
import Codegen
import Glibc
import ReferenceInterpreter
import Runtime
import TraceLang

/// Runs scripts on the live kernel and through the reference interpreter, in a thread of its own: sessions block signals
/// in theirs for good.
public final class Kernel {
  public let host: HostTarget
  private let file: Int32
  private let surroundings: Surroundings
  private let busy: BusyThread

  /// To be made and used in one thread.
  private init(_ host: HostTarget) {
    self.host = host
    var path = Array("/tmp/swtrace-test-XXXXXX".utf8CString)
    file = mkstemp(&path)
    unlink(path)
    SampleMemory.prepare()
    // What a firing sends is read when it is over: nobody else runs on its CPU while it does.
    let cpu = getpid() % Int32(truncatingIfNeeded: max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    _ = swtrace_pin_thread(cpu)
    surroundings = ThisThread.surroundings(on: host)
    busy = BusyThread(cpu: cpu, host: host)
  }

  deinit { close(file) }

  /// The random script of a seed, made of what this kernel has.
  public func script(seed: UInt64) -> String {
    var generator = ScriptGenerator(seed: seed, visitsMaps: host.has(.forEachMapElement))
    return generator.script()
  }

  /// - Parameters:
  ///   - text: the script; tracing ends behind its `begin` probes.
  ///   - context: where these run, if they can run there.
  public func verdict(_ text: String, in context: FiringContext, parameters: [String] = []) -> Verdict {
    let thread = context == .timer ? busy.surroundings : surroundings
    let rewritten = context.rewritten(text, thread: thread.tid)
    let script: CompiledScript
    var bundle: Bundle
    do throws(CompiledScript.Failure) {
      script = try CompiledScript(text + CompiledScript.ending, target: host, parameters: parameters)
      bundle = script.bundle
    } catch {
      return .refused(error.description)
    }
    if let rewritten {
      do throws(CompiledScript.Failure) {
        bundle = try CompiledScript(rewritten, target: host, parameters: parameters).bundle
      } catch {
        switch error {
        case .refused(let report):
          return .unloadable("\(report)in:\n\(rewritten)", reason: "compiles for begin only")
        // Several bodies in one need more than each of them alone.
        case .tooLarge(let report): return .refused(report)
        }
      }
    }
    var interpreter = Interpreter(
      script.program, target: host, surroundings: rewritten == nil ? surroundings : thread)
    interpreter.run(endingIn: surroundings)
    if interpreter.isEndless { return .refused("a loop does not end") }
    let expected = PrintedText(bundle: script.bundle, host: host).text(interpreter.output)
    let checked: CheckedBundle
    do throws(BundleError) {
      checked = try CheckedBundle(bundle)
    } catch {
      return .unloadable(error.message, reason: error.message)
    }
    do throws(RuntimeError) {
      let isBusy = rewritten != nil && context == .timer
      let actual = isBusy ? try busy.whileBusy { () throws(RuntimeError) in try run(checked) } : try run(checked)
      return actual == expected ? .same : .different(expected: expected, actual: actual)
    } catch {
      return verdict(on: error)
    }
  }

  /// What the kernel lacks is no failure. Without `bpf_loop` its verifier follows each turn of a loop, and it is up to the
  /// script to bound them.
  private func verdict(on error: RuntimeError) -> Verdict {
    switch error {
    case .unavailable: .refused(error.description)
    case .refused(let refusal) where refusal.hasTooManyTurns && !host.has(.loop): .refused(error.description)
    case .refused(let refusal): .unloadable(error.description, reason: refusal.reason)
    case .needsPrivilege, .kernelWithoutBPF, .failed, .several, .outputFailed:
      .unloadable(error.description, reason: error.description)
    }
  }

  private func run(_ bundle: CheckedBundle) throws(RuntimeError) -> String {
    ftruncate(file, 0)
    lseek(file, 0, SEEK_SET)
    var options = SessionOptions()
    options.isQuiet = true
    options.output = file
    _ = try Session(bundle: bundle, host: host, options: options).run()
    let buffer = OutputBuffer()
    lseek(file, 0, SEEK_SET)
    FileText.append(descriptor: file, limit: .max, to: buffer)
    return buffer.text
  }

  /// Makes a script that failed smaller while it fails like `verdict`.
  public func shrunk(
    _ text: String, in context: FiringContext, failingLike verdict: Verdict, patience: Duration
  ) -> String {
    Shrinker(patience: patience) { self.verdict($0, in: context).isLike(verdict) }.shrunk(text)
  }

  /// Calls `body` in a new thread and waits for its end.
  public static func use<Result: Sendable>(_ body: @escaping @Sendable (Kernel) -> Result) throws -> Result {
    let host = try HostTarget()
    var result: Result?
    let work = Work { result = body(Kernel(host)) }
    var thread = pthread_t()
    pthread_create(
      &thread, nil,
      { work in
        if let work { Unmanaged<Work>.fromOpaque(work).takeRetainedValue().body() }
        return nil
      }, Unmanaged.passRetained(work).toOpaque())
    pthread_join(thread, nil)
    guard let result else { preconditionFailure("the thread has run to its end") }
    return result
  }

  private final class Work {
    let body: () -> Void

    init(_ body: @escaping () -> Void) { self.body = body }
  }
}
