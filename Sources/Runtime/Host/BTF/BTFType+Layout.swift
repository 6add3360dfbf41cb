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
      return RecordLayout.Member(bitField: name, type: type, bits: bits, width: width, recordSize: size)
    }
    return RecordLayout(name: name, isUnion: kind == .union, size: size, members: members)
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
    return first { index, offset in
      let type = BTFType(object: self, id: firstID + UInt32(index), offset: offset)
      guard let kind = type.kind, kind == .enumeration || kind == .enumeration64 else { return nil }
      for index in 0..<type.count where places.contains(type.enumerator(index).nameOffset) {
        return EnumeratorValue(value: type.enumerator(index).value, type: languageType(type.id))
      }
      return nil
    }
  }

  /// Calls `body` with the name of each type of a kind.
  func forEachName(of kind: BTFKind, _ body: (UnsafeRawBufferPointer) -> Void) {
    _ = first { index, offset -> Never? in
      let type = BTFType(object: self, id: firstID + UInt32(index), offset: offset)
      if type.kind == kind { body(name(at: type.nameOffset)) }
      return nil
    }
  }
}
