import Glibc
import Symbolizer

extension FuzzTarget {
  /// One file without a name, whose contents are replaced for each input.
  private static let file: Int32 = {
    var template = Array("/tmp/swtrace-fuzz-XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    precondition(descriptor >= 0, "there is no place for a file")
    unlink(template)
    return descriptor
  }()

  /// The symbols of a traced process's file; what they cost is bounded by what the file has.
  static func readELF(_ bytes: [UInt8]) {
    guard ftruncate(file, off_t(bytes.count)) == 0, pwrite(file, bytes, bytes.count, 0) == bytes.count else {
      preconditionFailure("the file cannot be written")
    }
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
    guard ftruncate(file, off_t(bytes.count)) == 0, pwrite(file, bytes, bytes.count, 0) == bytes.count else {
      preconditionFailure("the file cannot be written")
    }
    guard let archive = try? ZipArchive(descriptor: file), let entry = archive.entry(named: "a"),
      let part = try? archive.contents(of: entry)
    else { return }
    precondition(part.start + part.length <= UInt64(bytes.count), "an entry goes on behind the archive")
    _ = ELFFile(part)?.usdtSites
    _ = ELFSymbols(part)?.functions(matching: Glob("*"))
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
