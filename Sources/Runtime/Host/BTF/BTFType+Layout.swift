import TraceLang

extension BTFType {
  /// The members of a struct or union; `nil` for every other type.
  var layout: RecordLayout? {
    guard kind == .structure || kind == .union else { return nil }
    let members = (0..<count).map { index in
      let member = member(index)
      let name = string(member.nameOffset)
      let type = object.languageType(member.type)
      let width = flag ? Int(member.rawOffset >> 24) : 0
      let bits = Int(flag ? member.rawOffset & 0xFF_FFFF : member.rawOffset)
      guard width > 0 else { return RecordLayout.Member(name: name, type: type, offset: bits / 8) }
      return bitField(name: name, type: type, bits: bits, width: width)
    }
    return RecordLayout(name: name, isUnion: kind == .union, size: size, members: members)
  }

  /// A bit-field as part of an integer that lies within the record: one of the declared type where that holds all its
  /// bits, else the smallest that does, else the bytes it touches.
  private func bitField(name: String, type: Type, bits: Int, width: Int) -> RecordLayout.Member {
    let declared = type.integer ?? .uint64
    if let start = unit(of: declared.size, holding: bits, width) {
      return member(name: name, type: type, start: start, bits: bits, width: width)
    }
    for size in [1, 2, 4, 8] {
      guard let start = unit(of: size, holding: bits, width) else { continue }
      let integer = IntegerType(bits: size * 8, signed: declared.isSigned)
      return member(name: name, type: .integer(integer), start: start, bits: bits, width: width)
    }
    let bytes = (bits % 8 + width + 7) / 8
    return RecordLayout.Member(name: name, type: .array(.uint8, count: bytes), offset: bits / 8)
  }

  /// Where an integer of `size` bytes begins that holds the bits and ends within the record: aligned if one is.
  private func unit(of size: Int, holding bits: Int, _ width: Int) -> Int? {
    let aligned = bits / (size * 8) * size
    let inside = max(0, min(bits / 8, self.size - size))
    return [aligned, inside].first { start in
      start * 8 <= bits && bits + width <= (start + size) * 8 && start + size <= self.size
    }
  }

  private func member(name: String, type: Type, start: Int, bits: Int, width: Int) -> RecordLayout.Member {
    RecordLayout.Member(
      name: name, type: type, offset: start, bitField: RecordLayout.BitField(shift: bits - start * 8, width: width))
  }

  var enumerators: [EnumeratorName] {
    guard kind == .enumeration || kind == .enumeration64 else { return [] }
    return (0..<count).map { index in
      let enumerator = enumerator(index)
      return EnumeratorName(name: string(enumerator.nameOffset), value: enumerator.value)
    }
  }
}

extension BTFObject {
  /// A constant of an enum of this object, by its name.
  func enumerator(named name: String) -> EnumeratorValue? {
    var name = name
    let places = name.withUTF8 { self.places(of: UnsafeRawBufferPointer($0)) }
    guard !places.isEmpty else { return nil }
    for (index, offset) in offsets.enumerated() {
      let type = BTFType(object: self, id: firstID + UInt32(index), offset: Int(offset))
      guard let kind = type.kind, kind == .enumeration || kind == .enumeration64 else { continue }
      for index in 0..<type.count where places.contains(type.enumerator(index).nameOffset) {
        return EnumeratorValue(value: type.enumerator(index).value, type: languageType(type.id))
      }
    }
    return nil
  }

  /// Calls `body` with the name of each type of a kind.
  func forEachName(of kind: BTFKind, _ body: (UnsafeRawBufferPointer) -> Void) {
    for (index, offset) in offsets.enumerated() {
      let type = BTFType(object: self, id: firstID + UInt32(index), offset: Int(offset))
      if type.kind == kind { body(name(at: type.nameOffset)) }
    }
  }
}
