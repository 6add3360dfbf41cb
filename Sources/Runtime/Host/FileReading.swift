import Glibc
import Symbolizer
import SystemPackage
import TraceLang

extension FileDescriptor {
  /// Opens a path relative to this directory for reading.
  func openChild(_ path: String) throws(Errno) -> FileDescriptor {
    let descriptor = openat(rawValue, path.systemCString, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Errno(rawValue: errno) }
    return FileDescriptor(rawValue: descriptor)
  }

  /// Calls `body` with each chunk up to the end of the file, or until it returns false.
  func forEachChunk(size: Int, _ body: (UnsafeRawBufferPointer) -> Bool) throws(Errno) {
    let code = FileReading.forEachChunk(of: rawValue, size: size, body)
    if code != 0 { throw Errno(rawValue: code) }
  }

  /// The rest of the file.
  func readAll(chunk: Int = 16384) throws(Errno) -> [UInt8] {
    var bytes: [UInt8] = []
    try forEachChunk(size: chunk) { piece in
      bytes.append(contentsOf: piece)
      return true
    }
    return bytes
  }

  /// Calls `body` with each line, without its newline, until it returns false; lines longer than 64 KiB are cut.
  func forEachLine(_ body: (UnsafeRawBufferPointer) -> Bool) throws(Errno) {
    let code = FileReading.forEachLine(of: rawValue, body)
    if code != 0 { throw Errno(rawValue: code) }
  }

  /// Runs `body` and closes this file, whatever happens.
  func closing<Result, Failure: Error>(_ body: (FileDescriptor) throws(Failure) -> Result) throws(Failure) -> Result {
    defer { _ = Glibc.close(rawValue) }
    return try body(self)
  }
}

/// Opens an absolute path for reading.
func openFile(_ path: String) throws(Errno) -> FileDescriptor {
  let descriptor = open(path.systemCString, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { throw Errno(rawValue: errno) }
  return FileDescriptor(rawValue: descriptor)
}

/// The whole of a file.
func readFile(_ path: String) throws(Errno) -> [UInt8] {
  try openFile(path).closing { file throws(Errno) in try file.readAll() }
}

/// For reading, `nil` with errno for none: whatever else a path may name is neither waited for nor read.
func openRegularFile(_ path: String) -> Descriptor? {
  let descriptor = open(path.systemCString, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
  guard descriptor >= 0 else { return nil }
  let file = Descriptor(descriptor)
  var status = stat()
  guard fstat(descriptor, &status) == 0 else { return nil }
  if status.st_mode & S_IFMT == S_IFREG { return file }
  errno = status.st_mode & S_IFMT == S_IFDIR ? EISDIR : EINVAL
  return nil
}

/// The entries of a folder of /proc that are numbers, ascending: processes, or threads of one; `nil` when it is not there.
func numbers(inFolder path: String) -> [Int32]? {
  guard let folder = opendir(path) else { return nil }
  defer { closedir(folder) }
  var numbers: [Int32] = []
  while let entry = readdir(folder) {
    if let number = Int32(entry.pointee.name) { numbers.append(number) }
  }
  return numbers.sorted()
}

/// The value of an environment variable.
func systemVariable(_ name: String) -> String? { getenv(name).map { String(systemCString: $0) } }
