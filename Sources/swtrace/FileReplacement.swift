import Glibc

/// Puts other bytes into a file so that at every moment there is either all of the old or all of the new.
enum FileReplacement {
  /// Owner and mode stay; a link stays a link, and what it leads to is replaced.
  static func replace(_ path: String, with bytes: [UInt8]) throws(CommandFailure) {
    guard let resolved = realpath(path, nil) else { throw failure(path) }
    defer { free(resolved) }
    let real = String(cString: resolved)
    var status = stat()
    guard stat(real, &status) == 0 else { throw failure(path) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw CommandFailure("cannot write '\(path)': it is not a file") }
    guard access(real, W_OK) == 0 else { throw failure(path) }

    var name = Array("\(real).XXXXXX".utf8CString)
    let descriptor = mkstemp(&name)
    guard descriptor >= 0 else { throw failure(path) }
    let isWritten =
      write(bytes, to: descriptor) && keep(status, on: descriptor) && fsync(descriptor) == 0
    let error = errno
    close(descriptor)
    guard isWritten, rename(name, real) == 0 else {
      let reason = isWritten ? errno : error
      unlink(name)
      errno = reason
      throw failure(path)
    }
  }

  private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      if count <= 0 { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  private static func keep(_ status: stat, on descriptor: Int32) -> Bool {
    var own = stat()
    guard fstat(descriptor, &own) == 0 else { return false }
    if own.st_uid != status.st_uid || own.st_gid != status.st_gid,
      fchown(descriptor, status.st_uid, status.st_gid) != 0
    {
      return false
    }
    return fchmod(descriptor, status.st_mode & 0o7777) == 0
  }

  private static func failure(_ path: String) -> CommandFailure {
    CommandFailure("cannot write '\(path)': \(String(cString: strerror(errno)))")
  }
}
