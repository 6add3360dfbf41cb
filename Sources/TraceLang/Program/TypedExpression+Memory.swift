// What reading memory an expression does, for those who report it.
extension TypedExpression {
  /// The memory that computing it reads through a pointer, its parts' not included; `nil` for none.
  /// - Parameter space: where pointers that do not say it point to (`ProbeTraits.space`).
  public func memoryRead(_ space: AddressSpace) -> AddressSpace? {
    switch kind {
    case .member(let base, _), .dereference(let base), .index(let base, _): base.pointedSpace(space)
    case .call(let function): function.memoryRead(space)
    case .context(.stackArgument): space
    case .integer, .string, .variable, .map, .context, .address, .element, .tuple, .convert, .negate, .complement, .not,
      .arithmetic, .pointerOffset, .compare, .and, .or, .ternary, .step, .block:
      nil
    }
  }

  /// Where it points to; `nil` for what is no pointer, and for one to a variable or map.
  fileprivate func pointedSpace(_ space: AddressSpace) -> AddressSpace? {
    guard case .pointer(_, let own) = type else { return nil }
    if case .address = kind { return nil }
    return own == .unknown ? space : own
  }
}

extension ValueFunction {
  fileprivate func memoryRead(_ space: AddressSpace) -> AddressSpace? {
    switch self {
    case .string(let source, _), .buffer(let source, _): source.pointedSpace(space)
    case .library(let function): function.isReadingKernel ? .kernel : function.pointer?.pointedSpace(space)
    case .kernelSymbol, .userSymbol, .strftime, .hasKey, .delete, .length, .stringsEqual, .valuesEqual, .byteSwap: nil
    }
  }
}
