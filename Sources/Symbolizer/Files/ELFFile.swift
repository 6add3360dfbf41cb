import Glibc

/// The headers of an ELF file of either class and byte order (System V gABI, chapters 4 and 5).
///
/// The file may be anybody's: what it says of itself is bounded here, and all of it is read by `pread`, as a file that
/// shrinks under a mapping would end this process.
package struct ELFFile {
  package struct Section {
    /// In the section that has the names.
    package let name: Int
    package let type: UInt32
    package let address: UInt64
    package let offset: UInt64
    package let size: UInt64
    package let link: Int
    package let entrySize: UInt64
  }

  package struct Segment {
    package let type: UInt32
    package let offset: UInt64
    package let address: UInt64
    package let size: UInt64
  }

  private let part: FilePart
  package let is64Bit: Bool
  /// e_machine
  package let machine: UInt16
  /// Whether it is loaded anywhere (ET_DYN), as libraries and position-independent executables are.
  package let isRelocatable: Bool
  private let isSwapped: Bool
  package let sections: [Section]
  package let segments: [Segment]
  /// The section that has the names of sections.
  private let nameSection: Int

  /// More sections or segments are not read.
  private static let maximumHeaders = 1 << 16
  /// Nor are more bytes of the names of sections.
  private static let maximumNames = 1 << 20

  /// Reads the headers through a descriptor that stays its giver's; `nil` for what is not ELF.
  package init?(descriptor: Int32) { self.init(FilePart(descriptor: descriptor)) }

  package init?(_ part: FilePart) {
    let header = part.bytes(at: 0, atMost: 64)
    guard header.count >= 52, header.bytes.starts(with: [0x7F, 0x45, 0x4C, 0x46]) else { return nil }
    // EI_CLASS, EI_DATA
    let (kind, order) = (header.bytes[4], header.bytes[5])
    guard kind == 1 || kind == 2 && header.count == 64, order == 1 || order == 2 else { return nil }
    let is64Bit = kind == 2
    let isSwapped = (order == 1) != (1.littleEndian == 1)
    self.part = part
    self.is64Bit = is64Bit
    self.isSwapped = isSwapped
    let fields = Fields(bytes: header, start: 0, isSwapped: isSwapped)
    machine = fields.u16(18)
    isRelocatable = fields.u16(16) == UInt16(ET_DYN)
    let (segmentTable, sectionTable) =
      is64Bit ? (fields.u64(32), fields.u64(40)) : (UInt64(fields.u32(28)), UInt64(fields.u32(32)))
    let counts = is64Bit ? 54 : 42
    var nameSection = Int(fields.u16(counts + 8))
    var (segmentCount, sectionCount) = (Int(fields.u16(counts + 2)), Int(fields.u16(counts + 6)))
    let read: (UInt64, Int, Int) -> ELFBytes = { offset, count, size in
      guard offset > 0, count > 0 else { return ELFBytes() }
      return part.bytes(at: offset, atMost: min(count, Self.maximumHeaders) * size)
    }
    let (sectionSize, segmentSize) = is64Bit ? (64, 56) : (40, 32)
    // Counts that do not fit the header are in the first section.
    if let first = Self.entries(read(sectionTable, 1, sectionSize), sectionSize, isSwapped).first {
      if sectionCount == 0 { sectionCount = Int(clamping: is64Bit ? first.u64(32) : UInt64(first.u32(20))) }
      if nameSection == 0xFFFF { nameSection = Int(first.u32(is64Bit ? 40 : 24)) }
      if segmentCount == 0xFFFF { segmentCount = Int(first.u32(is64Bit ? 44 : 28)) }
    }
    self.nameSection = nameSection
    if Int(fields.u16(counts + 4)) != sectionSize { sectionCount = 0 }
    if Int(fields.u16(counts)) != segmentSize { segmentCount = 0 }
    sections = Self.entries(read(sectionTable, sectionCount, sectionSize), sectionSize, isSwapped)
      .map { Self.section($0, is64Bit) }
    segments = Self.entries(read(segmentTable, segmentCount, segmentSize), segmentSize, isSwapped)
      .map { Self.segment($0, is64Bit) }
  }

  private static func section(_ fields: Fields, _ is64Bit: Bool) -> Section {
    is64Bit
      ? Section(
        name: Int(fields.u32(0)), type: fields.u32(4), address: fields.u64(16), offset: fields.u64(24),
        size: fields.u64(32), link: Int(fields.u32(40)), entrySize: fields.u64(56))
      : Section(
        name: Int(fields.u32(0)), type: fields.u32(4), address: UInt64(fields.u32(12)), offset: UInt64(fields.u32(16)),
        size: UInt64(fields.u32(20)), link: Int(fields.u32(24)), entrySize: UInt64(fields.u32(36)))
  }

  private static func segment(_ fields: Fields, _ is64Bit: Bool) -> Segment {
    is64Bit
      ? Segment(type: fields.u32(0), offset: fields.u64(8), address: fields.u64(16), size: fields.u64(32))
      : Segment(
        type: fields.u32(0), offset: UInt64(fields.u32(4)), address: UInt64(fields.u32(8)),
        size: UInt64(fields.u32(16)))
  }

  /// The whole entries of a table.
  private static func entries(_ table: ELFBytes, _ size: Int, _ isSwapped: Bool) -> [Fields] {
    (0..<table.count / size).map { Fields(bytes: table, start: $0 * size, isSwapped: isSwapped) }
  }

  /// The first section of a name.
  package func section(named name: String) -> Section? {
    guard sections.indices.contains(nameSection) else { return nil }
    let names = contents(of: sections[nameSection], atMost: Self.maximumNames).bytes
    let wanted = Array(name.utf8) + [0]
    return sections.first { $0.name < names.count && names[$0.name...].starts(with: wanted) }
  }

  /// The first bytes of a section, as many as the file has; none of one that lies in no file (SHT_NOBITS).
  package func contents(of section: Section, atMost limit: Int) -> ELFBytes {
    guard section.type != UInt32(SHT_NOBITS) else { return ELFBytes() }
    return part.bytes(at: section.offset, atMost: Int(clamping: min(section.size, UInt64(limit))))
  }

  /// Where a section lies in the file, as far as it may be looked at; `nil` for one that lies in no file.
  func part(of section: Section, atMost limit: UInt64) -> FilePart? {
    let (start, overflow) = part.start.addingReportingOverflow(section.offset)
    guard section.type != UInt32(SHT_NOBITS), !overflow, section.offset < part.length else { return nil }
    return FilePart(
      descriptor: part.descriptor, start: start, length: min(section.size, part.length - section.offset, limit))
  }

  /// The number of bytes from the file's start; fields are of the file's byte order.
  package func fields(_ bytes: ELFBytes, at start: Int) -> Fields {
    Fields(bytes: bytes, start: start, isSwapped: isSwapped)
  }

  /// Numbers of one entry of a table; those behind the end are 0.
  package struct Fields {
    package let bytes: ELFBytes
    package let start: Int
    package let isSwapped: Bool

    package func u16(_ offset: Int) -> UInt16 { number(offset) }
    package func u32(_ offset: Int) -> UInt32 { number(offset) }
    package func u64(_ offset: Int) -> UInt64 { number(offset) }

    private func number<Number: FixedWidthInteger>(_ offset: Int) -> Number {
      let place = start + offset
      guard place >= 0, place + MemoryLayout<Number>.size <= bytes.count else { return 0 }
      let number = bytes.bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: place, as: Number.self) }
      return isSwapped ? number.byteSwapped : number
    }
  }
}

/// A piece of a file in memory.
package struct ELFBytes {
  package let bytes: [UInt8]

  package var count: Int { bytes.count }

  package init() { bytes = [] }

  /// What a file has of `count` bytes from `offset` on; nothing where it cannot be read.
  package init(reading count: Int, at offset: UInt64, of descriptor: Int32) {
    var status = stat()
    guard count > 0, let start = Int(exactly: offset), fstat(descriptor, &status) == 0, start < Int(status.st_size)
    else {
      bytes = []
      return
    }
    // No memory is taken for what the file only claims to have.
    let wanted = min(count, Int(status.st_size) - start)
    bytes = [UInt8](unsafeUninitializedCapacity: wanted) { buffer, filled in
      filled = 0
      while filled < wanted {
        let read = pread(descriptor, buffer.baseAddress?.advanced(by: filled), wanted - filled, off_t(start + filled))
        if read < 0, errno == EINTR { continue }
        if read <= 0 { break }
        filled += read
      }
    }
  }
}
