/// What is known of numbers from the operations that make them.
///
/// Only what the verifier of every supported kernel concludes as well counts here: a check that is removed because of it
/// is one that the verifier does not need.
struct KnownBounds {
  let definitions: [Operation?]

  /// The largest value of an operand, taken as unsigned.
  func maximum(_ operand: Operand, depth: Int = 4) -> UInt64 {
    switch operand {
    case .constant(let constant): return UInt64(bitPattern: constant)
    case .value(let value):
      guard depth > 0, value.index < definitions.count, let definition = definitions[value.index] else { return .max }
      return maximum(definition, depth: depth - 1)
    }
  }

  private func maximum(_ operation: Operation, depth: Int) -> UInt64 {
    switch operation {
    case .constant(let constant): return UInt64(bitPattern: constant)
    case .arithmetic(.and, let a, let b): return min(maximum(a, depth: depth), maximum(b, depth: depth))
    case .arithmetic(.or, let a, let b):
      // Every bit up to the highest of both.
      let either = maximum(a, depth: depth) | maximum(b, depth: depth)
      return either == 0 ? 0 : UInt64.max &>> UInt64(either.leadingZeroBitCount)
    case .arithmetic(.lshr, let a, .constant(let count)):
      return maximum(a, depth: depth) &>> UInt64(bitPattern: count)
    case .arithmetic(.add, let a, let b):
      let (sum, overflow) = maximum(a, depth: depth).addingReportingOverflow(maximum(b, depth: depth))
      return overflow ? .max : sum
    case .extend(let bits, false, let operand):
      let mask = KnownBounds.mask(bits)
      return min(mask, maximum(operand, depth: depth))
    case .byteSwap(let bits, _): return KnownBounds.mask(bits)
    case .compare: return 1
    case .load(let bits, false, _, _): return KnownBounds.mask(bits)
    case .arithmetic, .extend, .load, .mapReference, .mapValueAddress, .functionAddress, .slotAddress, .store,
      .atomicAdd, .copy, .zero, .call, .callFunction, .callKernel:
      return .max
    }
  }

  static func mask(_ bits: Int) -> UInt64 { bits >= 64 ? .max : (1 << UInt64(bits)) - 1 }

  /// Whether an operand is not negative when taken as signed.
  func isNatural(_ operand: Operand) -> Bool { maximum(operand) <= UInt64(Int64.max) }
}
