import Glibc
import SystemPackage
import TraceLang

/// The bytes of one BTF object: the kernel's own pages where it lets them be mapped (6.16), else a copy.
final class BTFFile {
  static let directory = "/sys/kernel/btf"
  static let vmlinuxPath = "/sys/kernel/btf/vmlinux"

  let bytes: UnsafeRawBufferPointer
  private let isMapped: Bool

  init(path: String) throws(TargetError) {
    do {
      (bytes, isMapped) = try openFile(path).closing { file throws(Errno) in try Self.contents(of: file) }
    } catch {
      throw TargetError("cannot read the kernel's type information in \(path): \(error)")
    }
  }

  /// A copy of bytes that came from elsewhere.
  init(copying source: [UInt8]) {
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: source.count, alignment: 8)
    copy.copyBytes(from: source)
    bytes = UnsafeRawBufferPointer(copy)
    isMapped = false
  }

  deinit {
    if isMapped {
      munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
    } else {
      bytes.deallocate()
    }
  }

  private static func contents(of file: FileDescriptor) throws(Errno) -> (UnsafeRawBufferPointer, isMapped: Bool) {
    var status = stat()
    guard fstat(file.rawValue, &status) == 0 else { throw Errno(rawValue: errno) }
    let size = Int(status.st_size)
    if size > 0, let address = mmap(nil, size, PROT_READ, MAP_PRIVATE, file.rawValue, 0), address != MAP_FAILED {
      return (UnsafeRawBufferPointer(start: address, count: size), true)
    }
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: max(size, 1), alignment: 8)
    var filled = 0
    do {
      try file.forEachChunk(size: 1 << 16) { chunk in
        let piece = chunk.prefix(copy.count - filled)
        UnsafeMutableRawBufferPointer(rebasing: copy[filled...]).copyBytes(from: piece)
        filled += piece.count
        return filled < copy.count
      }
    } catch {
      copy.deallocate()
      throw error
    }
    return (UnsafeRawBufferPointer(rebasing: copy[..<filled]), false)
  }
}
