import Glibc
import TraceLang

/// A page of this process at an address that scripts can name.
enum SampleMemory {
  static let address: UInt64 = 0x5_0000_0000
  private static let size = 4096

  /// The bytes there, mapped when first asked for.
  private static let bytes: [UInt8] = {
    var bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 11) }
    // 0x500000100: "The quick brown fox"; 0x500000200: three pointers to strings and a null pointer.
    let text = Array("The quick brown fox jumps over the lazy dog\0".utf8)
    bytes.replaceSubrange(0x100..<0x100 + text.count, with: text)
    for (index, word) in ([0x100, 0x104, 0x10a] as [UInt64]).enumerated() {
      let pointer = withUnsafeBytes(of: (address + word).littleEndian) { Array($0) }
      bytes.replaceSubrange(0x200 + index * 8..<0x208 + index * 8, with: pointer)
    }
    bytes.replaceSubrange(0x218..<0x220, with: [UInt8](repeating: 0, count: 8))
    for number in 0..<nodes { bytes.replaceSubrange(node(number), with: nodeBytes(number)) }
    let page = mmap(
      UnsafeMutableRawPointer(bitPattern: UInt(address)), size, PROT_READ | PROT_WRITE,
      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0)
    precondition(page == UnsafeMutableRawPointer(bitPattern: UInt(address)), "the address is free in a test")
    page?.initializeMemory(as: UInt8.self, from: bytes, count: size)
    return bytes
  }()

  // MARK: - Nodes

  /// Of `struct Node` in random scripts, from 0x500000300 on. Each leads to later ones, the last to none.
  private static let nodes = 5
  private static let nodeSize = 64

  private static func node(_ number: Int) -> Range<Int> {
    let start = 0x300 + number * nodeSize
    return start..<start + nodeSize
  }

  private static func nodeBytes(_ number: Int) -> [UInt8] {
    func pointer(to other: Int) -> UInt64 { other < nodes ? address + UInt64(node(other).lowerBound) : 0 }
    let words: [UInt64] = [
      // next, kids
      pointer(to: number + 1), pointer(to: number + 2), pointer(to: number + 1),
      // v and w
      UInt64(UInt32(bitPattern: Int32(number * 1000 - 1500))) | UInt64(number + 65533) << 32 & 0xffff_0000_0000,
      // in
      pointer(to: number + 3), UInt64(UInt8(truncatingIfNeeded: -number)),
      // alt, back
      pointer(to: number + 2), pointer(to: number + 1),
    ]
    return words.flatMap { word in withUnsafeBytes(of: word.littleEndian) { Array($0) } }
  }

  static func prepare() { _ = bytes }

  static func read(_ place: UInt64, _ count: Int, _ space: AddressSpace) -> [UInt8]? {
    guard space == .user, place >= address, place &+ UInt64(count) <= address + UInt64(size) else { return nil }
    let start = Int(place - address)
    return Array(bytes[start..<start + count])
  }
}
