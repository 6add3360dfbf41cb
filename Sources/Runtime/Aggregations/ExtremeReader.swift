/// `min` and `max`: the value that precedes all others, and how many CPUs have one.
struct ExtremeReader: SlotReader {
  let isSigned: Bool
  let lineType: StaticString = "map"
  let weights: SlotWeights? = nil
  /// Whether a value takes the place of another one, given as numbers whose signed order is that of the values.
  let precedes: @Sendable (Int64, Int64) -> Bool

  func merge(_ slot: UnsafeRawPointer, into words: inout [UInt64]) {
    let (value, samples) = (Word.u64(slot), Word.u64(slot, 8))
    guard samples > 0 else { return }
    if words[1] == 0 || precedes(ordered(value), ordered(words[0])) { words[0] = value }
    words[1] &+= samples
  }

  func summary(of slot: UnsafeRawPointer) -> AggregationSummary { .number(Word.i64(slot), signed: isSigned) }

  /// Unsigned order is signed order with the highest bit flipped.
  private func ordered(_ value: UInt64) -> Int64 { Int64(bitPattern: isSigned ? value : value ^ 1 << 63) }
}
