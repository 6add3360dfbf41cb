import Glibc
import Symbolizer
import TraceLang

extension ELFFile {
  /// What has a name and an address, data and functions, where the name matches; in no order, and once for each table.
  func variables(matching glob: Glob) -> [(variable: BinaryVariable, isLocal: Bool)] {
    var variables: [(BinaryVariable, isLocal: Bool)] = []
    for type in [SHT_SYMTAB, SHT_DYNSYM] {
      guard let table = ELFSymbolTable(self, type) else { continue }
      var lastName: UInt32 = 0
      table.forEach { lastName = max(lastName, $0.name) }
      let names = table.names(upTo: lastName)
      let prefix = glob.prefix
      names.withUnsafeBytes { names in
        table.forEach { symbol in
          guard let place = place(of: symbol), Int(symbol.name) < names.count,
            names[Int(symbol.name)...].starts(with: prefix)
          else { return }
          let rest = UnsafeRawBufferPointer(
            rebasing: names[Int(symbol.name)...].prefix(ELFSymbolTable.maximumNameLength))
          let name = UnsafeRawBufferPointer(rebasing: rest[..<(rest.firstIndex(of: 0) ?? rest.count)])
          guard !name.isEmpty, glob.matches(name) else { return }
          let variable = BinaryVariable(
            name: String(decoding: name, as: UTF8.self), address: symbol.address, size: symbol.size, place: place)
          variables.append((variable, symbol.isLocal))
        }
      }
    }
    return variables
  }

  /// `nil` for what has no place in memory.
  private func place(of symbol: ELFSymbolTable.Symbol) -> BinaryVariable.Place? {
    guard symbol.section != UInt16(SHN_UNDEF), symbol.section != UInt16(SHN_COMMON) else { return nil }
    switch symbol.kind {
    case STT_TLS: return .threadLocal
    case STT_OBJECT, STT_FUNC, STT_GNU_IFUNC, STT_NOTYPE:
      // The number of the undefined symbol at the start of each table.
      guard symbol.address != 0 else { return nil }
      return isRelocatable && symbol.section != Self.absolute ? .relative : .fixed
    default: return nil
    }
  }

  /// SHN_ABS: the value is a number, not an address in the file.
  private static let absolute: UInt16 = 0xFFF1
}
