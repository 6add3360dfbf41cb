// MARK: Declarations of C

extension Parser {
  /// How deep structs may nest, and how many `*` and `[n]` a member may have.
  private static let maximumStructs = 64
  private static let maximumSuffixes = 16

  /// `struct x { ... };`, `typedef ...;`; one for each name that is declared.
  mutating func declarations() throws(SyntaxError) -> [CDeclaration] {
    let start = token.lower
    if atWord("typedef") { return try aliases() }
    let aggregate = try aggregate()
    let isForward = aggregate.members == nil && aggregate.enumerators.isEmpty && aggregate.keyword != .enum
    if isForward, !at(.semicolon) { throw unexpected("'{' and the members, or ';'") }
    if aggregate.name == nil, aggregate.keyword != .enum {
      report(
        "a \(aggregate.keyword.rawValue) at the top of a script needs a name",
        at: range(start, start + aggregate.keyword.rawValue.utf8.count))
    }
    _ = take(.semicolon)
    return [CDeclaration(kind: .aggregate(aggregate), range: range(from: start))]
  }

  private mutating func aliases() throws(SyntaxError) -> [CDeclaration] {
    let start = advance().lower
    let base = try specifiers()
    var found: [(Name, TypeSyntax)] = []
    repeat {
      let (name, type) = try declarator(base)
      guard let name else { throw unexpected("the name of the type") }
      typedefs.insert(name.text)
      found.append((name, type))
      _ = try attributes()
    } while take(.comma)
    if !take(.semicolon) { try missingSemicolon("typedef") }
    return found.map { CDeclaration(kind: .alias($0.0, $0.1), range: range(from: start)) }
  }

  /// `struct name { members } attributes`; the current word is the keyword.
  private mutating func aggregate() throws(SyntaxError) -> CDeclaration.Aggregate {
    guard let keyword = CDeclaration.Keyword(rawValue: word) else { throw unexpected("'struct', 'union' or 'enum'") }
    advance()
    var attributes = try attributes()
    var name: Name?
    if token.kind == .identifier { name = try expectName("a name") }
    attributes.merge(try self.attributes())
    guard at(.leftBrace) else {
      if name == nil { throw unexpected("a name or '{' after '\(keyword.rawValue)'") }
      return CDeclaration.Aggregate(keyword: keyword, name: name, members: nil)
    }
    try enter()
    defer { nesting -= 1 }
    structs += 1
    defer { structs -= 1 }
    if structs > Self.maximumStructs {
      giveUp(
        with: "nested too deeply: at most \(Self.maximumStructs) structs in one another are allowed", token.lower,
        token.upper)
      throw SyntaxError()
    }
    let opening = advance()
    var members: [CDeclaration.Member] = []
    var enumerators: [CDeclaration.Enumerator] = []
    var directives: [CDeclaration.PlacedDirective] = []
    func readDirectives() throws(SyntaxError) {
      while token.kind == .directive {
        hasInnerDirectives = true
        directives.append(.init(try directive(), index: keyword == .enum ? enumerators.count : members.count))
      }
    }
    while true {
      try readDirectives()
      if at(.rightBrace) { break }
      if atEnd {
        throw fail(
          "expected '}', found the end of the script", at: tokenRange,
          notes: [Diagnostic.Note("to close this '{'", at: range(opening.lower, opening.upper))])
      }
      if keyword == .enum {
        enumerators.append(try enumerator())
        guard take(.comma) else {
          try readDirectives()
          break
        }
      } else {
        do { try member(into: &members) } catch { recoverMember() }
      }
    }
    try close(.rightBrace, opening)
    attributes.merge(try self.attributes())
    return CDeclaration.Aggregate(
      keyword: keyword, name: name, members: keyword == .enum ? nil : members, enumerators: enumerators,
      isPacked: attributes.isPacked, alignment: attributes.alignment, directives: directives)
  }

  /// Skips to behind the next `;` or in front of the struct's `}`.
  private mutating func recoverMember() {
    var depth = 0
    while !atEnd {
      if at(.leftBrace) { depth += 1 }
      if at(.rightBrace) {
        if depth == 0 { return }
        depth -= 1
      }
      if advance().kind == .punctuator(.semicolon), depth == 0 { return }
    }
  }

  private mutating func enumerator() throws(SyntaxError) -> CDeclaration.Enumerator {
    let name = try expectName("the name of a constant")
    _ = try attributes()
    let value = take(.equal) ? try nestedExpression() : nil
    return CDeclaration.Enumerator(name: name, value: value)
  }

  /// `type a, *b, c[4], d : 3;`
  private mutating func member(into members: inout [CDeclaration.Member]) throws(SyntaxError) {
    if take(.semicolon) { return }
    var attributes = try attributes()
    let base = try specifiers()
    if at(.semicolon) || at(.rightBrace) {
      members.append(CDeclaration.Member(name: nil, type: base))
    } else {
      repeat {
        let (name, type) = try declarator(base)
        let width = take(.colon) ? try nestedExpression() : nil
        attributes.merge(try self.attributes())
        members.append(
          CDeclaration.Member(
            name: name, type: type, bitWidth: width, alignment: attributes.alignment, isPacked: attributes.isPacked))
      } while take(.comma)
    }
    if !at(.rightBrace), !take(.semicolon) { try missingSemicolon("member") }
  }
}

// MARK: Types and names

extension Parser {
  /// What stands in front of the names: `const unsigned long`, `struct x`, `struct { ... }`, `size_t`.
  private mutating func specifiers() throws(SyntaxError) -> TypeSyntax {
    let start = token.lower
    while TypeWords.qualifiers.contains(word) { advance() }
    _ = try attributes()
    guard token.kind == .identifier else { throw unexpected("a type") }
    let first = word
    var type: TypeSyntax
    if TypeWords.tags.contains(first) {
      let aggregate = try aggregate()
      let isReference = aggregate.members == nil && aggregate.enumerators.isEmpty
      if isReference, let name = aggregate.name {
        type = TypeSyntax(.structure(aggregate.keyword, name: name.text), range(from: start))
      } else {
        type = TypeSyntax(.inline(aggregate), range(from: start))
      }
    } else if TypeWords.wordsOfC.contains(first) {
      type = namedC(start)
    } else {
      advance()
      type = TypeSyntax(.named(first), range(from: start))
    }
    while TypeWords.qualifiers.contains(word) { advance() }
    return type
  }

  /// `*name[4]`, `(*name)(int)`, and without a name for unnamed bit-fields.
  private mutating func declarator(_ base: TypeSyntax) throws(SyntaxError) -> (Name?, TypeSyntax) {
    try enter()
    defer { nesting -= 1 }
    var type = base
    var suffixes = 0
    while at(.star) || TypeWords.qualifiers.contains(word) {
      if advance().kind == .punctuator(.star) {
        try count(&suffixes)
        type = TypeSyntax(.pointer(type), type.range.union(range(from: previousEnd)))
      }
    }
    _ = try attributes()
    if at(.leftParen) { return try parenthesisedDeclarator(type) }
    var name: Name?
    if token.kind == .identifier { name = try expectName("a name") }
    if name == nil, !at(.colon) { throw unexpected("a name") }
    return (name, try suffixed(type, &suffixes))
  }

  /// `[2][3]` or `(parameters)` behind a name: the first `[n]` is the outer array.
  private mutating func suffixed(_ element: TypeSyntax, _ suffixes: inout Int) throws(SyntaxError) -> TypeSyntax {
    var counts: [(Expression?, SourceRange)] = []
    while at(.leftBracket) {
      try count(&suffixes)
      let opening = advance()
      let count = at(.rightBracket) ? nil : try nestedExpression()
      try close(.rightBracket, opening)
      counts.append((count, range(from: opening.lower)))
    }
    var type = element
    if at(.leftParen) {
      skipParens()
      type = TypeSyntax(.function, element.range.union(range(from: previousEnd)))
    }
    for (count, place) in counts.reversed() {
      type = TypeSyntax(.array(type, count: count), element.range.union(place))
    }
    return type
  }

  /// `(*name)(parameters)` is a function pointer, `(*name)[4]` a pointer to an array.
  private mutating func parenthesisedDeclarator(_ base: TypeSyntax) throws(SyntaxError) -> (Name?, TypeSyntax) {
    let opening = advance()
    let hole = TypeSyntax(.named(""), base.range)
    let (name, inner) = try declarator(hole)
    try close(.rightParen, opening)
    var suffixes = 0
    let isFunction = at(.leftParen)
    let outer = try suffixed(base, &suffixes)
    return (name, Self.fill(inner, with: outer, isFunction: isFunction))
  }

  /// Puts `outer` where the declarator's innermost type is; a pointer to a function is one `.function`.
  private static func fill(_ type: TypeSyntax, with outer: TypeSyntax, isFunction: Bool) -> TypeSyntax {
    switch type.kind {
    case .named, .structure, .inline, .sized, .tuple, .function, .typeof:
      return outer
    case .pointer(let target):
      if isFunction, case .named = target.kind { return TypeSyntax(.function, outer.range) }
      return TypeSyntax(.pointer(fill(target, with: outer, isFunction: isFunction)), outer.range)
    case .array(let element, let count):
      return TypeSyntax(.array(fill(element, with: outer, isFunction: isFunction), count: count), outer.range)
    }
  }

  private mutating func count(_ suffixes: inout Int) throws(SyntaxError) {
    suffixes += 1
    if suffixes > Self.maximumSuffixes {
      throw fail("too many '*' and '[]': at most \(Self.maximumSuffixes) are allowed", at: tokenRange)
    }
  }

  /// Skips a balanced `( ... )`.
  private mutating func skipParens() {
    var depth = 0
    repeat {
      if at(.leftParen) { depth += 1 }
      if at(.rightParen) { depth -= 1 }
      advance()
    } while depth > 0 && !atEnd
  }
}

// MARK: Attributes

extension Parser {
  /// The attributes that change a layout.
  struct Attributes {
    var isPacked = false
    var alignment: Int?

    mutating func merge(_ other: Attributes) {
      isPacked = isPacked || other.isPacked
      alignment = [alignment, other.alignment].compactMap { $0 }.max()
    }
  }

  /// Any number of `__attribute__((...))`, `__packed`, `__aligned(n)`; those that change no layout are skipped.
  private mutating func attributes() throws(SyntaxError) -> Attributes {
    var attributes = Attributes()
    while token.kind == .identifier {
      if atWord("__packed") {
        advance()
        attributes.isPacked = true
      } else if atWord("__aligned"), next.kind == .punctuator(.leftParen) {
        advance()
        attributes.merge(Attributes(alignment: try alignment()))
      } else if atWord("__attribute__") || atWord("__attribute") {
        advance()
        attributes.merge(try attributeList())
      } else {
        break
      }
    }
    return attributes
  }

  /// `((packed, aligned(8)))`
  private mutating func attributeList() throws(SyntaxError) -> Attributes {
    var attributes = Attributes()
    let outer = try expect(.leftParen)
    let inner = try expect(.leftParen)
    while !at(.rightParen) {
      let name = try expectName("an attribute").text
      if name == "packed" || name == "__packed__" { attributes.isPacked = true }
      if name == "aligned" || name == "__aligned__" {
        attributes.merge(Attributes(alignment: at(.leftParen) ? try alignment() : 16))
      } else if at(.leftParen) {
        skipParens()
      }
      guard take(.comma) else { break }
    }
    try close(.rightParen, inner)
    try close(.rightParen, outer)
    return attributes
  }

  private mutating func alignment() throws(SyntaxError) -> Int {
    let opening = try expect(.leftParen)
    guard token.kind == .integer else { throw unexpected("a number of bytes") }
    let value = try integerLiteral(token)
    guard value > 0, value <= 4096, value & (value - 1) == 0 else {
      throw fail("an alignment is a power of two up to 4096", at: tokenRange)
    }
    advance()
    try close(.rightParen, opening)
    return Int(value)
  }
}
