/// Where what was stripped from a binary is looked for, in this order: the folders that the user gives, those of build IDs,
/// and beside the binary by the name that it has for it (.gnu_debuglink).
package struct DebugFileSearch: Sendable {
  /// A folder that the user gives, absolute or relative to the binary's.
  package struct Folder: Hashable, Sendable {
    let path: [UInt8]
    /// Whether the checksum of the binary's link must be right, too (a "+" before the path).
    let isSummed: Bool

    package init(_ text: [UInt8]) {
      isSummed = text.first == UInt8(ascii: "+")
      path = Array(isSummed ? text.dropFirst() : text[...])
    }
  }

  private let folders: [Folder]
  /// Where distributions put what they strip.
  private let systemFolder: [UInt8]

  package init(folders: [Folder] = [], systemFolder: String = "/usr/lib/debug") {
    self.folders = folders
    self.systemFolder = Array(systemFolder.utf8)
  }

  /// The first file that belongs to the binary and is wanted.
  /// - Parameters:
  ///   - path: of the binary, as its process has it.
  ///   - root: the tree of files that the path is of.
  package func file(
    for elf: ELFFile, path: [UInt8], in root: FileRoot, where isWanted: (ELFFile) -> Bool
  ) -> ELFSource? {
    let (buildID, link) = (elf.buildID, elf.debugLink)
    if buildID == nil, link == nil { return nil }
    for candidate in candidates(buildID, link, path, root) {
      guard let descriptor = candidate.root.file(at: candidate.path), let source = ELFSource(descriptor),
        isWanted(source.elf),
        elf.isStripped(
          as: source.elf, descriptor.rawValue, checksum: link?.checksum, alwaysSums: candidate.isSummed)
      else { continue }
      return source
    }
    return nil
  }

  /// What has a symbol table of functions that the binary itself has none of.
  package func symbolSources(for elf: ELFFile, path: [UInt8], in root: FileRoot) -> [ELFSource] {
    if elf.hasAllSymbols { return [] }
    if let stripped = file(for: elf, path: path, in: root, where: \.hasAllSymbols) { return [stripped] }
    return elf.miniDebugInfo.flatMap(ELFSource.init).map { [$0] } ?? []
  }

  /// A file's debug information with what it shares with other files.
  /// - Parameters:
  ///   - path: of the binary that it is of, as its process has it.
  ///   - root: the tree of files that the path is of.
  package func image(of source: ELFSource, path: [UInt8], in root: FileRoot) -> DebugImage? {
    guard let owner = source.owner else { return nil }
    let supplement = source.elf.supplementLink.flatMap { self.supplement($0, of: owner, path, root) }
    return DebugImage(
      descriptor: owner.rawValue, supplement: supplement.flatMap { DebugImage(descriptor: $0.rawValue) })
  }

  /// Looked for in the same folders as debug files, and where the link says.
  private func supplement(
    _ link: ELFFile.SupplementLink, of file: Descriptor, _ path: [UInt8], _ root: FileRoot
  ) -> Descriptor? {
    let slash = UInt8(ascii: "/")
    let identified = Self.name(of: link.buildID)
    // Distributions put them all into one folder, which lies elsewhere where packages are unpacked elsewhere.
    let parts = link.path.split(separator: slash)
    let shared = parts.lastIndex { $0.elementsEqual(".dwz".utf8) } ?? parts.endIndex - 1
    let name = Array(parts[max(shared, 0)...].joined(separator: [slash]))
    let roots = root === FileRoot.ours ? [root] : [.ours, root]
    var found: [Candidate] = []
    func add(_ tree: FileRoot, _ folder: [UInt8]) {
      for name in [identified, name] { found.append(Candidate(root: tree, path: Self.joined(folder, name))) }
    }
    for given in folders {
      if given.path.first == slash {
        add(.ours, given.path)
      } else {
        add(root, Self.joined(Self.folder(of: path), given.path))
      }
    }
    for tree in roots { add(tree, systemFolder) }
    for tree in roots {
      if link.path.first == slash {
        found.append(Candidate(root: tree, path: link.path))
      } else if let own = tree.path(of: file) {
        found.append(Candidate(root: tree, path: Self.joined(Self.folder(of: own), link.path)))
      }
    }
    for candidate in found {
      guard let descriptor = candidate.root.file(at: candidate.path),
        ELFFile(descriptor: descriptor.rawValue)?.buildID == link.buildID
      else { continue }
      return descriptor
    }
    return nil
  }

  private struct Candidate {
    let root: FileRoot
    let path: [UInt8]
    var isSummed = false
  }

  private func candidates(
    _ buildID: [UInt8]?, _ link: ELFFile.DebugLink?, _ path: [UInt8], _ root: FileRoot
  ) -> [Candidate] {
    let ours = FileRoot.ours
    let folder = Self.folder(of: path)
    let identified = buildID.map(Self.name(of:))
    var found: [Candidate] = []
    for given in folders {
      let isAbsolute = given.path.first == UInt8(ascii: "/")
      let base = isAbsolute ? given.path : Self.joined(folder, given.path)
      let tree = isAbsolute ? ours : root
      if let identified {
        found.append(Candidate(root: tree, path: Self.joined(base, identified), isSummed: given.isSummed))
      }
      guard let link else { continue }
      for place in [Self.joined(base, link.name)] + (isAbsolute ? [Self.joined(base + folder, link.name)] : []) {
        found.append(Candidate(root: tree, path: place, isSummed: given.isSummed))
      }
    }
    let roots = root === ours ? [ours] : [ours, root]
    if let identified {
      found += roots.map { Candidate(root: $0, path: Self.joined(systemFolder, identified)) }
    }
    if let link {
      found.append(Candidate(root: root, path: Self.joined(folder, link.name)))
      found.append(Candidate(root: root, path: Self.joined(folder, Array(".debug/".utf8) + link.name)))
      found += roots.map { Candidate(root: $0, path: Self.joined(systemFolder + folder, link.name)) }
    }
    return found
  }

  /// Without the "/" at its end.
  private static func folder(of path: [UInt8]) -> [UInt8] {
    Array(path.prefix(upTo: path.lastIndex(of: UInt8(ascii: "/")) ?? path.startIndex))
  }

  private static func joined(_ folder: [UInt8], _ name: [UInt8]) -> [UInt8] { folder + [UInt8(ascii: "/")] + name }

  /// ".build-id/ab/cdef.debug"
  private static func name(of buildID: [UInt8]) -> [UInt8] {
    let digits = buildID.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
    return Array(".build-id/\(digits.prefix(1).joined())/\(digits.dropFirst().joined()).debug".utf8)
  }
}
