import CLibBPF
import Glibc
import SystemPackage
import TraceLang

/// The program of `-c`, started stopped and let go when everything is attached.
public final class ChildProcess {
  public let pid: Int32
  private var start: Int32
  private let failure: Int32
  private var isReaped = false

  /// Splits the command at blanks outside of quotes and looks the program up in PATH; bytes need not be UTF-8.
  public init(command: [UInt8]) throws(RuntimeError) {
    let words = try CommandWords.words(of: command)
    let name = words.first.map { String(decoding: $0, as: UTF8.self) } ?? "of -c"
    guard let path = words.first.flatMap(CommandWords.executable) else {
      throw .unavailable("the command \(name) does not exist or is not executable")
    }
    let arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup(CommandWords.cString($0)) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var start: Int32 = -1
    var failure: Int32 = -1
    pid = swtrace_spawn_waiting(CommandWords.cString(path), arguments, &start, &failure)
    guard pid > 0 else { throw .failure(doing: "start \(name)", code: errno) }
    self.start = start
    self.failure = failure
  }

  deinit {
    if start >= 0 { _ = close(start) }
    _ = close(failure)
    guard !isReaped else { return }
    kill(pid, SIGTERM)
    if !ends(within: Self.patience) { kill(pid, SIGKILL) }
    reap()
  }

  /// Milliseconds that a child has to end by itself after SIGTERM.
  private static let patience: Int32 = 1000

  private func ends(within milliseconds: Int32) -> Bool {
    let descriptor = swtrace_pidfd_open(pid)
    guard descriptor >= 0 else { return false }
    defer { _ = close(descriptor) }
    var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&waiting, 1, milliseconds) > 0
  }

  /// Lets the child become its program; returns once it has.
  /// - Parameter prepare: runs where the program begins, when its libraries are in memory and none of its code has run.
  func release(_ prepare: (() -> Void)?) throws(RuntimeError) {
    guard let prepare, swtrace_follow_exec(pid) == 0 else { return try release() }
    defer { swtrace_let_go(pid) }
    try release()
    if swtrace_run_to_entry(pid) == 0 { prepare() }
  }

  private func release() throws(RuntimeError) {
    var go: UInt8 = 1
    _ = write(start, &go, 1)
    _ = close(start)
    start = -1
    var code: Int32 = 0
    guard read(failure, &code, MemoryLayout<Int32>.size) > 0 else { return }
    throw .failure(doing: "run the command of -c", code: code)
  }

  /// Takes the ended child's status so that it is no zombie.
  /// - Returns: its status as shells count it: 128 and the signal's number where one killed it.
  @discardableResult
  func reap() -> Int32 {
    var status: Int32 = 0
    if waitpid(pid, &status, 0) == pid { isReaped = true }
    // Kernel: wait(2); the low seven bits are the signal's number, the second byte is what was passed to exit(2).
    let signal = status & 0x7f
    return signal == 0 ? status >> 8 & 0xff : 128 + signal
  }
}

/// Commands as users write them for `-c`.
enum CommandWords {
  /// Words between blanks; quotes and backslashes keep blanks as a shell does, and nothing else is special.
  /// - Throws: when a quote is not closed.
  static func words(of command: [UInt8]) throws(RuntimeError) -> [[UInt8]] {
    var words: [[UInt8]] = []
    var word: [UInt8]?
    var quote: UInt8?
    var isEscaped = false
    for byte in command {
      if isEscaped {
        word = (word ?? []) + [byte]
        isEscaped = false
      } else if byte == UInt8(ascii: "\\"), quote != UInt8(ascii: "'") {
        isEscaped = true
      } else if byte == quote {
        quote = nil
      } else if quote == nil, byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
        quote = byte
        word = word ?? []
      } else if quote == nil, byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") {
        if let done = word { words.append(done) }
        word = nil
      } else {
        word = (word ?? []) + [byte]
      }
    }
    if let quote {
      throw .unavailable("the command of -c has a \(Unicode.Scalar(quote)) that is not closed: \(text(command))")
    }
    if isEscaped { throw .unavailable("the command of -c ends in a backslash: \(text(command))") }
    if let done = word { words.append(done) }
    return words
  }

  private static func text(_ bytes: [UInt8]) -> String { String(systemBytes: bytes) }

  static func cString(_ bytes: [UInt8]) -> [CChar] { bytes.map { CChar(bitPattern: $0) } + [0] }

  /// The file that a shell would run: the name itself when it has a slash, else the first in PATH.
  static func executable(named name: String) -> String? { executable(name.systemBytes).map(String.init(systemBytes:)) }

  static func executable(_ name: [UInt8]) -> [UInt8]? {
    if name.contains(UInt8(ascii: "/")) { return canRun(name) ? name : nil }
    let path =
      getenv("PATH").map { Array(UnsafeRawBufferPointer(start: $0, count: strlen($0))) }
      ?? Array("/usr/local/bin:/usr/bin:/bin".utf8)
    for folder in path.split(separator: UInt8(ascii: ":")) {
      let candidate = folder + [UInt8(ascii: "/")] + name
      if canRun(Array(candidate)) { return Array(candidate) }
    }
    return nil
  }

  /// Asked with the rights of this process, which access(2) takes to be those of its user.
  private static func canRun(_ path: [UInt8]) -> Bool {
    faccessat(AT_FDCWD, cString(path), X_OK, AT_EACCESS) == 0
  }
}
