import CElfutils
import Glibc

/// An ELF file in memory as libelf and libdw read it: `Elf *` and `Dwarf *`.
///
/// The file is mapped, so that only what is looked at is read, and what others cut off it meanwhile reads as zeroes. One
/// thread uses an image at a time: neither library locks.
package final class DebugImage {
  private let start: UnsafeMutableRawPointer
  private let size: Int
  package let elf: OpaquePointer
  private var opened: OpaquePointer??

  /// Maps what an open file has now; `nil` for what is no ELF file or is larger than `limit` bytes. The descriptor stays
  /// its giver's.
  package init?(descriptor: Int32, limit: Int = 16 << 30) {
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size > 0,
      status.st_size <= limit, let start = swtrace_map_file(descriptor, Int(status.st_size))
    else { return nil }
    size = Int(status.st_size)
    guard let elf = elf_memory(start.assumingMemoryBound(to: CChar.self), size) else {
      swtrace_unmap_file(start, size)
      return nil
    }
    guard elf_kind(elf) == ELF_K_ELF else {
      elf_end(elf)
      swtrace_unmap_file(start, size)
      return nil
    }
    self.start = start
    self.elf = elf
  }

  /// The file's debug information; `nil` when it has none.
  package var dwarf: OpaquePointer? {
    if let opened { return opened }
    let dwarf = dwarf_begin_elf(elf, DWARF_C_READ, nil)
    opened = .some(dwarf)
    return dwarf
  }

  deinit {
    if let dwarf = opened ?? nil { dwarf_end(dwarf) }
    elf_end(elf)
    swtrace_unmap_file(start, size)
  }
}
