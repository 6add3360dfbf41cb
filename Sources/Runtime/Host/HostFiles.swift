import Glibc
import SystemPackage
import TraceLang

/// Files of this machine, for imports.
public struct HostFiles: FileReader {
  /// Files longer than this are refused.
  private static let maximumLength = 16 << 20

  public init() {}

  public func entry(at path: String) throws(FileReaderError) -> FileEntry {
    let descriptor = open(path.systemCString, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw Self.failure() }
    defer { _ = close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw Self.failure() }
    let isWritableByAll = status.st_mode & S_IWOTH != 0
    let identity = "\(status.st_dev):\(status.st_ino)"
    switch status.st_mode & S_IFMT {
    case S_IFREG:
      // Not by its path again, which may name a pipe by now.
      let bytes = try Self.contents(of: FileDescriptor(rawValue: descriptor))
      return FileEntry(contents: .file(bytes), isWritableByAll: isWritableByAll, identity: identity)
    case S_IFDIR:
      return FileEntry(
        contents: .folder(try Self.names(in: path)), isWritableByAll: isWritableByAll, identity: identity)
    default: throw FileReaderError("it is neither a file nor a folder")
    }
  }

  /// All of an open file: what /proc and /sys have may be longer than its size says.
  private static func contents(of file: FileDescriptor) throws(FileReaderError) -> [UInt8] {
    var bytes: [UInt8] = []
    do throws(Errno) {
      try file.forEachChunk(size: 1 << 16) { chunk in
        bytes.append(contentsOf: chunk)
        return bytes.count <= maximumLength
      }
    } catch {
      throw FileReaderError("\(error)")
    }
    guard bytes.count <= maximumLength else { throw FileReaderError("it is longer than \(maximumLength >> 20) MB") }
    return bytes
  }

  private static func names(in path: String) throws(FileReaderError) -> [String] {
    guard let stream = opendir(path.systemCString) else { throw failure() }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      names.append(withUnsafeBytes(of: entry.pointee.d_name) { String(systemBytes: $0.prefix { $0 != 0 }) })
    }
    return names
  }

  private static func failure() -> FileReaderError { FileReaderError(String(cString: strerror(errno))) }
}
