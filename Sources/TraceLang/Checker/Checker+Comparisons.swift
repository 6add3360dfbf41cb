// What `==`, `<` and their kind mean: numbers, pointers, texts, and values that are told by the text they print as.

extension Checker {
  mutating func comparison(
    _ comparison: Comparison, _ left: TypedExpression, _ right: TypedExpression, _ range: SourceRange
  ) -> TypedExpression {
    let isEquality = comparison == .equal || comparison == .notEqual
    if case .string = left.type, case .string = right.type, !isEquality {
      return stringOrder(comparison, left, right, range)
    }
    let x = numeric(left)
    let y = numeric(right)
    if let a = x.type.integer, let b = y.type.integer {
      let isSigned =
        (a.isSigned && !(isNaturalConstant(x) && !b.isSigned))
        || (b.isSigned && !(isNaturalConstant(y) && !a.isSigned))
      if case .integer(let x) = x.kind, case .integer(let y) = y.kind {
        return TypedExpression(.integer(Self.holds(comparison, x, y, signed: isSigned) ? 1 : 0), .bool, range)
      }
      return TypedExpression(.compare(comparison, x, y, signed: isSigned), .bool, range)
    }
    if isEquality, x.type == y.type, x.type.isScalar {
      return TypedExpression(.compare(comparison, x, y, signed: false), .bool, range)
    }
    guard isEquality, let equal = textEquality(left, right, range) ?? equality(x, y, range) else {
      error(
        "\(left.type.description) and \(right.type.description) cannot be compared with '\(comparison.rawValue)'",
        at: range)
      return invalid(range)
    }
    return comparison == .equal ? equal : TypedExpression(.not(equal), .bool, range)
  }

  /// Whether two strings are equal, or a string is the text that a value prints as; `nil` for all else.
  private mutating func textEquality(
    _ left: TypedExpression, _ right: TypedExpression, _ range: SourceRange
  ) -> TypedExpression? {
    if case .string = right.type {
      if case .string = left.type {
        return TypedExpression(.call(.stringsEqual(left, right, limit: .max)), .bool, range)
      }
      if case .symbolic(let symbol) = left.type { return equality(left, symbol, right, range) }
    }
    guard case .string = left.type, case .symbolic(let symbol) = right.type else { return nil }
    return equality(right, symbol, left, range)
  }

  static func holds(_ comparison: Comparison, _ x: Int64, _ y: Int64, signed: Bool) -> Bool {
    let (ux, uy) = (UInt64(bitPattern: x), UInt64(bitPattern: y))
    switch comparison {
    case .equal: return x == y
    case .notEqual: return x != y
    case .less: return signed ? x < y : ux < uy
    case .lessOrEqual: return signed ? x <= y : ux <= uy
    case .greater: return signed ? x > y : ux > uy
    case .greaterOrEqual: return signed ? x >= y : ux >= uy
    }
  }

  /// Whether a value prints as a text; `nil` where that is not known.
  private func equality(
    _ value: TypedExpression, _ symbol: SymbolicType, _ text: TypedExpression, _ range: SourceRange
  ) -> TypedExpression? {
    if case .string(let bytes) = text.kind, symbol.facts.literals == .probes {
      return probeEquality(value, String(systemBytes: bytes), range)
    }
    guard let own = self.text(of: value, symbol) else { return nil }
    if case .string(let first) = own.kind, case .string(let second) = text.kind {
      return TypedExpression(.integer(first == second ? 1 : 0), .bool, range)
    }
    return TypedExpression(.call(.stringsEqual(own, text, limit: .max)), .bool, range)
  }

  /// `probe == "name"` by index, as the names of this block's probes are known.
  private func probeEquality(_ name: TypedExpression, _ literal: String, _ range: SourceRange) -> TypedExpression {
    let isFunction = name.kind == .context(.functionName)
    let matching = instance.attachPoints.filter {
      (isFunction ? $0.function : probeNames[$0.nameIndex]) == literal
    }
    var equal: TypedExpression
    if matching.isEmpty || matching.count == instance.attachPoints.count {
      equal = TypedExpression(.integer(matching.isEmpty ? 0 : 1), .bool, range)
    } else {
      let index = TypedExpression(.convert(name), .uint64, name.range)
      equal = TypedExpression(.integer(0), .bool, range)
      for point in matching {
        let constant = TypedExpression(
          .integer(Int64((isFunction ? point.functionIndex : point.nameIndex) ?? 0)), .uint64, range)
        let test = TypedExpression(.compare(.equal, index, constant, signed: false), .bool, range)
        if case .integer = equal.kind { equal = test } else { equal = TypedExpression(.or(equal, test), .bool, range) }
      }
    }
    return equal
  }
}
