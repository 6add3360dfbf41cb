import Codegen
import TraceLang

/// Makes one value of the values of several CPUs.
struct ValueMerger {
  let view: MapView
  /// Bytes from a CPU's value to the next one's.
  let stride: Int
  let cpus: Int

  func merged(_ raw: UnsafeRawBufferPointer) -> [UInt8] {
    guard cpus > 1, case .aggregation(let aggregation, _) = view.content, let base = raw.baseAddress else {
      return [UInt8](raw.prefix(view.valueSize))
    }
    let reader = aggregation.reader
    var words = [UInt64](repeating: 0, count: aggregation.words)
    for cpu in 0..<cpus { reader.merge(base + cpu * stride, into: &words) }
    return words.withUnsafeBytes { [UInt8]($0.prefix(view.valueSize)) }
  }
}
