import TraceLang

extension Interpreter {
  mutating func evaluate(_ expression: TypedExpression) throws(Leave) -> Value {
    switch expression.kind {
    case .integer(let number):
      // The zero of any type is written as a number.
      return expression.type.isScalar ? .integer(number) : layouts.zero(expression.type)
    case .string(let bytes):
      guard case .string(let capacity) = expression.type else { return .string(bytes) }
      return .string(Array(bytes.prefix { $0 != 0 }.prefix(max(0, capacity - 1))))
    case .variable(let variable): return variables[variable.index]
    case .map(let map, let key):
      let key = try self.key(key)
      return maps[map.index][key].map { read($0, of: map) } ?? layouts.zero(expression.type)
    case .context(let value): return context(value)
    case .member(let base, let member): return try self.member(base, member, expression.type)
    case .address(let place): return .integer(Int64(bitPattern: Self.address(of: place)))
    case .dereference(let pointer):
      return load(expression.type, at: try evaluate(pointer).number, Self.space(pointer.type))
    case .index(let base, let position): return try element(base, position, expression.type)
    case .element(let base, let index): return try evaluate(base).parts[index]
    case .tuple(let parts):
      var values: [Value] = []
      for part in parts { values.append(try evaluate(part)) }
      return .tuple(values)
    case .convert(let operand): return converted(try evaluate(operand), operand.type, to: expression.type)
    case .negate(let operand): return .integer(0 &- (try evaluate(operand).number))
    case .complement(let operand): return .integer(~(try evaluate(operand).number))
    case .not(let operand): return Self.truth(try !holds(operand))
    case .arithmetic(let operation, let left, let right, let signed):
      let left = try evaluate(left).number
      let right = try evaluate(right).number
      return .integer(Self.computed(operation, left, right, signed: signed))
    case .pointerOffset(let pointer, let offset, let scale):
      let pointer = try evaluate(pointer).number
      return .integer(pointer &+ (try evaluate(offset).number) &* Int64(scale))
    case .compare(let comparison, let left, let right, let signed):
      let left = try evaluate(left).number
      let right = try evaluate(right).number
      return Self.truth(Self.holds(comparison, left, right, signed: signed))
    case .and(let left, let right):
      guard try holds(left) else { return Self.truth(false) }
      return Self.truth(try holds(right))
    case .or(let left, let right):
      if try holds(left) { return Self.truth(true) }
      return Self.truth(try holds(right))
    case .ternary(let condition, let then, let otherwise):
      return try holds(condition) ? try evaluate(then) : try evaluate(otherwise)
    case .step(let place, let amount, let isPrefix): return try step(place, amount, isPrefix: isPrefix)
    case .call(let function): return try call(function, expression.type)
    case .block(let statements, let value):
      try execute(statements)
      return try evaluate(value)
    }
  }

  private static func truth(_ holds: Bool) -> Value { .integer(holds ? 1 : 0) }

  /// 64-bit arithmetic as the kernel defines it: wraps, x / 0 is 0, x % 0 is x, shifts count modulo 64.
  static func computed(_ operation: ArithmeticOperation, _ x: Int64, _ y: Int64, signed: Bool) -> Int64 {
    let (a, b) = (UInt64(bitPattern: x), UInt64(bitPattern: y))
    switch operation {
    case .add: return x &+ y
    case .subtract: return x &- y
    case .multiply: return x &* y
    case .divide:
      if y == 0 { return 0 }
      return signed ? x.dividedReportingOverflow(by: y).partialValue : Int64(bitPattern: a / b)
    case .modulo:
      if y == 0 { return x }
      return signed ? x.remainderReportingOverflow(dividingBy: y).partialValue : Int64(bitPattern: a % b)
    case .and: return x & y
    case .or: return x | y
    case .xor: return x ^ y
    case .shiftLeft: return Int64(bitPattern: a << (b % 64))
    case .shiftRight: return signed ? x >> (b % 64) : Int64(bitPattern: a >> (b % 64))
    }
  }

  private static func holds(_ comparison: Comparison, _ x: Int64, _ y: Int64, signed: Bool) -> Bool {
    let isLess = signed ? x < y : UInt64(bitPattern: x) < UInt64(bitPattern: y)
    switch comparison {
    case .equal: return x == y
    case .notEqual: return x != y
    case .less: return isLess
    case .lessOrEqual: return isLess || x == y
    case .greater: return !isLess && x != y
    case .greaterOrEqual: return !isLess
    }
  }

  private func converted(_ value: Value, _ from: Type, to: Type) -> Value {
    switch (value, to) {
    case (.integer(let number), .bool): return Self.truth(number != 0)
    case (.integer(let number), .integer(let type)), (.integer(let number), .enumeration(_, let type)):
      return .integer(type.wrapped(number))
    case (.string(let text), .string(let capacity)): return .string(Array(text.prefix(max(0, capacity - 1))))
    case (.buffer(let content), .buffer(let capacity)): return .buffer(Array(content.prefix(capacity)))
    case (.tuple(let parts), .tuple(let elements)):
      guard case .tuple(let before) = from else { return value }
      return .tuple(parts.indices.map { converted(parts[$0], before[$0].type, to: elements[$0].type) })
    case (.integer, .array), (.bytes, .integer): return layouts.decoded(layouts.encoded(value, from), to)
    default: return value
    }
  }

  private func context(_ value: ContextValue) -> Value {
    switch value {
    case .pid: .integer(Int64(surroundings.pid))
    case .tid: .integer(Int64(surroundings.tid))
    case .uid: .integer(Int64(surroundings.uid))
    case .gid: .integer(Int64(surroundings.gid))
    case .comm: .string(Array(surroundings.comm.prefix(15)))
    case .cpu: .integer(Int64(surroundings.cpu))
    case .rand: .integer(Int64(surroundings.rand))
    case .curtask: .integer(Int64(bitPattern: surroundings.task))
    case .cgroup: .integer(Int64(bitPattern: surroundings.cgroup))
    case .numaID: .integer(Int64(surroundings.numaNode))
    case .jiffies: .integer(Int64(bitPattern: surroundings.jiffies))
    case .nanoseconds: .integer(Int64(bitPattern: surroundings.nanoseconds))
    case .elapsed: .integer(Int64(bitPattern: surroundings.elapsed))
    case .probeName: .integer(Int64(nameIndex))
    // No probe that is interpreted is on a function.
    case .functionName, .functionAddress, .stackArgument, .result: .integer(0)
    case .arguments: .bytes(surroundings.record)
    case .argument(let index):
      .integer(surroundings.arguments.indices.contains(index) ? Int64(bitPattern: surroundings.arguments[index]) : 0)
    }
  }
}
