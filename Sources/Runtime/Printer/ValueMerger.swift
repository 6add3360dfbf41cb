import Codegen
import TraceLang

/// Makes one value of the values of several CPUs.
struct ValueMerger {
  let view: MapView
  /// Bytes from a CPU's value to the next one's.
  let stride: Int
  let cpus: Int

  func merged(_ raw: UnsafeRawBufferPointer) -> [UInt8] {
    let first = [UInt8](raw.prefix(view.valueSize))
    guard cpus > 1, case .aggregation(let aggregation) = view.value, let base = raw.baseAddress else { return first }
    let count = aggregation.words
    var words = [UInt64](repeating: 0, count: count)
    for cpu in 0..<cpus {
      let slot = base + cpu * stride
      switch aggregation {
      case .count, .sum, .avg, .stats, .hist, .lhist:
        for index in 0..<count { words[index] &+= Word.u64(slot, index * 8) }
      case .tseries(_, let count, let function):
        for index in 0..<Int(count) { SeriesInterval.merge(slot + index * 24, into: &words, at: index * 3, function) }
      case .min(let signed), .max(let signed):
        let samples = Word.u64(slot, 8)
        guard samples > 0 else { continue }
        let value = Word.u64(slot)
        if words[1] == 0 || precedes(value, words[0], aggregation, signed: signed) { words[0] = value }
        words[1] &+= samples
      }
    }
    return words.withUnsafeBytes { [UInt8]($0.prefix(view.valueSize)) }
  }

  private func precedes(_ value: UInt64, _ other: UInt64, _ aggregation: Aggregation, signed: Bool) -> Bool {
    let isLess = signed ? Int64(bitPattern: value) < Int64(bitPattern: other) : value < other
    if case .min = aggregation { return isLess }
    return !isLess && value != other
  }
}
