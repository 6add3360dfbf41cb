/// Loads only the bytes of which something is wanted, so that masks and shifts behind a load go.
///
/// Loads from the context stay: the kernel rewrites them and takes some in one size only.
public struct LoadNarrowing: Pass {
  public let name = "narrow-loads"

  public init() {}

  public func run(_ function: inout Function) {
    guard hasWideLoad(function) else { return }
    let demanded = DemandedBits(function)
    var isChanged = false
    for block in function.blocks.indices {
      var kept: [Instruction] = []
      kept.reserveCapacity(function.blocks[block].instructions.count)
      for instruction in function.blocks[block].instructions {
        guard let result = instruction.result,
          case .load(let bits, let signed, let base, let offset) = instruction.operation,
          isNarrowable(base, result, function), let part = part(of: bits, signed: signed, demanded[result])
        else {
          kept.append(instruction)
          continue
        }
        isChanged = true
        let load = Operation.load(bits: part.bits, signed: false, base: base, offset: offset + part.byte)
        if part.byte == 0 {
          kept.append(Instruction(result: result, load, line: instruction.line))
        } else {
          let low = function.makeValue(.integer)
          kept.append(Instruction(result: low, load, line: instruction.line))
          let shift = Operation.arithmetic(.shl, .value(low), .constant(Int64(part.byte * 8)))
          kept.append(Instruction(result: result, shift, line: instruction.line))
        }
      }
      function.blocks[block].instructions = kept
    }
    if isChanged { Simplification().run(&function) }
  }

  private func hasWideLoad(_ function: Function) -> Bool {
    function.blocks.contains { block in
      block.instructions.contains { instruction in
        if case .load(let bits, let signed, _, _) = instruction.operation { bits > 8 || signed } else { false }
      }
    }
  }

  private func isNarrowable(_ base: Value, _ result: Value, _ function: Function) -> Bool {
    guard case .integer = function.type(of: result), case .pointer(let region) = function.type(of: base) else {
      return false
    }
    switch region {
    case .stack, .mapValue, .kernelObject: return true
    case .context, .mapValueOrNull, .mapReference, .record, .recordOrNull: return false
    }
  }

  /// The smallest aligned part of a loaded number that has all wanted bits; `nil` for the whole number as it is.
  private func part(of bits: Int, signed: Bool, _ demanded: UInt64) -> (bits: Int, byte: Int)? {
    // Bits above the number are zeros or copies of its sign.
    let wanted = demanded & KnownBounds.mask(bits)
    guard wanted != 0, !signed || wanted == demanded else { return nil }
    let low = wanted.trailingZeroBitCount
    let high = 64 - wanted.leadingZeroBitCount
    for size in [8, 16, 32] where size < bits {
      let start = low / size * size
      if high <= start + size { return (size, start / 8) }
    }
    return signed && bits < 64 ? (bits, 0) : nil
  }
}
