import CLibBPF
import Glibc
import SystemPackage

/// Puts other bytes into a regular file so that it has either all of the old or all of the new, whatever happens.
enum FileReplacement {
  /// The file keeps its names, links, owner, mode and extended attributes.
  static func replace(_ path: ArgumentWord, with bytes: [UInt8]) throws(CommandFailure) {
    let descriptor = open(path.cString, O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else { throw OutputFile.failure(path, Errno(rawValue: errno)) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw OutputFile.failure(path, Errno(rawValue: errno)) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw CommandFailure("cannot write '\(path.text)': it is not a file")
    }
    let signals = HeldSignals()
    defer { signals.release() }
    if takePlace(of: path, descriptor, status, bytes) { return }
    if let error = rewrite(descriptor, Int(status.st_size), bytes) { throw OutputFile.failure(path, error) }
  }

  /// Makes a new file and gives it the old one's name, which is atomic: a crash leaves one or the other.
  ///
  /// - Returns: whether that was possible without a difference that a user would see; if not, nothing has changed.
  private static func takePlace(of path: ArgumentWord, _ old: Int32, _ status: stat, _ bytes: [UInt8]) -> Bool {
    // Its other names would stay with the old file.
    guard status.st_nlink == 1, let resolved = realpath(path.cString, nil) else { return false }
    defer { free(resolved) }
    let name = ArgumentWord(Array(UnsafeRawBufferPointer(start: resolved, count: strlen(resolved))))
    let folder = name.bytes.lastIndex(of: UInt8(ascii: "/")).map { ArgumentWord(Array(name.bytes[...$0])) } ?? "."
    let temporary = ArgumentWord(name.bytes + Array(".swtrace-\(getpid())".utf8))
    let new = swtrace_unnamed_file(folder.cString)
    guard new >= 0 else { return false }
    defer { close(new) }
    return OutputFile.write(bytes, to: new) == nil && keep(status, of: old, on: new) && fsync(new) == 0
      && swtrace_take_place(new, temporary.cString, name.cString) == 0
  }

  private static func keep(_ status: stat, of old: Int32, on new: Int32) -> Bool {
    var own = stat()
    guard fstat(new, &own) == 0 else { return false }
    if own.st_uid != status.st_uid || own.st_gid != status.st_gid, fchown(new, status.st_uid, status.st_gid) != 0 {
      return false
    }
    return fchmod(new, status.st_mode & 0o7777) == 0 && swtrace_copy_attributes(old, new) == 0
  }

  /// Writes into the file itself: first makes sure that there is room, and puts the old bytes back if it fails after all.
  private static func rewrite(_ descriptor: Int32, _ oldCount: Int, _ bytes: [UInt8]) -> Errno? {
    var old = [UInt8](repeating: 0, count: oldCount)
    guard pread(descriptor, &old, oldCount, 0) == oldCount else { return Errno(rawValue: errno) }
    var code: Int32 = 0
    if bytes.count > oldCount { code = posix_fallocate(descriptor, off_t(oldCount), off_t(bytes.count - oldCount)) }
    if code == 0, put(bytes, descriptor) { return nil }
    if code == 0 { code = errno }
    _ = put(old, descriptor)
    return Errno(rawValue: code)
  }

  /// Makes these all the bytes of a file.
  private static func put(_ bytes: [UInt8], _ descriptor: Int32) -> Bool {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        pwrite(descriptor, buffer.baseAddress.map { $0 + done }, bytes.count - done, off_t(done))
      }
      if count < 0, errno == EINTR { continue }
      if count <= 0 { return false }
      done += count
    }
    return ftruncate(descriptor, off_t(bytes.count)) == 0 && fsync(descriptor) == 0
  }
}

/// Signals that would end the process between two steps that belong together: they arrive after them.
private struct HeldSignals {
  private var before = sigset_t()

  init() {
    // A limit of file sizes is an error of the write instead.
    signal(SIGXFSZ, SIG_IGN)
    var all = sigset_t()
    sigfillset(&all)
    sigprocmask(SIG_BLOCK, &all, &before)
  }

  func release() {
    var mask = before
    sigprocmask(SIG_SETMASK, &mask, nil)
  }
}
