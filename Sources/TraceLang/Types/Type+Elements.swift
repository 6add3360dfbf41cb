extension Type {
  /// The types of the values that a value is made of: an array's element, a tuple's elements. Members of structs come
  /// from `Target.layout(of:)`.
  public var elements: [Type] {
    switch self {
    case .array(let element, _): [element]
    case .tuple(let elements): elements.map(\.type)
    case .void, .bool, .integer, .string, .buffer, .pointer, .record, .enumeration, .symbolic, .stack, .aggregation,
      .invalid:
      []
    }
  }

  /// Whether a value is a stack or is made of some.
  public var hasStacks: Bool {
    if case .stack = self { return true }
    return elements.contains(where: \.hasStacks)
  }

  /// The type with others for its `elements`.
  func mappingElements(_ other: (Type) -> Type) -> Type {
    switch self {
    case .array(let element, let count): .array(other(element), count: count)
    case .tuple(let elements): .tuple(elements.map { TupleElement(name: $0.name, other($0.type)) })
    case .void, .bool, .integer, .string, .buffer, .pointer, .record, .enumeration, .symbolic, .stack, .aggregation,
      .invalid:
      self
    }
  }

  /// The struct or union that a value is or is an array of; those in tuples are left out.
  public var recordByValue: RecordReference? {
    if case .record(let reference) = self { return reference }
    if case .array(let element, _) = self { return element.recordByValue }
    return nil
  }

  /// The struct or union that `.` and `->` reach into: a value itself, or what it points to.
  public var recordOfMembers: RecordReference? {
    if case .pointer(.record(let reference), _) = self { return reference }
    if case .record(let reference) = self { return reference }
    return nil
  }

  /// The struct or union that a value is, or is an array of or a pointer to.
  var innermostRecord: RecordReference? {
    if case .pointer(let target, _) = self { return target.innermostRecord }
    if case .array(let element, _) = self { return element.innermostRecord }
    return recordByValue
  }
}
