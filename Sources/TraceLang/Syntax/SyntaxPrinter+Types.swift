extension SyntaxPrinter {
  /// A type as in a cast: `struct x *`, `uint8[8]`.
  mutating func write(_ type: TypeSyntax) {
    switch type.kind {
    case .named(let name): write(name)
    case .structure(let keyword, let name): write("\(keyword.rawValue) \(name)")
    case .inline(let aggregate): writeStructure(aggregate)
    case .pointer(let target):
      write(target)
      if case .pointer = target.kind { write("*") } else { write(" *") }
    case .array(let element, let count):
      write(element)
      write("[")
      if let count { write(count) }
      write("]")
    case .sized(let name, let size):
      write("\(name)[")
      write(size)
      write("]")
    case .tuple(let elements):
      write("(")
      for (number, element) in elements.enumerated() {
        if number > 0 { write(", ") }
        write(element)
      }
      write(")")
    case .function: write("void (*)()")
    case .typeof(let operand):
      write("typeof(")
      write(operand)
      write(")")
    }
  }

  /// A C declaration from its syntax alone.
  mutating func writeStructure(_ declaration: CDeclaration) {
    switch declaration.kind {
    case .aggregate(let aggregate): writeStructure(aggregate)
    case .alias(let name, let type):
      write("typedef ")
      writeDeclarator(type, name.text)
    }
    write(";")
  }

  private mutating func writeStructure(_ aggregate: CDeclaration.Aggregate) {
    write(aggregate.keyword.rawValue)
    if let name = aggregate.name { write(" \(name.text)") }
    if !aggregate.isComplete { return }
    write(" { ")
    var directives = aggregate.directives[...]
    for (number, member) in (aggregate.members ?? []).enumerated() {
      writeDirectives(&directives, upTo: number)
      writeDeclarator(member.type, member.name?.text ?? "")
      if let width = member.bitWidth {
        write(" : ")
        write(width)
      }
      if member.isPacked { write(" __attribute__((packed))") }
      if let alignment = member.alignment { write(" __attribute__((aligned(\(alignment))))") }
      write("; ")
    }
    for (number, enumerator) in aggregate.enumerators.enumerated() {
      writeDirectives(&directives, upTo: number)
      write(enumerator.name.text)
      if let value = enumerator.value {
        write(" = ")
        write(value)
      }
      write(", ")
    }
    writeDirectives(&directives, upTo: Int.max)
    write("}")
    if aggregate.isPacked { write(" __attribute__((packed))") }
    if let alignment = aggregate.alignment { write(" __attribute__((aligned(\(alignment))))") }
  }

  private mutating func writeDirectives(
    _ directives: inout ArraySlice<CDeclaration.PlacedDirective>, upTo index: Int
  ) {
    while let placed = directives.first, placed.index <= index {
      write("\n#\(placed.directive.keyword.text) \(placed.directive.rest.text)\n")
      directives = directives.dropFirst()
    }
  }

  /// `type name` the way C wants it: `int *(*name)[4]`.
  private mutating func writeDeclarator(_ type: TypeSyntax, _ name: String) {
    var base = type
    var inner = name
    while true {
      switch base.kind {
      case .pointer(let target):
        if case .array = target.kind { inner = "(*\(inner))" } else { inner = "*\(inner)" }
        base = target
        continue
      case .array(let element, let count):
        inner += "[\(count.map { Self.print($0) } ?? "")]"
        base = element
        continue
      case .function:
        write("void (*\(inner))()")
        return
      case .named, .structure, .inline, .sized, .tuple, .typeof:
        write(base)
      }
      if !inner.isEmpty { write(" \(inner)") }
      return
    }
  }
}

extension TypeSyntax {
  /// Whether it is known for a type without declarations, so that any operand may follow its parentheses.
  var isCertain: Bool {
    switch kind {
    case .named(let name): TypeWords.isType(name) || name.contains(" ")
    case .array(let element, _): element.isCertain
    case .structure, .inline, .pointer, .sized, .tuple, .function, .typeof: true
    }
  }
}
