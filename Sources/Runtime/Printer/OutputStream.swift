import CLibBPF
import Glibc
import Symbolizer
import SystemPackage

/// Where output goes: writes whole lines, waits for slow readers, and counts what could not be written.
final class OutputStream {
  enum State: Equatable {
    case open
    /// Nobody reads it any more (EPIPE).
    case closed
    case failed(Errno)
    /// The run is to end, and the reader has taken nothing for some time.
    case abandoned
  }

  /// What a write may do.
  private enum Kind {
    /// Files and devices take all at once.
    case file
    /// Pipes and terminals: others may write to them too, and a write may have to wait.
    case shared
    case socket
  }

  private let descriptor: Int32
  /// The same pipe or terminal opened again, so that writing to it never blocks; `nil` where that is not possible.
  private let own: Descriptor?
  private let kind: Kind
  private let interruption: Interruption
  let isTerminal: Bool
  private(set) var state = State.open
  /// What was not written since `state` is not `open` any more.
  private(set) var lostLines = 0
  private(set) var lostBytes = 0

  /// Bytes that a pipe takes in one piece or not at all (Linux: PIPE_BUF), so that no other writer's land between them.
  private static let wholeWrite = 4096

  /// - Parameter descriptor: stays open, and so do its flags, which other processes may share.
  init(_ descriptor: Int32, interruption: Interruption) {
    self.descriptor = descriptor
    self.interruption = interruption
    isTerminal = isatty(descriptor) == 1
    var status = stat()
    let mode = fstat(descriptor, &status) == 0 ? status.st_mode & S_IFMT : S_IFREG
    kind = isTerminal || mode == S_IFIFO ? .shared : mode == S_IFSOCK ? .socket : .file
    own = if case .shared = kind { Self.reopened(descriptor) } else { nil }
  }

  private static func reopened(_ descriptor: Int32) -> Descriptor? {
    let own = open("/proc/self/fd/\(descriptor)", O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
    return own < 0 ? nil : Descriptor(own)
  }

  /// Writes everything out; the buffer is empty then. What cannot be written is counted.
  func write(_ buffer: OutputBuffer) {
    lose(UnsafeRawBufferPointer(buffer.bytes), from: written(UnsafeRawBufferPointer(buffer.bytes)))
    buffer.removeAll()
  }

  func write(text: String) {
    let buffer = OutputBuffer(capacity: text.utf8.count)
    buffer.append(text: text)
    write(buffer)
  }

  /// Writes what whole lines there are; the start of an unfinished one stays in the buffer.
  func writeLines(_ buffer: OutputBuffer) {
    guard let start = buffer.bytes.baseAddress,
      let last = memrchr(start, Int32(UInt8(ascii: "\n")), buffer.count)
    else { return }
    let lines = UnsafeRawBufferPointer(start: start, count: last - UnsafeMutableRawPointer(mutating: start) + 1)
    lose(lines, from: written(lines))
    buffer.removeFirst(lines.count)
  }

  /// Asks the file system for errors that it tells at closing only (NFS, quotas).
  func finish() {
    guard case .file = kind, state == .open else { return }
    let copy = dup(descriptor)
    if copy >= 0, close(copy) < 0, errno != EINTR { state = .failed(Errno(rawValue: errno)) }
  }

  private func lose(_ bytes: UnsafeRawBufferPointer, from position: Int) {
    guard position < bytes.count else { return }
    let rest = bytes[position...]
    lostBytes += rest.count
    lostLines += rest.reduce(0) { $0 + ($1 == UInt8(ascii: "\n") ? 1 : 0) }
  }

  /// - Returns: how many bytes were written.
  private func written(_ bytes: UnsafeRawBufferPointer) -> Int {
    var position = 0
    var progress = Clock.now
    while position < bytes.count, state == .open {
      let piece = piece(of: UnsafeRawBufferPointer(rebasing: bytes[position...]))
      let count = take(piece)
      if count > 0 {
        position += count
        progress = Clock.now
      } else if count < 0, errno == EINTR {
        continue
      } else if count < 0, errno == EAGAIN {
        if !waitUntilWritable(since: progress) { state = .abandoned }
      } else {
        state = count < 0 && errno == EPIPE ? .closed : .failed(count < 0 ? Errno(rawValue: errno) : .ioError)
      }
    }
    return position
  }

  /// What goes out in one write: where others may write in between, as many whole lines as stay together, and at least
  /// one.
  private func piece(of bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    guard case .shared = kind, bytes.count > Self.wholeWrite, let start = bytes.baseAddress else { return bytes }
    let newline = Int32(UInt8(ascii: "\n"))
    if let end = memrchr(start, newline, Self.wholeWrite) {
      return UnsafeRawBufferPointer(start: start, count: UnsafeRawPointer(end) - start + 1)
    }
    let end = memchr(start + Self.wholeWrite, newline, bytes.count - Self.wholeWrite)
    return UnsafeRawBufferPointer(start: start, count: end.map { UnsafeRawPointer($0) - start + 1 } ?? bytes.count)
  }

  /// One write(2): the bytes it took, or -1 and errno.
  private func take(_ bytes: UnsafeRawBufferPointer) -> Int {
    switch kind {
    case .file: return Glibc.write(descriptor, bytes.baseAddress, bytes.count)
    case .socket:
      return send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_DONTWAIT | MSG_NOSIGNAL))
    case .shared:
      if let own { return Glibc.write(own.rawValue, bytes.baseAddress, bytes.count) }
      // A pipe that is ready takes so many bytes without blocking.
      guard waitUntilWritable(since: Clock.now) else {
        errno = EAGAIN
        return -1
      }
      return Glibc.write(descriptor, bytes.baseAddress, min(bytes.count, Self.wholeWrite))
    }
  }

  private func waitUntilWritable(since progress: UInt64) -> Bool {
    var waiting = [pollfd(fd: own?.rawValue ?? descriptor, events: Int16(POLLOUT), revents: 0)]
    return interruption.wait(for: &waiting, since: progress)
  }
}
