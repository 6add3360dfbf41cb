import CElfutils
import Glibc
import Symbolizer
import TraceLang

extension DebugImage {
  /// A binary and what has its debug information: the binary itself, else what was stripped from it and is found where
  /// symbols are looked for; `nil` where there is none.
  static func pair(of path: String, _ debugFiles: DebugFileSearch) -> (binary: DebugImage, debug: DebugImage)? {
    guard let file = openRegularFile(path), let elf = ELFFile(descriptor: file.rawValue) else { return nil }
    let bytes = path.systemBytes
    func image(_ source: ELFSource) -> DebugImage? { debugFiles.image(of: source, path: bytes, in: .ours) }
    if elf.hasDebugInfo {
      guard let image = image(ELFSource(elf, owner: file)), image.dwarf != nil else { return nil }
      return (image, image)
    }
    guard let stripped = debugFiles.file(for: elf, path: bytes, in: .ours, where: \.hasDebugInfo),
      let binary = DebugImage(descriptor: file.rawValue), let debug = image(stripped), debug.dwarf != nil
    else { return nil }
    return (binary, debug)
  }
}
