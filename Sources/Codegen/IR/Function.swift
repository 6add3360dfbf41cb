/// One BPF function in SSA form: basic blocks with parameters instead of phi nodes.
///
/// Every value is a 64-bit register; narrower arithmetic is explicit (`extend`). Block 0 is the entry and its
/// parameters are the function's own: the context of a program, `(index, captured)` of a loop callback.
public struct Function: Hashable, Sendable {
  public var name: String
  public var blocks: [BasicBlock]
  /// The type of each value, by `Value.index`.
  public var valueTypes: [ValueType]
  public var slots: [StackSlot]

  public init(name: String, parameters: [ValueType]) {
    self.name = name
    valueTypes = parameters
    slots = []
    blocks = [BasicBlock(parameters: parameters.indices.map(Value.init), terminator: .unreachable)]
  }

  public mutating func makeValue(_ type: ValueType) -> Value {
    valueTypes.append(type)
    return Value(valueTypes.count - 1)
  }

  public mutating func makeSlot(size: Int, alignment: Int = 8) -> Slot {
    slots.append(StackSlot(size: size, alignment: alignment))
    return Slot(slots.count - 1)
  }

  public mutating func makeBlock(parameters: [ValueType] = []) -> BlockID {
    blocks.append(BasicBlock(parameters: [], terminator: .unreachable))
    let id = BlockID(blocks.count - 1)
    for type in parameters { blocks[id.index].parameters.append(makeValue(type)) }
    return id
  }

  public func type(of value: Value) -> ValueType { valueTypes[value.index] }

  public subscript(block: BlockID) -> BasicBlock {
    get { blocks[block.index] }
    // In place: to set what was got would copy the block's instructions each time one is appended.
    _modify { yield &blocks[block.index] }
  }
}

/// An SSA value of one function; prints as `%3`.
public struct Value: Hashable, Sendable, Comparable {
  public let index: Int

  public init(_ index: Int) { self.index = index }

  public static func < (a: Value, b: Value) -> Bool { a.index < b.index }
}

/// A basic block of one function; prints as `b3`.
public struct BlockID: Hashable, Sendable, Comparable {
  public let index: Int

  public init(_ index: Int) { self.index = index }

  public static func < (a: BlockID, b: BlockID) -> Bool { a.index < b.index }
}

/// A stack object of one function; prints as `s3`.
public struct Slot: Hashable, Sendable {
  public let index: Int

  public init(_ index: Int) { self.index = index }
}

public struct StackSlot: Hashable, Sendable {
  public let size: Int
  /// 1, 2, 4 or 8.
  public let alignment: Int

  public init(size: Int, alignment: Int) {
    self.size = size
    self.alignment = alignment
  }
}

/// What a value is to the verifier.
public enum ValueType: Hashable, Sendable {
  /// A number; `range` is proven where it is not nil (unsigned, closed).
  case integer(range: ClosedRange<UInt64>?)
  case pointer(Region)

  public static let integer = ValueType.integer(range: nil)

  /// What a pointer points into, so that passes know what may alias and what can be loaded directly.
  public enum Region: Hashable, Sendable {
    case context
    case stack
    /// Storage of a map, known to be non-null; the index is the bundle's map.
    case mapValue(Int)
    /// What a map lookup gives before its null check.
    case mapValueOrNull(Int)
    case mapReference(Int)
    /// A reserved ring buffer record, known to be non-null.
    case record
    case recordOrNull
    /// A BTF-typed kernel pointer that may be loaded from directly.
    case kernelObject
  }
}

public struct BasicBlock: Hashable, Sendable {
  public var parameters: [Value]
  public var instructions: [Instruction]
  public var terminator: Terminator
  /// The source the terminator stands for.
  public var terminatorLine: SourceLine?

  public init(
    parameters: [Value], instructions: [Instruction] = [], terminator: Terminator, terminatorLine: SourceLine? = nil
  ) {
    self.parameters = parameters
    self.instructions = instructions
    self.terminator = terminator
    self.terminatorLine = terminatorLine
  }
}

/// An operation and the value it defines, if any.
public struct Instruction: Hashable, Sendable {
  public var result: Value?
  public var operation: Operation
  public var line: SourceLine?

  public init(result: Value?, _ operation: Operation, line: SourceLine? = nil) {
    self.result = result
    self.operation = operation
    self.line = line
  }
}

/// Where in the script an instruction comes from: index of a source file, 1-based line and column.
public struct SourceLine: Hashable, Sendable, Codable {
  public let source: UInt16
  public let line: UInt32
  public let column: UInt16

  public init(source: UInt16, line: UInt32, column: UInt16) {
    self.source = source
    self.line = line
    self.column = column
  }
}

public enum Operand: Hashable, Sendable {
  case value(Value)
  case constant(Int64)
}
