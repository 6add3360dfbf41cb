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
  /// Calls `body` with each type of a kind and its name.
  func forEach(_ kind: BTFKind, _ body: (BTFType, _ name: UnsafeRawBufferPointer) -> Void) {
    _ = first { index, offset -> Never? in
      // Kernel: include/uapi/linux/btf.h, struct btf_type: the kind is in bits 24 to 28 of its second word.
      let word = bytes.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self)
      guard word >> 24 & 0x1f == kind.rawValue else { return nil }
      let type = BTFType(object: self, id: firstID + UInt32(index), offset: offset)
      body(type, name(at: type.nameOffset))
      return nil
    }
  }
}
