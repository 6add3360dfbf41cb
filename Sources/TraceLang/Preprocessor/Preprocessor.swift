/// Carries out the directives among a script's items: what is left are the items of the branches taken.
struct Preprocessor {
  /// Texts up to this many bytes keep their place in `#define`s; longer ones would make reading many of them slow.
  private static let maximumPlacedLength = 1 << 14

  private(set) var items: [Script.Item] = []
  private(set) var defines: [String: Define] = [:]
  /// `#include`, `#define` and `#undef` of the branches taken, in order, as a C preprocessor reads them.
  private(set) var lines: [String] = []
  /// The includes among them.
  private(set) var includes: [Include] = []
  private(set) var sources: SourceMap
  private(set) var diagnostics = Diagnostics()
  private var branches: [Branch] = []
  /// How many of them were opened outside of the block or struct in hand.
  private var openBefore = 0

  struct Include {
    /// Without brackets or quotes.
    let name: String
    let isQuoted: Bool
    let range: SourceRange
  }

  /// An `#if` that is not closed yet.
  private struct Branch {
    let opening: SourceRange
    /// Whether the branch around it is taken.
    let isReached: Bool
    /// Whether the items here are kept.
    var isTaken: Bool
    /// Whether an earlier branch was taken, or all of it lies in one that is not.
    var isDecided: Bool
    var hasElse = false
  }

  init(_ sources: SourceMap, predefined: [String]) {
    self.sources = sources
    for name in predefined {
      let place = Name(name, SourceRange(SourceID(0), 0, 0))
      defines[name] = Define(
        name: place, parameters: nil, body: Expression(.integer(.init(1)), place.range), problems: [])
    }
  }

  var isActive: Bool { branches.last.map { $0.isReached && $0.isTaken } ?? true }

  /// - Parameter looksInside: whether directives inside of items are carried out too.
  mutating func read(_ script: [Script.Item], looksInside: Bool) {
    for item in script {
      if case .directive(let directive) = item {
        carryOut(directive)
      } else if isActive {
        items.append(looksInside ? rewritten(item) : item)
      }
    }
    closeBranches(downTo: 0, "")
  }

  /// Carries out the directives of a block or struct, whose conditions end in it.
  mutating func inside<Result>(_ place: String, _ body: (inout Preprocessor) -> Result) -> Result {
    let outer = openBefore
    openBefore = branches.count
    let result = body(&self)
    closeBranches(downTo: openBefore, place)
    openBefore = outer
    return result
  }

  private mutating func closeBranches(downTo count: Int, _ place: String) {
    if branches.count > count {
      diagnostics.error(
        "this condition is not closed: '#endif' is missing\(place)", at: branches[branches.count - 1].opening)
    }
    branches.removeSubrange(count...)
  }

  /// The condition that the current place is in.
  private mutating func popBranch() -> Branch? { branches.count > openBefore ? branches.popLast() : nil }

  mutating func carryOut(_ directive: Directive) {
    let rest = directive.rest
    switch directive.keyword.text {
    case "if": open(directive) { $0.truth(of: directive) }
    case "ifdef": open(directive) { $0.defines[rest.text] != nil }
    case "ifndef": open(directive) { $0.defines[rest.text] == nil }
    case "elif": another(directive) { $0.truth(of: directive) }
    case "elifdef": another(directive) { $0.defines[rest.text] != nil }
    case "elifndef": another(directive) { $0.defines[rest.text] == nil }
    case "else": another(directive, isElse: true) { _ in true }
    case "endif":
      if popBranch() == nil {
        diagnostics.error("this '#endif' closes nothing: there is no '#if' before it", at: directive.range)
      }
    default: if isActive { effect(directive) }
    }
  }

  private mutating func open(_ directive: Directive, _ condition: (inout Preprocessor) -> Bool) {
    guard isActive else {
      branches.append(Branch(opening: directive.range, isReached: false, isTaken: false, isDecided: true))
      return
    }
    let isTaken = condition(&self)
    branches.append(Branch(opening: directive.range, isReached: true, isTaken: isTaken, isDecided: isTaken))
  }

  private mutating func another(
    _ directive: Directive, isElse: Bool = false, _ condition: (inout Preprocessor) -> Bool
  ) {
    guard var branch = popBranch() else {
      diagnostics.error("there is no '#if' before this '#\(directive.keyword.text)'", at: directive.range)
      return
    }
    if branch.hasElse {
      diagnostics.error(
        "this '#\(directive.keyword.text)' comes after '#else'", at: directive.range,
        notes: [Diagnostic.Note("the '#if' it belongs to", at: branch.opening)])
    }
    branch.hasElse = branch.hasElse || isElse
    branch.isTaken = !branch.isDecided && condition(&self)
    branch.isDecided = branch.isDecided || branch.isTaken
    branches.append(branch)
  }

  // MARK: Definitions

  private mutating func effect(_ directive: Directive) {
    let rest = directive.rest
    switch directive.keyword.text {
    case "define": define(rest, directive)
    case "undef":
      defines[rest.text] = nil
      lines.append("#undef \(rest.text)")
    case "include", "include_next": include(rest, directive)
    case "error": diagnostics.error(rest.text.isEmpty ? "#error" : rest.text, at: directive.range)
    case "warning": diagnostics.warning(rest.text.isEmpty ? "#warning" : rest.text, at: directive.range)
    case "pragma", "line", "ident": break
    case let keyword:
      let known = [
        "include", "define", "undef", "if", "ifdef", "ifndef", "elif", "else", "endif", "error", "warning", "pragma",
      ]
      let place = directive.keyword.range
      let hint = Suggestions.hint(
        for: keyword, among: known, at: SourceRange(place.source, Int(place.lower) - 1, Int(place.upper)), prefix: "#")
      let notes = hint.fixIts.isEmpty ? hint.notes + [Directive.commentNote] : hint.notes + Self.notes(for: directive)
      diagnostics.error(
        "there is no directive '#\(keyword)'", at: directive.keyword.range, notes: notes, fixIts: hint.fixIts)
    }
  }

  /// What may be meant by a directive that cannot be carried out: directives rarely have a blank after '#', comments do.
  private static func notes(for directive: Directive) -> [Diagnostic.Note] {
    directive.keyword.range.lower - directive.range.lower > 1 ? [Directive.commentNote] : []
  }

  private mutating func define(_ rest: Name, _ directive: Directive) {
    guard let text = DefineText(rest.text) else {
      diagnostics.error(
        "'#define' needs a name, and names in parentheses if any", at: directive.range,
        notes: Self.notes(for: directive))
      return
    }
    lines.append("#define \(rest.text)")
    let file = sources[rest.range.source]
    let isThere =
      file.bytes.count <= Self.maximumPlacedLength && file.bytes(rest.range).elementsEqual(rest.text.systemBytes)
    let skipped = rest.text.utf8.count - text.body.utf8.count
    let place =
      isThere
      ? SourceRange(rest.range.source, Int(rest.range.lower) + skipped, Int(rest.range.upper)) : nil
    let lower = Int(rest.range.lower)
    let name = Name(text.name, SourceRange(rest.range.source, lower, lower + text.name.utf8.count))
    defines[text.name] = sources.define(text, named: name, at: place)
  }

  private mutating func include(_ rest: Name, _ directive: Directive) {
    let name = rest.text.dropFirst().dropLast()
    let isQuoted = rest.text.hasPrefix("\"") && rest.text.hasSuffix("\"")
    guard rest.text.utf8.count > 2, isQuoted || rest.text.hasPrefix("<") && rest.text.hasSuffix(">") else {
      diagnostics.error(
        "'#include' needs a header in <> or quotes, as in '#include <linux/sched.h>'", at: directive.range,
        notes: Self.notes(for: directive))
      return
    }
    includes.append(Include(name: String(name), isQuoted: isQuoted, range: directive.range))
    lines.append("#include \(rest.text)")
  }

  // MARK: Conditions

  private mutating func truth(of directive: Directive) -> Bool {
    let text = directive.rest
    guard !text.text.isEmpty else {
      diagnostics.error("this condition is empty", at: text.range)
      return false
    }
    let alone = SourceMap(SourceFile(name: "", text: Self.withParentheses(text.text)))
    var problems = Diagnostics()
    guard let condition = parseExpression(SourceID(0), in: alone, diagnostics: &problems),
      let value = evaluator(depth: 0, known: KnownValues()).value(condition)
    else {
      diagnostics.error(
        "this condition is not a constant expression", at: text.range,
        notes: problems.all.prefix(1).map { Diagnostic.Note($0.message) } + Self.notes(for: directive))
      return false
    }
    return value != 0
  }

  /// Definitions inside of definitions this deep are 0.
  private static let maximumDepth = 32

  /// Names that are not defined are 0, as in C.
  private func evaluator(depth: Int, known: KnownValues) -> ConstantEvaluator {
    ConstantEvaluator(
      name: { name in
        if let value = known.values[name] { return value }
        guard depth < Self.maximumDepth, let body = defines[name]?.body else { return 0 }
        let value = evaluator(depth: depth + 1, known: known).value(body)
        known.values[name] = .some(value)
        return value
      },
      call: { callee, arguments in
        guard callee.text == "defined", case .identifier(let name)? = arguments.first?.kind else { return nil }
        return defines[name] == nil ? 0 : 1
      })
  }

  /// Values of definitions in one condition: definitions that use others twice are many more uses than definitions.
  private final class KnownValues {
    var values: [String: Int64?] = [:]
  }

  /// `defined X` as `defined(X)`.
  private static func withParentheses(_ text: String) -> String {
    var result = ""
    var rest = text[...]
    while let first = rest.first {
      let word = rest.prefix(while: \.isWordPart)
      guard !word.isEmpty else {
        result.append(first)
        rest = rest.dropFirst()
        continue
      }
      result += word
      rest = rest[word.endIndex...]
      guard word == "defined" else { continue }
      let name = rest.drop(while: \.isWhitespace).prefix(while: \.isWordPart)
      guard !name.isEmpty else { continue }
      result += "(\(name))"
      rest = rest[name.endIndex...]
    }
    return result
  }
}

extension Directive {
  /// For those who know '#' from shells.
  static var commentNote: Diagnostic.Note { Diagnostic.Note("comments begin with '//'") }
}
