/// Folds constants, copies and algebraic identities, reduces strength, and turns branches on comparisons into branches on
/// what was compared.
public struct Simplification: Pass {
  public let name = "simplify"

  public init() {}

  public func run(_ function: inout Function) {
    var substitution = Substitution(function)
    var simplifier = Simplifier(types: function.valueTypes, definitions: function.definitions())
    for block in ControlFlow.order(of: function) {
      for index in function[block].instructions.indices {
        let instruction = function[block].instructions[index]
        let operation = substitution.resolve(instruction.operation)
        guard let result = instruction.result else {
          function[block].instructions[index].operation = operation
          continue
        }
        switch simplifier.simplify(operation, type: function.type(of: result)) {
        case .operand(let operand):
          substitution.replace(result, by: operand)
          function[block].instructions[index].operation = operation
        case .operation(let simpler):
          function[block].instructions[index].operation = simpler
          simplifier.definitions[result.index] = simpler
        }
      }
      substitution.resolve(&function[block].terminator)
      function[block].terminator = simplifier.simplify(function[block].terminator)
    }
    substitution.apply(to: &function)
  }
}

/// The rules of `Simplification`, on operands that are themselves simplified.
struct Simplifier {
  enum Result {
    case operand(Operand)
    case operation(Operation)
  }

  let types: [ValueType]
  var definitions: [Operation?]

  var bounds: KnownBounds { KnownBounds(definitions: definitions) }

  func definition(_ operand: Operand) -> Operation? {
    if case .value(let value) = operand, value.index < definitions.count { definitions[value.index] } else { nil }
  }

  private func isPointer(_ operand: Operand) -> Bool {
    guard case .value(let value) = operand, case .pointer = types[value.index] else { return false }
    return true
  }

  func simplify(_ operation: Operation, type: ValueType) -> Result {
    switch operation {
    case .constant(let value): return .operand(.constant(value))
    case .arithmetic(let operation, let a, let b): return simplify(operation, a, b)
    case .extend(let bits, let signed, let operand): return simplifyExtension(bits, signed, operand)
    case .byteSwap(let bits, .constant(let value)): return .operand(.constant(byteSwapped(value, bits: bits)))
    case .compare(let condition, let a, let b):
      let (condition, a, b, isNegated) = canonical(condition, a, b)
      if let outcome = outcome(condition, a, b) { return .operand(.constant(outcome != isNegated ? 1 : 0)) }
      if isNegated {
        guard let inverse = condition.inverse else { return .operation(operation) }
        return .operation(.compare(inverse, a, b))
      }
      return .operation(.compare(condition, a, b))
    case .byteSwap, .load, .store, .atomicAdd, .copy, .zero, .call, .callFunction, .callKernel, .mapReference,
      .mapValueAddress,
      .functionAddress, .slotAddress:
      return .operation(operation)
    }
  }

  func simplify(_ terminator: Terminator) -> Terminator {
    guard case .branch(let original, let x, let y, let then, let otherwise) = terminator else { return terminator }
    let (condition, a, b, isNegated) = canonical(original, x, y)
    let (first, second) = isNegated ? (otherwise, then) : (then, otherwise)
    if let outcome = outcome(condition, a, b) { return .jump(outcome ? first : second) }
    return .branch(condition, a, b, then: first, otherwise: second)
  }

  // MARK: Comparisons

  /// A condition with its constant on the right; a comparison with the 0 or 1 of another is that other one, perhaps
  /// negated.
  private func canonical(
    _ condition: Condition, _ a: Operand, _ b: Operand
  ) -> (Condition, Operand, Operand, isNegated: Bool) {
    if case .constant = a {
      guard case .constant = b else { return canonical(condition.swapped, b, a) }
      return (condition, a, b, false)
    }
    if case .constant(let value) = b {
      if case .compare(let inner, let x, let y)? = definition(a), value == 0, condition == .ne || condition == .eq {
        let (result, p, q, isNegated) = canonical(inner, x, y)
        return (result, p, q, isNegated != (condition == .eq))
      }
      if value == 1, condition == .ult { return (.eq, a, .constant(0), false) }
      if value == 1, condition == .uge { return (.ne, a, .constant(0), false) }
      if value == 0, condition == .ugt { return (.ne, a, .constant(0), false) }
      if value == 0, condition == .ule { return (.eq, a, .constant(0), false) }
    }
    return (condition, a, b, false)
  }

  /// The result of a comparison where it is known.
  private func outcome(_ condition: Condition, _ a: Operand, _ b: Operand) -> Bool? {
    if case .constant(let x) = a, case .constant(let y) = b { return condition.holds(x, y) }
    if a == b, condition != .test { return condition.holds(0, 0) }
    guard case .constant(let y) = b else { return nil }
    if isNonNull(a), y == 0 {
      if condition == .eq { return false }
      if condition == .ne { return true }
    }
    if isPointer(a) { return nil }
    let maximum = bounds.maximum(a)
    let limit = UInt64(bitPattern: y)
    switch condition {
    case .ult: return limit == 0 ? false : maximum < limit ? true : nil
    case .uge: return limit == 0 ? true : maximum < limit ? false : nil
    case .ule: return maximum <= limit ? true : nil
    case .ugt: return maximum <= limit ? false : nil
    case .eq: return maximum < limit ? false : nil
    case .ne: return maximum < limit ? true : nil
    case .slt: return y == 0 && maximum <= UInt64(Int64.max) ? false : nil
    case .sge: return y == 0 && maximum <= UInt64(Int64.max) ? true : nil
    case .test: return y == 0 ? false : nil
    case .sle, .sgt: return nil
    }
  }

  private func isNonNull(_ operand: Operand) -> Bool {
    guard case .value(let value) = operand, case .pointer(let region) = types[value.index] else { return false }
    switch region {
    case .context, .stack, .mapValue, .mapReference, .record: return true
    case .mapValueOrNull, .recordOrNull, .kernelObject: return false
    }
  }

  // MARK: Extensions

  private func simplifyExtension(_ bits: Int, _ signed: Bool, _ operand: Operand) -> Result {
    if case .constant(let value) = operand { return .operand(.constant(extended(value, bits: bits, signed: signed))) }
    if bits >= 64 { return .operand(operand) }
    let maximum = bounds.maximum(operand)
    if maximum <= KnownBounds.mask(signed ? bits - 1 : bits) { return .operand(operand) }
    switch definition(operand) {
    case .extend(let inner, let isInnerSigned, let source)?:
      // The outer one looks only at bits that the inner one passes on, or at copies of its sign.
      if inner >= bits { return .operation(.extend(bits: bits, signed: signed, source)) }
      if signed, isInnerSigned { return .operand(operand) }
    case .load(let size, true, _, _)? where signed && size <= bits:
      return .operand(operand)
    case .arithmetic(.and, let source, .constant(let mask))? where !signed || bits < 64:
      let low = Int64(bitPattern: KnownBounds.mask(bits))
      if mask & low == low { return .operation(.extend(bits: bits, signed: signed, source)) }
    case .constant, .mapReference, .mapValueAddress, .functionAddress, .slotAddress, .arithmetic, .byteSwap, .compare,
      .load, .store, .atomicAdd, .copy, .zero, .call, .callFunction, .callKernel, nil:
      break
    }
    return .operation(.extend(bits: bits, signed: signed, operand))
  }
}
