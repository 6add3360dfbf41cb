import CLibBPF
import Glibc

/// What a shell command writes to either of its streams, for `system`.
package enum CommandOutput {
  /// Runs `/bin/sh -c` with default signal handling and appends its output; waits for it to end.
  /// - Returns: 0 or the errno of what could not be done.
  package static func append(of command: String, to buffer: OutputBuffer) -> Int32 {
    var ends: [Int32] = [-1, -1]
    guard swtrace_pipe(&ends) == 0 else { return errno }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    let arguments: [UnsafeMutablePointer<CChar>?] = [strdup("sh"), strdup("-c"), strdup(command), nil]
    defer { for argument in arguments { free(argument) } }
    var pid: pid_t = 0
    let result = posix_spawn(&pid, "/bin/sh", &actions, &attributes, arguments, environ)
    _ = close(ends[1])
    defer { _ = close(ends[0]) }
    guard result == 0 else { return result }
    FileText.append(descriptor: ends[0], limit: .max, to: buffer)
    var status: Int32 = 0
    waitpid(pid, &status, 0)
    return 0
  }
}

/// What a file holds, for `cat`.
package enum FileText {
  /// Appends at most `limit` bytes.
  /// - Returns: 0 or the errno of opening or reading.
  package static func append(path: String, limit: Int, to buffer: OutputBuffer) -> Int32 {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return errno }
    defer { _ = close(descriptor) }
    return append(descriptor: descriptor, limit: limit, to: buffer)
  }

  @discardableResult
  package static func append(descriptor: Int32, limit: Int, to buffer: OutputBuffer) -> Int32 {
    var chunk = [UInt8](repeating: 0, count: 4096)
    var rest = limit
    while rest > 0 {
      let count = read(descriptor, &chunk, min(rest, chunk.count))
      if count < 0, errno == EINTR { continue }
      if count < 0 { return errno }
      if count == 0 { return 0 }
      chunk.withUnsafeBytes { buffer.append(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
      rest -= count
    }
    return 0
  }
}
