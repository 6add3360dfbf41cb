import Glibc

/// A file descriptor that is closed with its last reference.
package final class Descriptor: Sendable {
  package let rawValue: Int32

  package init(_ rawValue: Int32) { self.rawValue = rawValue }

  deinit { _ = close(rawValue) }
}

/// Reading files to their end, piece by piece: what /proc and /sys have may be longer than its size says.
package enum FileReading {
  /// Calls `body` with each chunk up to the end of an open file, or until it returns false.
  /// - Returns: errno, or 0.
  package static func forEachChunk(of descriptor: Int32, size: Int, _ body: (UnsafeRawBufferPointer) -> Bool) -> Int32 {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 16)
    defer { buffer.deallocate() }
    while true {
      let count = read(descriptor, buffer.baseAddress, size)
      if count < 0 {
        if errno == EINTR { continue }
        return errno
      }
      if count == 0 || !body(UnsafeRawBufferPointer(rebasing: buffer[..<count])) { return 0 }
    }
  }

  /// Calls `body` with each line, without its newline, until it returns false; lines longer than 64 KiB are cut.
  /// - Returns: errno, or 0.
  package static func forEachLine(of descriptor: Int32, _ body: (UnsafeRawBufferPointer) -> Bool) -> Int32 {
    var carried: [UInt8] = []
    var isDone = false
    let code = forEachChunk(of: descriptor, size: 1 << 16) { chunk in
      var rest = chunk[...]
      while let newline = rest.firstIndexOfNewline {
        let head = UnsafeRawBufferPointer(rebasing: rest[..<newline])
        rest = rest[(newline + 1)...]
        if carried.isEmpty {
          isDone = !body(head)
        } else {
          carried.append(contentsOf: head)
          isDone = !carried.withUnsafeBytes { body($0) }
          carried.removeAll(keepingCapacity: true)
        }
        if isDone { return false }
      }
      carried.append(contentsOf: rest.prefix(max(0, 1 << 16 - carried.count)))
      return true
    }
    if code == 0, !isDone, !carried.isEmpty { _ = carried.withUnsafeBytes { body($0) } }
    return code
  }

  /// The same of the file at a path.
  static func forEachLine(ofFile path: String, _ body: (UnsafeRawBufferPointer) -> Bool) -> Int32 {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return errno }
    defer { _ = close(descriptor) }
    return forEachLine(of: descriptor, body)
  }
}

extension Slice<UnsafeRawBufferPointer> {
  fileprivate var firstIndexOfNewline: Int? {
    guard let start = base.baseAddress?.advanced(by: startIndex), let found = memchr(start, 10, count) else {
      return nil
    }
    return startIndex + (UnsafeRawPointer(found) - start)
  }
}
