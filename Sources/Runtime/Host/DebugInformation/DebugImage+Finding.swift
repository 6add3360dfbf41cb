import CElfutils
import Glibc
import Symbolizer
import TraceLang

extension DebugImage {
  /// A binary and what has its debug information: the binary itself, else what was stripped from it and is found where
  /// symbols are looked for; `nil` where there is none.
  static func pair(of path: String, _ debugFiles: DebugFileSearch) -> (binary: DebugImage, debug: DebugImage)? {
    guard let file = openRegularFile(path), let binary = DebugImage(descriptor: file.rawValue),
      let elf = ELFFile(descriptor: file.rawValue)
    else { return nil }
    if elf.hasDebugInfo { return binary.dwarf == nil ? nil : (binary, binary) }
    let stripped = debugFiles.file(for: elf, path: path.systemBytes, in: .ours, where: \.hasDebugInfo)
    guard let owner = stripped?.owner, let debug = DebugImage(descriptor: owner.rawValue), debug.dwarf != nil else {
      return nil
    }
    return (binary, debug)
  }
}
