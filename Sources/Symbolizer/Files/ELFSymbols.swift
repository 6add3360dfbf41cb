import Glibc

/// The functions of an ELF file by their address in it.
///
/// Names stay where the file has them, in its string table, however many symbols share one; they are cut when asked for.
package struct ELFSymbols: Sendable {
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

  /// What of one file is read, whatever it claims.
  private static let maximumSegments = 256

  /// Reads an open file; `debug` opens what was stripped from it, given its build ID.
  /// - Returns: `nil` for what is not ELF.
  package init?(descriptor: Int32, debug: ([UInt8]) -> Int32? = { _ in nil }) {
    self.init(FilePart(descriptor: descriptor), debug: debug)
  }

  package init?(_ part: FilePart, debug: ([UInt8]) -> Int32? = { _ in nil }) {
    guard let elf = ELFFile(part) else { return nil }
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
  package var cost: Int { entries.count * MemoryLayout<Entry>.stride + names.count }

  /// Takes the functions of the first symbol table of a type; false when there is none.
  private mutating func read(_ elf: ELFFile, _ type: Int32) -> Bool {
    guard let table = ELFSymbolTable(elf, type) else { return false }
    var found: [Entry] = []
    var lastName: UInt32 = 0
    table.forEach { symbol in
      guard let entry = Self.function(symbol) else { return }
      found.append(entry)
      lastName = max(lastName, entry.name)
    }
    guard !found.isEmpty else { return true }
    let strings = table.names(upTo: lastName)
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
  private static func function(_ symbol: ELFSymbolTable.Symbol) -> Entry? {
    guard symbol.kind == STT_FUNC || symbol.kind == STT_GNU_IFUNC, symbol.section != UInt16(SHN_UNDEF),
      symbol.address != 0
    else { return nil }
    return Entry(address: symbol.address, size: UInt32(clamping: symbol.size), name: symbol.name)
  }

  /// Gives each function whose name begins so, in no order: its name, its place in the file and its size. The name's bytes
  /// are valid while they are looked at.
  package func forEachFunction(
    startingWith prefix: [UInt8], _ body: (_ name: UnsafeRawBufferPointer, _ offset: UInt64, _ size: UInt64) -> Void
  ) {
    names.withUnsafeBytes { names in
      for entry in entries {
        // Most names are others: that is seen before they are measured.
        guard names[Int(entry.name)...].starts(with: prefix) else { continue }
        let rest = UnsafeRawBufferPointer(rebasing: names[Int(entry.name)...].prefix(ELFSymbolTable.maximumNameLength))
        let name = UnsafeRawBufferPointer(rebasing: rest[..<(rest.firstIndex(of: 0) ?? rest.count)])
        guard let offset = fileOffset(of: entry.address) else { continue }
        body(name, offset, UInt64(entry.size))
      }
    }
  }

  /// Where in the file the bytes at a virtual address lie; `nil` when they lie in no loaded part of it.
  package func fileOffset(of address: UInt64) -> UInt64? {
    segments.first { address >= $0.address && address - $0.address < $0.size }.map {
      address - $0.address &+ $0.offset
    }
  }

  /// The virtual address of a byte of the file; `nil` for what is not loaded.
  package func address(ofFileOffset offset: UInt64) -> UInt64? {
    segments.first { offset >= $0.offset && offset - $0.offset < $0.size }.map {
      offset - $0.offset &+ $0.address
    }
  }

  /// The function that a byte of the file lies in, and how far from its start.
  package func function(atFileOffset offset: UInt64) -> (name: String, offset: UInt64)? {
    guard let address = address(ofFileOffset: offset) else { return nil }
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
    let name = names[Int(entry.name)...].prefix(ELFSymbolTable.maximumNameLength).prefix { $0 != 0 }
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
  package var buildID: [UInt8]? {
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
