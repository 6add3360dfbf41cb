/// Renders syntax as an indented tree without places, comments and spelling: equal dumps mean equal syntax.
public enum SyntaxDump {
  /// The tree of a script, for `-d syntax`; ends in a line end.
  public static func text(_ script: Script) -> String { text(node(script)) }

  public static func text(_ statement: Statement) -> String { text(node(statement)) }

  public static func text(_ expression: Expression) -> String { text(node(expression)) }

  /// One line of the dump and the lines indented below it.
  struct Node {
    let label: String
    let children: [Node]

    init(_ label: String, _ children: [Node] = []) {
      self.label = label
      self.children = children
    }
  }

  private static func text(_ root: Node) -> String {
    var lines = ""
    append(root, 0, to: &lines)
    return lines + "\n"
  }

  /// A node without children in parentheses of its own; the last child closes its parents.
  private static func append(_ node: Node, _ depth: Int, to text: inout String) {
    text += String(repeating: "  ", count: depth) + "(" + node.label
    for child in node.children {
      text += "\n"
      append(child, depth + 1, to: &text)
    }
    text += ")"
  }

  /// A string in quotes with what is not printable ASCII as `\xnn`.
  static func quoted(_ bytes: some Sequence<UInt8>) -> String {
    "\"" + SyntaxPrinter.escaped(bytes) + "\""
  }
}

// MARK: Items

extension SyntaxDump {
  static func node(_ script: Script) -> Node { Node("script", script.items.map(node)) }

  static func node(_ item: Script.Item) -> Node {
    switch item {
    case .directive(let directive): node(directive)
    case .declaration(let declaration): node(declaration)
    case .config(let config): Node("config", config.entries.map(node))
    case .map(let map): Node("map @\(map.name.text) \(map.kind.text)", [map.entries].compactMap { $0.map(node) })
    case .imported(let declaration): Node("import \(quoted(declaration.path.text.systemBytes))")
    case .macro(let macro):
      Node("macro \(macro.name.text)", macro.parameters.map(node) + [node(macro.body)])
    case .probe(let probe):
      Node(
        "probe",
        probe.attachPoints.map(node) + [probe.predicate].compactMap { $0.map { Node("predicate", [node($0)]) } }
          + [node(probe.body)])
    }
  }

  private static func node(_ directive: Directive) -> Node {
    Node("directive \(directive.keyword.text) \(quoted(directive.rest.text.systemBytes))")
  }

  private static func node(_ entry: ConfigBlock.Entry) -> Node {
    switch entry.value {
    case .integer(let value): Node("\(entry.name.text) \(value)")
    case .string(let value): Node("\(entry.name.text) \(quoted(value.systemBytes))")
    case .word(let value): Node("\(entry.name.text) \(value)")
    }
  }

  private static func node(_ parameter: MacroDeclaration.Parameter) -> Node {
    let kind =
      switch parameter.kind {
      case .expression: "expression"
      case .variable: "variable"
      case .map: "map"
      case .type: "type"
      }
    return Node("parameter \(kind) \(parameter.name.text)", [parameter.defaultValue].compactMap { $0.map(node) })
  }

  private static func node(_ point: AttachPointSyntax) -> Node {
    let label = point.label.map { " label \($0.text)" } ?? ""
    return Node(
      "attach\(label)",
      point.parts.map { Node(($0.quoted ? "quoted " : "part ") + quoted($0.text.systemBytes)) })
  }
}

// MARK: Declarations and types

extension SyntaxDump {
  static func node(_ declaration: CDeclaration) -> Node {
    switch declaration.kind {
    case .aggregate(let aggregate): node(aggregate)
    case .alias(let name, let type): Node("typedef \(name.text)", [node(type)])
    }
  }

  private static func node(_ aggregate: CDeclaration.Aggregate) -> Node {
    var label = aggregate.keyword.rawValue
    if let name = aggregate.name { label += " \(name.text)" }
    if aggregate.isPacked { label += " packed" }
    if let alignment = aggregate.alignment { label += " aligned \(alignment)" }
    let enumerators = aggregate.enumerators.map { Node($0.name.text, [$0.value].compactMap { $0.map(node) }) }
    guard aggregate.isComplete else { return Node(label + " forward") }
    var parts: [Node] = []
    var directives = aggregate.directives[...]
    for (index, part) in ((aggregate.members ?? []).map(node) + enumerators).enumerated() {
      while let placed = directives.first, placed.index <= index {
        parts.append(node(placed.directive))
        directives = directives.dropFirst()
      }
      parts.append(part)
    }
    return Node(label, parts + directives.map { node($0.directive) })
  }

  private static func node(_ member: CDeclaration.Member) -> Node {
    var label = "member"
    if let name = member.name { label += " \(name.text)" }
    if member.isPacked { label += " packed" }
    if let alignment = member.alignment { label += " aligned \(alignment)" }
    let width = member.bitWidth.map { Node("bits", [node($0)]) }
    return Node(label, [node(member.type)] + [width].compactMap { $0 })
  }

  static func node(_ type: TypeSyntax) -> Node {
    switch type.kind {
    case .named(let name): Node("type \(name)")
    case .structure(let keyword, let name): Node("type \(keyword.rawValue) \(name)")
    case .inline(let aggregate): Node("type", [node(aggregate)])
    case .pointer(let target): Node("pointer", [node(target)])
    case .array(let element, let count): Node("array", [node(element)] + [count].compactMap { $0.map(node) })
    case .sized(let name, let size): Node("type \(name)", [node(size)])
    case .tuple(let elements): Node("tuple-type", elements.map(node))
    case .function: Node("function")
    case .typeof(let operand): Node("typeof", [node(operand)])
    }
  }
}

// MARK: Statements

extension SyntaxDump {
  static func node(_ block: Block) -> Node {
    Node("block", block.statements.map(node) + [block.result].compactMap { $0.map { Node("result", [node($0)]) } })
  }

  static func node(_ statement: Statement) -> Node {
    switch statement.kind {
    case .expression(let value): Node("do", [node(value)])
    case .assign(let target, let operation, let value):
      Node("assign" + (operation.map { " \($0.rawValue)" } ?? ""), [node(target), node(value)])
    case .discard(let value): Node("discard", [node(value)])
    case .declare(let name, let type, let value):
      Node("let $\(name.text)", [type.map(node), value.map(node)].compactMap { $0 })
    case .conditional(let conditional): node(conditional)
    case .whileLoop(let condition, let body): Node("while", [node(condition), node(body)])
    case .unroll(let count, let body): Node("unroll", [node(count), node(body)])
    case .forMap(let variable, let map, let body): Node("for $\(variable.text)", [node(map), node(body)])
    case .forRange(let variable, let start, let end, let body):
      Node("for $\(variable.text)", [Node("range", [node(start), node(end)]), node(body)])
    case .block(let block): node(block)
    case .breakLoop: Node("break")
    case .continueLoop: Node("continue")
    case .returnProbe(let value): Node("return", [value].compactMap { $0.map(node) })
    case .directive(let directive): node(directive)
    case .invalid: Node("invalid")
    }
  }

  static func node(_ conditional: Statement.If) -> Node {
    let otherwise: [Node] =
      switch conditional.otherwise {
      case .block(let block): [node(block)]
      case .conditional(let next, _): [node(next)]
      case nil: []
      }
    return Node("if", [node(conditional.condition), node(conditional.then)] + otherwise)
  }
}

// MARK: Expressions

extension SyntaxDump {
  static func node(_ expression: Expression) -> Node {
    switch expression.kind {
    case .integer(let literal): Node("integer \(literal.value)")
    case .decimal(let literal): Node("decimal \(literal.text)")
    case .string(let bytes): Node("string \(quoted(bytes))")
    case .boolean(let value): Node("\(value)")
    case .identifier(let name): Node("name \(name)")
    case .positional(let number): Node("$\(number)")
    case .positionalCount: Node("$#")
    case .variable(let name): Node("$\(name)")
    case .map(let name): Node("@\(name)")
    case .index(let base, let keys): Node("index", [node(base)] + keys.map(node))
    case .member(let base, let name, let arrow): Node("\(arrow ? "->" : ".")\(name.text)", [node(base)])
    case .element(let base, let index, _): Node(".\(index)", [node(base)])
    case .call(let name, let arguments): Node("call \(name.text)", arguments.map(node))
    case .unary(let operation, let operand): Node("unary \(operation.rawValue)", [node(operand)])
    case .step(let step, let operand):
      Node("\(step.isPrefix ? "prefix" : "postfix") \(step.amount > 0 ? "++" : "--")", [node(operand)])
    case .binary(let operation, let left, let right, _): Node(operation.rawValue, [node(left), node(right)])
    case .ternary(let condition, let then, let otherwise):
      Node("ternary", [node(condition)] + [then].compactMap { $0.map(node) } + [node(otherwise)])
    case .cast(let type, let operand): Node("cast", [node(type), node(operand)])
    case .tuple(let elements): Node("tuple", elements.map(node))
    case .record(let fields): Node("record", fields.map { Node("field \($0.name.text)", [node($0.value)]) })
    case .sizeofType(let type): Node("sizeof", [node(type)])
    case .sizeofValue(let value): Node("sizeof", [node(value)])
    case .offsetofType(let type, let path): Node("offsetof " + text(path), [node(type)])
    case .offsetofValue(let value, let path): Node("offsetof " + text(path), [node(value)])
    case .type(let type): node(type)
    case .block(let block): node(block)
    case .conditional(let conditional): node(conditional)
    case .comptime(let operand): Node("comptime", [node(operand)])
    case .invalid: Node("invalid")
    }
  }

  private static func text(_ path: [Name]) -> String { path.map(\.text).joined(separator: ".") }
}
