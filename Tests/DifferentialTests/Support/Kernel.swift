import Codegen
import Glibc
import ReferenceInterpreter
import TestSupport
import Testing
import TraceLang

@testable import Runtime

extension Trait where Self == ConditionTrait {
  /// Loading BPF programs needs root.
  static var root: Self { .enabled(if: getuid() == 0, "needs root to load BPF programs") }
}

/// Runs scripts on the live kernel and through the reference interpreter, in a thread of its own: sessions block signals
/// in theirs for good.
final class Kernel {
  /// Whether a script did the same in both.
  enum Verdict: Equatable {
    case same
    /// It does not compile, which is no failure of the code generator.
    case refused(String)
    /// The kernel's verifier gives up before it has seen all ways through a program.
    case tooComplex
    /// The kernel does not take its programs.
    case unloadable(String)
    case different(expected: String, actual: String)

    var isFailure: Bool {
      switch self {
      case .same, .refused, .tooComplex: false
      case .unloadable, .different: true
      }
    }

    /// Failures of one kind are taken for one bug while a script shrinks.
    func isLike(_ other: Verdict) -> Bool {
      switch (self, other) {
      case (.same, .same), (.refused, .refused), (.tooComplex, .tooComplex), (.different, .different): true
      // What the verifier says, without the place.
      case (.unloadable(let mine), .unloadable(let others)):
        mine.split(separator: ":").last == others.split(separator: ":").last
      default: false
      }
    }
  }

  let host: HostTarget
  private let file: Int32
  private let surroundings: Surroundings

  /// To be made and used in one thread.
  private init(_ host: HostTarget) {
    self.host = host
    var path = Array("/tmp/swtrace-test-XXXXXX".utf8CString)
    file = mkstemp(&path)
    unlink(path)
    SampleMemory.prepare()
    surroundings = ThisThread.surroundings
  }

  deinit { close(file) }

  /// - Parameter text: the script; tracing ends behind its `begin` probes.
  func verdict(_ text: String, parameters: [String] = []) -> Verdict {
    let script: CompiledScript
    do throws(CompiledScript.Failure) {
      script = try CompiledScript(text + CompiledScript.ending, target: host, parameters: parameters)
    } catch {
      return .refused(error.description)
    }
    var interpreter = Interpreter(script.program, target: host, surroundings: surroundings)
    interpreter.run()
    if interpreter.isEndless { return .refused("a loop does not end") }
    let expected = PrintedText(bundle: script.bundle, host: host).text(interpreter.output)
    do throws(RuntimeError) {
      let actual = try run(script.bundle)
      return actual == expected ? .same : .different(expected: expected, actual: actual)
    } catch {
      let text = "\(error)"
      // Kernel: kernel/bpf/verifier.c, push_stack and do_check.
      let isComplex = text.contains("too complex") || text.contains("BPF program is too large")
      return isComplex ? .tooComplex : .unloadable(text)
    }
  }

  private func run(_ bundle: Bundle) throws(RuntimeError) -> String {
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

  /// Calls `body` in a new thread and waits for its end.
  static func use(_ body: @escaping @Sendable (Kernel) -> Void) throws {
    let host = try HostTarget()
    let work = Work { body(Kernel(host)) }
    var thread = pthread_t()
    pthread_create(
      &thread, nil,
      { work in
        if let work { Unmanaged<Work>.fromOpaque(work).takeRetainedValue().body() }
        return nil
      }, Unmanaged.passRetained(work).toOpaque())
    pthread_join(thread, nil)
  }

  private final class Work {
    let body: () -> Void

    init(_ body: @escaping () -> Void) { self.body = body }
  }
}

/// The running thread as programs that run in it see it.
enum ThisThread {
  static var surroundings: Surroundings {
    var surroundings = Surroundings()
    surroundings.pid = UInt32(getpid())
    surroundings.uid = getuid()
    surroundings.gid = getgid()
    if let tid = (try? FileContents.text("/proc/thread-self/stat"))?.prefix(while: { $0 != " " }) {
      surroundings.tid = UInt32(tid) ?? 0
    }
    surroundings.comm = (try? FileContents.bytes("/proc/thread-self/comm"))?.filter { $0 != UInt8(ascii: "\n") } ?? []
    surroundings.memory = SampleMemory.read
    return surroundings
  }
}

/// A page of this process at an address that scripts can name.
enum SampleMemory {
  static let address: UInt64 = 0x5_0000_0000
  private static let size = 4096

  /// The bytes there, mapped when first asked for.
  private static let bytes: [UInt8] = {
    var bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 11) }
    // 0x500000100: "The quick brown fox"; 0x500000200: three pointers to strings and a null pointer.
    let text = Array("The quick brown fox jumps over the lazy dog\0".utf8)
    bytes.replaceSubrange(0x100..<0x100 + text.count, with: text)
    for (index, word) in ([0x100, 0x104, 0x10a] as [UInt64]).enumerated() {
      let pointer = withUnsafeBytes(of: (address + word).littleEndian) { Array($0) }
      bytes.replaceSubrange(0x200 + index * 8..<0x208 + index * 8, with: pointer)
    }
    bytes.replaceSubrange(0x218..<0x220, with: [UInt8](repeating: 0, count: 8))
    let page = mmap(
      UnsafeMutableRawPointer(bitPattern: UInt(address)), size, PROT_READ | PROT_WRITE,
      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0)
    precondition(page == UnsafeMutableRawPointer(bitPattern: UInt(address)), "the address is free in a test")
    page?.initializeMemory(as: UInt8.self, from: bytes, count: size)
    return bytes
  }()

  static func prepare() { _ = bytes }

  static func read(_ place: UInt64, _ count: Int, _ space: AddressSpace) -> [UInt8]? {
    guard space == .user, place >= address, place &+ UInt64(count) <= address + UInt64(size) else { return nil }
    let start = Int(place - address)
    return Array(bytes[start..<start + count])
  }
}
