import Glibc

/// A symbol table of an ELF file, of which no more than is reasonable is read, whatever the file claims.
package struct ELFSymbolTable {
  package struct Symbol {
    /// In the table's names.
    package let name: UInt32
    /// STT_FUNC and the like.
    package let kind: Int32
    /// Whether other files of the program may have another one of the name (STB_LOCAL).
    package let isLocal: Bool
    /// That it lies in, by number, or SHN_UNDEF and the like.
    package let section: UInt16
    package let address: UInt64
    /// 0 when the file does not tell.
    package let size: UInt64
  }

  private let elf: ELFFile
  private let symbols: FilePart
  private let count: Int
  private let strings: ELFFile.Section

  /// The largest browsers and compilers have less.
  private static let maximumSymbols = 4 << 20
  package static let maximumNames = 1 << 30
  /// Names that are read at once: those behind are left out.
  private static let maximumNamesInMemory = 128 << 20
  /// A longer name is cut.
  package static let maximumNameLength = 4096

  /// The first table of a type (SHT_SYMTAB, SHT_DYNSYM); `nil` when there is none.
  package init?(_ elf: ELFFile, _ type: Int32) {
    let entrySize = Self.entrySize(elf)
    guard
      let table = elf.sections.first(where: { $0.type == UInt32(type) && $0.entrySize == UInt64(entrySize) }),
      elf.sections.indices.contains(table.link), elf.sections[table.link].type == UInt32(SHT_STRTAB)
    else { return nil }
    guard let part = elf.part(of: table, atMost: UInt64(Self.maximumSymbols * entrySize)) else { return nil }
    self.elf = elf
    symbols = part
    count = Int(part.length) / entrySize
    strings = elf.sections[table.link]
    guard count > 0, part.bytes(at: 0, atMost: entrySize).count == entrySize else { return nil }
  }

  private static func entrySize(_ elf: ELFFile) -> Int { elf.is64Bit ? 24 : 16 }

  /// Symbols that are read at once.
  private static let pieceLength = 1 << 14

  /// Gives each symbol whose name may lie among those that are read.
  package func forEach(_ body: (Symbol) -> Void) {
    let size = Self.entrySize(elf)
    for first in stride(from: 0, to: count, by: Self.pieceLength) {
      let piece = symbols.bytes(at: UInt64(first * size), atMost: min(Self.pieceLength, count - first) * size)
      guard piece.count >= size else { return }
      for start in stride(from: 0, through: piece.count - size, by: size) {
        let symbol = self.symbol(piece, at: start)
        if symbol.name < Self.maximumNames { body(symbol) }
      }
    }
  }

  private func symbol(_ symbols: ELFBytes, at start: Int) -> Symbol {
    let fields = elf.fields(symbols, at: start)
    // The type and the section's index lie in the second word, or in the fourth of ELF32.
    let word = symbols.bytes[start + (elf.is64Bit ? 4 : 12)]
    return Symbol(
      name: fields.u32(0), kind: Int32(word & 0xF), isLocal: word >> 4 == UInt8(STB_LOCAL),
      section: fields.u16(elf.is64Bit ? 6 : 14), address: elf.is64Bit ? fields.u64(8) : UInt64(fields.u32(4)),
      size: elf.is64Bit ? fields.u64(16) : UInt64(fields.u32(8)))
  }

  /// The names up to the one that begins last, each with a zero at its end unless the file or its section ends there.
  package func names(upTo lastName: UInt32) -> [UInt8] {
    elf.contents(of: strings, atMost: min(Int(lastName), Self.maximumNamesInMemory) + Self.maximumNameLength).bytes
  }

  /// Where the file has the names; `nil` where it has none.
  var namePart: FilePart? { elf.part(of: strings, atMost: UInt64(Self.maximumNames)) }
}
