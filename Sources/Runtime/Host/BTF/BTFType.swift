/// One type of a BTF object, read where it lies (Kernel: include/uapi/linux/btf.h, struct btf_type).
struct BTFType {
  static let headerSize = 12

  let object: BTFObject
  let id: UInt32
  private let offset: Int

  /// `offset` is one that the object found a type at.
  init(object: BTFObject, id: UInt32, offset: Int) {
    self.object = object
    self.id = id
    self.offset = offset
  }

  struct Member {
    let nameOffset: UInt32
    let type: UInt32
    /// The kernel's encoding, see `bitOffset`.
    let rawOffset: UInt32
  }

  struct Parameter {
    let nameOffset: UInt32
    let type: UInt32
  }

  struct Enumerator {
    let nameOffset: UInt32
    let value: Int64
  }

  private func word(_ index: Int) -> UInt32 {
    object.bytes.loadUnaligned(fromByteOffset: offset + index * 4, as: UInt32.self)
  }

  var nameOffset: UInt32 { word(0) }
  var name: String { string(nameOffset) }
  var kind: BTFKind? { BTFKind(rawValue: word(1) >> 24 & 0x1F) }
  /// Members, parameters or enumerators.
  var count: Int { Int(word(1) & 0xFFFF) }
  /// What it means depends on the kind.
  var flag: Bool { word(1) >> 31 != 0 }
  /// In bytes; of a kind that has one.
  var size: Int { Int(word(2)) }
  /// The type this one refers to; of a kind that refers to one.
  var target: UInt32 { word(2) }

  func string(_ nameOffset: UInt32) -> String { String(decoding: object.name(at: nameOffset), as: UTF8.self) }

  /// Of an integer: bit 0 signed, bit 1 character, bit 2 boolean.
  var encoding: UInt32 { word(3) >> 24 & 0xF }
  var isSigned: Bool { encoding & 1 != 0 }
  var isBoolean: Bool { encoding & 4 != 0 }

  /// Of an array.
  var element: UInt32 { word(3) }
  var length: Int { Int(word(5)) }

  /// Of a struct or union.
  func member(_ index: Int) -> Member {
    Member(nameOffset: word(3 + index * 3), type: word(4 + index * 3), rawOffset: word(5 + index * 3))
  }

  /// Of a function prototype.
  func parameter(_ index: Int) -> Parameter {
    Parameter(nameOffset: word(3 + index * 2), type: word(4 + index * 2))
  }

  /// Of an enum of either width.
  func enumerator(_ index: Int) -> Enumerator {
    if kind == .enumeration64 {
      let low = UInt64(word(4 + index * 3))
      let high = UInt64(word(5 + index * 3))
      return Enumerator(nameOffset: word(3 + index * 3), value: Int64(bitPattern: high << 32 | low))
    }
    let value = word(4 + index * 2)
    return Enumerator(
      nameOffset: word(3 + index * 2), value: flag ? Int64(Int32(bitPattern: value)) : Int64(value))
  }
}
