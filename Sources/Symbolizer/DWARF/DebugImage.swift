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
  /// Whether libelf and libdw keep what they have for good, since they crashed on it.
  private var isLost = false
  /// What has the parts that the file shares with others (dwz -m).
  private let supplement: DebugImage?

  /// Bytes that compressed sections may unpack to, all together.
  private static let maximumUnpacked: UInt64 = 256 << 20

  /// Maps what an open file has now; `nil` for what is no ELF file or is larger than `limit` bytes. The descriptor stays
  /// its giver's.
  package init?(descriptor: Int32, supplement: DebugImage? = nil, limit: Int = 16 << 30) {
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
    self.supplement = supplement
  }

  /// The file's debug information; `nil` when it has none, or too much that is compressed.
  package var dwarf: OpaquePointer? {
    if let opened { return opened }
    let dwarf = unpackedSize <= Self.maximumUnpacked ? swtrace_dwarf_guarded(elf, supplement?.dwarf) : nil
    opened = .some(dwarf)
    return dwarf
  }

  /// Bytes that the file's compressed sections unpack to, as it says, and those of its supplement.
  package var unpackedSize: UInt64 {
    var total = supplement?.unpackedSize ?? 0
    var section: OpaquePointer?
    while let next = elf_nextscn(elf, section) {
      section = next
      var header = GElf_Shdr()
      guard gelf_getshdr(next, &header) != nil, header.sh_type != UInt32(SHT_NOBITS) else { continue }
      var compression = GElf_Chdr()
      if header.sh_flags & UInt64(SHF_COMPRESSED) != 0, gelf_getchdr(next, &compression) != nil {
        total = total.addingReportingOverflow(compression.ch_size).overflow ? .max : total + compression.ch_size
      }
    }
    return total
  }

  /// Gives back what libdw took; what was found of it is not to be used any more.
  func forget() {
    if let dwarf = opened ?? nil { dwarf_end(dwarf) }
    opened = nil
    supplement?.forget()
  }

  /// Leaves what libdw has as it is, for good.
  func abandon() {
    isLost = true
    opened = .some(nil)
    supplement?.abandon()
  }

  deinit {
    if isLost { return }
    forget()
    elf_end(elf)
    swtrace_unmap_file(start, size)
  }
}
