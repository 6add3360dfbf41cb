import CLibBPF
import Codegen
import Glibc
import Testing
import TraceLang

@testable import Runtime

extension Trait where Self == ConditionTrait {
  /// Loading BPF programs needs root.
  static var root: Self { .enabled(if: getuid() == 0, "needs root to load BPF programs") }
}

/// A session in a thread of its own, since it blocks signals there for good.
final class LiveSession: @unchecked Sendable {
  private var thread = pthread_t()
  private let session: Session
  private let file: Int32
  private var result: Result<Int32, RuntimeError>?

  init(
    _ bundle: Bundle, host: any HostServices = PlainHost(), command: String? = nil, format: OutputFormat = .text
  ) throws {
    var options = SessionOptions()
    options.isQuiet = true
    options.format = format
    options.command = command
    var path = Array("/tmp/swtrace-test-XXXXXX".utf8CString)
    file = mkstemp(&path)
    unlink(path)
    options.output = file
    session = try Session(bundle: CheckedBundle(bundle), host: host, options: options)
  }

  deinit { close(file) }

  func start() {
    let me = Unmanaged.passRetained(self).toOpaque()
    pthread_create(
      &thread, nil,
      { me in
        guard let me else { return nil }
        let live = Unmanaged<LiveSession>.fromOpaque(me).takeRetainedValue()
        do throws(RuntimeError) {
          live.result = .success(try live.session.run())
        } catch {
          live.result = .failure(error)
        }
        return nil
      }, me)
  }

  func signal(_ number: Int32) { pthread_kill(thread, number) }

  /// - Returns: the exit status and what was written.
  func finish() throws -> (status: Int32, output: String) {
    pthread_join(thread, nil)
    let status = try #require(result).get()
    return (status, output)
  }

  var output: String {
    let buffer = OutputBuffer()
    lseek(file, 0, SEEK_SET)
    FileText.append(descriptor: file, limit: .max, to: buffer)
    return buffer.text
  }
}

/// Programs in the kernel.
enum KernelPrograms {
  /// How many have this name; names are of 15 bytes at most.
  static func count(named name: String) -> Int {
    var count = 0
    var id: UInt32 = 0
    while bpf_prog_get_next_id(id, &id) == 0 {
      if self.name(ofProgram: id) == name { count += 1 }
    }
    return count
  }

  private static func name(ofProgram id: UInt32) -> String? {
    let fd = bpf_prog_get_fd_by_id(id)
    guard fd >= 0 else { return nil }
    defer { close(fd) }
    var information = bpf_prog_info()
    var size = UInt32(MemoryLayout<bpf_prog_info>.size)
    guard bpf_obj_get_info_by_fd(fd, &information, &size) == 0 else { return nil }
    return withUnsafeBytes(of: information.name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }

  /// Waits until a link runs a program of this name.
  static func becomeLinked(_ name: String) -> Bool {
    for _ in 0..<5000 {
      var id: UInt32 = 0
      while bpf_link_get_next_id(id, &id) == 0 {
        if let program = program(ofLink: id), self.name(ofProgram: program) == name { return true }
      }
      usleep(1000)
    }
    return false
  }

  private static func program(ofLink id: UInt32) -> UInt32? {
    let fd = bpf_link_get_fd_by_id(id)
    guard fd >= 0 else { return nil }
    defer { close(fd) }
    var information = bpf_link_info()
    var size = UInt32(MemoryLayout<bpf_link_info>.size)
    return bpf_obj_get_info_by_fd(fd, &information, &size) == 0 ? information.prog_id : nil
  }

  /// Waits for the kernel to free or load programs, which it may do a moment after the call.
  static func become(_ count: Int, named name: String) -> Bool {
    for _ in 0..<5000 {
      if self.count(named: name) == count { return true }
      usleep(1000)
    }
    return false
  }
}
