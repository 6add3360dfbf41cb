import Glibc

/// The files that processes run code of, each once, however many processes have it.
final class FileTable {
  private var files: BoundedCache<CodeFile.Key, CodeFile>
  private var frames: BoundedCache<Place, [Frame]>
  private let options: Symbolizer.Options
  private let aside: Aside
  /// The keys of `files`, for those who open more of them.
  private let known = Guarded<Set<CodeFile.Key>>([])

  /// A place in a file that is kept.
  private struct Place: Hashable {
    let file: ObjectIdentifier
    let offset: UInt64
    let showsSource: Bool
  }

  /// What opening a mapped file gives.
  enum Opened: Sendable {
    /// What is known of it is there already.
    case known(CodeFile.Key)
    case read(CodeFile)
    case nothing
  }

  /// What is known of a file that a process has mapped.
  enum Resolution {
    case file(CodeFile.Key)
    /// Not to be opened, or not ELF.
    case none
    case pending(AsideJob<Opened>)
  }

  /// A file's cost is counted anew when it has grown by so many bytes.
  private static let countedGrowth = 1 << 20

  /// - Parameters:
  ///   - budget: bytes of memory for all files.
  ///   - frameBudget: the same for the places in them that were asked for.
  init(budget: Int, frameBudget: Int, _ options: Symbolizer.Options, _ aside: Aside) {
    files = BoundedCache(budget: budget)
    frames = BoundedCache(budget: frameBudget)
    self.options = options
    self.aside = aside
  }

  /// The file of a mapping; `nil` while it is not read, and where it cannot be.
  func file(
    _ mapping: MemoryMaps.Mapping, _ path: [UInt8], process: Int32, _ facts: ProcessFacts,
    _ resolution: inout Resolution?
  ) -> CodeFile? {
    let (known, options) = (known, options)
    return resolve(&resolution) {
      let root = facts.sharesFiles ? FileRoot.ours : FileRoot(of: process) ?? .ours
      let path = root.inside(path)
      guard let file = MappedFile(mapping, path: path, process: process, root: root),
        let source = ELFSource(file.descriptor)
      else { return .nothing }
      let key = CodeFile.key(of: file, source.elf)
      if known.withLock({ $0.contains(key) }) { return .known(key) }
      return .read(
        CodeFile.read(
          source, key, path: MemoryMaps.pathBeforeDeletion(path), in: root, options.debugFiles,
          showsSource: options.showsSource,
          isTrusted: root === FileRoot.ours && (file.owner == 0 || file.owner == geteuid())))
    }
  }

  /// The same of the vDSO.
  func virtualLibrary(_ range: Range<UInt64>, process: Int32, _ resolution: inout Resolution?) -> CodeFile? {
    let (known, search) = (known, options.debugFiles)
    return resolve(&resolution) {
      guard let bytes = VirtualLibrary.contents(at: range, of: process) else { return .nothing }
      let key = CodeFile.Key.contents(bytes)
      if known.withLock({ $0.contains(key) }) { return .known(key) }
      guard let file = VirtualLibrary.file(bytes), let source = ELFSource(file) else { return .nothing }
      return .read(CodeFile.read(source, key, path: [], in: .ours, search, showsSource: false, isTrusted: false))
    }
  }

  /// The functions that the code at an offset in a file lies in, innermost first, without their module.
  func frames(in file: CodeFile, at offset: UInt64, showsSource: Bool) -> [Frame] {
    let place = Place(file: ObjectIdentifier(file), offset: offset, showsSource: showsSource)
    if let found = frames[place] { return found }
    let found = file.frames(atFileOffset: offset, showsSource: showsSource, demangles: options.demangles, aside)
    if let found { frames.set(place, found, cost: Self.cost(found)) }
    if file.cost > file.countedCost + Self.countedGrowth { keep(file) }
    // While its source is looked for, the function is known.
    return found ?? file.frames(atFileOffset: offset, showsSource: false, demangles: options.demangles, aside) ?? []
  }

  private static func cost(_ frames: [Frame]) -> Int {
    frames.reduce(160) { total, frame in
      total + MemoryLayout<Frame>.stride + (frame.name?.utf8.count ?? 0) + (frame.demangled?.utf8.count ?? 0) + 64
        + (frame.source.map { $0.file.bytes.count + 32 } ?? 0)
    }
  }

  /// The file that a part of a process resolves to, which `open` reads if nobody did before.
  private func resolve(_ resolution: inout Resolution?, open: @escaping @Sendable () -> Opened) -> CodeFile? {
    let job: AsideJob<Opened>
    switch resolution {
    case .file(let key):
      if let file = files[key] { return file }
      guard let again = aside.start(open) else { return nil }
      job = again
    case .none?: return nil
    case .pending(let waiting): job = waiting
    case nil:
      guard let new = aside.start(open) else { return nil }
      job = new
    }
    switch job.result(within: Aside.patience) {
    case .known(let key):
      resolution = .file(key)
      return files[key]
    case .read(let file):
      resolution = .file(file.key)
      keep(file)
      return file
    case .nothing: resolution = .some(.none)
    case nil: resolution = .pending(job)
    }
    return nil
  }

  private func keep(_ file: CodeFile) {
    file.countedCost = file.cost
    let gone = files.set(file.key, file, cost: file.countedCost)
    known.withLock { keys in
      keys.subtract(gone)
      keys.insert(file.key)
    }
    // A file that comes later may be where one was that went.
    if !gone.isEmpty { frames.removeAll() }
  }
}
