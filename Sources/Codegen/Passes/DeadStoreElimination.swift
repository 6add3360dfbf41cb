/// Removes stores to a stack slot that later ones of the same block overwrite before anything reads them, and cuts zeroing
/// down to what stays zero.
public struct DeadStoreElimination: Pass {
  public let name = "dead-stores"

  public init() {}

  public func run(_ function: inout Function) {
    if function.slots.isEmpty { return }
    let uses = SlotUses(function)
    var overwritten = [ByteSet](repeating: ByteSet(), count: function.slots.count)
    for index in function.blocks.indices { run(&function.blocks[index], uses, &overwritten) }
  }

  /// - Parameter overwritten: by slot: empty sets, before and afterwards.
  private func run(_ block: inout BasicBlock, _ uses: SlotUses, _ overwritten: inout [ByteSet]) {
    var touched: [Slot] = []
    defer { for slot in touched { overwritten[slot.index] = ByteSet() } }
    var kept: [Instruction] = []
    for var instruction in block.instructions.reversed() {
      if let (slot, bytes) = uses.write(instruction.operation), !uses.isUntracked[slot.index],
        let rest = overwritten[slot.index].remainder(of: bytes)
      {
        if rest.isEmpty { continue }
        if case .zero(let base, let offset, _, let alignment) = instruction.operation {
          let start = offset + rest.lowerBound - bytes.lowerBound
          instruction.operation = .zero(base: base, offset: start, size: rest.count, alignment: alignment)
        }
        overwritten[slot.index].insert(bytes)
        touched.append(slot)
        read(of: instruction.operation, uses, &overwritten)
      } else {
        instruction.operation.forEachOperand { operand in
          if case .value(let value) = operand, let place = uses.places[value.index] {
            overwritten[place.slot.index] = ByteSet()
          }
        }
      }
      kept.append(instruction)
    }
    block.instructions = kept.reversed()
  }

  /// A write from one slot to another reads the first.
  private func read(of operation: Operation, _ uses: SlotUses, _ overwritten: inout [ByteSet]) {
    if let read = operation.readPlace, let place = uses.places[read.base.index] {
      overwritten[place.slot.index] = ByteSet()
    }
  }
}

/// Bytes of a slot; those beyond the largest stack frame are not kept.
private struct ByteSet {
  private var words = InlineArray<8, UInt64>(repeating: 0)
  private static let capacity = 512

  private func contains(_ byte: Int) -> Bool { words[byte >> 6] & 1 << UInt64(byte & 63) != 0 }

  mutating func insert(_ bytes: Range<Int>) {
    guard bytes.lowerBound >= 0, bytes.upperBound <= ByteSet.capacity else { return }
    for byte in bytes { words[byte >> 6] |= 1 << UInt64(byte & 63) }
  }

  /// The bytes without those at either end that are in the set, in steps of 8 so that alignment stays; `nil` for ranges
  /// that are not tracked.
  func remainder(of bytes: Range<Int>) -> Range<Int>? {
    guard bytes.lowerBound >= 0, bytes.upperBound <= ByteSet.capacity else { return nil }
    if bytes.allSatisfy(contains) { return bytes.lowerBound..<bytes.lowerBound }
    var lower = bytes.lowerBound
    var upper = bytes.upperBound
    while upper - lower >= 8, (lower..<lower + 8).allSatisfy(contains) { lower += 8 }
    while upper - lower >= 8, (upper - 8..<upper).allSatisfy(contains) { upper -= 8 }
    return lower..<upper
  }
}
