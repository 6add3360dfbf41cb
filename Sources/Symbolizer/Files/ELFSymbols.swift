import Glibc

/// The functions of an ELF file by their address in it.
///
/// Names stay where the file has them, in its string table, however many symbols share one; they are cut when asked for. A
/// long string table stays in the file.
package struct ELFSymbols: Sendable {
  private struct Entry {
    let address: UInt64
    /// 0 when the file does not tell; the largest number for what is larger.
    let size: UInt32
    /// Counted through all tables of names.
    let name: UInt32
  }

  /// A part of the file that is loaded: PT_LOAD.
  private struct Segment {
    let address: UInt64
    let offset: UInt64
    let size: UInt64
  }

  /// The names of one symbol table.
  fileprivate struct Names {
    /// The number of the first byte.
    let start: UInt32
    let storage: Storage

    enum Storage {
      case memory([UInt8])
      case file(Descriptor, FilePart)
    }
  }

  /// Ascending by address.
  private var entries: [Entry] = []
  private var names: [Names] = []
  private var nameCount: UInt32 = 0
  private let segments: [Segment]

  /// What of one file is read, whatever it claims.
  private static let maximumSegments = 256
  /// Names of more bytes stay in the file where it can be kept open.
  private static let maximumNamesInMemory = 4 << 20
  /// So many symbols before an address are looked at for one that it lies in: others may lie inside of it.
  private static let maximumNesting = 16

  /// Reads an open file.
  /// - Returns: `nil` for what is not ELF.
  package init?(descriptor: Int32) { self.init(FilePart(descriptor: descriptor)) }

  /// - Parameter others: files that have what was stripped from this one, as far as it has no symbol table of its own.
  package init?(_ part: FilePart, _ others: (ELFFile) -> [ELFSource] = { _ in [] }) {
    guard let elf = ELFFile(part) else { return nil }
    self.init(ELFSource(elf), others(elf))
  }

  /// - Parameter others: files that have what was stripped from the first, as far as it has no symbol table of its own.
  package init(_ file: ELFSource, _ others: [ELFSource]) {
    let elf = file.elf
    segments = elf.segments.lazy.filter { $0.type == UInt32(PT_LOAD) }.prefix(Self.maximumSegments)
      .map { Segment(address: $0.address, offset: $0.offset, size: $0.size) }
    if !read(file, SHT_SYMTAB) {
      for other in others { _ = read(other, SHT_SYMTAB) }
      _ = read(file, SHT_DYNSYM)
    }
    entries.sort { ($0.address, $0.size) < ($1.address, $1.size) }
  }

  /// The memory it takes, in bytes.
  package var cost: Int {
    names.reduce(entries.count * MemoryLayout<Entry>.stride) { total, names in
      switch names.storage {
      case .memory(let bytes): total + bytes.count
      case .file: total + 64
      }
    }
  }

  /// Takes the functions of the first symbol table of a type; false when there is none.
  private mutating func read(_ file: ELFSource, _ type: Int32) -> Bool {
    guard let table = ELFSymbolTable(file.elf, type) else { return false }
    var found: [Entry] = []
    var lastName: UInt32 = 0
    table.forEach { symbol in
      guard let entry = Self.function(symbol) else { return }
      found.append(entry)
      lastName = max(lastName, entry.name)
    }
    guard !found.isEmpty else { return true }
    let storage: Names.Storage
    let isNamed: (UInt32) -> Bool
    var length: Int
    if let descriptor = file.owner, lastName > Self.maximumNamesInMemory, let part = table.namePart {
      storage = .file(descriptor, part)
      length = Int(lastName) + 1
      isNamed = { $0 != 0 }
    } else {
      let strings = table.names(upTo: lastName)
      // The last name may be cut by the end of the file.
      storage = .memory(strings + [0])
      length = strings.count + 1
      isNamed = { $0 < strings.count && strings[Int($0)] != 0 }
    }
    guard let next = UInt32(exactly: Int(nameCount) + length) else { return true }
    entries.reserveCapacity(entries.count + found.count)
    for entry in found where isNamed(entry.name) {
      entries.append(Entry(address: entry.address, size: entry.size, name: nameCount + entry.name))
    }
    names.append(Names(start: nameCount, storage: storage))
    nameCount = next
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
    for (index, table) in names.enumerated() {
      let end = index + 1 < names.count ? names[index + 1].start : nameCount
      table.withBytes(count: Int(end - table.start)) { names in
        for entry in entries where entry.name >= table.start && entry.name < end {
          let start = Int(entry.name - table.start)
          // Most names are others: that is seen before they are measured.
          guard start < names.count, names[start...].starts(with: prefix) else { continue }
          let rest = UnsafeRawBufferPointer(rebasing: names[start...].prefix(ELFSymbolTable.maximumNameLength))
          let name = UnsafeRawBufferPointer(rebasing: rest[..<(rest.firstIndex(of: 0) ?? rest.count)])
          guard let offset = fileOffset(of: entry.address) else { continue }
          body(name, offset, UInt64(entry.size))
        }
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
    for entry in entries[max(0, low - Self.maximumNesting)..<low].reversed() {
      let distance = address - entry.address
      // One that has no size ends where the next one begins.
      let isWithin = entry.size == 0 ? entry.address == entries[low - 1].address : distance < UInt64(entry.size)
      guard isWithin || entry.size == .max else { continue }
      return (name(at: entry.name), distance)
    }
    return nil
  }

  private func name(at place: UInt32) -> String {
    guard let table = names.last(where: { $0.start <= place }) else { return "" }
    return table.name(at: Int(place - table.start))
  }
}

extension ELFSymbols.Names {
  /// Its first bytes, as many as there are.
  func withBytes(count: Int, _ body: (UnsafeRawBufferPointer) -> Void) {
    switch storage {
    case .memory(let bytes): bytes.withUnsafeBytes(body)
    case .file(_, let part):
      let bytes = part.bytes(at: 0, atMost: count + ELFSymbolTable.maximumNameLength).bytes
      bytes.withUnsafeBytes(body)
    }
  }

  func name(at start: Int) -> String {
    switch storage {
    case .memory(let bytes):
      let name = bytes[start...].prefix(ELFSymbolTable.maximumNameLength).prefix { $0 != 0 }
      return String(decoding: name, as: UTF8.self)
    case .file(_, let part):
      let bytes = part.bytes(at: UInt64(start), atMost: ELFSymbolTable.maximumNameLength).bytes
      return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }
}

/// An ELF file, and what keeps it open.
package struct ELFSource: Sendable {
  package let elf: ELFFile
  /// `nil` where it is open only while it is read.
  package let owner: Descriptor?

  package init(_ elf: ELFFile, owner: Descriptor? = nil) {
    self.elf = elf
    self.owner = owner
  }

  /// `nil` for what is not ELF.
  init?(_ descriptor: Descriptor) {
    guard let elf = ELFFile(descriptor: descriptor.rawValue) else { return nil }
    self.init(elf, owner: descriptor)
  }
}
