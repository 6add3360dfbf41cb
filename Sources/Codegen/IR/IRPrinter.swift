/// Prints IR as text that `IRParser` reads back.
public struct IRPrinter {
  private let function: Function
  private var text = ""

  public static func text(_ module: Module) -> String {
    module.functions.map { text($0) }.joined(separator: "\n")
  }

  public static func text(_ function: Function) -> String {
    var printer = IRPrinter(function: function)
    printer.printFunction()
    return printer.text
  }

  private init(function: Function) { self.function = function }

  private mutating func printFunction() {
    text += "function \(function.name)\n"
    for (index, slot) in function.slots.enumerated() {
      text += "s\(index): \(slot.size) align \(slot.alignment)\n"
    }
    for (index, block) in function.blocks.enumerated() { printBlock(block, index) }
  }

  private mutating func printBlock(_ block: BasicBlock, _ index: Int) {
    text += "b\(index)"
    if !block.parameters.isEmpty {
      text += "(" + block.parameters.map { "\($0): \(function.type(of: $0))" }.joined(separator: ", ") + ")"
    }
    text += ":\n"
    for instruction in block.instructions {
      text += "  "
      if let result = instruction.result {
        text += "\(result)"
        if function.type(of: result) != instruction.operation.impliedType { text += ": \(function.type(of: result))" }
        text += " = "
      }
      text += "\(instruction.operation)\(suffix(instruction.line))\n"
    }
    text += "  \(block.terminator)\(suffix(block.terminatorLine))\n"
  }

  private func suffix(_ line: SourceLine?) -> String {
    guard let line else { return "" }
    return " @\(line.source):\(line.line):\(line.column)"
  }
}

extension Operation {
  /// The type of a result where the text names none.
  var impliedType: ValueType {
    switch self {
    case .mapReference(let map): .pointer(.mapReference(map))
    case .mapValueAddress(let map, _): .pointer(.mapValue(map))
    case .slotAddress: .pointer(.stack)
    case .constant, .functionAddress, .arithmetic, .extend, .byteSwap, .compare, .load, .store, .atomicAdd, .copy,
      .zero,
      .call, .callFunction, .callKernel:
      .integer
    }
  }
}

extension Value: CustomStringConvertible {
  public var description: String { "%\(index)" }
}

extension BlockID: CustomStringConvertible {
  public var description: String { "b\(index)" }
}

extension Slot: CustomStringConvertible {
  public var description: String { "s\(index)" }
}

extension Operand: CustomStringConvertible {
  public var description: String {
    switch self {
    case .value(let value): value.description
    case .constant(let value): value.description
    }
  }
}

extension Edge: CustomStringConvertible {
  public var description: String {
    arguments.isEmpty ? "\(block)" : "\(block)(\(arguments.map(\.description).joined(separator: ", ")))"
  }
}

extension ValueType: CustomStringConvertible {
  public var description: String {
    switch self {
    case .integer(nil): "int"
    case .integer(let range?): "int(\(range.lowerBound)...\(range.upperBound))"
    case .pointer(.context): "ctx"
    case .pointer(.stack): "stack"
    case .pointer(.mapValue(let map)): "value(\(map))"
    case .pointer(.mapValueOrNull(let map)): "value?(\(map))"
    case .pointer(.mapReference(let map)): "map(\(map))"
    case .pointer(.record): "record"
    case .pointer(.recordOrNull): "record?"
    case .pointer(.kernelObject): "kernel"
    }
  }
}

extension Terminator: CustomStringConvertible {
  public var description: String {
    switch self {
    case .jump(let edge): "jump \(edge)"
    case .branch(let condition, let a, let b, let then, let otherwise):
      "br \(condition.rawValue) \(a), \(b), \(then), \(otherwise)"
    case .exit(let operand): "exit \(operand)"
    case .unreachable: "unreachable"
    }
  }
}

extension Operation: CustomStringConvertible {
  public var description: String {
    switch self {
    case .constant(let value): return "const \(value)"
    case .mapReference(let map): return "map \(map)"
    case .mapValueAddress(let map, let offset): return "mapvalue \(map) + \(offset)"
    case .functionAddress(let index): return "function \(index)"
    case .slotAddress(let slot): return "slot \(slot)"
    case .arithmetic(let operation, let a, let b): return "\(operation.rawValue) \(a), \(b)"
    case .extend(let bits, let signed, let operand): return "\(signed ? "sext" : "zext")\(bits) \(operand)"
    case .byteSwap(let bits, let operand): return "bswap\(bits) \(operand)"
    case .compare(let condition, let a, let b): return "cmp \(condition.rawValue) \(a), \(b)"
    case .load(let bits, let signed, let base, let offset):
      return "load \(signed ? "s" : "u")\(bits) \(place(base, offset))"
    case .store(let bits, let base, let offset, let operand): return "store u\(bits) \(place(base, offset)), \(operand)"
    case .atomicAdd(let bits, let base, let offset, let operand):
      return "atomicadd u\(bits) \(place(base, offset)), \(operand)"
    case .copy(let to, let toOffset, let from, let fromOffset, let size, let alignment):
      return "copy \(place(to, toOffset)), \(place(from, fromOffset)), \(size) align \(alignment)"
    case .zero(let base, let offset, let size, let alignment):
      return "zero \(place(base, offset)), \(size) align \(alignment)"
    case .call(let helper, let operands): return "call \(helper.name)(\(list(operands)))"
    case .callFunction(let index, let operands): return "callf \(index)(\(list(operands)))"
    case .callKernel(let function, let operands): return "callk \(function.rawValue)(\(list(operands)))"
    }
  }

  private func place(_ base: Value, _ offset: Int) -> String {
    offset < 0 ? "\(base) - \(-offset)" : "\(base) + \(offset)"
  }

  private func list(_ operands: CallArguments) -> String { operands.map(\.description).joined(separator: ", ") }
}
