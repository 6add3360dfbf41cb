extension SyntaxPrinter {
  /// How tightly an expression holds together; it needs parentheses where more is asked for.
  enum Level: Comparable {
    /// A block or `if`, which stand only where nothing binds.
    case block
    case ternary
    /// An operand of binary operators, by their precedence.
    case operand(Int)
    case unary
    case postfix
    case primary
  }

  mutating func write(_ expression: Expression) { write(expression, atLeast: .block) }

  /// An operand, whose parentheses are kept where they were written around an operator.
  private mutating func writeOperand(_ expression: Expression, atLeast level: Level) {
    write(expression, atLeast: expression.isParenthesisedOperation ? .primary : level)
  }

  mutating func write(_ expression: Expression, atLeast level: Level) {
    inlineComments(before: start(of: expression.range))
    guard expression.level >= level else {
      write("(")
      writeBare(expression)
      write(")")
      return
    }
    writeBare(expression)
  }

  private mutating func writeBare(_ expression: Expression) {
    switch expression.kind {
    case .integer(let literal): writeInteger(literal.value, expression.range)
    case .decimal(let literal): write(literal.text)
    case .string(let bytes): writeString(bytes, expression.range)
    case .boolean(let value): write(value ? "true" : "false")
    case .identifier(let name): write(name)
    case .positional(let number): write("$\(number)")
    case .positionalCount: write("$#")
    case .variable(let name): write("$\(name)")
    case .map(let name): write("@\(name)")
    case .index(let base, let keys):
      if base.isTypeWord { writeInParentheses(base) } else { writeOperand(base, atLeast: .postfix) }
      writeList("[", keys, "]", end: Int(expression.range.upper))
    case .member(let base, let name, let arrow):
      writeOperand(base, atLeast: .postfix)
      write((arrow ? "->" : ".") + name.text)
    case .element(let base, let index, _):
      if case .integer = base.kind { writeInParentheses(base) } else { writeOperand(base, atLeast: .postfix) }
      write(".\(index)")
    case .call(let name, let arguments): writeCall(name.text, arguments, expression.range)
    case .unary(let operation, let operand):
      write(operation.rawValue)
      writeOperand(operand, atLeast: operand.merges(with: operation.rawValue) ? .primary : .unary)
    case .step(let step, let operand):
      if step.isPrefix { write(step.amount > 0 ? "++" : "--") }
      write(operand, atLeast: .postfix)
      if !step.isPrefix { write(step.amount > 0 ? "++" : "--") }
    case .binary(let operation, let left, let right, _):
      writeOperand(left, atLeast: .operand(operation.precedence))
      write(" \(operation.rawValue)")
      inlineComments(before: start(of: right.range))
      writeFollowing(isBroken: isBroken(from: left.range.upper, to: right.range.lower)) { printer in
        printer.writeOperand(right, atLeast: .operand(operation.precedence + 1))
      }
    case .ternary(let condition, let then, let otherwise):
      writeOperand(condition, atLeast: .operand(1))
      if let then {
        inlineComments(before: start(of: then.range))
        writeFollowing(isBroken: isBroken(from: condition.range.upper, to: then.range.lower)) { printer in
          printer.write("? ")
          printer.writeOperand(then, atLeast: .ternary)
        }
      }
      let last = then ?? condition
      inlineComments(before: start(of: otherwise.range))
      writeFollowing(isBroken: isBroken(from: last.range.upper, to: otherwise.range.lower)) { printer in
        printer.write(then == nil ? "?: " : ": ")
        printer.writeOperand(otherwise, atLeast: .ternary)
      }
    case .cast(let type, let operand):
      write("(")
      write(type)
      write(")")
      let isSafe = type.isCertain || operand.startsOnlyOperand
      if isSafe { writeOperand(operand, atLeast: .unary) } else { writeInParentheses(operand) }
    case .tuple(let elements): writeTuple(elements, expression.range)
    case .record(let fields): writeRecord(fields)
    case .sizeofType(let type):
      write("sizeof(")
      write(type)
      write(")")
    case .sizeofValue(let value):
      write("sizeof(")
      writeNotType(value)
      write(")")
    case .offsetofType(let type, let path):
      write("offsetof(")
      write(type)
      write(", \(path.map(\.text).joined(separator: ".")))")
    case .offsetofValue(let value, let path):
      write("offsetof(")
      writeNotType(value)
      write(", \(path.map(\.text).joined(separator: ".")))")
    case .type(let type): write(type)
    case .block(let block): writeInline(block)
    case .conditional(let conditional): write(conditional)
    case .comptime(let operand):
      write("comptime ")
      writeOperand(operand, atLeast: .unary)
    case .invalid: write("/* invalid */")
    }
  }

  private mutating func writeInParentheses(_ expression: Expression) {
    write("(")
    write(expression)
    write(")")
  }

  /// `{ value }` on one line when a value is all there is.
  private mutating func writeInline(_ block: Block) {
    guard block.statements.isEmpty, let result = block.result, !result.isBlock,
      !hasComments(before: Int(block.range.upper))
    else {
      write(block)
      return
    }
    write("{ ")
    write(result)
    write(" }")
  }

  private mutating func writeCall(_ name: String, _ arguments: [Expression], _ range: SourceRange) {
    write(name)
    if name == "typeinfo", arguments.count == 1, let operand = arguments.first {
      write("(")
      writeNotType(operand)
      write(")")
    } else {
      writeList("(", arguments, ")", end: Int(range.upper))
    }
  }

  /// Writes what follows in an expression behind a space or, where it was broken or does not fit, on the next line.
  private mutating func writeFollowing(isBroken: Bool = false, _ content: (inout SyntaxPrinter) -> Void) {
    if isBroken {
      continueLine()
      content(&self)
      return
    }
    guard mayBreak else {
      writeSpace()
      content(&self)
      return
    }
    mayBreak = false
    writeFilled(reserving: 2, content)
    mayBreak = true
  }

  /// A comma list in brackets; when it may be broken, a line takes as many as fit.
  private mutating func writeList(_ opening: String, _ elements: [Expression], _ closing: String, end: Int) {
    let breaks = mayBreak
    mayBreak = false
    write(opening)
    for (number, element) in elements.enumerated() {
      if number > 0 {
        write(",")
        inlineComments(before: start(of: element.range))
        if isBroken(from: elements[number - 1].range.upper, to: element.range.lower) {
          continueLine()
        } else if !breaks {
          writeSpace()
        }
      }
      if !breaks {
        write(element)
      } else if number == 0 || isAtLineStart {
        writeBreakable(reserving: 2) { $0.write(element) }
      } else {
        writeFilled(reserving: 2) { $0.write(element) }
      }
    }
    inlineComments(before: end - 1)
    dropSpace()
    write(closing)
    mayBreak = breaks
  }

  private mutating func writeTuple(_ elements: [Expression], _ range: SourceRange) {
    if elements.count == 1 {
      writeList("(", elements, ",)", end: Int(range.upper))
    } else {
      writeList("(", elements, ")", end: Int(range.upper))
    }
  }

  private mutating func writeRecord(_ fields: [(name: Name, value: Expression)]) {
    let breaks = mayBreak
    mayBreak = false
    write("(")
    for (number, field) in fields.enumerated() {
      let content = { (printer: inout SyntaxPrinter) in
        printer.inlineComments(before: field.name.range.lower)
        printer.write("\(field.name.text) = ")
        printer.write(field.value)
      }
      if number == 0 {
        content(&self)
        continue
      }
      write(",")
      inlineComments(before: field.name.range.lower)
      if isBroken(from: fields[number - 1].value.range.upper, to: field.name.range.lower) {
        continueLine()
        content(&self)
      } else if breaks {
        writeFilled(reserving: 2, content)
      } else {
        writeSpace()
        content(&self)
      }
    }
    write(")")
    mayBreak = breaks
  }

  /// The operand of `sizeof` and such, in parentheses where it would be read as a type.
  private mutating func writeNotType(_ value: Expression) {
    if value.looksLikeType { writeInParentheses(value) } else { write(value) }
  }

  /// An integer as it was spelled.
  mutating func writeInteger(_ value: UInt64, _ range: SourceRange) {
    if let token = spelling(range), token.kind == .integer, let file,
      case .success(value) = IntegerText.value(of: file.bytes[token.lower..<token.upper])
    {
      write(String(decoding: file.bytes[token.lower..<token.upper], as: UTF8.self))
    } else {
      write(String(value))
    }
  }

  mutating func writeString(_ bytes: [UInt8], _ range: SourceRange) {
    if let token = spelling(range), token.kind == .string, let file,
      let text = String(validating: file.bytes[token.lower..<token.upper], as: UTF8.self)
    {
      write(text)
    } else {
      write("\"\(Self.escaped(bytes))\"")
    }
  }

  /// The token at a literal's place, parentheses around it skipped.
  private func spelling(_ range: SourceRange) -> Token? {
    guard let file else { return nil }
    let lexer = Lexer(bytes: file.bytes)
    var token = lexer.token(at: Int(range.lower))
    while token.kind == .punctuator(.leftParen) { token = lexer.token(at: token.upper) }
    return token.upper <= Int(range.upper) ? token : nil
  }
}

// MARK: Parentheses

extension Expression {
  fileprivate var level: SyntaxPrinter.Level {
    switch kind {
    case .block, .conditional: .block
    case .ternary: .ternary
    case .binary(let operation, _, _, _): .operand(operation.precedence)
    case .unary, .cast, .comptime: .unary
    case .step(let step, _): step.isPrefix ? .unary : .postfix
    case .index, .member, .element, .call, .sizeofType, .sizeofValue, .offsetofType, .offsetofValue: .postfix
    case .integer, .decimal, .string, .boolean, .identifier, .positional, .positionalCount, .variable, .map, .tuple,
      .record,
      .type, .invalid:
      .primary
    }
  }

  /// Whether it is an operation that was written in parentheses: its range starts in front of its first operand.
  fileprivate var isParenthesisedOperation: Bool {
    if case .binary(_, let left, _, _) = kind { return range.lower < left.range.lower }
    if case .ternary(let condition, _, _) = kind { return range.lower < condition.range.lower }
    return false
  }

  /// Whether it would be read as a type in the place of one.
  fileprivate var looksLikeType: Bool {
    switch kind {
    case .identifier(let name):
      return TypeWords.isType(name) || Int(range.upper - range.lower) > name.utf8.count
    case .index(let base, _):
      if case .identifier = base.kind { return true }
      return base.looksLikeType
    case .integer, .decimal, .string, .boolean, .positional, .positionalCount, .variable, .map, .member, .element,
      .call,
      .unary, .step, .binary, .ternary, .cast, .tuple, .record, .sizeofType, .sizeofValue, .offsetofType,
      .offsetofValue, .type, .block, .conditional, .comptime, .invalid:
      return false
    }
  }

  /// Whether `[n]` behind it would be part of a type.
  fileprivate var isTypeWord: Bool {
    if case .type = kind { return true }
    if case .identifier(let name) = kind { return TypeWords.sized.contains(name) }
    return false
  }

  /// Whether an operator in front of it would be read as one token with its first.
  fileprivate func merges(with operation: String) -> Bool {
    if case .unary(let inner, _) = kind { return inner.rawValue == operation && ["+", "-", "&"].contains(operation) }
    if case .step(let step, _) = kind, step.isPrefix { return operation == (step.amount > 0 ? "+" : "-") }
    return false
  }

  /// Whether its text cannot continue an operand, so that a name in parentheses in front of it is a cast.
  fileprivate var startsOnlyOperand: Bool {
    switch kind {
    case .unary(let operation, _): operation == .not || operation == .complement
    case .step(let step, let operand): !step.isPrefix && operand.startsOnlyOperand
    case .integer, .decimal, .string, .boolean, .identifier, .positional, .positionalCount, .variable, .map, .call,
      .cast,
      .tuple, .record, .sizeofType, .sizeofValue, .offsetofType, .offsetofValue, .type, .comptime:
      true
    case .index(let base, _), .member(let base, _, _), .element(let base, _, _): base.startsOnlyOperand
    case .binary, .ternary, .block, .conditional: true
    case .invalid: false
    }
  }
}
