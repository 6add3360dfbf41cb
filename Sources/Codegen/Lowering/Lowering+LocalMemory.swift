import TraceLang

// Parts of structs and arrays that the program holds itself: loads that need no helper.
extension Lowering {
  /// The memory of a struct or array that is a value of the program; `nil` for one that lies in the kernel, in a process
  /// or in the probe's context.
  private mutating func localMemory(_ expression: TypedExpression) -> Memory? {
    guard isLocal(expression) else { return nil }
    switch expression.kind {
    case .member(let base, let member): return localMemory(base)?.advanced(by: member.offset)
    case .index(let base, let position):
      guard case .integer(let constant) = position.kind else { return nil }
      return localMemory(base)?.advanced(by: Int(constant) * size(of: expression.type))
    case .integer, .string, .variable, .map, .context, .address, .dereference, .element, .tuple, .convert, .negate,
      .complement, .not, .arithmetic, .pointerOffset, .compare, .and, .or, .ternary, .step, .call, .block:
      return materialize(expression, isPadded: true)
    }
  }

  private func isLocal(_ expression: TypedExpression) -> Bool {
    if expression.type.isScalar { return false }
    switch expression.kind {
    case .variable, .map, .element, .ternary, .call, .block, .string, .tuple: return true
    case .convert(let operand): return operand.type.isScalar || isLocal(operand)
    case .member(let base, let member):
      return base.kind != .context(.arguments) && member.location == nil && isLocal(base)
    case .index(let base, let position):
      if case .integer = position.kind { return isLocal(base) }
      return false
    case .integer, .context, .address, .dereference, .negate, .complement, .not, .arithmetic, .pointerOffset, .compare,
      .and, .or, .step:
      return false
    }
  }

  private mutating func load(_ type: Type, _ memory: Memory) -> Operand? {
    let integer = type.integer ?? .uint64
    // The verifier refuses loads from the stack that are not aligned.
    guard alignment(memory) >= integer.size else { return nil }
    return builder.load(integer.bits, signed: integer.isSigned, memory.base, memory.offset)
  }

  /// A scalar member of a struct that the program holds.
  mutating func localMember(_ base: TypedExpression, _ member: RecordLayout.Member, _ type: Type) -> Operand? {
    guard let memory = localMemory(base), let value = load(type, memory.advanced(by: member.offset)) else { return nil }
    return bits(of: member.bitField, value, type)
  }

  /// A scalar element of an array that the program holds; 0 for an index outside of it.
  mutating func localElement(_ base: TypedExpression, _ position: TypedExpression, _ type: Type) -> Operand? {
    guard case .array(_, let count) = base.type, let memory = localMemory(base) else { return nil }
    if case .integer(let constant) = position.kind {
      return load(type, memory.advanced(by: Int(constant) * size(of: type)))
    }
    let index = scalar(position)
    return choose(
      .ult, index, .constant(Int64(count)),
      then: {
        let place = $0.builder.arithmetic(.add, $0.address(memory), $0.scaled(index, by: $0.size(of: type)))
        return $0.read(type, at: place, .kernel)
      }, otherwise: { _ in .constant(0) })
  }

  /// The bytes of an array that the program holds, as one integer.
  mutating func localNumber(_ array: TypedExpression, _ integer: IntegerType) -> Operand? {
    guard let memory = localMemory(array) else { return nil }
    return load(.integer(integer), memory)
  }
}
