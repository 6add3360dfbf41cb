/// CPU numbers as sysfs lists them: "0-3,8" (Kernel: Documentation/core-api/printk-formats.rst, "%*pbl").
public struct CPUList: Hashable, Sendable {
  /// Not more CPUs than any kernel can be built for.
  public static let limit = 1 << 16

  /// In the order listed; never empty ranges.
  public let ranges: [ClosedRange<Int>]

  /// `nil` when the text is not such a list, is empty or names a CPU beyond `limit`.
  public init?(parsing text: [UInt8]) {
    let text = text.last == UInt8(ascii: "\n") ? text.dropLast() : text[...]
    var ranges: [ClosedRange<Int>] = []
    for part in text.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
      let ends = part.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
      let numbers = ends.compactMap { Int(String(decoding: $0, as: UTF8.self)) }
      guard numbers.count == ends.count, numbers.count <= 2, let first = numbers.first, let last = numbers.last,
        0 <= first, first <= last, last < Self.limit
      else { return nil }
      ranges.append(first...last)
    }
    self.ranges = ranges
  }

  public var count: Int { ranges.reduce(0) { $0 + $1.count } }

  public var numbers: [Int] { ranges.flatMap { Array($0) } }
}
