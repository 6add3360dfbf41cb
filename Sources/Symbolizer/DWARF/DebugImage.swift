import CElfutils
import Glibc

/// An ELF file in memory as libelf and libdw read it: `Elf *` and `Dwarf *`.
///
/// The file is mapped, so that only what is looked at is read, and what others cut off it meanwhile reads as zeroes. One
/// thread uses an image at a time: neither library locks.
package final class DebugImage {
  /// How the file lies in memory.
  private enum Mapping {
    case ours(start: UnsafeMutableRawPointer, size: Int)
    /// By libelf, so that libdw finds the package beside the file.
    case library(Descriptor)
  }

  private let mapping: Mapping
  package let elf: OpaquePointer
  private var opened: OpaquePointer??
  /// Whether libelf and libdw keep what they have for good, since they crashed on it.
  private var isLost = false
  /// What has the parts that the file shares with others (dwz -m).
  private let supplement: DebugImage?
  /// The path of the package of what was split off when the file was made, "FILE.dwp"; `nil` where there is none.
  package let packagePath: String?

  /// Whether libdw reads packages (NEWS of elfutils).
  package static let readsPackages = libraryVersion >= 191
  /// 191 of 0.191.
  package static let libraryVersion = Int(swtrace_libdw_version())

  /// Bytes that compressed sections may unpack to, all together.
  private static let maximumUnpacked: UInt64 = 256 << 20

  /// Maps what an open file has now; `nil` for what is no ELF file or is larger than `limit` bytes. The descriptor stays
  /// its giver's.
  package init?(descriptor: Int32, supplement: DebugImage? = nil, limit: Int = 16 << 30) {
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size > 0,
      status.st_size <= limit
    else { return nil }
    let package = FileRoot.path(of: descriptor).map { $0 + Array(".dwp".utf8) }.flatMap { path in
      swtrace_is_regular(path.map { CChar(bitPattern: $0) } + [0]) != 0 ? path : nil
    }
    guard
      let (elf, mapping) = Self.opened(descriptor, Int(status.st_size), byLibrary: package != nil && Self.readsPackages)
    else { return nil }
    (self.elf, self.mapping) = (elf, mapping)
    packagePath = package.map { String(decoding: $0, as: UTF8.self) }
    self.supplement = supplement
    guard elf_kind(elf) == ELF_K_ELF else { return nil }
  }

  private static func opened(_ descriptor: Int32, _ size: Int, byLibrary: Bool) -> (OpaquePointer, Mapping)? {
    if byLibrary {
      let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
      guard copy >= 0 else { return nil }
      let owner = Descriptor(copy)
      return swtrace_open_elf(copy).map { ($0, .library(owner)) }
    }
    guard let start = swtrace_map_file(descriptor, size) else { return nil }
    if let elf = elf_memory(start.assumingMemoryBound(to: CChar.self), size) {
      return (elf, .ours(start: start, size: size))
    }
    swtrace_unmap_file(start, size)
    return nil
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
  package func abandon() {
    isLost = true
    opened = .some(nil)
    supplement?.abandon()
  }

  deinit {
    if isLost {
      // The descriptor is libelf's for good, too.
      if case .library(let owner) = mapping { _ = Unmanaged.passRetained(owner) }
      return
    }
    forget()
    switch mapping {
    case .ours(let start, let size):
      elf_end(elf)
      swtrace_unmap_file(start, size)
    case .library: swtrace_close_elf(elf)
    }
  }
}
