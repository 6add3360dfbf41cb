extension SyntaxPrinter {
  /// A block with its braces, each statement on a line.
  mutating func write(_ block: Block) {
    braces(block.range, isEmpty: block.statements.isEmpty && block.result == nil) { printer in
      for statement in block.statements { printer.writeLine(statement) }
      guard let result = block.result else { return }
      printer.begin(result.range, header: printer.headerEnd(result))
      printer.write(result)
      printer.printed(to: result.range.upper)
    }
  }

  private mutating func writeLine(_ statement: Statement) {
    begin(statement.range, header: headerEnd(statement))
    let mark = output.count
    write(statement)
    retryIfLong(from: mark) { printer in
      printer.breaksArguments = true
      printer.write(statement)
      printer.breaksArguments = false
    }
    printed(to: statement.range.upper)
  }

  /// Where comments stop to be printed in front of a statement: at its block, or at its end.
  private func headerEnd(_ statement: Statement) -> Int {
    switch statement.kind {
    case .conditional(let conditional): return Int(conditional.then.range.lower)
    case .whileLoop(_, let body), .unroll(_, let body), .forMap(_, _, let body), .forRange(_, _, _, let body),
      .block(let body):
      return Int(body.range.lower)
    case .expression, .assign, .discard, .declare, .breakLoop, .continueLoop, .returnProbe, .invalid: break
    }
    guard hasComments(before: Int(statement.range.upper)) else { return Int(statement.range.upper) }
    var first: Int?
    statement.visit { expression in
      first = first ?? Self.bodyStart(expression)
      return first == nil
    }
    return first ?? Int(statement.range.upper)
  }

  private func headerEnd(_ expression: Expression) -> Int {
    var first: Int?
    expression.visit { expression in
      first = first ?? Self.bodyStart(expression)
      return first == nil
    }
    return first ?? Int(expression.range.upper)
  }

  /// The start of an expression's block, if it has one.
  private static func bodyStart(_ expression: Expression) -> Int? {
    if case .block(let block) = expression.kind { return Int(block.range.lower) }
    if case .conditional(let conditional) = expression.kind { return Int(conditional.then.range.lower) }
    return nil
  }

  private mutating func write(_ statement: Statement) {
    switch statement.kind {
    case .expression(let value):
      write(value, atLeast: value.isBlock ? .primary : .block)
      write(";")
    case .assign(let target, let operation, let value):
      write(target)
      write(" \(operation?.rawValue ?? "")= ")
      write(value)
      write(";")
    case .discard(let value):
      write("_ = ")
      write(value)
      write(";")
    case .declare(let name, let type, let value):
      write("let $\(name.text)")
      if let type {
        write(": ")
        write(type)
      }
      if let value {
        write(" = ")
        write(value)
      }
      write(";")
    case .conditional(let conditional): write(conditional)
    case .whileLoop(let condition, let body):
      write("while (")
      write(condition)
      write(") ")
      write(body)
    case .unroll(let count, let body):
      write("unroll(")
      write(count)
      write(") ")
      write(body)
    case .forMap(let variable, let map, let body):
      write("for ($\(variable.text) : ")
      write(map)
      write(") ")
      write(body)
    case .forRange(let variable, let start, let end, let body):
      write("for ($\(variable.text) : ")
      write(start, atLeast: .operand(1))
      write("..")
      write(end, atLeast: .operand(1))
      write(") ")
      write(body)
    case .block(let block): write(block)
    case .breakLoop: write("break;")
    case .continueLoop: write("continue;")
    case .returnProbe(let value):
      write("return")
      if let value {
        write(" ")
        write(value)
      }
      write(";")
    case .invalid: write("/* invalid */;")
    }
  }

  /// `if (a) { } else if (b) { } else { }`
  mutating func write(_ conditional: Statement.If) {
    var current = conditional
    while true {
      write("if (")
      write(current.condition)
      write(") ")
      write(current.then)
      switch current.otherwise {
      case nil: return
      case .block(let block):
        write(" else ")
        write(block)
        return
      case .conditional(let next, _):
        write(" else ")
        current = next
      }
    }
  }
}

extension Expression {
  /// Whether it would be read as a statement of its own at the start of a line.
  var isBlock: Bool {
    switch kind {
    case .block, .conditional: true
    case .integer, .string, .boolean, .identifier, .positional, .positionalCount, .variable, .map, .index, .member,
      .element, .call, .unary, .step, .binary, .ternary, .cast, .tuple, .record, .sizeofType, .sizeofValue,
      .offsetofType, .offsetofValue, .type, .comptime, .invalid:
      false
    }
  }
}
