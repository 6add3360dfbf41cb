extension SyntaxPrinter {
  /// A block with its braces, each statement on a line.
  mutating func write(_ block: Block) {
    braces(block.range, isEmpty: block.statements.isEmpty && block.result == nil) { printer in
      for statement in block.statements { printer.writeLine(statement) }
      guard let result = block.result else { return }
      printer.begin(result.range)
      printer.writeBreakable { $0.write(result) }
      printer.end(result.range)
    }
  }

  private mutating func writeLine(_ statement: Statement) {
    if case .directive(let directive) = statement.kind {
      write(directive)
      return
    }
    begin(statement.range)
    writeBreakable { $0.write(statement) }
    end(statement.range)
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
      writeHeader("while (", condition, body)
    case .unroll(let count, let body):
      writeHeader("unroll(", count, body)
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
    case .directive(let directive): write(directive)
    case .invalid: write("/* invalid */;")
    }
  }

  /// `while (condition) { }`
  private mutating func writeHeader(_ opening: String, _ condition: Expression, _ body: Block) {
    write(opening)
    writeBreakable(reserving: 3) { $0.write(condition) }
    write(") ")
    write(body)
  }

  /// `if (a) { } else if (b) { } else { }`
  mutating func write(_ conditional: Statement.If) {
    var current = conditional
    while true {
      writeHeader("if (", current.condition, current.then)
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
    case .integer, .decimal, .string, .boolean, .identifier, .positional, .positionalCount, .variable, .map, .index,
      .member,
      .element, .call, .unary, .step, .binary, .ternary, .cast, .tuple, .record, .sizeofType, .sizeofValue,
      .offsetofType, .offsetofValue, .type, .comptime, .invalid:
      false
    }
  }
}
