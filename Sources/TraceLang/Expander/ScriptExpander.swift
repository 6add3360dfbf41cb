/// What expanding a script may read besides it.
public struct ExpansionOptions {
  /// Folders of `-I`, searched for headers first.
  public var headerFolders: [String]
  /// Headers of `--include`, as if the script began with them.
  public var headers: [String]
  /// `nil` where there is no C preprocessor.
  public var headerReader: (any HeaderReader)?
  /// `nil` where imports cannot be followed.
  public var fileReader: (any FileReader)?

  public init(
    headerFolders: [String] = [], headers: [String] = [], headerReader: (any HeaderReader)? = nil,
    fileReader: (any FileReader)? = nil
  ) {
    self.headerFolders = headerFolders
    self.headers = headers
    self.headerReader = headerReader
    self.fileReader = fileReader
  }
}

/// Takes a parsed script to one without imports, directives and macros: all that is left are declarations, settings
/// and probes. Texts that it reads are added to `sources`.
public func expand(
  _ script: Script, in sources: inout SourceMap, target: any Target, options: ExpansionOptions = ExpansionOptions(),
  diagnostics: inout Diagnostics
) -> Script {
  var items = script.items
  var hasInnerDirectives = script.hasInnerDirectives
  if items.contains(where: \.isImport) {
    var importer = Importer(sources, reader: options.fileReader)
    items = importer.items(of: script)
    hasInnerDirectives = true
    sources = importer.sources
    diagnostics.report(contentsOf: importer.diagnostics)
  }
  guard !options.headers.isEmpty || hasInnerDirectives || items.contains(where: \.needsExpansion) else {
    return Script(items: items, comments: script.comments, range: script.range)
  }
  var preprocessor = Preprocessor(sources, predefined: target.has(.btf) ? ["BPFTRACE_HAVE_BTF"] : [])
  preprocessor.read(items, looksInside: hasInnerDirectives)
  sources = preprocessor.sources
  diagnostics.report(contentsOf: preprocessor.diagnostics)

  var macros: [String: [MacroDeclaration]] = [:]
  for case .macro(let macro) in preprocessor.items {
    if let first = macros[macro.name.text]?.first(where: { $0.takesTheSame(as: macro) }) {
      diagnostics.error(
        "there are two macros '\(macro.name.text)' that take the same arguments", at: macro.name.range,
        notes: [Diagnostic.Note("the first one", at: first.name.range)])
    }
    reportRepeated(macro.parameters, &diagnostics)
    macros[macro.name.text, default: []].append(macro)
  }
  let kept = preprocessor.items.filter { !$0.isMacro }
  var expander = MacroExpander(macros: macros, defines: preprocessor.defines)
  var expanded = kept.map { expander.rewritten($0) }
  if !preprocessor.includes.isEmpty || !options.headers.isEmpty, !expander.diagnostics.hasErrors {
    var headers = HeaderNames(preprocessor, options: options, target: target)
    if headers.find(for: expanded, macros: macros.compactMapValues(\.first)) {
      sources = headers.sources
      expander = MacroExpander(macros: macros, defines: preprocessor.defines.merging(headers.defines) { own, _ in own })
      expanded = (headers.declarations.map { .declaration($0) } + kept).map { expander.rewritten($0) }
    }
    diagnostics.report(contentsOf: headers.diagnostics)
  }
  diagnostics.report(contentsOf: expander.diagnostics)
  return Script(items: expanded, comments: script.comments, range: script.range)
}

extension Script.Item {
  fileprivate var isImport: Bool { if case .imported = self { true } else { false } }

  fileprivate var isMacro: Bool { if case .macro = self { true } else { false } }

  fileprivate var needsExpansion: Bool {
    switch self {
    case .directive, .macro, .imported: true
    case .declaration, .config, .map, .probe: false
    }
  }
}

/// Reports parameters of a macro that have the kind and name of one before.
private func reportRepeated(_ parameters: [MacroDeclaration.Parameter], _ diagnostics: inout Diagnostics) {
  var first: [MacroDeclaration.Parameter.Kind: [String: SourceRange]] = [:]
  for parameter in parameters {
    let (name, range) = (parameter.name.text, parameter.name.range)
    if let other = first[parameter.kind]?[name] {
      diagnostics.error(
        "the macro has two parameters '\(name)'", at: range,
        notes: [Diagnostic.Note("the first one is here", at: other)])
    } else {
      first[parameter.kind, default: [:]][name] = range
    }
  }
}
