/// Puts the items of imported files in the place of the imports, each file once, what is imported first.
struct Importer {
  /// Files that one script may import.
  private static let maximumFiles = 1000

  private(set) var sources: SourceMap
  private(set) var diagnostics = Diagnostics()
  private let reader: (any FileReader)?
  /// Where the script is that imports are gathered for.
  private var rootFolder = ""
  private var seen: Set<String> = []

  init(_ sources: SourceMap, reader: (any FileReader)?) {
    self.sources = sources
    self.reader = reader
  }

  /// All items of a script; its source's name is its path.
  mutating func items(of script: Script) -> [Script.Item] {
    rootFolder = Self.folder(of: sources[script.range.source].name)
    if let reader, let entry = try? reader.entry(at: sources[script.range.source].name) { seen.insert(entry.identity) }
    return items(script)
  }

  private mutating func items(_ script: Script) -> [Script.Item] {
    var items: [Script.Item] = []
    for item in script.items {
      switch item {
      case .imported(let declaration):
        items += imported(declaration.path, relativeTo: Self.folder(of: sources[script.range.source].name))
      case .directive, .declaration, .config, .map, .macro, .probe: items.append(item)
      }
    }
    return items
  }

  private mutating func imported(_ path: Name, relativeTo folder: String) -> [Script.Item] {
    guard !path.text.isEmpty, !path.text.utf8.contains(0) else {
      diagnostics.error("an import needs the path of a file or folder", at: path.range)
      return []
    }
    // The standard library is part of the compiler.
    if path.text == "stdlib" || path.text.hasPrefix("stdlib/") { return [] }
    return read(place(of: path.text, from: folder), path)
  }

  /// Of names that are relative: beside the file that imports it, else beside the script.
  private func place(of path: String, from folder: String) -> String {
    if path.hasPrefix("/") { return path }
    let (near, far) = (folder + path, rootFolder + path)
    guard near != far, let reader, (try? reader.entry(at: near)) == nil else { return near }
    return (try? reader.entry(at: far)) == nil ? near : far
  }

  private mutating func read(_ path: String, _ place: Name) -> [Script.Item] {
    guard let reader else {
      diagnostics.error("'\(place.text)' cannot be imported here", at: place.range)
      return []
    }
    let entry: FileEntry
    do throws(FileReaderError) {
      entry = try reader.entry(at: path)
    } catch {
      diagnostics.error("cannot import '\(path)': \(error.message)", at: place.range)
      return []
    }
    if entry.isWritableByAll {
      diagnostics.error(
        "'\(path)' is not imported: every user may write to it", at: place.range,
        notes: [Diagnostic.Note("chmod o-w '\(path)' if it is yours")])
      return []
    }
    guard seen.insert(entry.identity).inserted else { return [] }
    guard seen.count <= Self.maximumFiles else {
      diagnostics.error("at most \(Self.maximumFiles) files can be imported", at: place.range)
      return []
    }
    switch entry.contents {
    case .file(let bytes):
      let source = sources.add(SourceFile(name: path, bytes: bytes))
      let script = parse(source, in: sources, diagnostics: &diagnostics)
      return items(script)
    case .folder(let names):
      return names.filter { $0.hasSuffix(".bt") && !$0.hasPrefix(".") }.sorted().flatMap { name in
        read(path.hasSuffix("/") ? path + name : path + "/" + name, place)
      }
    }
  }

  /// Up to and with the last slash; "" for a bare name.
  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "" }
    return String(path[...slash])
  }
}
