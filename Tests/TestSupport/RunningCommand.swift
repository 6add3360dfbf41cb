import CLibBPF
import Glibc
import SystemPackage

/// How a program ended.
public enum Ending: Hashable, Sendable {
  case exited(Int32)
  case killed(Int32)
}

/// An ended program and all that it wrote.
public struct CommandResult: Sendable {
  public let ending: Ending
  public let output: String
  public let errors: String
  /// The most memory that it held, in bytes.
  public let peakMemory: Int
}

/// A program that runs beside the test; its output goes to files, so it never waits for the test to read.
public final class RunningCommand {
  public enum Failure: Error {
    case cannotStart(String, Errno)
    /// It did not do what was waited for; with what it wrote until then.
    case late(String, errors: String)
  }

  public let pid: pid_t
  private let process: FileDescriptor
  private let output: FileDescriptor
  private let errors: FileDescriptor
  private var hasEnded = false

  /// - Parameters:
  ///   - input: the text on its standard input.
  ///   - environment: "NAME=value", over the test's own.
  ///   - descriptor: where its standard output goes instead; `outputSoFar` stays empty then.
  public init(
    _ words: [String], input: String = "", environment: [String] = [], writingTo descriptor: Int32? = nil
  ) throws {
    output = try Self.unnamedFile()
    errors = try Self.unnamedFile()
    let source = try Self.unnamedFile()
    defer { try? source.close() }
    try source.writeAll(input.utf8)
    try source.seek(offset: 0, from: .start)

    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (number, file) in [source.rawValue, descriptor ?? output.rawValue, errors.rawValue].enumerated() {
      posix_spawn_file_actions_adddup2(&actions, file, Int32(number))
    }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))

    let path = words[0].contains("/") ? words[0] : "/usr/bin/env"
    let arguments = words[0].contains("/") ? words : ["/usr/bin/env"] + words
    let argumentPointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    let variables: [UnsafeMutablePointer<CChar>?] =
      (environment + Self.inherited(without: environment)).map { strdup($0) } + [nil]
    defer { for pointer in argumentPointers + variables { free(pointer) } }
    var started = pid_t()
    let code = posix_spawn(&started, path, &actions, &attributes, argumentPointers, variables)
    guard code == 0 else { throw Failure.cannotStart(path, Errno(rawValue: code)) }
    pid = started
    process = FileDescriptor(rawValue: swtrace_pidfd_open(started))
  }

  deinit {
    if !hasEnded {
      kill(pid, SIGKILL)
      var status: Int32 = 0
      waitpid(pid, &status, 0)
    }
    for file in [process, output, errors] { try? file.close() }
  }

  public var outputSoFar: String { Self.text(output) }
  public var errorsSoFar: String { Self.text(errors) }

  public func signal(_ number: Int32) { kill(pid, number) }

  /// Waits until the program has written what `isDone` looks for; it is given output and errors.
  public func wait(until isDone: (String, String) -> Bool) throws {
    let deadline = Deadline()
    while !isDone(outputSoFar, errorsSoFar) {
      guard deadline.isAhead else { throw Failure.late(outputSoFar, errors: errorsSoFar) }
    }
  }

  /// Whether it has ended.
  public var isOver: Bool {
    var ended = pollfd(fd: process.rawValue, events: Int16(POLLIN), revents: 0)
    return poll(&ended, 1, 0) > 0
  }

  /// Waits for its end.
  public func finish(seconds: Int = Deadline.seconds) throws -> CommandResult {
    var ended = pollfd(fd: process.rawValue, events: Int16(POLLIN), revents: 0)
    while poll(&ended, 1, Int32(seconds * 1000)) < 0, errno == EINTR {}
    guard ended.revents != 0 else { throw Failure.late(outputSoFar, errors: errorsSoFar) }
    var status: Int32 = 0
    var usage = rusage()
    wait4(pid, &status, 0, &usage)
    hasEnded = true
    // Kernel and C library: the low 7 bits are the signal, the next byte is the status.
    let signal = status & 0x7f
    return CommandResult(
      ending: signal == 0 ? .exited((status >> 8) & 0xff) : .killed(signal), output: outputSoFar, errors: errorsSoFar,
      // Kernel: in kilobytes.
      peakMemory: usage.ru_maxrss << 10)
  }

  private static func unnamedFile() throws -> FileDescriptor {
    var template = Array("/tmp/swtrace-test-XXXXXX".utf8CString)
    let file = mkstemp(&template)
    guard file >= 0 else { throw Errno(rawValue: errno) }
    unlink(template)
    _ = fcntl(file, F_SETFD, FD_CLOEXEC)
    return FileDescriptor(rawValue: file)
  }

  private static func text(_ file: FileDescriptor) -> String {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while let count = try? chunk.withUnsafeMutableBytes({
      try file.read(fromAbsoluteOffset: Int64(bytes.count), into: $0)
    }),
      count > 0
    {
      bytes += chunk.prefix(count)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func inherited(without replaced: [String]) -> [String] {
    let names = Set(replaced.compactMap { $0.split(separator: "=").first })
    let variables = (try? FileContents.bytes("/proc/self/environ"))?.split(separator: 0) ?? []
    return variables.map { String(decoding: $0, as: UTF8.self) }
      .filter { variable in variable.split(separator: "=").first.map { !names.contains($0) } ?? false }
  }
}

/// A time until which something is waited for, looked at again and again.
public struct Deadline {
  /// What a loaded machine may need for anything a test does.
  public static let seconds = 60

  private let end = ContinuousClock.now + .seconds(Deadline.seconds)

  public init() {}

  /// Gives way to others for a moment; `false` when the time is over.
  public var isAhead: Bool {
    usleep(2000)
    return ContinuousClock.now < end
  }
}

/// Runs a program to its end.
public func run(_ words: [String], input: String = "", environment: [String] = []) throws -> CommandResult {
  try RunningCommand(words, input: input, environment: environment).finish()
}
