/// Where the types of a BTF object begin, found as far as someone asked: what a script wants of the kernel mostly lies near
/// the start.
struct BTFOffsets {
  /// Types found at a time.
  private static let step = 2048

  private let bytes: UnsafeRawBufferPointer
  private let section: Range<Int>
  private var known: [UInt32] = []
  /// The offset of the type behind the last known one.
  private var next: Int

  init(_ bytes: UnsafeRawBufferPointer, _ section: Range<Int>) {
    self.bytes = bytes
    self.section = section
    next = section.lowerBound
    // Few types are smaller; pages that are not written to cost nothing.
    known.reserveCapacity(section.count / 16)
  }

  func known(from index: Int) -> ArraySlice<UInt32> { known[index...] }

  /// The offset of a type in the bytes; `nil` beyond the last one.
  mutating func offset(of index: Int) -> Int? {
    while index >= known.count {
      guard walk() else { return nil }
    }
    return Int(known[index])
  }

  mutating func countAll() -> Int {
    while walk() {}
    return known.count
  }

  /// Finds some more types.
  /// - Returns: whether there were any.
  mutating func walk() -> Bool {
    let count = known.count
    while known.count < count + Self.step, next + BTFType.headerSize <= section.upperBound {
      let info = bytes.loadUnaligned(fromByteOffset: next + 4, as: UInt32.self)
      guard let kind = BTFKind(rawValue: info >> 24 & 0x1F) else { break }
      let end = next + BTFType.headerSize + kind.trailingSize(count: Int(info & 0xFFFF))
      guard end <= section.upperBound else { break }
      known.append(UInt32(truncatingIfNeeded: next))
      next = end
    }
    return known.count > count
  }
}
