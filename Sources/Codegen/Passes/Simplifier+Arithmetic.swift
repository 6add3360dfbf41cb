extension Simplifier {
  func simplify(_ operation: ArithmeticOperator, _ a: Operand, _ b: Operand) -> Result {
    if case .constant(let x) = a, case .constant(let y) = b { return .operand(.constant(operation.apply(x, y))) }
    if case .constant = a, operation.isCommutative { return simplify(operation, b, a) }
    if case .constant(let value) = b { return simplify(operation, a, constant: value) }
    if a == b, let result = simplifyEqual(operation, a) { return result }
    switch operation {
    case .sdiv where bounds.isNatural(a) && bounds.isNatural(b): return .operation(.arithmetic(.udiv, a, b))
    case .smod where bounds.isNatural(a) && bounds.isNatural(b): return .operation(.arithmetic(.umod, a, b))
    case .shl, .lshr, .ashr:
      if case .constant(0) = a { return .operand(.constant(0)) }
    case .udiv, .umod, .sdiv, .smod:
      if case .constant(0) = a { return .operand(.constant(0)) }
    case .add, .sub, .mul, .and, .or, .xor: break
    }
    return .operation(.arithmetic(operation, a, b))
  }

  /// Of a value with itself; division keeps its zero.
  private func simplifyEqual(_ operation: ArithmeticOperator, _ a: Operand) -> Result? {
    switch operation {
    case .sub, .xor, .umod, .smod:
      // x mod x is 0, and 0 mod 0 is 0 as well.
      return isInteger(a) ? .operand(.constant(0)) : nil
    case .and, .or: return .operand(a)
    case .add, .mul, .udiv, .sdiv, .shl, .lshr, .ashr: return nil
    }
  }

  private func isInteger(_ operand: Operand) -> Bool {
    guard case .value(let value) = operand, case .pointer = types[value.index] else { return true }
    return false
  }

  private func simplify(_ operation: ArithmeticOperator, _ a: Operand, constant value: Int64) -> Result {
    let unchanged = Result.operation(.arithmetic(operation, a, .constant(value)))
    switch operation {
    case .add: return value == 0 ? .operand(a) : reassociated(.add, a, value) ?? unchanged
    case .sub: return simplify(.add, a, constant: 0 &- value)
    case .mul: return simplifyMultiplication(a, value)
    case .udiv:
      if value == 0 { return .operand(.constant(0)) }
      if let shift = value.exponent { return simplify(.lshr, a, constant: shift) }
      return UInt64(bitPattern: value) > bounds.maximum(a) ? .operand(.constant(0)) : unchanged
    case .umod:
      if value == 0 { return .operand(a) }
      if value.exponent != nil { return simplify(.and, a, constant: value &- 1) }
      return UInt64(bitPattern: value) > bounds.maximum(a) ? .operand(a) : unchanged
    case .sdiv:
      if value == 0 { return .operand(.constant(0)) }
      if value == 1 { return .operand(a) }
      return value > 0 && bounds.isNatural(a) ? simplify(.udiv, a, constant: value) : unchanged
    case .smod:
      if value == 0 { return .operand(a) }
      if value == 1 || value == -1 { return .operand(.constant(0)) }
      return value > 0 && bounds.isNatural(a) ? simplify(.umod, a, constant: value) : unchanged
    case .and: return simplifyMask(a, value)
    case .or:
      if value == 0 { return .operand(a) }
      return value == -1 ? .operand(.constant(-1)) : reassociated(.or, a, value) ?? unchanged
    case .xor: return value == 0 ? .operand(a) : reassociated(.xor, a, value) ?? unchanged
    case .shl, .lshr, .ashr: return simplifyShift(operation, a, value & 63)
    }
  }

  private func simplifyMultiplication(_ a: Operand, _ value: Int64) -> Result {
    if value == 0 { return .operand(.constant(0)) }
    if let shift = value.exponent { return simplify(.shl, a, constant: shift) }
    return reassociated(.mul, a, value) ?? .operation(.arithmetic(.mul, a, .constant(value)))
  }

  private func simplifyMask(_ a: Operand, _ mask: Int64) -> Result {
    if mask == 0 { return .operand(.constant(0)) }
    if mask == -1 { return .operand(a) }
    // All bits that the value can have are kept.
    let possible = bounds.maximum(a)
    let covering = possible == 0 ? 0 : UInt64.max >> UInt64(possible.leadingZeroBitCount)
    if covering & ~UInt64(bitPattern: mask) == 0 { return .operand(a) }
    return reassociated(.and, a, mask) ?? .operation(.arithmetic(.and, a, .constant(mask)))
  }

  private func simplifyShift(_ operation: ArithmeticOperator, _ a: Operand, _ count: Int64) -> Result {
    if count == 0 { return .operand(a) }
    if operation == .ashr, bounds.isNatural(a) { return simplifyShift(.lshr, a, count) }
    if operation == .lshr, bounds.maximum(a) >> UInt64(count) == 0 { return .operand(.constant(0)) }
    if operation == .lshr, let result = shiftedBack(a, count) { return result }
    if case .arithmetic(operation, let inner, .constant(let first))? = definition(a) {
      let total = (first & 63) + count
      if total < 64 { return .operation(.arithmetic(operation, inner, .constant(total))) }
      if operation != .ashr { return .operand(.constant(0)) }
      return .operation(.arithmetic(.ashr, inner, .constant(63)))
    }
    return .operation(.arithmetic(operation, a, .constant(count)))
  }

  /// `(x << c) >> d` is one shift where `x << c` loses nothing, and a mask where both are equal and the mask fits an
  /// instruction.
  private func shiftedBack(_ a: Operand, _ count: Int64) -> Result? {
    guard case .arithmetic(.shl, let inner, .constant(let constant))? = definition(a) else { return nil }
    let first = constant & 63
    guard bounds.maximum(inner) <= UInt64.max >> UInt64(first) else {
      let mask = UInt64.max >> UInt64(count)
      return first == count && mask <= UInt64(Int32.max) ? simplifyMask(inner, Int64(mask)) : nil
    }
    if first == count { return .operand(inner) }
    return first > count
      ? .operation(.arithmetic(.shl, inner, .constant(first - count)))
      : simplifyShift(.lshr, inner, count - first)
  }

  /// `(x op c) op d` is `x op (c op d)`.
  private func reassociated(_ operation: ArithmeticOperator, _ a: Operand, _ value: Int64) -> Result? {
    guard case .arithmetic(operation, let inner, .constant(let first))? = definition(a) else { return nil }
    return simplify(operation, inner, constant: operation.apply(first, value))
  }
}

extension Int64 {
  /// The k of a 2^k, taken as unsigned.
  fileprivate var exponent: Int64? {
    let bits = UInt64(bitPattern: self)
    return bits.nonzeroBitCount == 1 ? Int64(bits.trailingZeroBitCount) : nil
  }
}
