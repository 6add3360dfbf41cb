// Attach points that only debug information knows: functions without a symbol, those that are parts of others, lines.

/// "FILE:LINE" or "FILE:LINE:COLUMN" after the binary.
struct SourceLine {
  let binary: AttachPointSyntax.Part
  let file: AttachPointSyntax.Part
  let line: Int
  /// 0 for any.
  let column: Int
  let range: SourceRange

  var text: String { "\(file.text):\(line)" + (column == 0 ? "" : ":\(column)") }
}

extension Pattern {
  /// `BINARY@FILE:LINE[:COLUMN]`, also with a colon before the '@'; `nil` for what is none.
  var sourceLine: SourceLine? {
    guard let first = parts.first else { return nil }
    var rest = parts.dropFirst()
    var binary = first
    var file: AttachPointSyntax.Part
    if let next = rest.first, next.text.hasPrefix("@") {
      file = AttachPointSyntax.Part(String(next.text.dropFirst()), next.range, quoted: next.quoted)
      rest = rest.dropFirst()
    } else {
      guard let at = first.text.lastIndex(of: "@"), at != first.text.startIndex else { return nil }
      let name = String(first.text[first.text.index(after: at)...])
      // The path of a binary may have an '@', too: a file of source has an ending.
      guard name.contains(".") else { return nil }
      binary = AttachPointSyntax.Part(String(first.text[..<at]), first.range, quoted: first.quoted)
      file = AttachPointSyntax.Part(name, first.range, quoted: first.quoted)
    }
    guard !file.text.isEmpty, (1...2).contains(rest.count) else { return nil }
    let numbers = rest.compactMap { Int($0.text) }
    guard numbers.count == rest.count, numbers.allSatisfy({ (1...Int(Int32.max)).contains($0) }) else { return nil }
    return SourceLine(
      binary: binary, file: file, line: numbers[0], column: numbers.count > 1 ? numbers[1] : 0,
      range: rest.reduce(file.range) { $0.union($1.range) })
  }

  /// The places of a line's code.
  func uprobes(
    at line: SourceLine, _ target: any Target, _ diagnostics: inout Diagnostics
  ) throws(TargetError) -> [ProbeMatch] {
    let paths = try target.binaries(named: line.binary.text)
    if paths.isEmpty {
      missing(
        "there is no binary '\(line.binary.text)'", at: line.binary.range, notes: [search(for: line.binary.text)],
        &diagnostics)
    }
    var matches: [ProbeMatch] = []
    for path in paths {
      guard let place = try target.sourcePlace(in: path, line.file.text, line.line, line.column) else {
        if paths.count == 1 {
          missing(
            "there is no debug information of '\(path)'", at: line.range, notes: [Self.howToGetIt], &diagnostics)
        }
        continue
      }
      if place.sites.isEmpty {
        if paths.count == 1 { try missing(line, place, path, target, &diagnostics) }
        continue
      }
      let function = UserFunction(text: line.text, range: line.range, isSourceName: false)
      for site in place.sites {
        let acceptance = try acceptance(
          of: site.offset, in: path, function, isStatement: true, target, &diagnostics)
        guard acceptance != .refused else { continue }
        let uprobe = Uprobe(
          path: path, offset: site.offset, isReturn: false, inlined: site.isInlined ? site.name : nil)
        matches.append(
          ProbeMatch(
            kind: .uprobe(uprobe), name: "\(provider.name):\(path)@\(line.text)",
            function: demanglesNames ? site.demangled ?? site.name : site.name, risk: acceptance.risk))
      }
    }
    if matches.isEmpty, paths.count > 1 {
      missing("no code of \(paths.count) binaries is of the line '\(line.text)'", &diagnostics)
    }
    return matches
  }

  static let howToGetIt = Diagnostic.Note("build it with -g, or install what was split from it")

  private func missing(
    _ line: SourceLine, _ place: SourcePlace, _ path: String, _ target: any Target, _ diagnostics: inout Diagnostics
  ) throws(TargetError) {
    if place.files.count > 1 {
      return missing(
        "'\(line.file.text)' is several files of '\(path)'", at: line.range,
        notes: [Diagnostic.Note("there are \(Suggestions.some(of: place.files, nearestTo: line.file.text))")],
        &diagnostics)
    }
    guard !place.files.isEmpty else {
      var notes: [Diagnostic.Note] = []
      if diagnostics.takesAdvice {
        let files = try target.sourceFiles(of: path)
        if !files.isEmpty {
          notes = [Diagnostic.Note("there are \(Suggestions.some(of: files, nearestTo: line.file.text))")]
        }
      }
      return missing(
        "'\(path)' is not made from a file '\(line.file.text)'", at: line.range, notes: notes, &diagnostics)
    }
    let kind = line.column == 0 ? "line" : "column"
    let near = place.near.map(String.init).joined(separator: " and ")
    let words = place.near.count == 1 ? "\(kind) that has" : "\(kind)s that have"
    let note = near.isEmpty ? nil : Diagnostic.Note("the nearest \(words) code: \(near)")
    missing(
      "'\(path)' has no code of \(line.text)", at: line.range, notes: note.map { [$0] } ?? [], &diagnostics)
  }

  /// What debug information knows of a function besides its symbols; `nil` after an error.
  func sites(
    of name: String, _ function: UserFunction, _ place: CodePlace, _ isReturn: Bool, _ known: [BinaryFunction],
    _ path: String, _ target: any Target, _ diagnostics: inout Diagnostics
  ) throws(TargetError) -> [DebugSite]? {
    // Wildcards stand for symbols; a function returns, and has places after its start, where it is called.
    guard let literal = Glob(name).literal else { return [] }
    let wantsCalled = isReturn || place.offset != 0
    if wantsCalled, !known.isEmpty { return [] }
    let symbols = Set(known.map(\.offset))
    let found = try target.debugSites(
      of: path, named: function.isSourceName ? name : literal, inSource: function.isSourceName
    )
    .filter { !symbols.contains($0.offset) }
    guard wantsCalled, !found.isEmpty else { return found }
    let called = place.offset == 0 ? found.filter { !$0.isInlined } : []
    if !called.isEmpty { return called }
    missing(
      isReturn
        ? "'\(name)' of '\(path)' is nowhere called: the compiler has put it into other functions, so it does not return"
        : "'\(name)' of '\(path)' has no code of its own: there is nothing at +\(place.offset)", at: function.range,
      notes: [Diagnostic.Note("uprobe:\(path):\(name) is where it begins in them")], &diagnostics)
    return nil
  }
}

extension Target {
  /// The declarations of a function's parameters.
  func parameters(of function: BinaryFunction, in path: String) -> [String] {
    (debugFunction(in: path, at: function.offset)?.parameters ?? []).map { "\($0.declared) \($0.name)" }
  }
}
