import TraceLang

/// How much memory the values of a bundle's types take, and how many values they are made of.
struct TypeMeasure {
  struct Extent {
    let size: Int
    /// Values that are not made of others.
    let count: Int

    /// - Throws: when there is more of it than any script prints.
    init(size: Int, count: Int) throws(BundleFault) {
      guard (0...MapSpec.maximumSize).contains(size), count <= 1 << 24 else { throw BundleFault("a type is too large") }
      (self.size, self.count) = (size, count)
    }
  }

  /// The first of each reference counts, as for the printer.
  private let layouts: [RecordReference: RecordLayout]
  /// Of the layouts, as far as they do not hold each other in circles or too deeply.
  private var extents: [RecordReference: Extent] = [:]

  /// Types inside of each other at most.
  private static let depthLimit = 200
  /// Bytes of a string or buffer at most.
  private static let textLimit = 1 << 20

  init(_ printed: [Bundle.PrintedLayout]) {
    layouts = Dictionary(printed.map { ($0.reference, $0.layout) }) { first, _ in first }
    for reference in layouts.keys { _ = measured(reference, depth: 0) }
  }

  /// The extent of a layout, kept; `nil` where it has none. Depth is that of the layouts being measured.
  private mutating func measured(_ reference: RecordReference, depth: Int) -> Extent? {
    if let known = extents[reference] { return known }
    guard let layout = layouts[reference], depth < Self.depthLimit else { return nil }
    for member in layout.members {
      if let inner = member.type.recordByValue, measured(inner, depth: depth + 1) == nil, layouts[inner] != nil {
        return nil
      }
    }
    let extent = try? extent(of: layout)
    extents[reference] = extent
    return extent
  }

  /// - Throws: when a member reaches outside of the layout or is of no size.
  func extent(of layout: RecordLayout) throws(BundleFault) -> Extent {
    var count = 1
    for member in layout.members {
      let extent = try extent(of: member.type)
      if let field = member.bitField {
        guard (0...63).contains(field.shift), (1...64 - field.shift).contains(field.width) else {
          throw BundleFault("the bits of the member \(member.name) are outside of it")
        }
      }
      guard member.offset >= 0, member.offset <= layout.size, extent.size <= layout.size - member.offset else {
        throw BundleFault("the member \(member.name) is outside of \(layout.name)")
      }
      count = try Extent(size: 0, count: count + extent.count).count
    }
    return try Extent(size: layout.size, count: count)
  }

  func extent(of type: Type) throws(BundleFault) -> Extent { try extent(of: type, depth: 0) }

  private func extent(of type: Type, depth: Int) throws(BundleFault) -> Extent {
    guard depth < Self.depthLimit else { throw BundleFault("types are too deep") }
    switch type {
    case .integer(let integer), .enumeration(_, let integer):
      guard [8, 16, 32, 64].contains(integer.bits) else { throw BundleFault("an integer has \(integer.bits) bits") }
      return try Extent(size: integer.size, count: 1)
    case .string(let capacity), .buffer(let capacity):
      guard (0...Self.textLimit).contains(capacity) else { throw BundleFault("a string has \(capacity) bytes") }
      return try Extent(size: type.size(), count: 1)
    case .array(let element, let count):
      let one = try extent(of: element, depth: depth + 1)
      guard (0...MapSpec.maximumSize).contains(count) else { throw BundleFault("an array has \(count) elements") }
      // Neither product passes 64 bits, as each factor has at most 30.
      return try Extent(size: one.size * count, count: max(1, one.count) * count)
    case .record(let reference):
      guard layouts[reference] != nil else { return try Extent(size: 0, count: 1) }
      guard let known = extents[reference] else { throw BundleFault("\(reference.name) has no size") }
      return known
    case .tuple(let elements):
      let parts = try elements.map { element throws(BundleFault) in try extent(of: element.type, depth: depth + 1) }
      let layout = TupleLayout(sizes: parts.map(\.size), alignments: elements.map(\.type.alignment))
      return try Extent(size: layout.size, count: parts.reduce(1) { $0 + $1.count })
    case .stack(let stack):
      guard (1...1 << 16).contains(stack.limit) else { throw BundleFault("a stack has \(stack.limit) frames") }
      return try Extent(size: type.size(), count: 1)
    case .aggregation(let aggregation):
      if let fault = aggregation.fault { throw BundleFault(fault) }
      return try Extent(size: type.size(), count: 1)
    case .void, .bool, .pointer, .symbolic, .invalid:
      return try Extent(size: type.size(), count: 1)
    }
  }
}
