import CElfutils
import Glibc

/// What an ELF file says of what was stripped from it, and what of it is there.
extension ELFFile {
  /// The name of a file that has what was stripped, and the checksum of that file (gdb: "Debugging Information in Separate
  /// Files").
  package struct DebugLink: Equatable {
    /// Without folders.
    package let name: [UInt8]
    package let checksum: UInt32
  }

  private static let maximumLinkLength = 4096

  package var debugLink: DebugLink? {
    guard let section = section(named: ".gnu_debuglink") else { return nil }
    let contents = contents(of: section, atMost: Self.maximumLinkLength)
    let name = Array(contents.bytes.prefix { $0 != 0 })
    let place = (name.count + 1 + 3) & ~3
    guard !name.isEmpty, name.count < contents.count, place + 4 <= contents.count,
      !name.contains(UInt8(ascii: "/")), name != Array("..".utf8), name != Array(".".utf8)
    else { return nil }
    return DebugLink(name: name, checksum: fields(contents, at: place).u32(0))
  }

  /// The file that has what several files of debug information share (dwz -m, .gnu_debugaltlink).
  package struct SupplementLink: Equatable {
    /// Absolute, or relative to the folder of the file itself.
    let path: [UInt8]
    /// The other file's.
    let buildID: [UInt8]
  }

  package var supplementLink: SupplementLink? {
    guard let section = section(named: ".gnu_debugaltlink") else { return nil }
    let contents = contents(of: section, atMost: Self.maximumLinkLength).bytes
    guard let end = contents.firstIndex(of: 0), end > 0, end + 1 < contents.count else { return nil }
    return SupplementLink(path: Array(contents[..<end]), buildID: Array(contents[(end + 1)...]))
  }

  /// MiniDebugInfo: bytes packed and unpacked, and memory for unpacking. What Fedora's largest programs have is a tenth.
  private static let maximumPacked = 16 << 20
  private static let maximumUnpacked: UInt64 = 64 << 20
  private static let unpackingMemory: UInt64 = 80 << 20

  /// The ELF file that is packed into this one, with a symbol table of what .dynsym has not (.gnu_debugdata).
  package var miniDebugInfo: Descriptor? {
    guard let section = section(named: ".gnu_debugdata") else { return nil }
    let packed = contents(of: section, atMost: Self.maximumPacked).bytes
    let file = swtrace_unpack_xz(packed, packed.count, Self.unpackingMemory, Self.maximumUnpacked)
    return file < 0 ? nil : Descriptor(file)
  }

  /// Whether it has a symbol table of all functions.
  var hasAllSymbols: Bool { sections.contains { $0.type == UInt32(SHT_SYMTAB) } }

  /// Whether it says what its code was compiled from.
  package var hasDebugInfo: Bool {
    [".debug_info", ".zdebug_info", ".debug_line"].contains { name in
      section(named: name).map { $0.type != UInt32(SHT_NOBITS) && $0.size > 0 } ?? false
    }
  }

  /// Whether another file is what was stripped from this one: their build IDs tell; where either has none, the checksum of
  /// the link to it, which takes to read all of the other.
  package func isStripped(as other: ELFFile, _ descriptor: Int32, checksum: UInt32?, alwaysSums: Bool = false) -> Bool {
    if let buildID, let otherID = other.buildID {
      if buildID != otherID { return false }
      if !alwaysSums || checksum == nil { return true }
    }
    guard let checksum else { return false }
    return Self.checksum(of: descriptor) == checksum
  }

  /// Of a file of any length up to this one.
  private static let maximumSummed: UInt64 = 8 << 30

  private static func checksum(of descriptor: Int32) -> UInt32? {
    var sum: UInt32 = 0
    var place: UInt64 = 0
    while place < maximumSummed {
      let piece = ELFBytes(reading: 1 << 20, at: place, of: descriptor)
      if piece.count == 0 { return sum }
      sum = piece.bytes.withUnsafeBytes { swtrace_crc32(sum, $0.baseAddress, $0.count) }
      place += UInt64(piece.count)
    }
    return nil
  }
}
