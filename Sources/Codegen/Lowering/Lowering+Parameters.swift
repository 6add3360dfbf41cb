import TraceLang

// Parameters of a function of a binary: in saved registers, or in the process's memory at an address that one has.
extension Lowering {
  /// Whether an expression is `args` of a uprobe.
  func isParameter(_ base: TypedExpression) -> Bool {
    if case .record(.parameters) = base.type { true } else { false }
  }

  /// The value of a parameter that is a number or an address.
  mutating func parameter(_ place: ParameterPlace?, _ type: Type) -> Operand {
    let integer = type.integer ?? .uint64
    switch place {
    case .constant(let value): return extended(.constant(value), integer)
    // What is above a small number in its register means nothing.
    case .registers(let names) where names.count == 1: return extended(register(names[0]), integer)
    case .sum(let name, let displacement):
      return extended(builder.arithmetic(.add, register(name), .constant(displacement)), integer)
    case .memory(let name, let displacement): return read(type, at: address(name, displacement), .user)
    case .registers, .unreadable, nil: return impossible("a parameter that cannot be read")
    }
  }

  private mutating func extended(_ value: Operand, _ type: IntegerType) -> Operand {
    guard type.bits < 64 else { return value }
    return .value(builder.define(.integer, .extend(bits: type.bits, signed: type.isSigned, value)))
  }

  private mutating func address(_ name: String, _ displacement: Int64) -> Operand {
    builder.arithmetic(.add, register(name), .constant(displacement))
  }

  /// Where a parameter that is a record or array is: with the process, or in memory of the program's own.
  mutating func parameterLocation(_ member: RecordLayout.Member) -> (address: Operand, space: AddressSpace) {
    guard case .parameters(let places) = placement.arguments else {
      return (impossible("a parameter without a place"), .user)
    }
    switch places[member.name] {
    case .memory(let name, let displacement): return (address(name, displacement), .user)
    case let place:
      let size = (max(size(of: member.type), 1) + 7) & ~7
      let memory = Memory(base: builder.slot(size: size), offset: 0)
      store(place, size: size, to: memory)
      return (address(memory), .kernel)
    }
  }

  /// Writes a parameter that is a record or array to memory.
  mutating func writeParameter(
    _ member: RecordLayout.Member, _ expression: TypedExpression, to memory: Memory, isPadded: Bool
  ) {
    let (place, space) = parameterLocation(member)
    let size = size(of: expression.type)
    if isPadded, case .string = expression.type {
      return readCharacters(place, space, size, to: memory, expression.range)
    }
    let helper: Helper = space == .user ? .probeReadUser : .probeReadKernel
    _ = guardedCall(helper, [address(memory), .constant(Int64(size)), place], at: expression.range)
  }

  /// Puts what lies in registers next to each other.
  private mutating func store(_ place: ParameterPlace?, size: Int, to memory: Memory) {
    var words: [Operand] = []
    switch place {
    case .registers(let names): words = names.map { register($0) }
    case .constant(let value): words = [.constant(value)]
    case .sum(let name, let displacement): words = [address(name, displacement)]
    case .memory, .unreadable, nil: words = [impossible("a parameter that cannot be read")]
    }
    for index in 0..<size / 8 {
      let word = words.indices.contains(index) ? words[index] : .constant(0)
      builder.emit(.store(bits: 64, base: memory.base, offset: memory.offset + index * 8, word))
    }
  }
}
