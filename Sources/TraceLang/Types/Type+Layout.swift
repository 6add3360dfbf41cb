extension Type {
  public static let int8 = Type.integer(.int8)
  public static let uint8 = Type.integer(.uint8)
  public static let int16 = Type.integer(.int16)
  public static let uint16 = Type.integer(.uint16)
  public static let int32 = Type.integer(.int32)
  public static let uint32 = Type.integer(.uint32)
  public static let int64 = Type.integer(.int64)
  public static let uint64 = Type.integer(.uint64)

  public var isInteger: Bool { integer != nil }

  /// The integer this type is computed with: itself, an enum's, or that of `bool`.
  public var integer: IntegerType? {
    switch self {
    case .integer(let type), .enumeration(_, let type): type
    case .bool: .uint8
    case .void, .string, .buffer, .pointer, .array, .record, .tuple, .symbolic, .stack, .aggregation, .invalid:
      nil
    }
  }

  /// Whether it is a pointer, or symbolic and yet a number to a script: what `uint64` is where a number is needed.
  var isAddress: Bool {
    if case .symbolic(let symbol) = self { return symbol.facts.isNumeric }
    if case .pointer = self { return true }
    return false
  }

  /// Whether a value fits one register.
  public var isScalar: Bool {
    switch self {
    case .integer, .enumeration, .bool, .pointer: true
    case .symbolic(let symbol): symbol.isScalar
    case .void, .string, .buffer, .array, .record, .tuple, .stack, .aggregation, .invalid: false
    }
  }
}

/// Where each element of a tuple lies: each at its natural alignment, in order.
public struct TupleLayout: Hashable, Sendable {
  public let offsets: [Int]
  public let size: Int
  public let alignment: Int

  /// `size(of:)` of each element; alignment of an element is `Type.alignment`.
  public init(sizes: [Int], alignments: [Int]) {
    var offset = 0
    var offsets: [Int] = []
    var alignment = 1
    for (size, align) in zip(sizes, alignments) {
      offset = (offset + align - 1) / align * align
      offsets.append(offset)
      offset += size
      alignment = max(alignment, align)
    }
    self.offsets = offsets
    self.alignment = alignment
    self.size = (offset + alignment - 1) / alignment * alignment
  }
}

extension Type {
  /// Bytes a value takes in a key, a map value or a record; `recordSize` gives that of structs by value.
  public func size(recordSize: (RecordReference) -> Int = { _ in 0 }) -> Int { extent(recordSize: recordSize).size }

  /// Size and alignment in one walk: of tuples in tuples each asks for both.
  private func extent(recordSize: (RecordReference) -> Int) -> (size: Int, alignment: Int) {
    guard case .tuple(let elements) = self else { return (simpleSize(recordSize: recordSize), alignment) }
    var size = 0
    var alignment = 1
    for element in elements {
      let part = element.type.extent(recordSize: recordSize)
      size = (size + part.alignment - 1) / part.alignment * part.alignment + part.size
      alignment = max(alignment, part.alignment)
    }
    return ((size + alignment - 1) / alignment * alignment, alignment)
  }

  /// The size of what is not a tuple.
  private func simpleSize(recordSize: (RecordReference) -> Int) -> Int {
    switch self {
    case .void, .invalid: 0
    case .bool: 1
    case .integer(let type), .enumeration(_, let type): type.size
    case .string(let capacity): capacity
    case .buffer(let capacity): 4 + capacity
    case .pointer: 8
    case .array(let element, let count): element.size(recordSize: recordSize) * count
    case .record(let reference): recordSize(reference)
    case .tuple: 0
    case .symbolic(let symbol): symbol.size
    case .stack: 16
    case .aggregation(let aggregation): aggregation.words * 8
    }
  }

  /// The alignment of a value in a tuple, key or record: 1, 2, 4 or 8.
  public var alignment: Int {
    switch self {
    case .void, .invalid, .bool, .string: 1
    case .integer(let type), .enumeration(_, let type): type.size
    case .buffer: 4
    case .array(let element, _): element.alignment
    case .tuple(let elements): elements.map(\.type.alignment).max() ?? 1
    case .symbolic: SymbolicType.alignment
    case .record, .pointer, .stack, .aggregation: 8
    }
  }

  /// Where the elements of a tuple lie.
  public static func tupleLayout(
    _ elements: [TupleElement], recordSize: (RecordReference) -> Int = { _ in 0 }
  ) -> TupleLayout {
    let extents = elements.map { $0.type.extent(recordSize: recordSize) }
    return TupleLayout(sizes: extents.map(\.size), alignments: extents.map(\.alignment))
  }
}
