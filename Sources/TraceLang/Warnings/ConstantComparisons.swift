/// Finds comparisons whose result the types of their sides decide: `pid < 0`, `comm == "a text of twenty bytes"`.
struct ConstantComparisons {
  func check(_ program: Program, _ findings: inout Findings) {
    for probe in program.probes {
      probe.visitExpressions { expression in
        if case .compare(let comparison, let left, let right, let signed) = expression.kind {
          findings.look(
            at: expression.range, for: .comparison, integers(comparison, left, right, signed: signed, expression.range))
        } else if case .call(.stringsEqual(let left, let right, let limit)) = expression.kind {
          findings.look(at: expression.range, for: .comparison, strings(left, right, limit))
        }
      }
    }
  }

  // MARK: Integers

  private func integers(
    _ comparison: Comparison, _ left: TypedExpression, _ right: TypedExpression, signed: Bool, _ range: SourceRange
  ) -> Diagnostic? {
    let result: Bool?
    let value: TypedExpression
    if case .integer(let constant) = right.kind {
      value = left
      result = Self.result(comparison, left.type, constant, signed: signed)
    } else if case .integer(let constant) = left.kind {
      value = right
      result = Self.result(Self.mirrored(comparison), right.type, constant, signed: signed)
    } else {
      return nil
    }
    guard let result, let type = value.type.integer else { return nil }
    let bounds: String
    if type.bits == 64 {
      bounds = "is never below 0"
    } else {
      let range = Self.range(of: type)
      bounds = "is between \(range.lowerBound) and \(range.upperBound)"
    }
    return .warning(
      "this is always \(result)", at: range,
      notes: [.init("this is \(value.type.description) and \(bounds)", at: value.range)])
  }

  /// What a comparison with a constant gives for all values of a type; `nil` when that depends on the value.
  private static func result(_ comparison: Comparison, _ type: Type, _ constant: Int64, signed: Bool) -> Bool? {
    guard case .integer(let integer) = type else { return nil }
    if integer.bits == 64 {
      guard !integer.isSigned, !signed, constant == 0 else { return nil }
      switch comparison {
      case .less: return false
      case .greaterOrEqual: return true
      case .equal, .notEqual, .lessOrEqual, .greater: return nil
      }
    }
    // Narrow values are extended to 64 bits by their own sign; a negative constant is then compared signed.
    guard signed || constant >= 0 && !integer.isSigned else { return nil }
    let range = range(of: integer)
    switch comparison {
    case .equal: return range.contains(constant) ? nil : false
    case .notEqual: return range.contains(constant) ? nil : true
    case .less: return range.upperBound < constant ? true : range.lowerBound >= constant ? false : nil
    case .lessOrEqual: return range.upperBound <= constant ? true : range.lowerBound > constant ? false : nil
    case .greater: return range.lowerBound > constant ? true : range.upperBound <= constant ? false : nil
    case .greaterOrEqual: return range.lowerBound >= constant ? true : range.upperBound < constant ? false : nil
    }
  }

  /// Of a type narrower than 64 bits.
  private static func range(of type: IntegerType) -> ClosedRange<Int64> {
    type.isSigned ? -(1 << (type.bits - 1))...(1 << (type.bits - 1)) - 1 : 0...(1 << type.bits) - 1
  }

  private static func mirrored(_ comparison: Comparison) -> Comparison {
    switch comparison {
    case .equal, .notEqual: comparison
    case .less: .greater
    case .lessOrEqual: .greaterOrEqual
    case .greater: .less
    case .greaterOrEqual: .lessOrEqual
    }
  }

  // MARK: Strings

  private func strings(_ left: TypedExpression, _ right: TypedExpression, _ limit: Int) -> Diagnostic? {
    for (value, text) in [(left, right), (right, left)] {
      guard case .string(let bytes) = text.kind, case .string(let capacity) = value.type else { continue }
      if case .string = value.kind { return nil }
      let room = max(capacity - 1, 0)
      guard min(bytes.count, limit) > room else { continue }
      return .warning(
        "these are never equal: the text has \(bytes.count) bytes", at: text.range,
        notes: [.init("this holds at most \(room) bytes", at: value.range)])
    }
    return nil
  }
}
