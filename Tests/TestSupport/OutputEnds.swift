import CLibBPF
import Glibc
import SystemPackage

/// Two ends of a connection: a program writes to one, the test reads from the other when it likes.
public final class OutputEnds {
  public enum Kind: Sendable, CaseIterable {
    case pipe, nonBlockingPipe, socket, terminal
  }

  private let reading: Int32
  private var writing: Int32

  public init(_ kind: Kind) throws {
    var ends: [Int32] = [-1, -1]
    let code =
      switch kind {
      case .pipe, .nonBlockingPipe: swtrace_pipe(&ends)
      case .socket: socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends)
      case .terminal: Self.openTerminal(&ends)
      }
    guard code == 0 else { throw Errno(rawValue: errno) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    if kind == .nonBlockingPipe { _ = fcntl(ends[1], F_SETFL, O_WRONLY | O_NONBLOCK) }
    (reading, writing) = (ends[0], ends[1])
  }

  private static func openTerminal(_ ends: inout [Int32]) -> Int32 {
    var (own, other): (Int32, Int32) = (-1, -1)
    defer { ends = [own, other] }
    return openpty(&own, &other, nil, nil, nil)
  }

  deinit {
    closeWriting()
    _ = close(reading)
  }

  /// The program's end.
  public var descriptor: Int32 { writing }

  /// Whether the program would have to wait with what it writes.
  public var isFull: Bool {
    var waiting = pollfd(fd: writing, events: Int16(POLLOUT), revents: 0)
    return poll(&waiting, 1, 0) == 0
  }

  /// Only the program has its end from now on.
  public func closeWriting() {
    if writing >= 0 { _ = close(writing) }
    writing = -1
  }

  /// Waits until there is something to read, and leaves it.
  public func waitForOutput() {
    var waiting = pollfd(fd: reading, events: Int16(POLLIN), revents: 0)
    _ = poll(&waiting, 1, Int32(Deadline.seconds * 1000))
  }

  /// All until the end, at most `piece` bytes at a time.
  public func readAll(piece: Int = 1 << 16) -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: piece)
    while true {
      let count = read(reading, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      // A terminal without its other side gives EIO.
      if count <= 0 { return bytes }
      bytes += chunk.prefix(count)
    }
  }
}
