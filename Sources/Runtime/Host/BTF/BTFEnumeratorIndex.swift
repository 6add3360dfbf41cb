import TraceLang

/// Finds the constants of one object's enums by name: by scans as long as they are few, then by a table.
struct BTFEnumeratorIndex {
  private static let scansBeforeTable = 50

  private unowned let object: BTFObject
  private var scans = 0
  private var table: [String: EnumeratorValue]?

  init(_ object: BTFObject) { self.object = object }

  mutating func find(_ name: String) -> EnumeratorValue? {
    if let table { return table[name] }
    scans += 1
    if scans <= Self.scansBeforeTable { return object.scanEnumerators(named: name) }
    var table: [String: EnumeratorValue] = [:]
    _ = object.first { index, offset -> Never? in
      let type = BTFType(object: object, id: object.firstID + UInt32(index), offset: offset)
      guard type.isEnumeration else { return nil }
      let language = object.languageType(type.id)
      for enumerator in type.enumerators where table[enumerator.name] == nil {
        table[enumerator.name] = EnumeratorValue(value: enumerator.value, type: language)
      }
      return nil
    }
    self.table = table
    return table[name]
  }
}

extension BTFObject {
  /// A constant of an enum of this object, by its name.
  fileprivate func scanEnumerators(named name: String) -> EnumeratorValue? {
    var name = name
    let places = name.withUTF8 { self.places(of: UnsafeRawBufferPointer($0)) }
    guard !places.isEmpty else { return nil }
    return first { index, offset in
      let type = BTFType(object: self, id: firstID + UInt32(index), offset: offset)
      guard type.isEnumeration else { return nil }
      for index in 0..<type.count where places.contains(type.enumerator(index).nameOffset) {
        return EnumeratorValue(value: type.enumerator(index).value, type: languageType(type.id))
      }
      return nil
    }
  }
}

extension BTFType {
  fileprivate var isEnumeration: Bool { kind == .enumeration || kind == .enumeration64 }
}
