import Glibc
import TraceLang

/// One BTF object: where each type of it lies in the bytes, and nothing else until it is asked for
/// (Kernel: Documentation/bpf/btf.rst).
///
/// Every type that can be reached was seen to lie within the bytes; what a type refers to may still be anything.
final class BTFObject {
  /// As in `RecordReference.btf`: 0 is the kernel itself.
  let number: Int
  /// The object whose types and strings this one's go on from; `nil` for the kernel itself.
  let base: BTFObject?
  private let file: BTFFile
  let bytes: UnsafeRawBufferPointer
  let strings: Range<Int>
  /// Of this object's types in order: offsets in `bytes`.
  let offsets: [UInt32]
  let firstID: UInt32
  let firstString: UInt32
  private lazy var names = BTFNameIndex(self)

  /// - Throws: when the bytes are not BTF of this machine's byte order, or end in the middle of a type.
  init(_ file: BTFFile, number: Int = 0, base: BTFObject? = nil) throws(TargetError) {
    let header = try Header(file.bytes)
    self.file = file
    self.number = number
    self.base = base
    bytes = file.bytes
    strings = header.strings
    firstID = base?.endID ?? 1
    firstString = base?.endString ?? 0
    offsets = try Self.index(file.bytes, header.types)
  }

  /// One more than the last type's number.
  var endID: UInt32 { firstID + UInt32(offsets.count) }

  private var endString: UInt32 { firstString + UInt32(strings.count) }

  /// Kernel: include/uapi/linux/btf.h, struct btf_header.
  private struct Header {
    static let magic: UInt16 = 0xEB9F
    static let minimumSize = 24

    let types: Range<Int>
    let strings: Range<Int>

    init(_ bytes: UnsafeRawBufferPointer) throws(TargetError) {
      guard bytes.count >= Self.minimumSize, bytes.loadUnaligned(as: UInt16.self) == Self.magic else {
        throw TargetError("the type information is not BTF of this machine")
      }
      func word(_ offset: Int) -> Int { Int(bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)) }
      let start = word(4)
      types = start + word(8)..<start + word(8) + word(12)
      strings = start + word(16)..<start + word(16) + word(20)
      guard types.upperBound <= bytes.count, strings.upperBound <= bytes.count else {
        throw TargetError("the type information is cut off")
      }
    }
  }

  /// Where each type begins; each ends within the section.
  private static func index(_ bytes: UnsafeRawBufferPointer, _ section: Range<Int>) throws(TargetError) -> [UInt32] {
    var offsets: [UInt32] = []
    offsets.reserveCapacity(section.count / 20)
    var offset = section.lowerBound
    while offset < section.upperBound {
      guard offset + BTFType.headerSize <= section.upperBound else {
        throw TargetError("the type information is cut off")
      }
      let info = bytes.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self)
      guard let kind = BTFKind(rawValue: info >> 24 & 0x1F) else {
        throw TargetError("the type information has a kind of type that is not known: \(info >> 24 & 0x1F)")
      }
      offsets.append(UInt32(truncatingIfNeeded: offset))
      offset += BTFType.headerSize + kind.trailingSize(count: Int(info & 0xFFFF))
    }
    guard offset == section.upperBound else { throw TargetError("the type information is cut off") }
    return offsets
  }

  /// `nil` for 0, which is void, and for numbers beyond the last.
  func type(_ id: UInt32) -> BTFType? {
    guard id >= firstID else { return base?.type(id) }
    let index = Int(id - firstID)
    return index < offsets.count ? BTFType(object: self, id: id, offset: Int(offsets[index])) : nil
  }

  /// The first type of one of the kinds with a name, in this object alone; `nil` when there is none.
  func find(_ kinds: BTFKinds, _ name: String) -> BTFType? { names.find(name, kinds) }

  /// The bytes of a name, without the NUL; empty for a place that is none.
  func name(at place: UInt32) -> UnsafeRawBufferPointer {
    guard place >= firstString else { return base?.name(at: place) ?? UnsafeRawBufferPointer(start: nil, count: 0) }
    let start = strings.lowerBound + Int(place - firstString)
    guard start < strings.upperBound, let address = bytes.baseAddress?.advanced(by: start),
      let end = memchr(address, 0, strings.upperBound - start)
    else { return UnsafeRawBufferPointer(start: nil, count: 0) }
    return UnsafeRawBufferPointer(start: address, count: UnsafeRawPointer(end) - address)
  }
}
