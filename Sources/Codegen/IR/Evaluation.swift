extension ArithmeticOperator {
  /// What the machine computes; shifts count modulo 64.
  public func apply(_ a: Int64, _ b: Int64) -> Int64 {
    let (x, y) = (UInt64(bitPattern: a), UInt64(bitPattern: b))
    switch self {
    case .add: return a &+ b
    case .sub: return a &- b
    case .mul: return a &* b
    case .udiv: return y == 0 ? 0 : Int64(bitPattern: x / y)
    case .umod: return y == 0 ? a : Int64(bitPattern: x % y)
    case .sdiv: return b == 0 ? 0 : a.dividedReportingOverflow(by: b).partialValue
    case .smod: return b == 0 ? a : b == -1 ? 0 : a % b
    case .and: return a & b
    case .or: return a | b
    case .xor: return a ^ b
    case .shl: return a &<< b
    case .lshr: return Int64(bitPattern: x &>> y)
    case .ashr: return a &>> b
    }
  }

  public var isCommutative: Bool {
    switch self {
    case .add, .mul, .and, .or, .xor: true
    case .sub, .udiv, .umod, .sdiv, .smod, .shl, .lshr, .ashr: false
    }
  }
}

extension Condition {
  public func holds(_ a: Int64, _ b: Int64) -> Bool {
    let (x, y) = (UInt64(bitPattern: a), UInt64(bitPattern: b))
    switch self {
    case .eq: return a == b
    case .ne: return a != b
    case .ult: return x < y
    case .ule: return x <= y
    case .ugt: return x > y
    case .uge: return x >= y
    case .slt: return a < b
    case .sle: return a <= b
    case .sgt: return a > b
    case .sge: return a >= b
    case .test: return a & b != 0
    }
  }

  /// The condition on the same operands the other way round.
  public var swapped: Condition {
    switch self {
    case .eq: .eq
    case .ne: .ne
    case .ult: .ugt
    case .ule: .uge
    case .ugt: .ult
    case .uge: .ule
    case .slt: .sgt
    case .sle: .sge
    case .sgt: .slt
    case .sge: .sle
    case .test: .test
    }
  }

  /// The condition that holds exactly when this one does not; there is none for `test`.
  public var inverse: Condition? {
    switch self {
    case .eq: .ne
    case .ne: .eq
    case .ult: .uge
    case .ule: .ugt
    case .ugt: .ule
    case .uge: .ult
    case .slt: .sge
    case .sle: .sgt
    case .sgt: .sle
    case .sge: .slt
    case .test: nil
    }
  }
}

/// The low `bits` of a value, sign- or zero-extended to 64.
func extended(_ value: Int64, bits: Int, signed: Bool) -> Int64 {
  guard bits < 64 else { return value }
  let shift = Int64(64 - bits)
  let high = value &<< shift
  return signed ? high &>> shift : Int64(bitPattern: UInt64(bitPattern: high) &>> UInt64(shift))
}

/// The low `bits` (16, 32, 64) of a value with the order of bytes reversed, zero-extended.
func byteSwapped(_ value: Int64, bits: Int) -> Int64 {
  Int64(bitPattern: UInt64(bitPattern: value).byteSwapped &>> UInt64(64 - bits))
}
