import CElfutils
import Symbolizer
import TraceLang

extension HostTarget {
  func find(_ question: DebugQuestion) throws(TargetError) -> Answer {
    switch question {
    case .isThere(let path): return .flag(try read(path) { _ in true } ?? false)
    case .function(let path, let offset, let inlined):
      let found = try read(path) { debug throws(TargetError) in
        try address(in: path, at: offset).flatMap { debug.function(at: $0, inlined: inlined) }
      }
      return .debugFunction(found ?? nil)
    case .missing(let path, let offset):
      let found = try read(path) { debug throws(TargetError) in
        try address(in: path, at: offset).map { debug.missing(at: $0) }
      }
      return .names((found ?? nil) ?? [])
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
      return .sourcePlace(try read(path) { $0.place(file, line, column) { self.place(of: $0, in: path) } })
    case .sources(let path): return .names(try read(path) { $0.sources } ?? [])
    case .type(let path, let name): return .type(try read(path) { $0.type(named: name) } ?? nil)
    case .enumerator(let path, let name): return .enumerator(try read(path) { $0.enumerator(named: name) } ?? nil)
    }
  }

  private func sites(
    of path: String, last: String, known: BinaryQuestion, where suits: (String, String) -> Bool
  ) throws(TargetError) -> [DebugSite] {
    guard case .functions(let functions) = try answer(.binary(known)) else { return [] }
    var places: [UInt64] = []
    for function in functions ?? [] {
      if let address = try address(in: path, at: function.offset) { places.append(address) }
    }
    return try read(path) { $0.sites(last: last, known: places, { self.place(of: $0, in: path) }, where: suits) } ?? []
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
    (try? read(path) { $0.layout(of: number) }) ?? nil
  }

  func debugConstants(_ path: String, _ number: UInt64) -> [EnumeratorName] {
    (try? read(path) { $0.constants(of: number) }) ?? []
  }

  /// Asks a binary's debug information; `nil` where there is none.
  /// - Throws: where libdw crashed over it, now or before.
  private func read<Result>(
    _ path: String, _ ask: (DebugInformation) throws(TargetError) -> Result
  ) throws(TargetError) -> Result? {
    swtrace_libdw_begin()
    if debugInformation[path] == nil {
      let found = DebugImage.pair(of: path, symbolizer.debugFiles).flatMap { binary, image in
        DebugInformation(path, machine.architecture, binary: binary, image: image)
      }
      debugInformation[path] = found.map { .there($0) } ?? (swtrace_libdw_crashed() ? .damaged : .absent)
    }
    switch debugInformation[path] {
    case .absent, nil: return nil
    case .damaged: throw Self.damaged(path)
    case .there(let debug):
      let result = try ask(debug)
      guard swtrace_libdw_crashed() else { return result }
      debug.abandon()
      debugInformation[path] = .damaged
      forget(.debug(.isThere(path: path)))
      throw Self.damaged(path)
    }
  }

  private static func damaged(_ path: String) -> TargetError {
    TargetError("the debug information of '\(path)' is damaged: libdw, which reads it, crashed")
  }
}

/// What is known of a binary's debug information.
enum DebugInformationFile {
  case absent
  case there(DebugInformation)
  /// libdw crashed over it.
  case damaged
}
