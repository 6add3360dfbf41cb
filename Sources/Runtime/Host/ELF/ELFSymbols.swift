import Glibc
import TraceLang

/// The functions of an ELF file by their address in it.
///
/// Names stay where the file has them, in its string table, however many symbols share one; they are cut when asked for.
struct ELFSymbols: Sendable {
  private struct Entry {
    let address: UInt64
    /// 0 when the file does not tell; the largest number for what is larger.
    let size: UInt32
    /// In `names`.
    let name: UInt32
  }

  /// A part of the file that is loaded: PT_LOAD.
  private struct Segment {
    let address: UInt64
    let offset: UInt64
    let size: UInt64
  }

  /// Ascending by address.
  private var entries: [Entry] = []
  private var names: [UInt8] = []
  private let segments: [Segment]

  /// What of one file is read, whatever it claims: the largest browsers and compilers have less.
  private static let maximumSymbols = 2 << 20
  private static let maximumNames = 128 << 20
  private static let maximumSegments = 256
  /// A longer name is cut.
  static let maximumNameLength = 4096

  /// Reads an open file; `debug` opens what was stripped from it, given its build ID.
  /// - Returns: `nil` for what is not ELF.
  init?(descriptor: Int32, debug: ([UInt8]) -> Int32? = { _ in nil }) {
    guard let elf = ELFFile(descriptor: descriptor) else { return nil }
    segments = elf.segments.lazy.filter { $0.type == UInt32(PT_LOAD) }.prefix(Self.maximumSegments)
      .map { Segment(address: $0.address, offset: $0.offset, size: $0.size) }
    if !read(elf, SHT_SYMTAB) {
      if let identifier = elf.buildID, let stripped = debug(identifier) {
        defer { _ = close(stripped) }
        if let elf = ELFFile(descriptor: stripped) { _ = read(elf, SHT_SYMTAB) }
      }
      _ = read(elf, SHT_DYNSYM)
    }
    entries.sort { ($0.address, $0.size) < ($1.address, $1.size) }
  }

  /// The memory it takes, in bytes.
  var cost: Int { entries.count * MemoryLayout<Entry>.stride + names.count }

  /// Takes the functions of the first symbol table of a type; false when there is none.
  private mutating func read(_ elf: ELFFile, _ type: Int32) -> Bool {
    let entrySize = elf.is64Bit ? 24 : 16
    guard
      let table = elf.sections.first(where: { $0.type == UInt32(type) && $0.entrySize == UInt64(entrySize) }),
      elf.sections.indices.contains(table.link), elf.sections[table.link].type == UInt32(SHT_STRTAB)
    else { return false }
    let symbols = elf.contents(of: table, atMost: Self.maximumSymbols * entrySize)
    guard symbols.count >= entrySize else { return false }
    var found: [Entry] = []
    var lastName = 0
    for start in stride(from: 0, through: symbols.count - entrySize, by: entrySize) {
      guard let entry = Self.function(elf.fields(symbols, at: start), elf.is64Bit), entry.name < Self.maximumNames
      else { continue }
      found.append(entry)
      lastName = max(lastName, Int(entry.name))
    }
    guard !found.isEmpty else { return true }
    let strings = elf.contents(of: elf.sections[table.link], atMost: lastName + Self.maximumNameLength).bytes
    let base = UInt32(names.count)
    entries.reserveCapacity(entries.count + found.count)
    for entry in found where entry.name < strings.count && strings[Int(entry.name)] != 0 {
      entries.append(Entry(address: entry.address, size: entry.size, name: base + entry.name))
    }
    names.append(contentsOf: strings)
    // The last name may be cut by the end of the file.
    names.append(0)
    return true
  }

  /// A symbol that is a function with a place of its own.
  private static func function(_ symbol: ELFFile.Fields, _ is64Bit: Bool) -> Entry? {
    // The type and the section's index lie in the second word, or in the fourth of ELF32.
    let word = symbol.bytes.bytes[symbol.start + (is64Bit ? 4 : 12)]
    let kind = Int32(word & 0xF)
    guard kind == STT_FUNC || kind == STT_GNU_IFUNC, symbol.u16(is64Bit ? 6 : 14) != UInt16(SHN_UNDEF) else {
      return nil
    }
    let address = is64Bit ? symbol.u64(8) : UInt64(symbol.u32(4))
    let size = is64Bit ? symbol.u64(16) : UInt64(symbol.u32(8))
    return address == 0 ? nil : Entry(address: address, size: UInt32(clamping: size), name: symbol.u32(0))
  }

  /// The functions whose names match a glob, in no order.
  func functions(matching glob: Glob) -> [BinaryFunction] {
    let prefix = glob.prefix
    return names.withUnsafeBytes { names in
      entries.compactMap { entry in
        // Most names are others: that is seen before they are measured.
        guard names[Int(entry.name)...].starts(with: prefix) else { return nil }
        let rest = UnsafeRawBufferPointer(rebasing: names[Int(entry.name)...].prefix(Self.maximumNameLength))
        let name = UnsafeRawBufferPointer(rebasing: rest[..<(rest.firstIndex(of: 0) ?? rest.count)])
        guard glob.matches(name), let offset = fileOffset(of: entry.address) else { return nil }
        return BinaryFunction(name: String(decoding: name, as: UTF8.self), offset: offset, size: UInt64(entry.size))
      }
    }
  }

  /// Where in the file the bytes at a virtual address lie; `nil` when they lie in no loaded part of it.
  func fileOffset(of address: UInt64) -> UInt64? {
    segments.first { address >= $0.address && address - $0.address < $0.size }.map {
      address - $0.address &+ $0.offset
    }
  }

  /// The function that a byte of the file lies in, and how far from its start.
  func function(atFileOffset offset: UInt64) -> (name: String, offset: UInt64)? {
    guard
      let segment = segments.first(where: { offset >= $0.offset && offset - $0.offset < $0.size })
    else { return nil }
    let address = offset - segment.offset &+ segment.address
    var low = 0
    var high = entries.count
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].address <= address { low = middle + 1 } else { high = middle }
    }
    guard low > 0 else { return nil }
    let entry = entries[low - 1]
    let distance = address - entry.address
    guard entry.size == 0 || entry.size == .max || distance < UInt64(entry.size) else { return nil }
    let name = names[Int(entry.name)...].prefix(Self.maximumNameLength).prefix { $0 != 0 }
    return (String(decoding: name, as: UTF8.self), distance)
  }
}

extension ELFFile {
  /// Notes that are looked at, and bytes of each section of them.
  private static let maximumNotes = 64
  private static let maximumNoteBytes = 4096
  private static let maximumNoteSections = 16
  /// NT_GNU_BUILD_ID; a longer one is no checksum.
  private static let buildIDType: UInt32 = 3
  private static let maximumBuildID = 64

  /// The contents of the note of GNU's build ID.
  var buildID: [UInt8]? {
    for section in sections.lazy.filter({ $0.type == UInt32(SHT_NOTE) }).prefix(Self.maximumNoteSections) {
      let notes = contents(of: section, atMost: Self.maximumNoteBytes)
      var start = 0
      for _ in 0..<Self.maximumNotes where start + 12 <= notes.count {
        let header = fields(notes, at: start)
        let name = start + 12
        let (nameLength, length) = (Int(header.u32(0)), Int(header.u32(4)))
        let contents = name + (nameLength + 3) & ~3
        guard contents + length <= notes.count else { break }
        if header.u32(8) == Self.buildIDType, (2...Self.maximumBuildID).contains(length), nameLength == 4,
          notes.bytes[name..<name + 4].elementsEqual("GNU\0".utf8)
        {
          return Array(notes.bytes[contents..<contents + length])
        }
        start = contents + (length + 3) & ~3
      }
    }
    return nil
  }
}
