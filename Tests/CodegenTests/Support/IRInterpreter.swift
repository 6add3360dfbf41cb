@testable import Codegen

/// Runs IR the slow and obvious way.
struct IRInterpreter {
  enum Failure: Error {
    case unfinished
    case unsupported(Codegen.Operation)
    case tooManySteps
  }

  let module: Module
  var memory = Memory()
  var steps = 0
  private var depth = 0

  init(_ module: Module) { self.module = module }

  /// The program's result when its context holds `context`.
  static func run(_ module: Module, context: [UInt64]) throws -> UInt64 {
    var interpreter = IRInterpreter(module)
    for (index, value) in context.enumerated() {
      interpreter.memory.store(HelperModel.contextBase + UInt64(8 * index), 8, value)
    }
    return try interpreter.call(0, [HelperModel.contextBase])
  }

  private mutating func call(_ index: Int, _ arguments: [UInt64]) throws -> UInt64 {
    let function = module.functions[index]
    depth += 1
    defer { depth -= 1 }
    var values = [UInt64](repeating: 0xdead, count: function.valueTypes.count)
    for (parameter, argument) in zip(function.blocks[0].parameters, arguments) { values[parameter.index] = argument }
    var block = 0
    func read(_ operand: Operand) -> UInt64 {
      switch operand {
      case .value(let value): values[value.index]
      case .constant(let value): UInt64(bitPattern: value)
      }
    }
    func slotBase(_ slot: Slot) -> UInt64 { 0x1000_0000 + UInt64(depth) << 20 + UInt64(slot.index) << 12 }
    while true {
      for instruction in function.blocks[block].instructions {
        steps += 1
        if steps > 1_000_000 { throw Failure.tooManySteps }
        var result: UInt64 = 0
        switch instruction.operation {
        case .constant(let value): result = UInt64(bitPattern: value)
        case .slotAddress(let slot): result = slotBase(slot)
        case .arithmetic(let operation, let a, let b):
          result = UInt64(bitPattern: operation.apply(Int64(bitPattern: read(a)), Int64(bitPattern: read(b))))
        case .extend(let bits, let signed, let operand):
          let shift = UInt64(64 - bits)
          let high = read(operand) << shift
          result = signed ? UInt64(bitPattern: Int64(bitPattern: high) >> Int64(shift)) : high >> shift
        case .byteSwap(let bits, let operand): result = read(operand).byteSwapped >> UInt64(64 - bits)
        case .compare(let condition, let a, let b):
          result = condition.holds(Int64(bitPattern: read(a)), Int64(bitPattern: read(b))) ? 1 : 0
        case .load(let bits, let signed, let base, let offset):
          let address = values[base.index] &+ UInt64(bitPattern: Int64(offset))
          let raw = try memory.load(address, bits / 8)
          let shift = UInt64(64 - bits)
          result = signed ? UInt64(bitPattern: Int64(bitPattern: raw << shift) >> Int64(shift)) : raw
        case .store(let bits, let base, let offset, let operand):
          memory.store(values[base.index] &+ UInt64(bitPattern: Int64(offset)), bits / 8, read(operand))
        case .atomicAdd(let bits, let base, let offset, let operand):
          let address = values[base.index] &+ UInt64(bitPattern: Int64(offset))
          memory.store(address, bits / 8, try memory.load(address, bits / 8) &+ read(operand))
        case .copy(let to, let toOffset, let from, let fromOffset, let size, _):
          for index in 0..<size {
            let byte = try memory.load(values[from.index] &+ UInt64(bitPattern: Int64(fromOffset + index)), 1)
            memory.store(values[to.index] &+ UInt64(bitPattern: Int64(toOffset + index)), 1, byte)
          }
        case .zero(let base, let offset, let size, _):
          for index in 0..<size {
            memory.store(values[base.index] &+ UInt64(bitPattern: Int64(offset + index)), 1, 0)
          }
        case .call(let helper, let operands):
          result = HelperModel.call(helper, operands.map(read), &memory)
        case .callFunction(let index, let operands):
          result = try call(index, operands.map(read))
        case .mapReference, .mapValueAddress, .functionAddress, .callKernel:
          throw Failure.unsupported(instruction.operation)
        }
        if let target = instruction.result { values[target.index] = result }
      }
      let edge: Edge
      switch function.blocks[block].terminator {
      case .exit(let operand): return read(operand)
      case .jump(let target): edge = target
      case .branch(let condition, let a, let b, let then, let otherwise):
        edge = condition.holds(Int64(bitPattern: read(a)), Int64(bitPattern: read(b))) ? then : otherwise
      case .unreachable: throw Failure.unfinished
      }
      let arguments = edge.arguments.map(read)
      block = edge.block.index
      for (parameter, argument) in zip(function.blocks[block].parameters, arguments) {
        values[parameter.index] = argument
      }
      steps += 1
      if steps > 1_000_000 { throw Failure.tooManySteps }
    }
  }
}
