/// A `#define`: a name that stands for an expression or a type.
struct Define {
  let name: Name
  /// `nil` for one that takes no parentheses.
  let parameters: [Name]?
  /// `nil` when it has no text or its text is neither an expression nor a type.
  let body: Expression?
  /// Why there is no body.
  let problems: [Diagnostic]

  /// Whether text put in its place would bind differently from its value: `#define A 1 + 2` in `A * 3`.
  var isLoose: Bool {
    guard let body else { return false }
    if case .binary(_, let left, _, _) = body.kind { return body.range.lower == left.range.lower }
    guard case .ternary(let left, _, _) = body.kind else { return false }
    return body.range.lower == left.range.lower
  }

  var declaration: MacroDeclaration {
    MacroDeclaration(
      name: name,
      parameters: (parameters ?? []).map { MacroDeclaration.Parameter(kind: .expression, name: $0) },
      body: Block(statements: [], result: body, range: body?.range ?? name.range), range: name.range)
  }
}

/// What follows `#define`: `NAME text` or `NAME(a, b) text`.
struct DefineText {
  let name: String
  let parameters: [String]?
  let body: Substring

  /// `nil` when there is no name or its parentheses are not a list of names.
  init?(_ text: String) {
    let name = text.prefix(while: \.isWordPart)
    guard let first = name.first, !first.isNumber else { return nil }
    self.name = String(name)
    let rest = text[name.endIndex...]
    guard rest.first == "(" else {
      parameters = nil
      body = rest.drop(while: \.isWhitespace)
      return
    }
    guard let end = rest.firstIndex(of: ")") else { return nil }
    let list = rest[rest.index(after: rest.startIndex)..<end]
    let names = list.split(separator: ",", omittingEmptySubsequences: false).map { part in
      String(part.drop(while: \.isWhitespace).prefix { !$0.isWhitespace })
    }
    if names == [""] {
      parameters = []
    } else {
      guard names.allSatisfy({ !$0.isEmpty && $0.allSatisfy(\.isWordPart) }) else { return nil }
      parameters = names
    }
    body = rest[rest.index(after: end)...].drop(while: \.isWhitespace)
  }
}

extension Character {
  /// Whether it can be part of a name in C.
  var isWordPart: Bool { isASCII && (isLetter || isNumber) || self == "_" }
}

extension SourceMap {
  /// Definitions with a text of their own that one compilation may have, well below what `SourceID` counts.
  private static let maximumDefines = 30_000

  /// The expression or type that a `#define` stands for.
  /// - Parameter place: where its text is, if it is there as it stands.
  mutating func define(_ text: DefineText, named name: Name, at place: SourceRange?) -> Define {
    var problems = Diagnostics()
    var body: Expression?
    if !text.body.isEmpty {
      if let place {
        body = parseExpression(place.source, in: alone(place), diagnostics: &problems)
      } else if files.count >= Self.maximumDefines {
        problems.error("this is one definition too many", at: name.range)
      } else {
        let source = add(SourceFile(name: "#define \(text.name)", bytes: String(text.body).systemBytes))
        body = parseExpression(source, in: self, diagnostics: &problems)
      }
    }
    if problems.hasErrors { body = nil }
    let parameters = text.parameters.map { $0.map { Name($0, name.range) } }
    return Define(name: name, parameters: parameters, body: body, problems: problems.all)
  }

  /// The texts with only one range of one of them left, at its place.
  private func alone(_ range: SourceRange) -> SourceMap {
    var map = SourceMap()
    for index in files.indices.prefix(Int(range.source.index)) {
      _ = map.add(SourceFile(name: files[index].name, bytes: []))
    }
    let bytes = self[range.source].bytes
    let blank = [UInt8](repeating: UInt8(ascii: " "), count: Int(range.lower))
    _ = map.add(SourceFile(name: "", bytes: blank + bytes[Int(range.lower)..<Int(range.upper)]))
    return map
  }
}
