import Glibc
import Symbolizer

extension FuzzTarget {
  /// One file without a name, whose contents are replaced for each input.
  static let file: Int32 = {
    var template = Array("/tmp/swtrace-fuzz-XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    precondition(descriptor >= 0, "there is no place for a file")
    unlink(template)
    return descriptor
  }()

  /// The symbols of a traced process's file; what they cost is bounded by what the file has.
  static func readELF(_ bytes: [UInt8]) {
    replaceFile(bytes)
    _ = ELFFile(descriptor: file)?.buildID
    _ = ELFFile(descriptor: file)?.usdtSites
    _ = ELFFile(descriptor: file)?.variables(matching: Glob("*"))
    guard let symbols = ELFSymbols(descriptor: file) else { return }
    precondition(symbols.cost <= 4 * bytes.count + 64, "symbols take \(symbols.cost) bytes")
    for offset in stride(from: 0, to: UInt64(bytes.count), by: 16) { _ = symbols.function(atFileOffset: offset) }
    _ = symbols.function(atFileOffset: .max)
  }

  /// An archive and an ELF file in it; what is read lies in the archive.
  static func readZip(_ bytes: [UInt8]) {
    replaceFile(bytes)
    guard let archive = try? ZipArchive(descriptor: file), let entry = archive.entry(named: "a"),
      let part = try? archive.contents(of: entry)
    else { return }
    precondition(part.start + part.length <= UInt64(bytes.count), "an entry goes on behind the archive")
    _ = ELFFile(part)?.usdtSites
    _ = ELFSymbols(part)?.functions(matching: Glob("*"))
  }

  /// Functions and lines, as libdw reads them. What libdw crashes on is no finding: whoever looks is guarded against it.
  static func readLines(_ bytes: [UInt8]) {
    replaceFile(bytes)
    guard let lookup = SourceLookup(descriptor: file), let elf = ELFFile(descriptor: file) else { return }
    for section in elf.sections.prefix(16) where section.address != 0 {
      for offset in stride(from: 0, to: min(section.size, 256), by: 16) {
        let places = lookup.places(at: section.address &+ offset)
        precondition(places.count <= 64 && places.last?.isInlined != true, "an inlined function has none around it")
      }
    }
  }

  /// How frames of a program are found, as libdw reads it, guarded as well.
  static func readFrames(_ bytes: [UInt8]) {
    replaceFile(bytes)
    guard let table = DebugImage(descriptor: file).flatMap({ UnwindTable($0) }) else { return }
    precondition(
      Swift.zip(table.rows, table.rows.dropFirst()).allSatisfy { $0.address < $1.address }, "rows in no order")
  }

  /// The link to what was stripped, and what is packed into the file.
  static func readDebugInfo(_ bytes: [UInt8]) {
    replaceFile(bytes)
    guard let elf = ELFFile(descriptor: file) else { return }
    if let link = elf.debugLink { precondition(!link.name.contains(UInt8(ascii: "/")), "a link leads elsewhere") }
    _ = elf.isStripped(as: elf, file, checksum: elf.debugLink?.checksum, alwaysSums: true)
    if let packed = elf.miniDebugInfo { _ = ELFSymbols(descriptor: packed.rawValue) }
  }

  static func readPerfMap(_ bytes: [UInt8]) {
    let map = PerfMap(bytes)
    precondition(map.cost <= 64 * bytes.count + 64, "a map takes \(map.cost) bytes")
    for address in stride(from: UInt64(0), to: 0x10000, by: 0x101) { _ = map.function(at: address) }
    _ = map.function(at: .max)
  }

  static func demangle(_ bytes: [UInt8]) {
    let name = String(decoding: bytes, as: UTF8.self)
    if let text = Demangler.text(of: name) { precondition(text.utf8.count <= 3 * 4096, "a name has no end") }
  }

  static func replaceFile(_ bytes: [UInt8]) {
    guard ftruncate(file, off_t(bytes.count)) == 0, pwrite(file, bytes, bytes.count, 0) == bytes.count else {
      preconditionFailure("the file cannot be written")
    }
  }

  /// What a process has mapped; mappings are found by each of their addresses.
  static func readMaps(_ bytes: [UInt8]) {
    let maps = MemoryMaps { body in
      for line in bytes.split(separator: UInt8(ascii: "\n")) where !line.withUnsafeBytes(body) { return }
    }
    for mapping in maps.mappings {
      precondition(maps.mapping(at: mapping.range.lowerBound)?.offset == mapping.offset, "a mapping is lost")
      _ = (maps.mapping(at: mapping.range.upperBound), maps.path(of: mapping), mapping.name)
    }
  }
}
