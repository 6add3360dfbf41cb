import CElfutils
import Glibc

/// What is known of a file that processes run code of: its functions, and what they were compiled from.
final class CodeFile: @unchecked Sendable {
  /// What a file is kept under. Copies of a file are one, as far as one user has them: who may write a file can give it
  /// any build ID.
  enum Key: Hashable, Sendable {
    case build(ID: [UInt8], size: Int, owner: UInt32)
    case file(FileIdentity)
    case contents([UInt8])
  }

  let key: Key
  let symbols: ELFSymbols
  /// Empty for none.
  let buildID: [UInt8]
  private let lookup: SourceLookup?
  /// Whether it is ours or the system's, and so are its names.
  private let isTrusted: Bool
  /// The last work on `lookup`: there is one at a time.
  private var work: AsideWork?
  /// What it costs as its cache counts it.
  var countedCost = 0

  private init(_ key: Key, _ symbols: ELFSymbols, _ buildID: [UInt8], _ lookup: SourceLookup?, isTrusted: Bool) {
    (self.key, self.symbols, self.buildID, self.lookup) = (key, symbols, buildID, lookup)
    self.isTrusted = isTrusted
  }

  /// Bytes of memory, about.
  var cost: Int { symbols.cost + (lookup?.cost ?? 0) + 512 }

  static func key(of file: MappedFile, _ elf: ELFFile) -> Key {
    elf.buildID.map { .build(ID: $0, size: file.identity.size, owner: file.owner) } ?? .file(file.identity)
  }

  /// Reads a file and those that have what was stripped from it.
  /// - Parameters:
  ///   - path: of the file in `root`.
  ///   - search: where others are looked for.
  ///   - isTrusted: whether its names are ours or the system's.
  static func read(
    _ file: ELFSource, _ key: Key, path: [UInt8], in root: FileRoot, _ search: DebugFileSearch, showsSource: Bool,
    isTrusted: Bool
  ) -> CodeFile {
    let elf = file.elf
    let hasAllSymbols = elf.hasAllSymbols
    let wantsSource = showsSource && !elf.hasDebugInfo
    var debug: ELFSource?
    if !hasAllSymbols || wantsSource {
      debug = search.file(for: elf, path: path, in: root) { other in
        !hasAllSymbols && other.hasAllSymbols || wantsSource && other.hasDebugInfo
      }
    }
    var others: [ELFSource] = []
    if !hasAllSymbols {
      if let debug, debug.elf.hasAllSymbols {
        others = [debug]
      } else if let packed = elf.miniDebugInfo, let source = ELFSource(packed) {
        others = [source]
      }
    }
    var lookup: SourceLookup?
    if showsSource, let source = elf.hasDebugInfo ? file : debug {
      lookup = search.image(of: source, path: path, in: root).map { SourceLookup($0) }
    }
    return CodeFile(key, ELFSymbols(file, others), elf.buildID ?? [], lookup, isTrusted: isTrusted)
  }

  /// `nil` while it is not known yet.
  private func places(at address: UInt64, _ lookup: SourceLookup, _ aside: Aside) -> [SourceLookup.Place]? {
    // Two threads that wait for each other take longer than to look it up.
    if isTrusted { return lookup.places(at: address) }
    if let work, !work.isDone { return nil }
    guard let job = aside.start({ lookup.places(at: address) }) else { return nil }
    work = job
    return job.result(within: Aside.patience)
  }

  /// The functions that the code at an offset lies in, innermost first; `nil` while it is not known yet.
  func frames(atFileOffset offset: UInt64, showsSource: Bool, demangles: Bool, _ aside: Aside) -> [Frame]? {
    let function = symbols.function(atFileOffset: offset)
    var places: [SourceLookup.Place] = []
    if showsSource, let lookup, let address = symbols.address(ofFileOffset: offset) {
      guard let found = self.places(at: address, lookup, aside) else { return nil }
      places = found
    }
    func name(_ text: String?) -> (String?, String?) {
      (text, demangles ? text.flatMap { Demangler.text(of: $0, isTrusted: isTrusted) } : nil)
    }
    var frames: [Frame] = []
    for place in places.dropLast() {
      let (name, demangled) = name(place.name)
      frames.append(
        Frame(
          name: name, demangled: demangled, offset: function?.offset ?? 0, source: place.source,
          isInlined: true))
    }
    let outermost = places.last
    // What the symbol table calls it is what processes and other tools know.
    let (name, demangled) = name(function?.name ?? outermost?.name)
    if name != nil || !frames.isEmpty || outermost?.source != nil {
      frames.append(
        Frame(name: name, demangled: demangled, offset: function?.offset ?? 0, source: outermost?.source))
    }
    return frames
  }
}
