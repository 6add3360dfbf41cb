/// Questions about what debug information (DWARF) says of executables and libraries.
public enum DebugQuestion: Hashable, Sendable, Codable {
  /// Whether there is any of a file, in it or apart from it.
  case isThere(path: String)
  /// The function that the code at an offset in a file belongs to, and its parameters there.
  ///
  /// - Parameter inlined: the name of a function that begins there as part of another one; `nil` for the other one.
  case function(path: String, offset: UInt64, inlined: String?)
  /// Why a file has less than all of the debug information of the code at an offset: sentences, none where that is not so.
  case missing(path: String, offset: UInt64)
  /// Functions by name, as symbols have it: those without a symbol, and where others have them inlined.
  case sites(path: String, name: String)
  /// The same by their names in the source: one without parentheses is for all overloads.
  case sourceSites(path: String, name: String)
  /// The code of a line; of a column of it, where that is not 0.
  case line(path: String, file: String, line: Int, column: Int)
  /// The files that a binary was made from.
  case sources(path: String)
  /// What a name stands for: "struct x", "union x", "enum x", "x_t".
  case type(path: String, name: String)
  /// A constant of an enum.
  case enumerator(path: String, name: String)
}

extension DebugQuestion: QuestionTopic {
  var description: String {
    switch self {
    case .isThere(let path): "whether there is debug information of \(path)"
    case .function(let path, let offset, let inlined):
      "the function at +\(offset) in \(path)" + (inlined.map { " (\($0))" } ?? "")
    case .missing(let path, let offset): "what is missing of the debug information of \(path) at +\(offset)"
    case .sites(let path, let name): "what debug information of \(path) has of \(name)"
    case .sourceSites(let path, let name): "what debug information of \(path) has of \(name) in the source"
    case .line(let path, let file, let line, let column): "the code of \(file):\(line):\(column) in \(path)"
    case .sources(let path): "the source files of \(path)"
    case .type(let path, let name): "the type \(name) of \(path)"
    case .enumerator(let path, let name): "the constant \(name) of \(path)"
    }
  }

  var names: [String] {
    switch self {
    case .isThere(let path), .sources(let path), .missing(let path, _): [path]
    case .function(let path, _, let inlined): [path] + (inlined.map { [$0] } ?? [])
    case .sites(let path, let name), .sourceSites(let path, let name), .type(let path, let name),
      .enumerator(let path, let name):
      [path, name]
    case .line(let path, let file, _, _): [path, file]
    }
  }

  var nothing: Answer {
    switch self {
    case .isThere: .flag(false)
    case .function: .debugFunction(nil)
    case .sites, .sourceSites: .debugSites([])
    case .line: .sourcePlace(nil)
    case .sources, .missing: .names([])
    case .type: .type(nil)
    case .enumerator: .enumerator(nil)
    }
  }

  var trace: Trace {
    switch self {
    // They decide on messages alone.
    case .isThere, .sources, .missing: .names
    case .function, .line, .type, .enumerator: .number
    // Of a function with a symbol it matters that there are no more places.
    case .sites, .sourceSites: .choice
    }
  }
}

extension Target {
  /// Whether there is debug information of a binary.
  func hasDebugInformation(of path: String) -> Bool {
    guard case .flag(true)? = try? answer(.debug(.isThere(path: path))) else { return false }
    return true
  }

  /// Why there is less than all of it of the code at a place of a file; empty where that is not so.
  func missingDebugInformation(of path: String, at offset: UInt64) -> [String] {
    guard case .names(let reasons)? = try? answer(.debug(.missing(path: path, offset: offset))) else { return [] }
    return reasons
  }

  /// What debug information says of the function that the code at a place of a file belongs to; `nil` where it says nothing.
  public func debugFunction(in path: String, at offset: UInt64, inlined: String? = nil) -> DebugFunction? {
    let question = Question.debug(.function(path: path, offset: offset, inlined: inlined))
    guard case .debugFunction(let function)? = try? answer(question) else { return nil }
    return function
  }

  /// Where functions of a name are that have no symbol, or have become part of others; sorted by name and place.
  func debugSites(of path: String, named name: String, inSource: Bool) throws(TargetError) -> [DebugSite] {
    // Targets that were recorded before there was the question know of none either.
    guard hasDebugInformation(of: path) else { return [] }
    let question = Question.debug(
      inSource ? .sourceSites(path: path, name: name) : .sites(path: path, name: name))
    guard case .debugSites(let sites) = try answer(question) else { throw .misfit(question) }
    return sites
  }

  /// What a binary has of a line of its source; `nil` where it has no debug information.
  func sourcePlace(in path: String, _ file: String, _ line: Int, _ column: Int) throws(TargetError) -> SourcePlace? {
    let question = Question.debug(.line(path: path, file: file, line: line, column: column))
    guard case .sourcePlace(let place) = try answer(question) else { throw .misfit(question) }
    return place
  }

  /// The files that a binary was made from, sorted.
  func sourceFiles(of path: String) throws(TargetError) -> [String] {
    let question = Question.debug(.sources(path: path))
    guard case .names(let files) = try answer(question) else { throw .misfit(question) }
    return files
  }

  /// The type of a name in a binary.
  func debugType(in path: String, named name: String) -> Type? {
    guard case .type(let type)? = try? answer(.debug(.type(path: path, name: name))) else { return nil }
    return type
  }

  /// A constant of an enum of a binary.
  func debugEnumerator(in path: String, named name: String) -> EnumeratorValue? {
    guard case .enumerator(let value)? = try? answer(.debug(.enumerator(path: path, name: name))) else { return nil }
    return value
  }
}
