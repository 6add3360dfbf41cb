import Glibc
import TraceLang

/// One BTF object: where each type of it lies in the bytes, and nothing else until it is asked for
/// (Kernel: Documentation/bpf/btf.rst).
///
/// Every type that can be reached was seen to lie within the bytes; what a type refers to may still be anything. Behind one
/// that does not, or whose kind is not known, there are no more.
final class BTFObject {
  /// As in `RecordReference.btf`: 0 is the kernel itself.
  let number: Int
  /// The object whose types and strings this one's go on from; `nil` for the kernel itself.
  let base: BTFObject?
  private let file: BTFFile
  let bytes: UnsafeRawBufferPointer
  let strings: Range<Int>
  private var offsets: BTFOffsets
  let firstID: UInt32
  let firstString: UInt32
  private lazy var names = BTFNameIndex(self)
  private lazy var enumerators = BTFEnumeratorIndex(self)

  /// - Throws: when the bytes are not BTF of this machine's byte order, or not all there.
  init(_ file: BTFFile, number: Int = 0, base: BTFObject? = nil) throws(TargetError) {
    let header = try Header(file.bytes)
    self.file = file
    self.number = number
    self.base = base
    bytes = file.bytes
    strings = header.strings
    firstID = base?.endID ?? 1
    firstString = base?.endString ?? 0
    offsets = BTFOffsets(file.bytes, header.types)
  }

  /// One more than the last type's number.
  var endID: UInt32 { firstID + UInt32(typeCount) }

  var typeCount: Int { offsets.countAll() }

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

  /// `nil` for 0, which is void, and for numbers beyond the last.
  func type(_ id: UInt32) -> BTFType? {
    guard id >= firstID else { return base?.type(id) }
    return offsets.offset(of: Int(id - firstID)).map { BTFType(object: self, id: id, offset: $0) }
  }

  /// What `body` gives for the first type, by index and offset in the bytes, that it gives anything for.
  func first<Result>(where body: (_ index: Int, _ offset: Int) -> Result?) -> Result? {
    var index = 0
    repeat {
      for offset in offsets.known(from: index) {
        if let result = body(index, Int(offset)) { return result }
        index += 1
      }
    } while offsets.walk()
    return nil
  }

  /// The first type of one of the kinds with a name, in this object alone; `nil` when there is none.
  func find(_ kinds: BTFKinds, _ name: String) -> BTFType? {
    var name = name
    return name.withUTF8 { find(kinds, UnsafeRawBufferPointer($0)) }
  }

  func find(_ kinds: BTFKinds, _ name: UnsafeRawBufferPointer) -> BTFType? { names.find(name, kinds) }

  /// Thousands of functions are to be looked for.
  func expectFunctions() { names.expectFunctions() }

  /// A constant of an enum of this object, by its name.
  func enumerator(named name: String) -> EnumeratorValue? { enumerators.find(name) }

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
