/// A C type with what a layout needs of it.
struct SizedType {
  let type: Type
  /// In bytes.
  let size: Int
  let alignment: Int

  init(_ type: Type, size: Int, alignment: Int) {
    self.type = type
    self.size = size
    self.alignment = max(alignment, 1)
  }
}

/// Places the members of a struct or union as gcc does on LP64 (System V ABI, "Aggregates and Unions", "Bit-Fields").
struct RecordLayoutBuilder {
  let isUnion: Bool
  let isPacked: Bool
  /// AAPCS64 lets bit-fields without a name align their struct, the x86-64 ABI does not.
  let alignsUnnamed: Bool
  /// A member before its offset in bytes is known to be final.
  private enum Placed {
    case member(RecordLayout.Member)
    case bits(name: String, type: Type, start: Int, width: Int)
  }

  private var placed: [Placed] = []
  /// Bits used so far; of a union, of its largest member.
  private var end = 0
  private var alignment = 1

  init(isUnion: Bool, isPacked: Bool, alignsUnnamed: Bool) {
    self.isUnion = isUnion
    self.isPacked = isPacked
    self.alignsUnnamed = alignsUnnamed
  }

  /// Bytes a record may have at most.
  static let maximumSize = 1 << 30

  var isTooLarge: Bool { end > Self.maximumSize * 8 }

  /// - Parameters:
  ///   - aligned: what `aligned(n)` asks for.
  ///   - isPacked: whether the member alone is `packed`.
  mutating func add(_ name: String, _ type: SizedType, aligned: Int?, isPacked: Bool) {
    let natural = max(isPacked || self.isPacked ? 1 : type.alignment, aligned ?? 1)
    let start = isUnion ? 0 : Self.rounded(end, to: natural * 8)
    placed.append(.member(RecordLayout.Member(name: name, type: type.type, offset: start / 8)))
    end = max(end, start + type.size * 8)
    alignment = max(alignment, natural)
  }

  /// A bit-field; one of width 0 only closes the storage unit in use.
  mutating func addBits(_ name: String?, _ type: SizedType, width: Int, aligned: Int?, isPacked: Bool) {
    let isPacked = isPacked || self.isPacked
    let unit = type.size * 8
    var start = isUnion ? 0 : end
    if let aligned { start = Self.rounded(start, to: aligned * 8) }
    if width == 0 {
      if !isUnion { end = Self.rounded(start, to: type.alignment * 8) }
      if alignsUnnamed { alignment = max(alignment, type.alignment) }
      return
    }
    if !isPacked, start / unit != (start + width - 1) / unit { start = Self.rounded(start, to: type.alignment * 8) }
    if let name { placed.append(.bits(name: name, type: type.type, start: start, width: width)) }
    end = max(end, start + width)
    let natural = isPacked ? 1 : type.alignment
    if name != nil || alignsUnnamed { alignment = max(alignment, natural, aligned ?? 1) }
  }

  /// The finished layout and the record's alignment.
  func finish(name: String, aligned: Int?) -> (layout: RecordLayout, alignment: Int) {
    let alignment = max(alignment, aligned ?? 1)
    let size = Self.rounded((end + 7) / 8, to: alignment)
    let members = placed.map { item -> RecordLayout.Member in
      switch item {
      case .member(let member): member
      case .bits(let name, let type, let start, let width):
        RecordLayout.Member(bitField: name, type: type, bits: start, width: width, recordSize: size)
      }
    }
    return (RecordLayout(name: name, isUnion: isUnion, size: size, members: members), alignment)
  }

  private static func rounded(_ value: Int, to unit: Int) -> Int { (value + unit - 1) / unit * unit }
}

extension RecordLayout.Member {
  /// A bit-field as part of an integer that lies within the record: one of the declared type where that holds all its
  /// bits, else the smallest that does, else the bytes it touches.
  public init(bitField name: String, type: Type, bits: Int, width: Int, recordSize: Int) {
    let declared = type.integer ?? .uint64
    var candidates = [(declared.size, type)]
    for size in [1, 2, 4, 8] {
      candidates.append((size, .integer(IntegerType(bits: size * 8, signed: declared.isSigned))))
    }
    for (size, type) in candidates {
      guard let start = Self.unit(of: size, holding: bits, width, within: recordSize) else { continue }
      self.init(
        name: name, type: type, offset: start, bitField: RecordLayout.BitField(shift: bits - start * 8, width: width))
      return
    }
    self.init(name: name, type: .array(.uint8, count: (bits % 8 + width + 7) / 8), offset: bits / 8)
  }

  /// Where an integer of `size` bytes begins that holds the bits and ends within the record: aligned if one is.
  private static func unit(of size: Int, holding bits: Int, _ width: Int, within recordSize: Int) -> Int? {
    let aligned = bits / (size * 8) * size
    let inside = max(0, min(bits / 8, recordSize - size))
    return [aligned, inside].first { start in
      start * 8 <= bits && bits + width <= (start + size) * 8 && start + size <= recordSize
    }
  }
}
