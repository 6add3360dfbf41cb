import CLibBPF
import Glibc

/// The functions of an ELF file by their address in it.
struct ELFSymbols {
  private struct Entry {
    let address: UInt64
    /// 0 when the file does not tell.
    let size: UInt64
    let nameStart: Int
    let nameLength: Int
  }

  /// A part of the file that is loaded: PT_LOAD.
  private struct Segment {
    let address: UInt64
    let offset: UInt64
    let size: UInt64
  }

  private var entries: [Entry] = []
  private var names: [UInt8] = []
  private var segments: [Segment] = []

  /// Where distributions put what they strip from binaries, by build ID.
  private static let debugFolder = "/usr/lib/debug/.build-id"

  /// `nil` when the file cannot be read or is not ELF.
  init?(path: String) {
    guard let elf = ELFFile(path: path) else { return nil }
    segments = elf.loadedSegments.map { Segment(address: $0.p_vaddr, offset: $0.p_offset, size: $0.p_filesz) }
    let hasAll = read(elf, SHT_SYMTAB)
    if !hasAll {
      if let debug = elf.buildID.flatMap(Self.debugPath).flatMap({ ELFFile(path: $0) }) { _ = read(debug, SHT_SYMTAB) }
      _ = read(elf, SHT_DYNSYM)
    }
    entries.sort { ($0.address, $0.size) < ($1.address, $1.size) }
  }

  private static func debugPath(_ identifier: [UInt8]) -> String? {
    guard identifier.count > 1 else { return nil }
    func digits(_ bytes: ArraySlice<UInt8>) -> String {
      bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
    return "\(debugFolder)/\(digits(identifier[..<1]))/\(digits(identifier[1...])).debug"
  }

  /// Takes the functions of the symbol tables of a type; false when there is none.
  private mutating func read(_ elf: ELFFile, _ type: Int32) -> Bool {
    var isFound = false
    elf.forEachSymbol(inSectionsOf: type) { symbol, name in
      isFound = true
      let kind = symbol.st_info & 0xf
      guard kind == STT_FUNC || kind == STT_GNU_IFUNC, symbol.st_shndx != SHN_UNDEF, symbol.st_value != 0 else {
        return
      }
      let length = strlen(name)
      guard length > 0 else { return }
      entries.append(
        Entry(address: symbol.st_value, size: symbol.st_size, nameStart: names.count, nameLength: length))
      names.append(
        contentsOf: UnsafeRawBufferPointer(start: UnsafeRawPointer(name), count: length))
    }
    return isFound
  }

  /// The function that a byte of the file lies in.
  func position(ofFileOffset offset: UInt64, module: String) -> SymbolPosition? {
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
    guard entry.size == 0 || address - entry.address < entry.size else { return nil }
    let name = String(decoding: names[entry.nameStart..<entry.nameStart + entry.nameLength], as: UTF8.self)
    return SymbolPosition(name: name, offset: address - entry.address, module: module)
  }
}

/// An open ELF file, read through libelf.
final class ELFFile {
  private let descriptor: Int32
  private let elf: OpaquePointer

  init?(path: String) {
    guard elf_version(UInt32(EV_CURRENT)) != UInt32(EV_NONE) else { return nil }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    guard let elf = elf_begin(descriptor, ELF_C_READ_MMAP, nil), elf_kind(elf) == ELF_K_ELF else {
      _ = close(descriptor)
      return nil
    }
    self.descriptor = descriptor
    self.elf = elf
  }

  deinit {
    elf_end(elf)
    _ = close(descriptor)
  }

  var loadedSegments: [GElf_Phdr] {
    var count = 0
    guard elf_getphdrnum(elf, &count) == 0 else { return [] }
    return (0..<count).compactMap { index in
      var header = GElf_Phdr()
      guard gelf_getphdr(elf, Int32(index), &header) != nil, header.p_type == UInt32(PT_LOAD) else { return nil }
      return header
    }
  }

  private func forEachSection(_ body: (OpaquePointer, GElf_Shdr) -> Void) {
    var section = elf_nextscn(elf, nil)
    while let current = section {
      var header = GElf_Shdr()
      if gelf_getshdr(current, &header) != nil { body(current, header) }
      section = elf_nextscn(elf, current)
    }
  }

  /// Calls `body` with each symbol and its name.
  func forEachSymbol(inSectionsOf type: Int32, _ body: (GElf_Sym, UnsafePointer<CChar>) -> Void) {
    forEachSection { section, header in
      guard header.sh_type == UInt32(type), header.sh_entsize > 0, let data = elf_getdata(section, nil) else { return }
      for index in 0..<Int32(clamping: header.sh_size / header.sh_entsize) {
        var symbol = GElf_Sym()
        guard gelf_getsym(data, index, &symbol) != nil,
          let name = elf_strptr(elf, Int(header.sh_link), Int(symbol.st_name))
        else { continue }
        body(symbol, name)
      }
    }
  }

  /// The contents of the note of GNU's build ID.
  var buildID: [UInt8]? {
    var found: [UInt8]?
    forEachSection { section, header in
      guard found == nil, header.sh_type == UInt32(SHT_NOTE), let data = elf_getdata(section, nil),
        let base = data.pointee.d_buf
      else { return }
      var offset = 0
      while true {
        var note = GElf_Nhdr()
        var nameOffset = 0
        var contentOffset = 0
        let next = gelf_getnote(data, offset, &note, &nameOffset, &contentOffset)
        guard next > 0 else { return }
        // NT_GNU_BUILD_ID
        if note.n_type == 3, note.n_namesz == 4, memcmp(base + nameOffset, "GNU", 4) == 0 {
          found = [UInt8](UnsafeRawBufferPointer(start: base + contentOffset, count: Int(note.n_descsz)))
          return
        }
        offset = next
      }
    }
    return found
  }
}
