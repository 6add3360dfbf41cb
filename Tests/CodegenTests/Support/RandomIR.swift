import TestSupport

@testable import Codegen

/// Random well-formed programs over integers: arithmetic, stack slots, branches, bounded loops and calls.
struct RandomIR {
  private var random: SplitMix
  private var function: Function
  private var block = BlockID(0)
  /// Integers that may be read here.
  private var scope: [Value] = []
  private var slots: [(slot: Slot, size: Int)] = []
  private var budget: Int
  private let callees: Range<Int>

  /// A module of a program and two functions that it calls.
  static func module(seed: UInt64, size: Int) -> Module {
    var seeds = SplitMix(seed: seed)
    let program = RandomIR(seed: seeds.next(), name: "program", parameters: [.pointer(.context)], size, callees: 1..<3)
    let first = RandomIR(
      seed: seeds.next(), name: "first", parameters: .init(repeating: .integer, count: 5), size / 4, callees: 2..<3)
    let second = RandomIR(
      seed: seeds.next(), name: "second", parameters: [.integer, .integer], size / 4, callees: 0..<0)
    return Module(functions: [program.build(), first.build(), second.build()])
  }

  private init(seed: UInt64, name: String, parameters: [ValueType], _ size: Int, callees: Range<Int>) {
    random = SplitMix(seed: seed)
    function = Function(name: name, parameters: parameters)
    budget = size
    self.callees = callees
  }

  private consuming func build() -> Function {
    let parameters = function.blocks[0].parameters
    if function.type(of: parameters[0]) == .pointer(.context) {
      for index in 0..<4 { scope.append(emit(.load(bits: 64, signed: false, base: parameters[0], offset: 8 * index))) }
    } else {
      scope = parameters
    }
    for _ in 0..<Int.random(in: 1...3, using: &random) { makeSlot() }
    sequence(depth: 0)
    var result: Operand = .value(scope[0])
    for value in scope.suffix(12) {
      result = .value(
        emit(.arithmetic([.add, .xor, .mul].randomElement(using: &random) ?? .add, result, .value(value))))
    }
    for (slot, _) in slots {
      let loaded = emit(.load(bits: 64, signed: false, base: address(slot), offset: 0))
      result = .value(emit(.arithmetic(.xor, result, .value(loaded))))
    }
    let high = emit(.arithmetic(.lshr, result, .constant(32)))
    result = .value(emit(.arithmetic(.xor, result, .value(high))))
    function[block].terminator = .exit(result)
    return function
  }

  private mutating func makeSlot() {
    let size = [8, 16, 24].randomElement(using: &random) ?? 8
    let slot = function.makeSlot(size: size)
    function[block].instructions.append(
      Instruction(result: nil, .zero(base: address(slot), offset: 0, size: size, alignment: 8)))
    slots.append((slot, size))
  }

  private mutating func address(_ slot: Slot) -> Value { emit(.slotAddress(slot), .pointer(.stack)) }

  private mutating func emit(_ operation: Codegen.Operation, _ type: ValueType = .integer) -> Value {
    let value = function.makeValue(type)
    function[block].instructions.append(Instruction(result: value, operation))
    return value
  }

  private mutating func operand() -> Operand {
    if Int.random(in: 0..<4, using: &random) == 0 { return .constant(constant()) }
    // Recent values more often, old ones often enough to live long.
    let recent = scope.suffix(6)
    let choice =
      Bool.random(using: &random) ? recent.randomElement(using: &random) : scope.randomElement(using: &random)
    return .value(choice ?? scope[0])
  }

  private mutating func constant() -> Int64 {
    switch Int.random(in: 0..<8, using: &random) {
    case 0: 0
    case 1: -1
    case 2: 1 << Int64.random(in: 0..<64, using: &random)
    case 3: Int64.random(in: .min ... .max, using: &random)
    case 4: Int64(UInt32.random(in: .min ... .max, using: &random))
    case 5: Int64.min
    default: Int64.random(in: -100...100, using: &random)
    }
  }

  private mutating func sequence(depth: Int) {
    let length = Int.random(in: 3...12, using: &random)
    for _ in 0..<length where budget > 0 {
      budget -= 1
      switch Int.random(in: 0..<24, using: &random) {
      case 0 where depth < 3: conditional(depth)
      case 1 where depth < 3: conditional(depth)
      case 2 where depth < 2: loop(depth)
      case 3...5: memory()
      case 6: call()
      case 7 where !callees.isEmpty: callFunction()
      default: scope.append(arithmetic())
      }
    }
    if depth == 0, budget > 0 { sequence(depth: 0) }
  }

  private mutating func arithmetic() -> Value {
    switch Int.random(in: 0..<10, using: &random) {
    case 0:
      return emit(
        .extend(bits: [8, 16, 32].randomElement(using: &random) ?? 8, signed: .random(using: &random), operand()))
    case 1: return emit(.byteSwap(bits: [16, 32, 64].randomElement(using: &random) ?? 16, operand()))
    case 2: return emit(.compare(condition(), operand(), operand()))
    default:
      let operation = ArithmeticOperator.allCases.randomElement(using: &random) ?? .add
      return emit(.arithmetic(operation, operand(), operand()))
    }
  }

  private mutating func condition() -> Condition { Condition.allCases.randomElement(using: &random) ?? .eq }

  private mutating func memory() {
    guard let (slot, size) = slots.randomElement(using: &random) else { return }
    let bits = [8, 16, 32, 64].randomElement(using: &random) ?? 8
    let offset = Int.random(in: 0..<size * 8 / bits, using: &random) * bits / 8
    let base = address(slot)
    switch Int.random(in: 0..<6, using: &random) {
    case 0, 1:
      append(.store(bits: bits, base: base, offset: offset, operand()))
    case 2 where bits >= 32: append(.atomicAdd(bits: bits, base: base, offset: offset, operand()))
    case 3:
      guard let (other, otherSize) = slots.randomElement(using: &random), other != slot else { return }
      let size = min(size, otherSize)
      let from = address(other)
      append(.copy(to: base, toOffset: 0, from: from, fromOffset: 0, size: size, alignment: 8))
    default:
      scope.append(emit(.load(bits: bits, signed: .random(using: &random), base: base, offset: offset)))
    }
  }

  private mutating func append(_ operation: Codegen.Operation) {
    function[block].instructions.append(Instruction(result: nil, operation))
  }

  private mutating func call() {
    if Bool.random(using: &random), let (slot, _) = slots.randomElement(using: &random) {
      let low = emit(.arithmetic(.and, operand(), .constant(0xfff)))
      let base = address(slot)
      let result = emit(.call(.probeReadKernel, [.value(base), .constant(8), .value(low)]))
      scope.append(emit(.compare(.slt, .value(result), .constant(0))))
    } else {
      let unknown = emit(.call(.ktimeGetNanoseconds, []))
      scope.append(emit(.arithmetic(.and, .value(unknown), .constant(0))))
    }
  }

  private mutating func callFunction() {
    let callee = Int.random(in: callees, using: &random)
    let arguments = (0..<(callee == 1 ? 5 : 2)).map { _ in operand() }
    scope.append(emit(.callFunction(callee, CallArguments(arguments))))
  }

  private mutating func conditional(_ depth: Int) {
    let (condition, a, b) = (condition(), operand(), operand())
    let joinCount = Int.random(in: 0...3, using: &random)
    let then = function.makeBlock()
    let otherwise = function.makeBlock()
    let join = function.makeBlock(parameters: .init(repeating: .integer, count: joinCount))
    let outer = scope
    function[block].terminator = .branch(condition, a, b, then: Edge(then), otherwise: Edge(otherwise))
    for start in [then, otherwise] {
      block = start
      scope = outer
      if start == then || Bool.random(using: &random) { sequence(depth: depth + 1) }
      let arguments = (0..<joinCount).map { _ in operand() }
      function[block].terminator = .jump(Edge(join, arguments))
    }
    block = join
    scope = outer + function[join].parameters
  }

  /// Counts down from a small number; the body may change what the loop carries.
  private mutating func loop(_ depth: Int) {
    let carried = Int.random(in: 0...3, using: &random)
    let head = function.makeBlock(parameters: .init(repeating: .integer, count: carried + 1))
    let body = function.makeBlock()
    let exit = function.makeBlock()
    let initial = (0..<carried).map { _ in operand() }
    function[block].terminator = .jump(Edge(head, [.constant(Int64.random(in: 1...4, using: &random))] + initial))
    let parameters = function[head].parameters
    block = head
    function[block].terminator = .branch(
      .eq, .value(parameters[0]), .constant(0), then: Edge(exit), otherwise: Edge(body))
    let outer = scope
    block = body
    scope = outer + parameters
    sequence(depth: depth + 1)
    let next = emit(.arithmetic(.sub, .value(parameters[0]), .constant(1)))
    let arguments = (0..<carried).map { _ in operand() }
    function[block].terminator = .jump(Edge(head, [.value(next)] + arguments))
    block = exit
    scope = outer + parameters.dropFirst()
  }
}
