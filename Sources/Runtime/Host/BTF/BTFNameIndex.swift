import CLibBPF

/// Finds the types of one object by name: the first few names by a scan of the types, and from then on by a hash table,
/// which takes as long to build as a few scans. Functions, which are half of all names and rarely asked for, have a table
/// of their own.
struct BTFNameIndex {
  private static let scansBeforeTable = 6

  private unowned let object: BTFObject
  private var types = Search(hasFunctions: false)
  private var functions = Search(hasFunctions: true)

  init(_ object: BTFObject) { self.object = object }

  /// The first type of one of the kinds with a name; `nil` when there is none.
  mutating func find(_ name: UnsafeRawBufferPointer, _ kinds: BTFKinds) -> BTFType? {
    if name.isEmpty || name.contains(0) { return nil }
    return kinds == .function
      ? functions.find(name, kinds, in: object)
      : kinds.contains(.function) ? object.scan(kinds, named: name) : types.find(name, kinds, in: object)
  }

  /// Makes the table of functions, for thousands of them that are to be looked for.
  mutating func expectFunctions() { functions.makeTable(object) }

  private struct Search {
    let hasFunctions: Bool
    private var scans = 0
    private var table: Table?

    init(hasFunctions: Bool) { self.hasFunctions = hasFunctions }

    mutating func find(_ name: UnsafeRawBufferPointer, _ kinds: BTFKinds, in object: BTFObject) -> BTFType? {
      if let table { return table.find(name, kinds, in: object) }
      guard scans < scansBeforeTable else {
        makeTable(object)
        return find(name, kinds, in: object)
      }
      scans += 1
      return object.scan(kinds, named: name)
    }

    mutating func makeTable(_ object: BTFObject) {
      if table == nil { table = Table(object, functions: hasFunctions) }
    }
  }

  private struct Table {
    /// Open addressing; 0 is an empty slot, else one more than the index of a type.
    private let slots: [UInt32]
    private let mask: UInt32

    /// - Parameter functions: whether it has functions, and nothing but them, or all else.
    init(_ object: BTFObject, functions: Bool) {
      var capacity: UInt32 = 16
      while capacity < UInt32(clamping: object.typeCount * 2) { capacity *= 2 }
      let mask = capacity - 1
      slots = Array(unsafeUninitializedCapacity: Int(capacity)) { slots, count in
        slots.initialize(repeating: 0)
        count = Int(capacity)
        _ = object.first { index, offset -> Never? in
          let place = object.bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
          // Kernel: include/uapi/linux/btf.h, struct btf_type: the kind is in bits 24 to 28 of its second word.
          let word = object.bytes.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self)
          if place == 0 || (word >> 24 & 0x1f == BTFKind.function.rawValue) != functions { return nil }
          var slot = Self.hash(object.name(at: place)) & mask
          while slots[Int(slot)] != 0 { slot = (slot + 1) & mask }
          slots[Int(slot)] = UInt32(index) + 1
          return nil
        }
      }
      self.mask = mask
    }

    func find(_ name: UnsafeRawBufferPointer, _ kinds: BTFKinds, in object: BTFObject) -> BTFType? {
      var slot = Self.hash(name) & mask
      while slots[Int(slot)] != 0 {
        let type = object.type(object.firstID + slots[Int(slot)] - 1)
        if let type, let kind = type.kind, kinds.contains(BTFKinds(kind)),
          object.name(at: type.nameOffset).hasSameBytes(as: name)
        {
          return type
        }
        slot = (slot + 1) & mask
      }
      return nil
    }

    /// FNV-1a, its high bits folded in.
    private static func hash(_ name: UnsafeRawBufferPointer) -> UInt32 {
      var hash: UInt32 = 2_166_136_261
      for byte in name { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
      return hash ^ hash >> 15
    }
  }
}

extension BTFObject {
  /// Every place in the strings where a name, up to its NUL, is written: one, unless the strings have repeats.
  func places(of name: UnsafeRawBufferPointer) -> [UInt32] {
    var places = base?.places(of: name) ?? []
    guard let needle = name.baseAddress, !name.isEmpty else { return places }
    var from = strings.lowerBound
    while from < strings.upperBound, let start = bytes.baseAddress,
      let hit = memmem(start + from, strings.upperBound - from, needle, name.count)
    {
      let found = UnsafeRawPointer(hit) - start
      from = found + 1
      let end = found + name.count
      if end < strings.upperBound, bytes[end] == 0 {
        places.append(firstString + UInt32(found - strings.lowerBound))
      }
    }
    return places
  }

  /// The first type of one of the kinds with a name.
  func scan(_ kinds: BTFKinds, named name: UnsafeRawBufferPointer) -> BTFType? {
    guard let first = name.first else { return nil }
    return self.first { index, offset in
      // Kernel: include/uapi/linux/btf.h, struct btf_type: the kind is in bits 24 to 28 of its second word.
      let word = bytes.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self)
      guard kinds.rawValue & 1 << (word >> 24 & 0x1f) != 0 else { return nil }
      let place = bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
      guard begins(at: place, with: first), self.name(at: place).hasSameBytes(as: name) else { return nil }
      return BTFType(object: self, id: firstID + UInt32(index), offset: offset)
    }
  }

  /// Whether the string at a place may begin with a byte; those of a base object all may.
  private func begins(at place: UInt32, with first: UInt8) -> Bool {
    guard place >= firstString else { return true }
    let start = strings.lowerBound + Int(place - firstString)
    return start < strings.upperBound && bytes[start] == first
  }
}
