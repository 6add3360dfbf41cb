/// Writes a relocatable 64-bit little-endian ELF file for BPF (gABI, chapters "Object Files" and "Sections").
struct ELFWriter {
  /// Position in the section header table; 0 is the null section.
  struct SectionID: Hashable {
    let index: Int
  }

  /// A symbol in the order of adding; its index in the file is known at the end, as local ones come first.
  struct SymbolID: Hashable {
    let order: Int
  }

  enum SectionKind {
    case code
    /// Data that programs or loaders may write.
    case data
    case readOnlyData
    /// Zeros of this many bytes that take no space in the file.
    case zeros(Int)
    /// For tools that read the file only: `.BTF`.
    case information
  }

  enum SymbolKind: UInt8 {
    case object = 1
    case function = 2
    case section = 3
  }

  struct Symbol {
    let name: String
    let kind: SymbolKind
    let isGlobal: Bool
    let section: SectionID
    let offset: Int
    let size: Int
  }

  /// LLVM: llvm/include/llvm/BinaryFormat/ELFRelocs/BPF.def.
  enum RelocationKind: UInt64 {
    /// Of ld_imm64: R_BPF_64_64.
    case wideImmediate = 1
    /// Of a call: R_BPF_64_32.
    case call = 10
  }

  struct Relocation {
    let offset: Int
    let symbol: SymbolID
    let kind: RelocationKind
  }

  fileprivate struct Section {
    let name: String
    let kind: SectionKind
    let alignment: Int
    var bytes: [UInt8]
    var relocations: [Relocation] = []
  }

  private var sections: [Section] = []
  private var symbols: [Symbol] = []

  mutating func addSection(_ name: String, _ kind: SectionKind, alignment: Int, _ bytes: [UInt8] = []) -> SectionID {
    sections.append(Section(name: name, kind: kind, alignment: alignment, bytes: bytes))
    return SectionID(index: sections.count)
  }

  mutating func addSymbol(_ symbol: Symbol) -> SymbolID {
    symbols.append(symbol)
    return SymbolID(order: symbols.count - 1)
  }

  /// Appends to a section and gives the offset of what was appended.
  mutating func append(_ bytes: [UInt8], to section: SectionID) -> Int {
    let offset = sections[section.index - 1].bytes.count
    sections[section.index - 1].bytes += bytes
    return offset
  }

  /// Changes the 8 bytes of the instruction slot at an offset.
  mutating func editSlot(at offset: Int, in section: SectionID, _ edit: (inout InstructionFields) -> Void) {
    let place = offset..<offset + 8
    let slot = sections[section.index - 1].bytes[place].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    var fields = InstructionFields(slot)
    edit(&fields)
    var bytes: [UInt8] = []
    bytes.append(word64: fields.slot)
    sections[section.index - 1].bytes.replaceSubrange(place, with: bytes)
  }

  mutating func addRelocation(_ relocation: Relocation, to section: SectionID) {
    sections[section.index - 1].relocations.append(relocation)
  }

  // MARK: - The file

  private static let headerSize = 64
  private static let symbolSize = 24
  private static let relocationSize = 16

  func bytes() -> [UInt8] {
    var strings = ELFStrings()
    var headers = [ELFSectionHeader()]
    var file = [UInt8](repeating: 0, count: Self.headerSize)
    let (table, localCount, indices) = symbolTable(&strings)
    for section in sections { place(section.bytes, section.header(&strings), &file, &headers) }
    let symbolTableIndex = headers.count + sections.filter { !$0.relocations.isEmpty }.count
    for (index, section) in sections.enumerated() where !section.relocations.isEmpty {
      var header = ELFSectionHeader(name: strings.offset(of: ".rel" + section.name), type: .relocations)
      header.link = UInt32(symbolTableIndex)
      header.info = UInt32(index + 1)
      header.alignment = 8
      header.entrySize = UInt64(Self.relocationSize)
      place(Self.relocations(section.relocations, indices), header, &file, &headers)
    }
    var symbolHeader = ELFSectionHeader(name: strings.offset(of: ".symtab"), type: .symbols)
    symbolHeader.link = UInt32(symbolTableIndex + 1)
    symbolHeader.info = UInt32(localCount)
    symbolHeader.alignment = 8
    symbolHeader.entrySize = UInt64(Self.symbolSize)
    place(table, symbolHeader, &file, &headers)
    let stringHeader = ELFSectionHeader(name: strings.offset(of: ".strtab"), type: .strings)
    place(strings.bytes, stringHeader, &file, &headers)
    while file.count % 8 != 0 { file.append(0) }
    let tableOffset = file.count
    for header in headers { header.write(to: &file) }
    file.replaceSubrange(0..<Self.headerSize, with: Self.header(sectionTable: tableOffset, count: headers.count))
    return file
  }

  private func place(
    _ bytes: [UInt8], _ header: ELFSectionHeader, _ file: inout [UInt8], _ headers: inout [ELFSectionHeader]
  ) {
    var header = header
    while UInt64(file.count) % max(header.alignment, 1) != 0 { file.append(0) }
    header.offset = UInt64(file.count)
    if header.type != .noBits { header.size = UInt64(bytes.count) }
    file += bytes
    headers.append(header)
  }

  /// The table, the number of local symbols with the null one, and each symbol's index.
  private func symbolTable(_ strings: inout ELFStrings) -> (bytes: [UInt8], localCount: Int, indices: [Int]) {
    var bytes = [UInt8](repeating: 0, count: Self.symbolSize)
    var indices = [Int](repeating: 0, count: symbols.count)
    let order = symbols.indices.filter { !symbols[$0].isGlobal } + symbols.indices.filter { symbols[$0].isGlobal }
    for (position, index) in order.enumerated() {
      let symbol = symbols[index]
      indices[index] = position + 1
      bytes.append(word: symbol.kind == .section ? 0 : strings.offset(of: symbol.name))
      bytes.append((symbol.isGlobal ? 1 : 0) << 4 | symbol.kind.rawValue)
      bytes.append(0)
      bytes.append(half: UInt16(symbol.section.index))
      bytes.append(word64: UInt64(symbol.offset))
      bytes.append(word64: UInt64(symbol.size))
    }
    return (bytes, symbols.count { !$0.isGlobal } + 1, indices)
  }

  private static func relocations(_ relocations: [Relocation], _ indices: [Int]) -> [UInt8] {
    var bytes: [UInt8] = []
    for relocation in relocations.sorted(by: { $0.offset < $1.offset }) {
      bytes.append(word64: UInt64(relocation.offset))
      bytes.append(word64: UInt64(indices[relocation.symbol.order]) << 32 | relocation.kind.rawValue)
    }
    return bytes
  }

  /// ELFCLASS64, ELFDATA2LSB, ET_REL, EM_BPF.
  private static func header(sectionTable: Int, count: Int) -> [UInt8] {
    var bytes: [UInt8] = [0x7f, UInt8(ascii: "E"), UInt8(ascii: "L"), UInt8(ascii: "F"), 2, 1, 1, 0]
    bytes += [UInt8](repeating: 0, count: 8)
    bytes.append(half: 1)
    bytes.append(half: 247)
    bytes.append(word: 1)
    bytes.append(word64: 0)
    bytes.append(word64: 0)
    bytes.append(word64: UInt64(sectionTable))
    bytes.append(word: 0)
    bytes.append(half: UInt16(headerSize))
    bytes.append(half: 0)
    bytes.append(half: 0)
    bytes.append(half: UInt16(ELFSectionHeader.size))
    bytes.append(half: UInt16(count))
    // The strings come last.
    bytes.append(half: UInt16(count - 1))
    return bytes
  }
}

extension ELFWriter.Section {
  fileprivate func header(_ strings: inout ELFStrings) -> ELFSectionHeader {
    var header = ELFSectionHeader(name: strings.offset(of: name), type: .bits)
    header.alignment = UInt64(alignment)
    switch kind {
    case .code: header.flags = [.allocated, .executable]
    case .data: header.flags = [.allocated, .writable]
    case .readOnlyData: header.flags = .allocated
    case .zeros(let count):
      header.type = .noBits
      header.flags = [.allocated, .writable]
      header.size = UInt64(count)
    case .information: break
    }
    return header
  }
}
