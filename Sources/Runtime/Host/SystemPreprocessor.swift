import Glibc
import TraceLang

/// The C preprocessor of this machine: `cpp`, `cc`, `gcc` or `clang`, whichever is in PATH.
public struct SystemPreprocessor: HeaderReader {
  /// Output above this many bytes is refused.
  private static let maximumOutput = 64 << 20

  /// The folder of the script, where `#include "x.h"` looks first.
  private let folder: String

  public init(scriptFolder: String) { folder = scriptFolder.isEmpty ? "." : scriptFolder }

  public func preprocess(_ text: String, folders: [String]) throws(HeaderReaderError) -> [UInt8] {
    guard let program = ["cpp", "cc", "gcc", "clang"].lazy.compactMap(CommandWords.executable(named:)).first else {
      throw .notInstalled
    }
    let words = [program, "-E", "-dD", "-P", "-x", "c", "-iquote", folder] + folders.flatMap { ["-I", $0] } + ["-"]
    guard let input = TemporaryText(text) else { throw .failed("no temporary file can be made") }
    let child = try Spawned(words, input: input.descriptor)
    let texts = withExtendedLifetime(input) { child.collect(limit: Self.maximumOutput) }
    guard let (output, errors) = texts else { throw .failed("it writes too much") }
    guard child.status == 0 else {
      let lines = String(decoding: errors, as: UTF8.self).split(separator: "\n")
      throw .failed(String(lines.first { $0.contains("error:") } ?? lines.first ?? "no reason is given"))
    }
    return output
  }
}

/// A text as a file without a name.
private final class TemporaryText {
  private let file: UnsafeMutablePointer<FILE>
  let descriptor: Int32

  init?(_ text: String) {
    guard let file = tmpfile() else { return nil }
    self.file = file
    descriptor = fileno(file)
    let bytes = Array(text.utf8)
    guard fwrite(bytes, 1, bytes.count, file) == bytes.count, fflush(file) == 0 else { return nil }
    _ = lseek(descriptor, 0, SEEK_SET)
  }

  deinit { fclose(file) }
}

/// A running program whose output and errors come through pipes.
private final class Spawned {
  private let process: pid_t
  private let output: Int32
  private let errors: Int32
  /// What `waitpid` gave; known after `collect`.
  private(set) var status: Int32 = -1

  init(_ words: [String], input: Int32) throws(HeaderReaderError) {
    guard let outputs = Self.makePipe() else { throw .failed("no pipe can be made") }
    guard let failures = Self.makePipe() else {
      for descriptor in outputs { _ = close(descriptor) }
      throw .failed("no pipe can be made")
    }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
    posix_spawn_file_actions_adddup2(&actions, outputs[1], STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, failures[1], STDERR_FILENO)
    defer { posix_spawn_file_actions_destroy(&actions) }
    let arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    let settings = Self.environment
    defer { for setting in settings { free(setting) } }
    var child: pid_t = 0
    let failure = posix_spawn(&child, words[0], &actions, nil, arguments, settings)
    _ = close(outputs[1])
    _ = close(failures[1])
    guard failure == 0 else {
      _ = close(outputs[0])
      _ = close(failures[0])
      throw .failed("\(words[0]) cannot be run")
    }
    (process, output, errors) = (child, outputs[0], failures[0])
  }

  /// The reading and the writing end; a program that is run later inherits neither.
  private static func makePipe() -> [Int32]? {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return nil }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return ends
  }

  /// What of our environment steers a C preprocessor; its messages are English.
  private static var environment: [UnsafeMutablePointer<CChar>?] {
    let names = ["PATH", "CPATH", "C_INCLUDE_PATH", "COMPILER_PATH", "GCC_EXEC_PREFIX", "TMPDIR", "HOME"]
    let kept = names.compactMap { name in getenv(name).map { "\(name)=\(String(cString: $0))" } }
    return (kept + ["LC_ALL=C"]).map { strdup($0) } + [nil]
  }

  /// All it writes until it ends; `nil` above the limit, after it was killed.
  func collect(limit: Int) -> (output: [UInt8], errors: [UInt8])? {
    var texts: [Int32: [UInt8]] = [output: [], errors: []]
    var open = [output, errors]
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    var isTooMuch = false
    while !open.isEmpty, !isTooMuch {
      var waiting = open.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
      if poll(&waiting, nfds_t(waiting.count), -1) < 0 {
        if errno == EINTR { continue }
        break
      }
      for item in waiting where item.revents != 0 {
        let count = read(item.fd, &buffer, buffer.count)
        if count > 0 { texts[item.fd, default: []] += buffer[..<count] }
        if count == 0 || count < 0 && errno != EINTR { open.removeAll { $0 == item.fd } }
      }
      isTooMuch = texts.values.contains { $0.count > limit }
    }
    if isTooMuch { kill(process, SIGKILL) }
    _ = close(output)
    _ = close(errors)
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
    return isTooMuch ? nil : (texts[output] ?? [], texts[errors] ?? [])
  }
}
