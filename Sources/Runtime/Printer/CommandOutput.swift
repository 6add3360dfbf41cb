import CLibBPF
import Glibc
import Symbolizer

/// What a shell command writes to either of its streams, for `system`.
package enum CommandOutput {
  /// How a command went.
  enum Ending: Equatable {
    case ended
    /// The run was to end first: the command and what it started were sent SIGTERM.
    case terminated
    case failed(errno: Int32)
  }

  /// Runs `/bin/sh -c` with default signal handling and appends its output; waits for it to end.
  /// - Returns: 0 or the errno of what could not be done.
  package static func append(of command: String, to buffer: OutputBuffer) -> Int32 {
    switch run(command, interruption: nil, taking: { buffer.append($0) }) {
    case .ended, .terminated: 0
    case .failed(let code): code
    }
  }

  /// Runs `/bin/sh -c` in a process group of its own with default signal handling and gives its output to `take` as it comes, until the shell ends:
  /// what it left running in the background is not waited for.
  /// - Parameter interruption: what may end the wait.
  static func run(
    _ command: String, interruption: Interruption?, taking take: (UnsafeRawBufferPointer) -> Void
  ) -> Ending {
    var ends: [Int32] = [-1, -1]
    guard swtrace_pipe(&ends) == 0 else { return .failed(errno: errno) }
    let output = Descriptor(ends[0])
    var pid: pid_t = 0
    let code = spawn(command, writingTo: ends[1], pid: &pid)
    _ = close(ends[1])
    guard code == 0 else { return .failed(errno: code) }
    _ = fcntl(output.rawValue, F_SETFL, O_NONBLOCK)
    let process = Descriptor(swtrace_pidfd_open(pid))
    let isComplete = follow(output, process, interruption, take)
    if !isComplete { kill(-pid, SIGTERM) }
    var status: Int32 = 0
    while waitpid(pid, &status, isComplete ? 0 : WNOHANG) < 0, errno == EINTR {}
    return isComplete ? .ended : .terminated
  }

  /// - Returns: 0 or an errno.
  private static func spawn(_ command: String, writingTo output: Int32, pid: inout pid_t) -> Int32 {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    // A process group of its own, so that what the shell starts can be ended with it.
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP))
    let arguments: [UnsafeMutablePointer<CChar>?] = [strdup("sh"), strdup("-c"), strdup(command), nil]
    defer { for argument in arguments { free(argument) } }
    return posix_spawn(&pid, "/bin/sh", &actions, &attributes, arguments, environ)
  }

  /// Takes output until the process has ended and nothing is left of what it wrote.
  /// - Returns: `false` when the run is to end before.
  private static func follow(
    _ output: Descriptor, _ process: Descriptor, _ interruption: Interruption?,
    _ take: (UnsafeRawBufferPointer) -> Void
  ) -> Bool {
    let start = Clock.now
    var isOpen = true
    while true {
      var waiting = [
        pollfd(fd: isOpen ? output.rawValue : -1, events: Int16(POLLIN), revents: 0),
        pollfd(fd: process.rawValue, events: Int16(POLLIN), revents: 0),
      ]
      if let interruption {
        guard interruption.wait(for: &waiting, since: start), !interruption.isOverdue else { return false }
      } else {
        _ = poll(&waiting, nfds_t(waiting.count), -1)
      }
      let hasEnded = waiting[1].revents != 0
      switch isOpen ? FileText.available(in: output.rawValue, take) : .none {
      case .more: continue
      case .end:
        isOpen = false
        if process.rawValue < 0 { return true }
      case .none: if hasEnded { return true }
      }
    }
  }
}

/// What a file holds, for `cat`.
package enum FileText {
  /// What became of a read.
  enum Progress {
    case end, more, none
  }

  /// Appends at most `limit` bytes.
  /// - Returns: 0 or the errno of opening or reading.
  package static func append(path: String, limit: Int, to buffer: OutputBuffer) -> Int32 {
    append(path: path, limit: limit, to: buffer, interruption: nil)
  }

  /// Appends at most `limit` bytes; of a pipe or a device what comes until its end or that of the run.
  /// - Returns: 0 or the errno of opening or reading.
  static func append(path: String, limit: Int, to buffer: OutputBuffer, interruption: Interruption?) -> Int32 {
    // Opening a pipe without a writer must not wait for one.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else { return errno }
    defer { _ = close(descriptor) }
    return append(descriptor: descriptor, limit: limit, to: buffer, interruption: interruption)
  }

  @discardableResult
  package static func append(descriptor: Int32, limit: Int, to buffer: OutputBuffer) -> Int32 {
    append(descriptor: descriptor, limit: limit, to: buffer, interruption: nil)
  }

  private static func append(
    descriptor: Int32, limit: Int, to buffer: OutputBuffer, interruption: Interruption?
  ) -> Int32 {
    var chunk = [UInt8](repeating: 0, count: 4096)
    var rest = limit
    let start = Clock.now
    while rest > 0 {
      let count = read(descriptor, &chunk, min(rest, chunk.count))
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == EAGAIN {
        var waiting = [pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)]
        guard let interruption else { return EAGAIN }
        if !interruption.wait(for: &waiting, since: start) { return ECANCELED }
        continue
      }
      if count < 0 { return errno }
      if count == 0 { return 0 }
      chunk.withUnsafeBytes { buffer.append(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
      rest -= count
    }
    return 0
  }

  /// Gives what a descriptor that does not block has at hand, a buffer of it at a time.
  static func available(in descriptor: Int32, _ take: (UnsafeRawBufferPointer) -> Void) -> Progress {
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    let count = read(descriptor, &chunk, chunk.count)
    if count < 0 { return errno == EINTR ? .more : errno == EAGAIN ? .none : .end }
    if count == 0 { return .end }
    chunk.withUnsafeBytes { take(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
    return .more
  }
}
