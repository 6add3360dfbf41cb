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
    let page = mmap(
      UnsafeMutableRawPointer(bitPattern: UInt(address)), size, PROT_READ | PROT_WRITE,
      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0)
    precondition(page == UnsafeMutableRawPointer(bitPattern: UInt(address)), "the address is free in a test")
    page?.initializeMemory(as: UInt8.self, from: bytes, count: size)
    return bytes
  }()

  static func prepare() { _ = bytes }

  static func read(_ place: UInt64, _ count: Int, _ space: AddressSpace) -> [UInt8]? {
    guard space == .user, place >= address, place &+ UInt64(count) <= address + UInt64(size) else { return nil }
    let start = Int(place - address)
    return Array(bytes[start..<start + count])
  }
}
