import CElfutils
import Glibc
import Symbolizer
import TraceLang

extension DebugImage {
  /// Where distributions put what they strip from binaries.
  private static let folder = "/usr/lib/debug"

  /// The file at a path, as it is; `nil` for what is no ELF file.
  static func open(_ path: String) -> DebugImage? {
    guard let file = openRegularFile(path) else { return nil }
    return DebugImage(descriptor: file.rawValue)
  }

  /// What has the debug information of a binary: the binary itself, else the file of its build ID, else the one that it names.
  static func debugImage(of path: String, _ binary: DebugImage) -> DebugImage? {
    if binary.hasDebugInformation { return binary }
    for path in candidates(path, binary) {
      guard let found = open(path), found.hasDebugInformation else { continue }
      if let (own, its) = (binary.buildID, found.buildID) as? ([UInt8], [UInt8]), own != its { continue }
      return found
    }
    return nil
  }

  private static func candidates(_ path: String, _ binary: DebugImage) -> [String] {
    var candidates: [String] = []
    if let identifier = binary.buildID {
      let digits = identifier.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
      candidates.append("\(folder)/.build-id/\(digits[0])/\(digits[1...].joined()).debug")
    }
    var checksum: GElf_Word = 0
    if let name = dwelf_elf_gnu_debuglink(binary.elf, &checksum) {
      let name = String(systemCString: name)
      let directory = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
      if !name.isEmpty, !name.contains("/") {
        candidates += ["\(directory)/\(name)", "\(directory)/.debug/\(name)", "\(folder)\(directory)/\(name)"]
      }
    }
    return candidates
  }

  private var hasDebugInformation: Bool {
    guard let dwarf else { return false }
    var next: OpaquePointer?
    return dwarf_get_units(dwarf, nil, &next, nil, nil, nil, nil) == 0
  }

  private var buildID: [UInt8]? {
    var start: UnsafeRawPointer?
    let count = dwelf_elf_gnu_build_id(elf, &start)
    guard count > 1, let start else { return nil }
    return Array(UnsafeRawBufferPointer(start: start, count: count))
  }
}
