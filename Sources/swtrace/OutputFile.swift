import Glibc
import SystemPackage

/// Writes whole files.
enum OutputFile {
  /// Writes to a file, '-' for standard output, all or nothing: a regular file that is there stays as it is until all
  /// of the new bytes are there.
  static func write(_ bytes: [UInt8], to path: ArgumentWord) throws(CommandFailure) {
    if path == "-" { return try Terminal.writeOutput(bytes) }
    var status = stat()
    if stat(path.cString, &status) == 0 {
      if status.st_mode & S_IFMT == S_IFREG { return try FileReplacement.replace(path, with: bytes) }
      return try write(bytes, opening: path, 0)
    }
    // A new file; a link that leads nowhere makes one too.
    signal(SIGXFSZ, SIG_IGN)
    do throws(CommandFailure) {
      try write(bytes, opening: path, O_CREAT)
    } catch {
      if stat(path.cString, &status) == 0, status.st_mode & S_IFMT == S_IFREG { unlink(path.cString) }
      throw error
    }
  }

  /// Finds out whether a file could be written to, and leaves all as it was.
  static func checkWritable(_ path: ArgumentWord) throws(CommandFailure) {
    var status = stat()
    if stat(path.cString, &status) == 0 {
      // To open and close a FIFO would end whoever reads it.
      let isFolder = status.st_mode & S_IFMT == S_IFDIR
      if isFolder || access(path.cString, W_OK) != 0 { throw failure(path, isFolder ? .isDirectory : current) }
      return
    }
    let descriptor = open(path.cString, O_WRONLY | O_CLOEXEC | O_CREAT | O_EXCL, 0o644)
    if descriptor >= 0 {
      close(descriptor)
      unlink(path.cString)
    } else if errno != EEXIST {
      // A link that leads nowhere is there, too.
      throw failure(path, current)
    }
  }

  private static var current: Errno { Errno(rawValue: errno) }

  private static func write(_ bytes: [UInt8], opening path: ArgumentWord, _ flags: Int32) throws(CommandFailure) {
    let descriptor = open(path.cString, O_WRONLY | O_CLOEXEC | flags, 0o644)
    guard descriptor >= 0 else { throw failure(path, Errno(rawValue: errno)) }
    let error = write(bytes, to: descriptor)
    // Some file systems only tell of a full disk when the file is closed.
    let isClosed = close(descriptor) == 0
    if let error = error ?? (isClosed ? nil : Errno(rawValue: errno)) { throw failure(path, error) }
  }

  /// - Returns: why not all of it was taken.
  static func write(_ bytes: [UInt8], to descriptor: Int32) -> Errno? {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if count < 0, errno == EAGAIN {
        var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = poll(&waiting, 1, -1)
      } else if count == 0 || errno != EINTR {
        return Errno(rawValue: count == 0 ? ENOSPC : errno)
      }
    }
    return nil
  }

  static func failure(_ path: ArgumentWord, _ error: Errno) -> CommandFailure {
    CommandFailure("cannot write '\(path.text)': \(error)")
  }
}
