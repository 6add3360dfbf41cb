/// Finds comparisons, divisions and remainders of a value that can be negative and an unsigned one of 64 bits: one of
/// the two is then taken for what it is not.
///
/// A difference counts as unsigned here when its sides are, as in `nsecs - @start`: its sign is the language's, not the
/// script's.
struct MixedSigns {
  private let program: Program
  private var variables: [[VariableID: [TypedExpression]]] = []
  private var maps: [MapID: [TypedExpression]] = [:]

  init(_ program: Program) {
    self.program = program
    for probe in program.probes {
      var assigned: [VariableID: [TypedExpression]] = [:]
      var stored: [MapID: [TypedExpression]] = [:]
      probe.visitStatements { statement in
        switch statement.kind {
        case .assign(.variable(let variable), let value), .update(.variable(let variable), _, let value, _):
          assigned[variable, default: []].append(value)
        case .assign(.map(let map, _), let value), .update(.map(let map, _), _, let value, _):
          stored[map, default: []].append(value)
        case .aggregate, .copy, .evaluate, .conditional, .whileLoop, .unroll, .forRange, .forMap, .breakLoop,
          .continueLoop,
          .finish, .send:
          break
        }
      }
      variables.append(assigned)
      maps.merge(stored) { $0 + $1 }
    }
  }

  func check(_ findings: inout Findings) {
    for (index, probe) in program.probes.enumerated() {
      probe.visitExpressions { expression in
        let range = expression.range
        if case .compare(let comparison, let left, let right, _) = expression.kind, comparison != .equal,
          comparison != .notEqual
        {
          findings.look(at: range, for: .sign, warning("compares", left, right, range, in: index))
        }
        if case .arithmetic(let operation, let left, let right, _) = expression.kind,
          operation == .divide || operation == .modulo
        {
          findings.look(at: range, for: .sign, warning("divides", left, right, range, in: index))
        }
      }
    }
  }

  private func warning(
    _ verb: String, _ left: TypedExpression, _ right: TypedExpression, _ range: SourceRange, in probe: Int
  ) -> Diagnostic? {
    let (left, right) = (left.asWritten, right.asWritten)
    let signed: TypedExpression
    let unsigned: TypedExpression
    if isNegatable(left, in: probe), Self.isWide(right) {
      (signed, unsigned) = (left, right)
    } else if isNegatable(right, in: probe), Self.isWide(left) {
      (signed, unsigned) = (right, left)
    } else {
      return nil
    }
    return .warning(
      "this \(verb) a signed and an unsigned value: both are taken as signed", at: range,
      notes: [
        .init("this is \(signed.type.description)", at: signed.range),
        .init("this is \(unsigned.type.description); cast one of them to say what is meant", at: unsigned.range),
      ])
  }

  private static func isWide(_ value: TypedExpression) -> Bool {
    if case .integer = value.kind { return false }
    return value.type == .uint64
  }

  /// Whether a value is signed because something in it is declared so.
  private func isNegatable(_ value: TypedExpression, in probe: Int) -> Bool {
    var seen: Set<TypedExpression.Kind> = []
    return isNegatable(value, in: probe, &seen)
  }

  private func isNegatable(_ value: TypedExpression, in probe: Int, _ seen: inout Set<TypedExpression.Kind>) -> Bool {
    guard case .integer(let type) = value.type, type.isSigned else { return false }
    switch value.kind {
    case .integer(let constant): return constant < 0
    case .context, .member, .dereference, .index, .call, .element, .negate: return true
    case .variable(let variable):
      guard seen.insert(value.kind).inserted else { return false }
      for assigned in variables[probe][variable] ?? [] where isNegatable(assigned, in: probe, &seen) { return true }
      return false
    case .map(let map, _):
      guard seen.insert(.map(map, key: nil)).inserted else { return false }
      for stored in maps[map] ?? [] where isNegatable(stored, in: probe, &seen) { return true }
      return false
    case .arithmetic(_, let left, let right, _):
      return isNegatable(left, in: probe, &seen) || isNegatable(right, in: probe, &seen)
    case .convert(let inner): return isNegatable(inner, in: probe, &seen)
    case .ternary(_, let then, let otherwise):
      return isNegatable(then, in: probe, &seen) || isNegatable(otherwise, in: probe, &seen)
    case .block(_, let inner): return isNegatable(inner, in: probe, &seen)
    case .string, .tuple, .address, .complement, .not, .pointerOffset, .compare, .and, .or, .step: return false
    }
  }
}

extension TypedExpression {
  /// A value before it was made fit for an operator; casts have a range of their own and are not looked through.
  var asWritten: TypedExpression {
    if case .convert(let inner) = kind, inner.range == range { return inner.asWritten }
    return self
  }
}
