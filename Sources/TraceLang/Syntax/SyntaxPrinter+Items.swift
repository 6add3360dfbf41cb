extension SyntaxPrinter {
  mutating func write(_ script: Script) {
    var lastDeclaration: SourceRange?
    for item in script.items {
      let isBlock = item.isBlock
      if isBlock { wantBlankLine() }
      switch item {
      case .directive(let directive): write(directive)
      case .declaration(let declaration):
        if lastDeclaration == declaration.range, file != nil { continue }
        lastDeclaration = declaration.range
        write(declaration)
      case .config(let config): write(config)
      case .map(let map): write(map)
      case .imported(let declaration):
        begin(declaration.range, header: Int(declaration.range.upper))
        write("import ")
        writeString(declaration.path.text.systemBytes, declaration.path.range)
        write(";")
        printed(to: declaration.range.upper)
      case .macro(let macro): write(macro)
      case .probe(let probe): write(probe)
      }
      if isBlock { wantBlankLine() }
    }
    flushComments(before: Int.max)
    if !output.isEmpty { write("\n") }
  }

  /// Prints the comments in front of an item's header and those in it, and starts its line.
  mutating func begin(_ range: SourceRange, header end: Int) {
    flushComments(before: end)
    beginLine(at: Int(range.lower))
  }

  /// Prints the comments in front of a statement and starts its line.
  mutating func begin(_ range: SourceRange) { begin(range, header: start(of: range)) }

  /// Prints the comments of a statement that found no place in it behind it.
  mutating func end(_ range: SourceRange) {
    trailingComments(before: range.upper)
    printed(to: range.upper)
  }

  /// A preprocessor line; it starts at the margin.
  mutating func write(_ directive: Directive) {
    flushComments(before: directive.range.lower)
    beginLine(at: Int(directive.range.lower))
    output.removeSubrange(lineStart...)
    if let file {
      writeLines(Self.withoutContinuation(file.bytes(directive.range)))
      skipComments(before: directive.range.upper)
    } else {
      write("#\(directive.keyword.text)" + (directive.rest.text.isEmpty ? "" : " \(directive.rest.text)"))
    }
    printed(to: directive.range.upper)
  }

  /// The text of a directive without backslashes that continue it into the end of the script.
  private static func withoutContinuation(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var text = text
    guard text.last == UInt8(ascii: "\\") || text.last == UInt8(ascii: "\n") else { return text }
    while true {
      var rest = text
      if rest.last == UInt8(ascii: "\n") { rest = rest.dropLast() }
      if rest.last == UInt8(ascii: "\r") { rest = rest.dropLast() }
      guard rest.last == UInt8(ascii: "\\") else { return text }
      text = rest.dropLast()
      // Another backslash is text; the space keeps it from continuing the line.
      if text.last == UInt8(ascii: "\\") { return text + [UInt8(ascii: " ")] }
    }
  }

  /// A C declaration as it was written: copied from a header, its comments and qualifiers matter to the reader.
  private mutating func write(_ declaration: CDeclaration) {
    flushComments(before: declaration.range.lower)
    beginLine(at: Int(declaration.range.lower))
    if let file {
      let text = file.bytes(declaration.range)
      writeLines(text)
      if text.last != UInt8(ascii: ";") { write(";") }
      skipComments(before: declaration.range.upper)
    } else {
      writeStructure(declaration)
    }
    printed(to: declaration.range.upper)
  }

  /// Text as it is, but for white space at the ends of lines and tabs at their starts.
  private mutating func writeLines(_ text: ArraySlice<UInt8>) {
    let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (number, line) in lines.enumerated() {
      var line = line
      while let last = line.last, last.isWhitespace, line.dropLast().last != UInt8(ascii: "\\") {
        line = line.dropLast()
      }
      let content = line.drop { $0.isWhitespace }
      let margin = line.prefix(line.count - content.count).reduce(0) { $0 + ($1 == UInt8(ascii: "\t") ? 2 : 1) }
      if number > 0 { write("\n" + (content.isEmpty ? "" : String(repeating: " ", count: margin))) }
      write(content)
    }
  }

  private mutating func write(_ config: ConfigBlock) {
    begin(config.range, header: Int(config.range.lower))
    write("config = ")
    let brace = file.map { file in
      (Int(config.range.lower)..<Int(config.range.upper)).first { file.bytes[$0] == UInt8(ascii: "{") }
    }
    let start = brace.flatMap { $0 } ?? Int(config.range.lower)
    let body = SourceRange(config.range.source, start, Int(config.range.upper))
    braces(body, isEmpty: config.entries.isEmpty) { printer in
      for entry in config.entries {
        printer.begin(entry.name.range, header: Int(entry.valueRange.upper))
        printer.write("\(entry.name.text) = ")
        switch entry.value {
        case .integer(let value): printer.writeInteger(value, entry.valueRange)
        case .string(let value): printer.writeString(value.systemBytes, entry.valueRange)
        case .word(let word): printer.write(word)
        }
        printer.write(";")
        printer.printed(to: entry.valueRange.upper)
      }
    }
  }

  private mutating func write(_ map: MapDeclaration) {
    begin(map.range, header: Int(map.range.upper))
    write("let @\(map.name.text) = \(map.kind.text)(")
    if let entries = map.entries { write(entries) }
    write(");")
    printed(to: map.range.upper)
  }

  private mutating func write(_ macro: MacroDeclaration) {
    begin(macro.range, header: Int(macro.body.range.lower))
    write("macro \(macro.name.text)(")
    for (number, parameter) in macro.parameters.enumerated() {
      if number > 0 { write(", ") }
      switch parameter.kind {
      case .expression, .type: write(parameter.name.text)
      case .variable: write("$\(parameter.name.text)")
      case .map: write("@\(parameter.name.text)")
      }
      if let value = parameter.defaultValue {
        write(" = ")
        write(value)
      }
    }
    write(") ")
    write(macro.body)
    printed(to: macro.range.upper)
  }

  private mutating func write(_ probe: ProbeBlock) {
    begin(
      probe.range,
      header: probe.predicate.map { start(of: $0.range) } ?? probe.attachPoints.last.map { Int($0.range.upper) } ?? 0)
    let breaks = isBroken(probe)
    write(reserving: 1) {
      $0.writeHeader(probe, breaks: breaks)
    } orElse: {
      $0.writeHeader(probe, breaks: true)
    }
    write(probe.body)
    printed(to: probe.range.upper)
  }

  /// Whether attach points were written on several lines, or the predicate was.
  private func isBroken(_ probe: ProbeBlock) -> Bool {
    guard let first = probe.attachPoints.first, let last = probe.attachPoints.last else { return false }
    return isBroken(from: first.range.lower, to: last.range.lower)
      || probe.predicate.map { isBroken(from: $0.range.lower, to: $0.range.upper) && !$0.holdsBlock } ?? false
  }

  /// `probe, probe /predicate/ `, or each on a line of its own.
  private mutating func writeHeader(_ probe: ProbeBlock, breaks: Bool) {
    for (number, point) in probe.attachPoints.enumerated() {
      if number > 0 {
        write(breaks ? "," : ", ")
        if breaks { startLine() }
      }
      write(point)
    }
    if let predicate = probe.predicate {
      let before = probe.attachPoints.last.map(\.range.upper) ?? predicate.range.lower
      if breaks || isBroken(from: before, to: predicate.range.lower) { startLine() } else { write(" ") }
      write("/")
      if predicate.startsWithStar { write(" ") }
      let content = { (printer: inout SyntaxPrinter) in printer.write(predicate, atLeast: .ternary) }
      if breaks { writeBreakable(reserving: 3, content) } else { content(&self) }
      write("/")
    }
    write(" ")
  }

  private mutating func startLine() {
    write("\n")
    lineStart = output.count
  }

  private mutating func write(_ point: AttachPointSyntax) {
    if let label = point.label { write("\(label.text)=") }
    for (number, part) in point.parts.enumerated() {
      if number > 0 { write(":") }
      guard part.quoted else {
        if let file { write(file.bytes(part.range)) } else { write(part.text) }
        continue
      }
      let escaped = part.text.systemBytes.flatMap { byte -> [UInt8] in
        byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") ? [UInt8(ascii: "\\"), byte] : [byte]
      }
      write("\"")
      write(escaped)
      write("\"")
    }
  }
}

extension Script.Item {
  /// Whether blank lines set the item off.
  fileprivate var isBlock: Bool {
    switch self {
    case .config, .macro, .probe: true
    case .directive, .declaration, .map, .imported: false
    }
  }
}

extension Expression {
  /// Whether a block is part of it, which is never on one line.
  fileprivate var holdsBlock: Bool {
    var found = false
    visit { expression in
      found = found || expression.isBlock
      return !found
    }
    return found
  }

  /// Whether the text starts with `*`, which would make a comment of a `/` in front of it.
  fileprivate var startsWithStar: Bool {
    var current = self
    while true {
      switch current.kind {
      case .unary(let operation, _): return operation == .dereference
      case .binary(_, let left, _, _): current = left
      case .ternary(let condition, _, _): current = condition
      case .integer, .decimal, .string, .boolean, .identifier, .positional, .positionalCount, .variable, .map, .index,
        .member,
        .element, .call, .step, .cast, .tuple, .record, .sizeofType, .sizeofValue, .offsetofType, .offsetofValue,
        .type, .block, .conditional, .comptime, .invalid:
        return false
      }
    }
  }
}
