import CElfutils
import Glibc

/// The vDSO: code that the kernel maps into every process (vdso(7)).
package enum VirtualLibrary {
  static let name = Array("[vdso]".utf8)
  /// The kernel's have two pages.
  private static let maximumSize: UInt64 = 1 << 20

  /// What a process has there; of one that is gone, what we have, where that is as long.
  package static func contents(at range: Range<UInt64>, of process: Int32) -> [UInt8]? {
    if let theirs = bytes(of: range, process) { return theirs }
    guard let own = MemoryMaps(of: getpid())?.virtualLibrary, own.count == range.count else { return nil }
    return bytes(of: own, getpid())
  }

  private static func bytes(of range: Range<UInt64>, _ process: Int32) -> [UInt8]? {
    let size = range.upperBound - range.lowerBound
    guard size <= maximumSize, let start = off_t(exactly: range.lowerBound) else { return nil }
    let memory = open("/proc/\(process)/mem", O_RDONLY | O_CLOEXEC)
    guard memory >= 0 else { return nil }
    defer { _ = close(memory) }
    let bytes = [UInt8](unsafeUninitializedCapacity: Int(size)) { buffer, count in
      count = max(0, pread(memory, buffer.baseAddress, Int(size), start))
    }
    return bytes.count == Int(size) ? bytes : nil
  }

  /// A file that has the bytes.
  package static func file(_ bytes: [UInt8]) -> Descriptor? {
    let descriptor = swtrace_memory_file(bytes, bytes.count)
    return descriptor < 0 ? nil : Descriptor(descriptor)
  }
}
