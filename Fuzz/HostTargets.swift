import Glibc

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
    guard let symbols = ELFSymbols(descriptor: file) else { return }
    precondition(symbols.cost <= 4 * bytes.count + 64, "symbols take \(symbols.cost) bytes")
    for offset in stride(from: 0, to: UInt64(bytes.count), by: 16) { _ = symbols.function(atFileOffset: offset) }
    _ = symbols.function(atFileOffset: .max)
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
