import TraceLang

// Expressions that fit a register. A value of an integer type is kept extended to 64 bits by its own sign.
extension Lowering {
  mutating func scalar(_ expression: TypedExpression) -> Operand {
    setLine(expression.range)
    switch expression.kind {
    case .integer(let value): return .constant(value)
    case .string, .tuple: return impossible("text or a tuple in a register")
    case .variable(let variable): return readVariable(variable, expression.type)
    case .map(let map, let key): return readMap(map, key, expression.type)
    case .context(let value): return context(value)
    case .member(let base, let member): return self.member(base, member, expression.type)
    case .address(let place): return addressNumber(of: place)
    case .dereference(let pointer):
      let address = scalar(pointer)
      expressionRange = expression.range
      return read(expression.type, at: address, Self.space(pointer.type))
    case .index(let base, let position):
      if let result = localElement(base, position, expression.type) { return result }
      let (address, space) = element(base, position, expression.type)
      return read(expression.type, at: address, space)
    case .element(let base, let index): return tupleElement(base, index, expression.type)

    case .convert(let operand): return converted(operand, to: expression.type)
    case .negate(let operand): return builder.arithmetic(.sub, .constant(0), scalar(operand))
    case .complement(let operand): return builder.arithmetic(.xor, scalar(operand), .constant(-1))
    case .not(let operand):
      return .value(builder.define(.integer, .compare(.eq, scalar(operand), .constant(0))))
    case .arithmetic(let operation, let left, let right, let signed):
      let left = scalar(left)
      return arithmetic(operation, left, scalar(right), signed: signed)
    case .pointerOffset(let pointer, let offset, let scale):
      let pointer = scalar(pointer)
      return builder.arithmetic(.add, pointer, scaled(scalar(offset), by: scale))
    case .compare(let comparison, let left, let right, let signed):
      let left = scalar(left)
      return .value(
        builder.define(.integer, .compare(Self.condition(comparison, signed: signed), left, scalar(right))))
    case .and, .or: return truth(of: expression)
    case .ternary(let condition, let then, let otherwise): return ternary(condition, then, otherwise)
    case .step(let place, let amount, let isPrefix): return step(place, amount, isPrefix: isPrefix, expression.type)
    case .call(let function): return call(function, expression.type)
    case .block(let statements, let value):
      self.statements(statements)
      return scalar(value)
    }
  }

  /// 1 or 0 of a condition with short circuits.
  private mutating func truth(of condition: TypedExpression) -> Operand {
    let then = builder.makeBlock()
    let otherwise = builder.makeBlock()
    branch(on: condition, then: then, otherwise: otherwise)
    return run({ _ in .constant(1) }, in: then, or: { _ in .constant(0) }, in: otherwise)
  }

  private func changesVariables(_ expression: TypedExpression) -> Bool {
    var assigned = AssignedVariables()
    assigned.visit(expression)
    return !assigned.sorted.isEmpty
  }

  /// 1 or 0 of `&&` or `||` whose right side changes variables: the ways around and through it meet before the answer.
  private mutating func joinedTruth(isAnd: Bool, _ left: TypedExpression, _ right: TypedExpression) -> Operand {
    let around = builder.makeBlock()
    let through = builder.makeBlock()
    branch(on: left, then: isAnd ? through : around, otherwise: isAnd ? around : through)
    return run(
      { _ in .constant(isAnd ? 0 : 1) }, in: around,
      or: {
        let value = $0.scalar(right)
        return .value($0.builder.define(.integer, .compare(.ne, value, .constant(0))))
      }, in: through)
  }

  private mutating func ternary(
    _ condition: TypedExpression, _ then: TypedExpression, _ otherwise: TypedExpression
  ) -> Operand {
    let first = builder.makeBlock()
    let second = builder.makeBlock()
    branch(on: condition, then: first, otherwise: second)
    return run({ $0.scalar(then) }, in: first, or: { $0.scalar(otherwise) }, in: second)
  }

  /// Ends the current block with a branch on a condition.
  mutating func branch(on condition: TypedExpression, then: BlockID, otherwise: BlockID) {
    setLine(condition.range)
    switch condition.kind {
    case .integer(let value): builder.jump(to: value != 0 ? then : otherwise)
    case .not(let operand): branch(on: operand, then: otherwise, otherwise: then)
    case .convert(let operand) where condition.type == .bool && operand.type.isScalar:
      branch(on: operand, then: then, otherwise: otherwise)
    case .and(let left, let right) where changesVariables(right):
      builder.branch(.ne, joinedTruth(isAnd: true, left, right), .constant(0), then: then, otherwise: otherwise)
    case .or(let left, let right) where changesVariables(right):
      builder.branch(.ne, joinedTruth(isAnd: false, left, right), .constant(0), then: then, otherwise: otherwise)
    case .and(let left, let right):
      let next = builder.makeBlock()
      branch(on: left, then: next, otherwise: otherwise)
      builder.continueIn(next)
      branch(on: right, then: then, otherwise: otherwise)
    case .or(let left, let right):
      let next = builder.makeBlock()
      branch(on: left, then: then, otherwise: next)
      builder.continueIn(next)
      branch(on: right, then: then, otherwise: otherwise)
    case .compare(let comparison, let left, let right, let signed):
      let left = scalar(left)
      let right = scalar(right)
      builder.branch(Self.condition(comparison, signed: signed), left, right, then: then, otherwise: otherwise)
    case .call(.stringsEqual(let left, let right, let limit)):
      branchOnEqual(left, right, limit: limit, then: then, otherwise: otherwise)
    case .string, .variable, .map, .context, .member, .address, .dereference, .index, .element, .tuple, .convert,
      .negate, .complement, .arithmetic, .pointerOffset, .ternary, .step, .call, .block:
      let value = scalar(condition)
      builder.branch(.ne, value, .constant(0), then: then, otherwise: otherwise)
    }
  }

  static func condition(_ comparison: Comparison, signed: Bool) -> Condition {
    switch comparison {
    case .equal: .eq
    case .notEqual: .ne
    case .less: signed ? .slt : .ult
    case .lessOrEqual: signed ? .sle : .ule
    case .greater: signed ? .sgt : .ugt
    case .greaterOrEqual: signed ? .sge : .uge
    }
  }

  mutating func arithmetic(
    _ operation: ArithmeticOperation, _ left: Operand, _ right: Operand, signed: Bool
  ) -> Operand {
    switch operation {
    case .add: builder.arithmetic(.add, left, right)
    case .subtract: builder.arithmetic(.sub, left, right)
    case .multiply: builder.arithmetic(.mul, left, right)
    case .divide: builder.arithmetic(signed ? .sdiv : .udiv, left, right)
    case .modulo: builder.arithmetic(signed ? .smod : .umod, left, right)
    case .and: builder.arithmetic(.and, left, right)
    case .or: builder.arithmetic(.or, left, right)
    case .xor: builder.arithmetic(.xor, left, right)
    case .shiftLeft: builder.arithmetic(.shl, left, masked(right))
    case .shiftRight: builder.arithmetic(signed ? .ashr : .lshr, left, masked(right))
    }
  }

  /// A shift count taken modulo 64, as the verifier wants constants to be.
  private mutating func masked(_ count: Operand) -> Operand {
    switch count {
    case .constant(let value): .constant(value & 63)
    case .value: builder.arithmetic(.and, count, .constant(63))
    }
  }

  mutating func scaled(_ index: Operand, by scale: Int) -> Operand {
    switch index {
    case .constant(let value): .constant(value &* Int64(scale))
    case .value: scale == 1 ? index : builder.arithmetic(.mul, index, .constant(Int64(scale)))
    }
  }

  private mutating func converted(_ operand: TypedExpression, to type: Type) -> Operand {
    if !operand.type.isScalar { return number(of: operand, type) }
    let value = scalar(operand)
    if type == .bool {
      if operand.type == .bool { return value }
      return .value(builder.define(.integer, .compare(.ne, value, .constant(0))))
    }
    return type.integer.map { cut(value, operand.type.integer ?? .uint64, to: $0) } ?? value
  }

  /// An integer as a value of another integer type.
  mutating func cut(_ value: Operand, _ from: IntegerType, to type: IntegerType) -> Operand {
    let isWidening = type.bits == 64 || (type.bits > from.bits && (type.isSigned || !from.isSigned))
    if isWidening || type == from { return value }
    return .value(builder.define(.integer, .extend(bits: type.bits, signed: type.isSigned, value)))
  }

  /// The bytes of an array as one integer.
  private mutating func number(of array: TypedExpression, _ type: Type) -> Operand {
    let integer = type.integer ?? .uint64
    if let result = localNumber(array, integer) { return result }
    let (place, space) = location(array)
    return read(integer.bits, signed: integer.isSigned, at: place, space)
  }

  // MARK: - Surroundings

  private mutating func context(_ value: ContextValue) -> Operand {
    switch value {
    case .pid:
      if let value = taskField("tgid") { return value }
      let both = builder.call(.getCurrentPIDTGID, [])
      return builder.arithmetic(.lshr, .value(both), .constant(32))
    case .tid:
      if let value = taskField("pid") { return value }
      let both = builder.call(.getCurrentPIDTGID, [])
      return .value(builder.define(.integer, .extend(bits: 32, signed: false, .value(both))))
    case .uid:
      let both = builder.call(.getCurrentUIDGID, [])
      return .value(builder.define(.integer, .extend(bits: 32, signed: false, .value(both))))
    case .gid:
      let both = builder.call(.getCurrentUIDGID, [])
      return builder.arithmetic(.lshr, .value(both), .constant(32))
    case .comm: return impossible("text in a register")
    case .cpu: return .value(builder.call(.getSMPProcessorID, []))
    case .rand:
      return .value(
        builder.define(.integer, .extend(bits: 32, signed: false, .value(builder.call(.getPseudoRandom, [])))))
    case .curtask: return .value(builder.call(.getCurrentTask, []))
    case .cgroup: return .value(builder.call(.getCurrentCgroupID, []))
    case .numaID: return .value(builder.call(.getNUMANodeID, []))
    case .jiffies: return .value(builder.call(.jiffies64, []))
    case .nanoseconds(let clock): return .value(builder.call(Self.helper(clock), []))
    case .elapsed:
      let now = builder.call(.ktimeGetBootNanoseconds, [])
      let start = builder.load(64, address(of: .startTime), 0)
      return builder.arithmetic(.sub, .value(now), start)
    case .probeName: return entry.nameIndex
    case .arguments: return .value(entry.context)
    case .functionName: return entry.functionIndex
    case .functionAddress: return .value(builder.call(.getFunctionIP, [.value(entry.context)]))
    case .argument(let index): return argument(index)
    case .stackArgument(let index): return stackArgument(index)
    case .result: return register(target.machine.architecture.facts.registers.result)
    }
  }

  static func helper(_ clock: ContextValue.Clock) -> Helper {
    switch clock {
    case .monotonic: .ktimeGetNanoseconds
    case .boot: .ktimeGetBootNanoseconds
    case .tai: .ktimeGetTAINanoseconds
    }
  }

  // MARK: - Functions

  private mutating func call(_ function: ValueFunction, _ type: Type) -> Operand {
    switch function {
    case .kernelSymbol(let address): return scalar(address)
    case .hasKey(let map, let key): return hasKey(map, key)
    case .delete(let map, let key): return delete(map, key)
    case .stringsEqual(let left, let right, let limit):
      let then = builder.makeBlock()
      let otherwise = builder.makeBlock()
      branchOnEqual(left, right, limit: limit, then: then, otherwise: otherwise)
      return run({ _ in .constant(1) }, in: then, or: { _ in .constant(0) }, in: otherwise)
    case .valuesEqual(let left, let right): return valuesEqual(left, right)
    case .byteSwap(let value):
      let bits = value.type.integer?.bits ?? 64
      return .value(builder.define(.integer, .byteSwap(bits: bits, scalar(value))))
    case .length(let map): return length(of: map)
    case .library(let function): return library(function)
    case .string, .buffer, .userSymbol, .strftime: return impossible("a value of several words in a register")
    }
  }

  // MARK: - Reading memory

  static func space(_ type: Type) -> AddressSpace {
    if case .pointer(_, let space) = type { return space }
    return .kernel
  }

  /// Reads an integer at an address that may be bad; 0 then.
  mutating func read(_ bits: Int, signed: Bool, at address: Operand, _ space: AddressSpace) -> Operand {
    let slot = builder.slot(size: 8)
    let helper: Helper = space == .user ? .probeReadUser : .probeReadKernel
    _ = guardedCall(helper, [.value(slot), .constant(Int64(bits / 8)), address])
    return builder.load(bits, signed: signed, slot, 0)
  }

  /// Reads a scalar of a type at an address.
  mutating func read(_ type: Type, at address: Operand, _ space: AddressSpace) -> Operand {
    let integer = type.integer ?? .uint64
    return read(integer.bits, signed: integer.isSigned, at: address, space)
  }

  /// The address of a struct, array or string that lies somewhere in memory, and the space it is in.
  mutating func location(_ expression: TypedExpression) -> (address: Operand, space: AddressSpace) {
    setLine(expression.range)
    switch expression.kind {
    case .context(.arguments): return (.value(entry.context), .kernel)
    case .dereference(let pointer): return (scalar(pointer), Self.space(pointer.type))
    case .member(let base, let member) where base.kind == .context(.arguments) && isParameter(base):
      return parameterLocation(member)
    case .member(let base, let member):
      let (start, space) = base.type.isScalar ? (scalar(base), Self.space(base.type)) : location(base)
      return (builder.arithmetic(.add, start, .constant(Int64(member.offset))), space)
    case .index(let base, let position): return element(base, position, expression.type)
    case .convert(let operand) where operand.type.isInteger && !expression.type.isScalar:
      // The bytes of a number.
      return (address(materialize(expression, isPadded: false)), .kernel)
    case .convert(let operand): return operand.type.isScalar ? (scalar(operand), .kernel) : location(operand)
    case .integer, .string, .variable, .map, .context, .address, .element, .tuple, .negate, .complement, .not,
      .arithmetic, .pointerOffset, .compare, .and, .or, .ternary, .step, .call, .block:
      let memory = materialize(expression, isPadded: false)
      return (address(memory), .kernel)
    }
  }

  private mutating func element(
    _ base: TypedExpression, _ position: TypedExpression, _ type: Type
  ) -> (address: Operand, space: AddressSpace) {
    let (start, space) = base.type.isScalar ? (scalar(base), Self.space(base.type)) : location(base)
    let offset = scaled(scalar(position), by: size(of: type))
    return (builder.arithmetic(.add, start, offset), space)
  }

  private mutating func member(_ base: TypedExpression, _ member: RecordLayout.Member, _ type: Type) -> Operand {
    if base.kind == .context(.arguments) { return argument(member, type) }
    if member.bitField == nil, let integer = type.integer, let offset = contextOffset(base) {
      return builder.load(integer.bits, signed: integer.isSigned, entry.context, offset + member.offset)
    }
    if let result = localMember(base, member, type) { return result }
    if let result = kernelMember(base, member, type) { return result }
    let (start, space) = base.type.isScalar ? (scalar(base), Self.space(base.type)) : location(base)
    let place = builder.arithmetic(.add, start, .constant(Int64(member.offset)))
    return bits(of: member.bitField, read(type, at: place, space), type)
  }

  /// Where a struct lies in the context, whose kind only loads of the program itself know; `nil` for one elsewhere.
  private func contextOffset(_ expression: TypedExpression) -> Int? {
    guard !placement.load.isTyped, case .member(let base, let member) = expression.kind, !expression.type.isScalar,
      !isParameter(base)
    else {
      return nil
    }
    return base.kind == .context(.arguments) ? member.offset : contextOffset(base).map { $0 + member.offset }
  }

  /// A field of `args`: a direct load from the context.
  private mutating func argument(_ member: RecordLayout.Member, _ type: Type) -> Operand {
    if let state = entry.syscall { return syscallField(member, state) }
    if case .rawSyscall(let side) = placement.arguments { return rawSyscallField(member, side) }
    if case .parameters(let places) = placement.arguments { return parameter(places[member.name], type) }
    if let location = member.location {
      // The low 16 bits are the data's offset from the record's start, or for __rel_loc from the field's end.
      let word = builder.load(32, entry.context, member.offset)
      let offset = builder.arithmetic(.and, word, .constant(0xffff))
      let start = location == .absolute ? 0 : member.offset + 4
      let data = builder.arithmetic(.add, .value(entry.context), offset)
      return start == 0 ? data : builder.arithmetic(.add, data, .constant(Int64(start)))
    }
    if case .pointer = type { return argumentWord(member.offset) }
    let integer = type.integer ?? .uint64
    let value = builder.load(integer.bits, signed: integer.isSigned, entry.context, member.offset)
    return bits(of: member.bitField, value, type)
  }

  mutating func bits(of field: RecordLayout.BitField?, _ value: Operand, _ type: Type) -> Operand {
    guard let field else { return value }
    let isSigned = type.integer?.isSigned ?? false
    let left = builder.arithmetic(.shl, value, .constant(Int64(64 - field.shift - field.width)))
    return builder.arithmetic(isSigned ? .ashr : .lshr, left, .constant(Int64(64 - field.width)))
  }

  private mutating func tupleElement(_ base: TypedExpression, _ index: Int, _ type: Type) -> Operand {
    if case .tuple(let parts) = base.kind, parts.indices.contains(index),
      !parts.indices.contains(where: { $0 != index && parts[$0].hasEffects })
    {
      return scalar(parts[index])
    }
    if let pair = pair(base), index == 1, let result = readAggregation(pair) { return result }
    let memory = elementMemory(base, index)
    let integer = type.integer ?? .uint64
    return builder.load(integer.bits, signed: integer.isSigned, memory.base, memory.offset)
  }

  /// The map entry a variable stands for, inside a loop over a map.
  func pair(_ expression: TypedExpression) -> EntryPair? {
    guard case .variable(let variable) = expression.kind else { return nil }
    return pairs[variable]
  }

  mutating func elementMemory(_ base: TypedExpression, _ index: Int) -> Memory {
    if let pair = pair(base) { return index == 0 ? pair.key : pair.value }
    let tuple = materialize(base, isPadded: true)
    guard case .tuple(let elements) = base.type else {
      impossible("an element of \(base.type.description)")
      return tuple
    }
    return tuple.advanced(by: layout(of: elements).offsets[index])
  }
}
