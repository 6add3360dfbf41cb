import CLibBPF
import Glibc

/// A shared mapping of kernel memory, unmapped with its last reference.
final class Mapping {
  let base: UnsafeMutableRawPointer
  let count: Int

  /// `nil` when mmap fails; errno says why.
  init?(descriptor: Int32, count: Int, protection: Int32, offset: Int = 0) {
    guard let base = mmap(nil, count, protection, MAP_SHARED, descriptor, off_t(offset)), base != MAP_FAILED else {
      return nil
    }
    self.base = base
    self.count = count
  }

  /// Unmaps later what is mapped already.
  init(adopting base: UnsafeMutableRawPointer, count: Int) { (self.base, self.count) = (base, count) }

  deinit { munmap(base, count) }
}

enum Page {
  static var size: Int { sysconf(Int32(_SC_PAGESIZE)) }

  static func roundUp(_ count: Int) -> Int { (count + size - 1) / size * size }
}
