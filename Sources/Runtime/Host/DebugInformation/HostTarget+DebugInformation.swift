import Symbolizer
import TraceLang

extension HostTarget {
  func find(_ question: DebugQuestion) throws(TargetError) -> Answer {
    switch question {
    case .isThere(let path): return .flag(debugInformation(of: path) != nil)
    case .function(let path, let offset, let inlined):
      guard let debug = debugInformation(of: path), let address = try address(in: path, at: offset) else {
        return .debugFunction(nil)
      }
      return .debugFunction(debug.function(at: address, inlined: inlined))
    case .missing(let path, let offset):
      guard let debug = debugInformation(of: path), let address = try address(in: path, at: offset) else {
        return .names([])
      }
      return .names(debug.missing(at: address))
    case .sites(let path, let name):
      return .debugSites(
        try sites(of: path, last: name, known: .functions(path: path, glob: Glob.escaped(name))) { symbol, _ in
          symbol == name
        })
    case .sourceSites(let path, let name):
      let glob = Glob(name)
      let last = glob.literal == nil ? "" : Self.lastName(of: name)
      return .debugSites(
        try sites(of: path, last: last, known: .sourceFunctions(path: path, glob: name)) { symbol, source in
          BinaryFunction(name: symbol, demangled: source, offset: 0, size: 0).isNamed(by: name, glob)
        })
    case .line(let path, let file, let line, let column):
      guard let debug = debugInformation(of: path) else { return .sourcePlace(nil) }
      let found = debug.place(file, line, column) { self.place(of: $0, in: path) }
      return .sourcePlace(found)
    case .sources(let path): return .names(debugInformation(of: path)?.sources ?? [])
    case .type(let path, let name): return .type(debugInformation(of: path)?.type(named: name))
    case .enumerator(let path, let name): return .enumerator(debugInformation(of: path)?.enumerator(named: name))
    }
  }

  private func sites(
    of path: String, last: String, known: BinaryQuestion, where suits: (String, String) -> Bool
  ) throws(TargetError) -> [DebugSite] {
    guard let debug = debugInformation(of: path), case .functions(let functions) = try answer(.binary(known)) else {
      return []
    }
    var places: [UInt64] = []
    for function in functions ?? [] {
      if let address = try address(in: path, at: function.offset) { places.append(address) }
    }
    return debug.sites(last: last, known: places, { self.place(of: $0, in: path) }, where: suits)
  }

  private func place(of address: UInt64, in path: String) -> UInt64? {
    guard case .number(let offset)? = try? answer(.binary(.fileOffset(path: path, address: address))) else {
      return nil
    }
    return offset
  }

  /// What an entry for a function is named, given the name with all that is around it; "" where that is not clear.
  private static func lastName(of name: String) -> String {
    let function = BinaryFunction(name: name, demangled: name, offset: 0, size: 0)
    let plain = BinaryFunction.hasParameters(name) ? function.nameWithoutParameters : name
    if plain.contains(text: "operator") || plain.contains("<") || plain.contains(" ") || plain.contains("(") {
      return ""
    }
    return plain.split(separator: ":").last.map(String.init) ?? ""
  }

  /// The members of a record that debug information describes.
  func debugLayout(_ path: String, _ number: UInt64) -> RecordLayout? {
    debugInformation(of: path)?.layout(of: number)
  }

  func debugConstants(_ path: String, _ number: UInt64) -> [EnumeratorName] {
    debugInformation(of: path)?.constants(of: number) ?? []
  }

  private func debugInformation(of path: String) -> DebugInformation? {
    if let known = debugInformation[path] { return known }
    let found = DebugInformation(path, machine.architecture, symbolizer.debugFiles)
    debugInformation[path] = .some(found)
    return found
  }
}
