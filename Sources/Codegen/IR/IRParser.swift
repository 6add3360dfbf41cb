/// What is wrong in a text of IR, and on which line from 1.
public struct IRSyntaxError: Error, Hashable, Sendable, CustomStringConvertible {
  public let line: Int
  public let message: String

  public var description: String { "\(line): \(message)" }
}

/// Reads the text that `IRPrinter` writes; blocks are numbered in order, and `;` starts a comment.
public struct IRParser {
  private var cursor: IRCursor
  private var function = Function(name: "", parameters: [])
  private var functions: [Function] = []

  public static func module(_ text: String) throws(IRSyntaxError) -> Module {
    var parser = IRParser(cursor: IRCursor())
    var line = 0
    for content in text.split(separator: "\n", omittingEmptySubsequences: false) {
      line += 1
      parser.cursor = IRCursor(content, line: line)
      if !parser.cursor.isAtEnd { try parser.parseLine() }
    }
    parser.finishFunction()
    return Module(functions: parser.functions)
  }

  /// Reads a text of one function.
  public static func function(_ text: String) throws(IRSyntaxError) -> Function {
    guard let function = try module(text).functions.first else {
      throw IRSyntaxError(line: 1, message: "no function")
    }
    return function
  }

  private init(cursor: IRCursor) { self.cursor = cursor }

  private mutating func finishFunction() {
    if !function.name.isEmpty { functions.append(function) }
  }

  private mutating func parseLine() throws(IRSyntaxError) {
    if cursor.take("function ") {
      finishFunction()
      function = Function(name: cursor.word(), parameters: [])
      function.blocks = []
    } else if function.name.isEmpty {
      throw cursor.error("`function name` comes first")
    } else if cursor.take("s", beforeDigit: true) {
      try parseSlot()
    } else if cursor.take("b", beforeDigit: true) {
      try parseBlock()
    } else if try !parseTerminator() {
      try parseInstruction()
    }
    if !cursor.isAtEnd { throw cursor.error("unexpected text") }
  }

  private mutating func parseSlot() throws(IRSyntaxError) {
    let index = try cursor.integer()
    guard index == function.slots.count else { throw cursor.error("slot s\(function.slots.count) comes next") }
    try cursor.expect(":")
    let size = try cursor.integer()
    try cursor.expect("align")
    function.slots.append(StackSlot(size: size, alignment: try cursor.integer()))
  }

  private mutating func parseBlock() throws(IRSyntaxError) {
    let index = try cursor.integer()
    guard index == function.blocks.count else { throw cursor.error("block b\(function.blocks.count) comes next") }
    var parameters: [Value] = []
    if cursor.take("(") {
      repeat {
        let value = try parseValue()
        try cursor.expect(":")
        define(value, try parseType())
        parameters.append(value)
      } while cursor.take(",")
      try cursor.expect(")")
    }
    try cursor.expect(":")
    function.blocks.append(BasicBlock(parameters: parameters, terminator: .unreachable))
  }

  private mutating func define(_ value: Value, _ type: ValueType) {
    while function.valueTypes.count <= value.index { function.valueTypes.append(.integer) }
    function.valueTypes[value.index] = type
  }

  // MARK: Instructions

  private mutating func parseTerminator() throws(IRSyntaxError) -> Bool {
    let terminator: Terminator
    if cursor.take("jump ") {
      terminator = .jump(try parseEdge())
    } else if cursor.take("br ") {
      let condition = try parseCondition()
      let (a, b) = try parseOperands()
      try cursor.expect(",")
      let then = try parseEdge()
      try cursor.expect(",")
      terminator = .branch(condition, a, b, then: then, otherwise: try parseEdge())
    } else if cursor.take("exit ") {
      terminator = .exit(try parseOperand())
    } else if cursor.take("unreachable") {
      terminator = .unreachable
    } else {
      return false
    }
    let index = try lastBlock()
    function.blocks[index].terminator = terminator
    function.blocks[index].terminatorLine = try parseSourceLine()
    return true
  }

  private func lastBlock() throws(IRSyntaxError) -> Int {
    if function.blocks.isEmpty { throw cursor.error("no block yet") }
    return function.blocks.count - 1
  }

  private mutating func parseInstruction() throws(IRSyntaxError) {
    var result: Value?
    var type: ValueType?
    if cursor.peek("%") {
      result = try parseValue()
      if cursor.take(":") { type = try parseType() }
      try cursor.expect("=")
    }
    let operation = try parseOperation()
    if let result { define(result, type ?? operation.impliedType) }
    let line = try parseSourceLine()
    function.blocks[try lastBlock()].instructions.append(Instruction(result: result, operation, line: line))
  }

  private mutating func parseOperation() throws(IRSyntaxError) -> Operation {
    let name = cursor.word()
    if let operation = ArithmeticOperator(rawValue: name) {
      let (a, b) = try parseOperands()
      return .arithmetic(operation, a, b)
    }
    switch name {
    case "const": return .constant(try cursor.integer64())
    case "map": return .mapReference(try cursor.integer())
    case "mapvalue":
      let map = try cursor.integer()
      return .mapValueAddress(map: map, offset: try parseOffset())
    case "function": return .functionAddress(try cursor.integer())
    case "slot":
      try cursor.expect("s")
      return .slotAddress(Slot(try cursor.integer()))
    case "cmp":
      let condition = try parseCondition()
      let (a, b) = try parseOperands()
      return .compare(condition, a, b)
    case "load": return try parseLoad()
    case "store":
      let (bits, base, offset, operand) = try parseStore()
      return .store(bits: bits, base: base, offset: offset, operand)
    case "atomicadd":
      let (bits, base, offset, operand) = try parseStore()
      return .atomicAdd(bits: bits, base: base, offset: offset, operand)
    case "copy": return try parseCopy()
    case "zero":
      let (base, offset) = try parsePlace()
      let (size, alignment) = try parseExtent()
      return .zero(base: base, offset: offset, size: size, alignment: alignment)
    case "call":
      let name = cursor.word()
      guard let helper = Helper.allCases.first(where: { $0.name == name }) else {
        throw cursor.error("no helper `\(name)`")
      }
      return .call(helper, try parseCallArguments())
    case "callf":
      let index = try cursor.integer()
      return .callFunction(index, try parseCallArguments())
    case "callk":
      let name = cursor.word()
      guard let function = CalledKernelFunction(rawValue: name) else {
        throw cursor.error("no function `\(name)` of the kernel")
      }
      return .callKernel(function, try parseCallArguments())
    default:
      guard let operation = try parseUnary(name) else { throw cursor.error("no operation `\(name)`") }
      return operation
    }
  }

  private mutating func parseUnary(_ name: String) throws(IRSyntaxError) -> Operation? {
    for bits in [8, 16, 32, 64] {
      if name == "sext\(bits)" { return .extend(bits: bits, signed: true, try parseOperand()) }
      if name == "zext\(bits)" { return .extend(bits: bits, signed: false, try parseOperand()) }
      if name == "bswap\(bits)" { return .byteSwap(bits: bits, try parseOperand()) }
    }
    return nil
  }

  private mutating func parseLoad() throws(IRSyntaxError) -> Operation {
    let isSigned = cursor.take("s")
    if !isSigned { try cursor.expect("u") }
    let bits = try cursor.integer()
    let (base, offset) = try parsePlace()
    return .load(bits: bits, signed: isSigned, base: base, offset: offset)
  }

  private mutating func parseStore() throws(IRSyntaxError) -> (Int, Value, Int, Operand) {
    try cursor.expect("u")
    let bits = try cursor.integer()
    let (base, offset) = try parsePlace()
    try cursor.expect(",")
    return (bits, base, offset, try parseOperand())
  }

  private mutating func parseCopy() throws(IRSyntaxError) -> Operation {
    let (to, toOffset) = try parsePlace()
    try cursor.expect(",")
    let (from, fromOffset) = try parsePlace()
    let (size, alignment) = try parseExtent()
    return .copy(to: to, toOffset: toOffset, from: from, fromOffset: fromOffset, size: size, alignment: alignment)
  }

  // MARK: Parts

  private mutating func parseExtent() throws(IRSyntaxError) -> (size: Int, alignment: Int) {
    try cursor.expect(",")
    let size = try cursor.integer()
    try cursor.expect("align")
    return (size, try cursor.integer())
  }

  private mutating func parsePlace() throws(IRSyntaxError) -> (Value, Int) {
    let base = try parseValue()
    return (base, try parseOffset())
  }

  private mutating func parseOffset() throws(IRSyntaxError) -> Int {
    if cursor.take("+") { return try cursor.integer() }
    try cursor.expect("-")
    return -(try cursor.integer())
  }

  private mutating func parseArguments() throws(IRSyntaxError) -> [Operand] {
    try cursor.expect("(")
    var operands: [Operand] = []
    if cursor.take(")") { return operands }
    repeat { operands.append(try parseOperand()) } while cursor.take(",")
    try cursor.expect(")")
    return operands
  }

  private mutating func parseCallArguments() throws(IRSyntaxError) -> CallArguments {
    let operands = try parseArguments()
    if operands.count > CallArguments.capacity { throw cursor.error("a call has five arguments at most") }
    return CallArguments(operands)
  }

  private mutating func parseOperands() throws(IRSyntaxError) -> (Operand, Operand) {
    let a = try parseOperand()
    try cursor.expect(",")
    return (a, try parseOperand())
  }

  private mutating func parseOperand() throws(IRSyntaxError) -> Operand {
    cursor.peek("%") ? .value(try parseValue()) : .constant(try cursor.integer64())
  }

  private mutating func parseValue() throws(IRSyntaxError) -> Value {
    try cursor.expect("%")
    let index = try cursor.integer()
    guard index >= 0, index < 1 << 20 else { throw cursor.error("no value %\(index)") }
    return Value(index)
  }

  private mutating func parseCondition() throws(IRSyntaxError) -> Condition {
    let name = cursor.word()
    guard let condition = Condition(rawValue: name) else { throw cursor.error("no condition `\(name)`") }
    return condition
  }

  private mutating func parseEdge() throws(IRSyntaxError) -> Edge {
    try cursor.expect("b")
    let block = BlockID(try cursor.integer())
    return Edge(block, cursor.peek("(") ? try parseArguments() : [])
  }

  private mutating func parseSourceLine() throws(IRSyntaxError) -> SourceLine? {
    guard cursor.take("@") else { return nil }
    let source = try cursor.integer()
    try cursor.expect(":")
    let line = try cursor.integer()
    try cursor.expect(":")
    let column = try cursor.integer()
    guard let source = UInt16(exactly: source), let line = UInt32(exactly: line), let column = UInt16(exactly: column)
    else { throw cursor.error("source position out of range") }
    return SourceLine(source: source, line: line, column: column)
  }

  private mutating func parseType() throws(IRSyntaxError) -> ValueType {
    let name = cursor.word()
    switch name {
    case "int":
      guard cursor.take("(") else { return .integer }
      let low = try cursor.unsigned()
      try cursor.expect("...")
      let high = try cursor.unsigned()
      try cursor.expect(")")
      guard low <= high else { throw cursor.error("empty range") }
      return .integer(range: low...high)
    case "ctx": return .pointer(.context)
    case "stack": return .pointer(.stack)
    case "kernel": return .pointer(.kernelObject)
    case "record": return .pointer(cursor.take("?") ? .recordOrNull : .record)
    case "value":
      let isNullable = cursor.take("?")
      let map = try parseParenthesized()
      return .pointer(isNullable ? .mapValueOrNull(map) : .mapValue(map))
    case "map": return .pointer(.mapReference(try parseParenthesized()))
    default: throw cursor.error("no type `\(name)`")
    }
  }

  private mutating func parseParenthesized() throws(IRSyntaxError) -> Int {
    try cursor.expect("(")
    let value = try cursor.integer()
    try cursor.expect(")")
    return value
  }
}
