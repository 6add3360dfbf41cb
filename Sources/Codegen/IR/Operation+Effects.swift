/// Bytes at a constant offset from a base.
public struct MemoryPlace: Hashable, Sendable {
  public let base: Value
  public let offset: Int
  public let size: Int
}

// What an operation depends on and changes; passes ask this, not which operation it is.
extension Operation {
  /// Whether its result depends on its operands alone.
  public var isComputation: Bool {
    switch self {
    case .constant, .mapReference, .mapValueAddress, .functionAddress, .slotAddress, .arithmetic, .extend, .byteSwap,
      .compare:
      true
    case .load, .store, .atomicAdd, .copy, .zero, .call, .callFunction, .callKernel: false
    }
  }

  /// The memory that it reads itself; what the callee of a call reads, `onlyReads(argument:)` of `Helper` says.
  public var readPlace: MemoryPlace? {
    switch self {
    case .load(let bits, _, let base, let offset), .atomicAdd(let bits, let base, let offset, _):
      MemoryPlace(base: base, offset: offset, size: bits / 8)
    case .copy(_, _, let from, let offset, let size, _): MemoryPlace(base: from, offset: offset, size: size)
    case .constant, .mapReference, .mapValueAddress, .functionAddress, .slotAddress, .arithmetic, .extend, .byteSwap,
      .compare, .store, .zero, .call, .callFunction, .callKernel:
      nil
    }
  }

  /// The memory that it writes itself.
  public var writtenPlace: MemoryPlace? {
    switch self {
    case .store(let bits, let base, let offset, _), .atomicAdd(let bits, let base, let offset, _):
      MemoryPlace(base: base, offset: offset, size: bits / 8)
    case .copy(let to, let offset, _, _, let size, _): MemoryPlace(base: to, offset: offset, size: size)
    case .zero(let base, let offset, let size, _): MemoryPlace(base: base, offset: offset, size: size)
    case .constant, .mapReference, .mapValueAddress, .functionAddress, .slotAddress, .arithmetic, .extend, .byteSwap,
      .compare, .load, .call, .callFunction, .callKernel:
      nil
    }
  }

  /// The memory whose content before is lost, whatever it was.
  public var overwrittenPlace: MemoryPlace? {
    guard let written = writtenPlace, written != readPlace else { return nil }
    return written
  }

  /// The operand that it puts into memory.
  public var storedOperand: Operand? {
    switch self {
    case .store(_, _, _, let operand), .atomicAdd(_, _, _, let operand): operand
    case .constant, .mapReference, .mapValueAddress, .functionAddress, .slotAddress, .arithmetic, .extend, .byteSwap,
      .compare, .load, .copy, .zero, .call, .callFunction, .callKernel:
      nil
    }
  }

  /// The arguments of a call.
  public var arguments: CallArguments? {
    switch self {
    case .call(_, let arguments), .callFunction(_, let arguments), .callKernel(_, let arguments): arguments
    case .constant, .mapReference, .mapValueAddress, .functionAddress, .slotAddress, .arithmetic, .extend, .byteSwap,
      .compare, .load, .store, .atomicAdd, .copy, .zero:
      nil
    }
  }

  /// Whether removing it when nobody reads its result changes nothing; loads are, as memory operands are proven.
  public var isRemovable: Bool {
    if case .call(let helper, _) = self {
      return helper.isPure || helper == .mapLookupElement || helper == .ktimeGetNanoseconds
    }
    return arguments == nil && writtenPlace == nil
  }

  /// Whether the memory that an argument of a call points to stays as it is.
  func onlyReads(argument index: Int) -> Bool {
    if case .call(let helper, _) = self { helper.onlyReads(argument: index) } else { false }
  }
}
