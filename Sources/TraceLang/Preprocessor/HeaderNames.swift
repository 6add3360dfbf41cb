/// Finds in the included headers what a script names and neither it, the language nor the target knows.
///
/// The C preprocessor only runs when there is such a name: what BTF has needs no header.
struct HeaderNames {
  private(set) var defines: [String: Define] = [:]
  private(set) var declarations: [CDeclaration] = []
  private(set) var sources: SourceMap
  private(set) var diagnostics = Diagnostics()
  private let target: any Target
  private let options: ExpansionOptions
  private let lines: [String]
  private let includes: [Preprocessor.Include]
  /// With those of `--include` before them.
  private let allIncludes: [Preprocessor.Include]
  private let own: [String: Define]

  init(_ preprocessor: Preprocessor, options: ExpansionOptions, target: any Target) {
    sources = preprocessor.sources
    own = preprocessor.defines
    lines = options.headers.map { "#include \"\($0)\"" } + preprocessor.lines
    includes = preprocessor.includes
    let start = SourceRange(SourceID(0), 0, 0)
    allIncludes =
      options.headers.map { Preprocessor.Include(name: $0, isQuoted: true, range: start) } + preprocessor.includes
    self.options = options
    self.target = target
  }

  /// Whether something was found for the names in these items.
  mutating func find(for items: [Script.Item], macros: [String: MacroDeclaration]) -> Bool {
    var names = NameCollector()
    for item in items { _ = names.rewritten(item) }
    var constants = undefined(names)
    take(&constants, fromTablesOf: allIncludes.filter { isFixed($0) })
    // What the tables have is the checker's, unless a header that nobody knows may have it otherwise.
    let areKnown = allIncludes.allSatisfy { isFixed($0) && KernelConstants.topics(ofHeader: $0.name) != nil }
    if areKnown { constants.subtract(inTables(constants)) }
    // The target is asked last, since it looks through all that the kernel has.
    var wanted = unknown(constants, typesOf: names)
    if !wanted.isEmpty, let text = headers(for: wanted) { wanted.subtract(take(wanted, from: text)) }
    take(&wanted, fromTablesOf: allIncludes)
    return !defines.isEmpty || !declarations.isEmpty
  }

  /// Whether no other file can stand in a header's place.
  private func isFixed(_ include: Preprocessor.Include) -> Bool { !include.isQuoted && options.headerFolders.isEmpty }

  // MARK: Tables

  /// Defines those names that the tables of some headers have, and takes them out of the set.
  private mutating func take(_ wanted: inout Set<String>, fromTablesOf includes: [Preprocessor.Include]) {
    for include in includes {
      for topic in KernelConstants.topics(ofHeader: include.name) ?? [] {
        if wanted.isEmpty { return }
        for text in topic.definitions where wanted.contains(text.name) {
          wanted.remove(text.name)
          defines[text.name] = sources.define(text, named: Name(text.name, include.range), at: nil)
        }
        // The kernel is asked for enumerators first, by the checker.
        if topic.isEnumerated { continue }
        for (name, value) in topic.values(on: target.machine.architecture, of: wanted) {
          wanted.remove(name)
          let body = value.literal(include.range)
          defines[name] = Define(name: Name(name, include.range), parameters: nil, body: body, problems: [])
        }
      }
    }
  }

  /// Those names that mean something even if no header is found.
  private func inTables(_ names: Set<String>) -> Set<String> {
    var found = KernelConstants.defined(among: names, on: target.machine.architecture)
    for topic in allIncludes.compactMap({ KernelConstants.topics(ofHeader: $0.name) }).joined() {
      found.formUnion(topic.definitions.map(\.name).filter(names.contains))
    }
    return found
  }

  /// Words that calls take as arguments, which name nothing.
  private static let words: Set<String> = ["boot", "monotonic", "tai", "sw_tai", "raw", "perf", "bpftrace", "build_id"]

  /// Names of values that neither the script nor the language has.
  private func undefined(_ names: NameCollector) -> Set<String> {
    var unknown: Set<String> = []
    for name in names.values where !names.constants.contains(name) && !Self.words.contains(name) {
      if Builtin.named(name) == nil, own[name] == nil { unknown.insert(name) }
    }
    return unknown
  }

  /// Those of some constants that the target does not have either, and the types of `names` that nobody has.
  private func unknown(_ constants: Set<String>, typesOf names: NameCollector) -> Set<String> {
    var unknown = constants.filter { target.enumerator(named: $0) == nil }
    for name in names.types where !names.declared.contains(name) {
      if Checker.builtinTypes[name] != nil || name == "string" || name == "buffer" { continue }
      if target.kernelType(named: name) == nil, CTypeName(name.words).type == nil { unknown.insert(name) }
    }
    return unknown
  }

  // MARK: Running the preprocessor

  private mutating func headers(for wanted: Set<String>) -> HeaderText? {
    let needed = wanted.subtracting(inTables(wanted)).sorted()
    let names = needed.prefix(4).map { "'\($0)'" }.joined(separator: ", ")
    let range = includes.first?.range
    do throws(HeaderReaderError) {
      guard let reader = options.headerReader else { throw .notInstalled }
      let text = HeaderText(try reader.preprocess(HeaderText.request(lines), folders: options.headerFolders))
      if !needed.isEmpty { report(text.missing, names, needed) }
      return text
    } catch {
      if needed.isEmpty { return nil }
      switch error {
      case .notInstalled:
        let way = "install one (Debian: apt install cpp), or write '#define NAME value' in the script"
        diagnostics.error(
          "\(names) must come from a header, and no C preprocessor is there to read it", at: range,
          notes: meant(needed) + [Diagnostic.Note(way)])
      case .failed(let reason, let header):
        diagnostics.error(
          "\(names) must come from a header, and the C preprocessor fails: \(reason)",
          at: includes.first { $0.isRead(from: header) }?.range ?? range,
          notes: meant(needed) + (header.map { [Diagnostic.Note("it was reading '\($0)'")] } ?? []))
      case .notAFile(let header):
        diagnostics.error(
          "the header '\(header)' is a device or a pipe, not a file", at: includes.first { $0.name == header }?.range)
      }
      return nil
    }
  }

  /// Kernel headers are allowed to be missing where BTF has their types.
  private mutating func report(_ missing: [String], _ names: String, _ needed: [String]) {
    for header in missing {
      let name = String(header.dropFirst().dropLast())
      let place = includes.first { $0.name == name }?.range
      let isKernels = ["linux/", "net/", "asm/", "asm-generic/", "trace/", "uapi/"].contains { name.hasPrefix($0) }
      if target.has(.btf), isKernels { continue }
      diagnostics.error(
        "the header '\(name)' is not found", at: place,
        notes: meant(needed) + [Diagnostic.Note("-I DIR adds a folder to look in; the script needs it for \(names)")])
    }
  }

  /// What of the tables a name that is needed alone may have meant.
  private func meant(_ names: [String]) -> [Diagnostic.Note] {
    guard names.count == 1, let name = names.first, let range = includes.first?.range else { return [] }
    return KernelConstants.hint(for: Name(name, range), on: target.machine.architecture)?.notes ?? []
  }

  // MARK: Taking what is wanted

  /// - Returns: the names that the text has, what they need included.
  private mutating func take(_ wanted: Set<String>, from text: HeaderText) -> Set<String> {
    let index = DeclarationIndex(text.declarations, in: &sources)
    var queue = wanted.sorted()
    var done = wanted
    var taken: Set<Int> = []
    var found: Set<String> = []
    func want(_ names: NameCollector) {
      let unknown = unknown(undefined(names), typesOf: names)
      for name in unknown.sorted() where done.insert(name).inserted { queue.append(name) }
    }
    while let name = queue.popLast() {
      if let place = index.places[name] {
        found.insert(name)
        guard taken.insert(place).inserted else { continue }
        let declaration = index.declarations[place]
        declarations.append(declaration)
        var names = NameCollector()
        _ = names.rewritten(.declaration(declaration))
        want(names)
      } else if let line = text.defines[name], let define = DefineText(line) {
        let place = includes.first?.range ?? SourceRange(SourceID(0), 0, 0)
        let made = sources.define(define, named: Name(name, place), at: nil)
        // Enumerators of C are often defined once more, as themselves.
        if case .identifier(name)? = made.body?.kind { continue }
        defines[name] = made
        found.insert(name)
        guard let body = made.body else { continue }
        var names = NameCollector()
        _ = names.rewritten(body)
        names.values.subtract(define.parameters ?? [])
        want(names)
      }
    }
    return found
  }
}

extension Preprocessor.Include {
  /// Whether it may have led to the header at a path.
  fileprivate func isRead(from path: String?) -> Bool { path?.hasSuffix(name) ?? false }
}

/// Declarations by the names they declare.
private struct DeclarationIndex {
  private(set) var declarations: [CDeclaration] = []
  /// Indices by "struct x", typedef and enumerator.
  private(set) var places: [String: Int] = [:]

  init(_ text: [UInt8], in sources: inout SourceMap) {
    let source = sources.add(SourceFile(name: "headers", bytes: text))
    var ignored = Diagnostics()
    let script = parse(source, in: sources, diagnostics: &ignored)
    for case .declaration(let declaration) in script.items {
      var names = NameCollector()
      _ = names.rewritten(.declaration(declaration))
      let isEmpty = if case .aggregate(let aggregate) = declaration.kind { !aggregate.isComplete } else { false }
      if isEmpty { continue }
      for name in names.declared.union(names.constants) { places[name] = places[name] ?? declarations.count }
      declarations.append(declaration)
    }
  }
}

extension CDeclaration.Aggregate {
  /// Whether it has members or enumerators and is no forward declaration.
  var isComplete: Bool { members != nil || keyword == .enum && !enumerators.isEmpty }
}

/// Gathers the names a piece of syntax uses and declares.
struct NameCollector: SyntaxRewriter {
  /// Names used as values and functions.
  var values: Set<String> = []
  /// "struct x" and type names that are used.
  private(set) var types: Set<String> = []
  /// "struct x" and typedefs that are declared.
  private(set) var declared: Set<String> = []
  /// Enumerators that are declared.
  private(set) var constants: Set<String> = []

  mutating func rewritten(_ expression: Expression) -> Expression {
    if let name = expression.call?.name { values.insert(name.text) }
    return rewrittenParts(of: expression)
  }

  mutating func rewritten(_ type: TypeSyntax) -> TypeSyntax {
    switch type.kind {
    case .named(let name): types.insert(name)
    case .structure(let keyword, let name): types.insert("\(keyword.rawValue) \(name)")
    case .inline, .pointer, .array, .sized, .tuple, .function, .typeof: break
    }
    return rewrittenParts(of: type)
  }

  mutating func rewritten(_ item: Script.Item) -> Script.Item {
    guard case .declaration(let declaration) = item else { return rewrittenItem(item) }
    switch declaration.kind {
    case .aggregate(let aggregate): _ = rewritten(aggregate)
    case .alias(let name, let type):
      declared.insert(name.text)
      _ = rewritten(type)
    }
    return item
  }

  private mutating func rewrittenItem(_ item: Script.Item) -> Script.Item {
    switch item {
    case .map(let map): _ = map.entries.map { rewritten($0) }
    case .probe(let probe):
      _ = probe.predicate.map { rewritten($0) }
      _ = rewritten(probe.body)
    case .directive, .declaration, .config, .imported, .macro: break
    }
    return item
  }

  mutating func rewritten(_ aggregate: CDeclaration.Aggregate) -> CDeclaration.Aggregate {
    if let name = aggregate.name, aggregate.isComplete { declared.insert("\(aggregate.keyword.rawValue) \(name.text)") }
    for member in aggregate.members ?? [] {
      _ = rewritten(member.type)
      _ = member.bitWidth.map { rewritten($0) }
    }
    for enumerator in aggregate.enumerators {
      constants.insert(enumerator.name.text)
      _ = enumerator.value.map { rewritten($0) }
    }
    return aggregate
  }
}
