extension Operation {
  /// Every operand read, in the order of the text.
  @inline(__always)
  public func forEachOperand(_ body: (Operand) -> Void) {
    switch self {
    case .constant, .mapReference, .mapValueAddress, .functionAddress, .slotAddress: break
    case .arithmetic(_, let a, let b), .compare(_, let a, let b):
      body(a)
      body(b)
    case .extend(_, _, let operand), .byteSwap(_, let operand): body(operand)
    case .load(_, _, let base, _): body(.value(base))
    case .store(_, let base, _, let operand), .atomicAdd(_, let base, _, let operand):
      body(.value(base))
      body(operand)
    case .copy(let to, _, let from, _, _, _):
      body(.value(to))
      body(.value(from))
    case .zero(let base, _, _, _): body(.value(base))
    case .call(_, let operands), .callFunction(_, let operands), .callKernel(_, let operands): operands.forEach(body)
    }
  }

  /// The same operation on other operands; a base stays what it is where `transform` gives a constant for it.
  public func mapOperands(_ transform: (Operand) -> Operand) -> Operation {
    func base(_ value: Value) -> Value {
      if case .value(let new) = transform(.value(value)) { new } else { value }
    }
    switch self {
    case .constant, .mapReference, .mapValueAddress, .functionAddress, .slotAddress: return self
    case .arithmetic(let operation, let a, let b): return .arithmetic(operation, transform(a), transform(b))
    case .compare(let condition, let a, let b): return .compare(condition, transform(a), transform(b))
    case .extend(let bits, let signed, let operand):
      return .extend(bits: bits, signed: signed, transform(operand))
    case .byteSwap(let bits, let operand): return .byteSwap(bits: bits, transform(operand))
    case .load(let bits, let signed, let pointer, let offset):
      return .load(bits: bits, signed: signed, base: base(pointer), offset: offset)
    case .store(let bits, let pointer, let offset, let operand):
      return .store(bits: bits, base: base(pointer), offset: offset, transform(operand))
    case .atomicAdd(let bits, let pointer, let offset, let operand):
      return .atomicAdd(bits: bits, base: base(pointer), offset: offset, transform(operand))
    case .copy(let to, let toOffset, let from, let fromOffset, let size, let alignment):
      return .copy(
        to: base(to), toOffset: toOffset, from: base(from), fromOffset: fromOffset, size: size, alignment: alignment)
    case .zero(let pointer, let offset, let size, let alignment):
      return .zero(base: base(pointer), offset: offset, size: size, alignment: alignment)
    case .call(let helper, let operands): return .call(helper, operands.mapped(transform))
    case .callFunction(let index, let operands): return .callFunction(index, operands.mapped(transform))
    case .callKernel(let function, let operands): return .callKernel(function, operands.mapped(transform))
    }
  }
}
