import TraceLang

/// Adds the types of a script's keys and values to BTF, each once, with the layout they have in maps.
struct TypeDescriber {
  var writer = BTFWriter()
  /// Bytes of structs by value.
  private let recordSize: (RecordReference) -> Int
  private var known: [(type: Type, id: BTFWriter.TypeID)] = []
  private var integers: [(type: IntegerType, id: BTFWriter.TypeID)] = []
  private var pointerType: BTFWriter.TypeID?

  init(_ bundle: Bundle) {
    let layouts = bundle.layouts
    recordSize = { reference in layouts.first { $0.reference == reference }?.layout.size ?? 0 }
  }

  /// A type of just so many bytes: that of the value, in a struct of its own where it is smaller.
  mutating func type(of type: Type, size: Int) -> BTFWriter.TypeID? {
    let ownSize = self.size(of: type)
    guard ownSize > 0, ownSize <= size else { return nil }
    return padded(self.type(of: type), from: ownSize, to: size)
  }

  /// A type in a struct that fills it up to a size.
  mutating func padded(_ type: BTFWriter.TypeID, from size: Int, to total: Int) -> BTFWriter.TypeID {
    size == total ? type : structure(total, [("value", type, 0)])
  }

  mutating func array(of element: BTFWriter.TypeID, count: Int) -> BTFWriter.TypeID {
    let index = integer(.uint32)
    return writer.array(of: element, count: UInt32(count), index: index)
  }

  mutating func integer(_ type: IntegerType) -> BTFWriter.TypeID {
    if let integer = integers.first(where: { $0.type == type }) { return integer.id }
    let id = writer.integer(type.cName, size: UInt32(type.size), isSigned: type.isSigned)
    integers.append((type, id))
    return id
  }

  private func size(of type: Type) -> Int { type.size(recordSize: recordSize) }

  private mutating func type(of type: Type) -> BTFWriter.TypeID {
    if let same = known.first(where: { $0.type == type }) { return same.id }
    let id = describe(type)
    known.append((type, id))
    return id
  }

  private mutating func describe(_ type: Type) -> BTFWriter.TypeID {
    let long = integer(.uint64)
    switch type {
    case .bool: return writer.boolean()
    case .integer(let integer), .enumeration(_, let integer): return self.integer(integer)
    case .string(let capacity):
      return array(of: writer.integer("char", size: 1, isSigned: true), count: capacity)
    case .buffer(let capacity):
      let bytes = array(of: integer(.uint8), count: capacity)
      return structure(4 + capacity, [("length", integer(.uint32), 0), ("data", bytes, 4)])
    case .pointer: return pointer()
    case .array(let element, let count): return array(of: self.type(of: element), count: count)
    case .tuple(let elements):
      let layout = Type.tupleLayout(elements, recordSize: recordSize)
      return structure(
        layout.size,
        zip(elements, layout.offsets).enumerated().map {
          ($1.0.name ?? "_\($0)", self.type(of: $1.0.type), $1.1)
        })
    case .symbolic(let symbol):
      let parts = symbol.facts.parts
      guard parts.count > 1 else { return long }
      return structure(
        size(of: type), zip(parts, symbol.offsets).map { part, offset in describe(part, at: offset) })
    case .aggregation(let aggregation): return aggregation.code.describe(in: &self)
    case .record, .stack: return array(of: integer(.uint8), count: size(of: type))
    case .void, .invalid: return .void
    }
  }

  private mutating func describe(
    _ part: SymbolicType.Part, at offset: Int
  ) -> (name: String, type: BTFWriter.TypeID, offset: Int) {
    switch part {
    case .number(let name, let size): (name, integer(IntegerType(bits: size * 8, signed: false)), offset)
    case .bytes(let name, let count): (name, array(of: integer(.uint8), count: count), offset)
    }
  }

  /// A struct of 8-byte numbers.
  mutating func words(_ members: [(name: String, type: IntegerType)]) -> BTFWriter.TypeID {
    structure(members.count * 8, members.enumerated().map { ($1.name, integer($1.type), $0 * 8) })
  }

  private mutating func structure(
    _ size: Int, _ members: [(name: String, type: BTFWriter.TypeID, offset: Int)]
  ) -> BTFWriter.TypeID {
    writer.structure(
      "", size: UInt32(size),
      members.map { BTFWriter.Member(name: $0.name, type: $0.type, bitOffset: UInt32($0.offset * 8)) })
  }

  private mutating func pointer() -> BTFWriter.TypeID {
    if let pointerType { return pointerType }
    let id = writer.pointer(to: .void)
    pointerType = id
    return id
  }
}

extension IntegerType {
  /// The type's name in C.
  fileprivate var cName: String {
    switch (bits, isSigned) {
    case (8, true): "signed char"
    case (8, false): "unsigned char"
    case (16, true): "short"
    case (16, false): "unsigned short"
    case (32, true): "int"
    case (32, false): "unsigned int"
    case (_, true): "long long"
    case (_, false): "unsigned long long"
    }
  }
}
