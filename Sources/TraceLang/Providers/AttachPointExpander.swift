/// Turns attach points as written into the places they stand for on a target.
struct AttachPointExpander {
  let target: any Target
  let missingProbes: Configuration.MissingProbes
  /// `$1` and so on, for parts of attach points.
  let parameters: [String]
  let allowsUnsafe: Bool
  let demanglesNames: Bool
  /// That of `-p`.
  let tracedProcess: Int?

  /// The places an attach point stands for, in order; empty after an error.
  func expand(_ syntax: AttachPointSyntax, _ diagnostics: inout Diagnostics) -> [ProbeMatch] {
    let parts = parts(of: syntax)
    guard let first = parts.first else { return [] }
    guard !first.text.isEmpty || first.quoted else {
      diagnostics.error(
        "'\(syntax.parts[0].text)' stands for a probe here, and the script was given none", at: first.range)
      return []
    }
    guard let provider = Provider.named(first.text) else {
      unknown(first, &diagnostics)
      return []
    }
    let pattern = Pattern(
      provider: provider, parts: Array(parts.dropFirst()), range: syntax.range, missingProbes: missingProbes,
      allowsUnsafe: allowsUnsafe, demanglesNames: demanglesNames, tracedProcess: tracedProcess)
    return provider.match(pattern, target, &diagnostics)
  }

  /// The provider that an attach point names.
  func provider(of syntax: AttachPointSyntax) -> Provider? {
    parts(of: syntax).first.flatMap { Provider.named($0.text) }
  }

  private func unknown(_ name: AttachPointSyntax.Part, _ diagnostics: inout Diagnostics) {
    let names = Provider.catalog.map(\.name)
    let hint = diagnostics.advice {
      Suggestions.hint(
        for: name.text, among: names, at: name.range,
        otherwise: "there are \(Suggestions.some(of: names, nearestTo: name.text))")
    }
    diagnostics.error("'\(name.text)' is not a probe type", at: name.range, notes: hint.notes, fixIts: hint.fixIts)
  }

  /// With parameters put in; one in the place of a provider's name may be a whole attach point.
  private func parts(of syntax: AttachPointSyntax) -> [AttachPointSyntax.Part] {
    let parts = syntax.parts.map(substituted)
    guard let written = syntax.parts.first, let first = parts.first, !written.quoted, written.text.contains("$") else {
      return parts
    }
    var scanner = AttachPointScanner(
      lexer: Lexer(bytes: Array(first.text.utf8)), source: written.range.source, offset: 0)
    guard let point = scanner.scan(), scanner.unterminatedQuote == nil, scanner.offset == first.text.utf8.count else {
      return parts
    }
    return point.parts.map { AttachPointSyntax.Part($0.text, first.range, quoted: $0.quoted) } + parts.dropFirst()
  }

  /// `$1` in a part becomes the parameter's text.
  private func substituted(_ part: AttachPointSyntax.Part) -> AttachPointSyntax.Part {
    guard part.text.contains("$") else { return part }
    var result = ""
    var rest = Substring(part.text)
    while let dollar = rest.firstIndex(of: "$") {
      result += rest[..<dollar]
      let digits = rest[rest.index(after: dollar)...].prefix { $0.isASCII && $0.isNumber }
      if let number = Int(digits), number >= 1 {
        result += number <= parameters.count ? parameters[number - 1] : ""
      } else {
        result += "$"
      }
      rest = rest[digits.endIndex...]
    }
    return AttachPointSyntax.Part(result + rest, part.range, quoted: part.quoted)
  }
}
