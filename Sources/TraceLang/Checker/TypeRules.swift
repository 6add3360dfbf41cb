/// How types combine: the promotion rules of the language in one place.
enum TypeRules {
  /// The type that holds the values of both, or `nil` when there is none.
  ///
  /// Integers of one sign join to the wider; of both signs to a signed type wider than the unsigned one, at most
  /// 64 bits; strings and buffers to the longer; tuples element by element; pointers to the same, or else to nothing known,
  /// of the first address space that is known.
  static func joined(_ a: Type, _ b: Type) -> Type? {
    if a == b || b == .invalid { return a }
    switch a {
    case .invalid: return b
    case .bool: if case .integer = b { return b }
    case .integer(let x), .enumeration(_, let x):
      if case .integer(let y) = b { return .integer(joined(x, y)) }
      if case .enumeration(_, let y) = b { return .integer(joined(x, y)) }
      // `bool` and pointers say themselves which integers they join; `b` is no integer, so this ends.
      return joined(b, a)
    case .pointer(let x, let space):
      if case .pointer(let y, let other) = b { return .pointer(pointee(x, y), space == .unknown ? other : space) }
      if case .integer(let y) = b, y.bits == 64 { return b }
    case .string(let x): if case .string(let y) = b { return .string(capacity: max(x, y)) }
    case .buffer(let x): if case .buffer(let y) = b { return .buffer(capacity: max(x, y)) }
    case .tuple(let xs):
      guard case .tuple(let ys) = b, xs.count == ys.count else { return nil }
      var elements: [TupleElement] = []
      for (x, y) in zip(xs, ys) {
        guard let type = joined(x.type, y.type), x.name == y.name else { return nil }
        elements.append(TupleElement(name: x.name, type))
      }
      return .tuple(elements)
    case .void, .array, .record, .symbolic, .stack, .aggregation: break
    }
    return nil
  }

  /// What a pointer to either points to: of structs of one name the first, since BTF may have one of them several times.
  private static func pointee(_ a: Type, _ b: Type) -> Type {
    if case .pointer = a, case .pointer = b { return joined(a, b) ?? .void }
    if case .record(.btf(_, _, let name)) = a, case .record(.btf(_, _, name)) = b, !name.isEmpty { return a }
    // Each part of a binary that was compiled by itself has a description of its own.
    if case .record(.debug(_, _, let name)) = a, case .record(.debug(_, _, name)) = b, !name.isEmpty { return a }
    return a == b ? a : .void
  }

  static func joined(_ a: IntegerType, _ b: IntegerType) -> IntegerType {
    if a.isSigned == b.isSigned { return a.bits >= b.bits ? a : b }
    let (signed, unsigned) = a.isSigned ? (a, b) : (b, a)
    if signed.bits > unsigned.bits { return signed }
    return IntegerType(bits: min(unsigned.bits * 2, 64), signed: true)
  }

  /// Whether a constant can be written in an integer type without change.
  static func fits(_ value: Int64, _ type: IntegerType) -> Bool {
    if type.bits == 64 { return type.isSigned || value >= 0 }
    if type.isSigned {
      return value >= -(1 << (type.bits - 1)) && value < 1 << (type.bits - 1)
    }
    return value >= 0 && value < 1 << type.bits
  }
}

extension Type {
  /// As the user would write or read it, for messages.
  public var description: String {
    switch self {
    case .void: "void"
    case .bool: "bool"
    case .integer(let type): "\(type.isSigned ? "" : "u")int\(type.bits)"
    case .string(let capacity): "string[\(capacity)]"
    case .buffer(let capacity): "buffer[\(capacity)]"
    case .pointer(let target, _): "\(target.description) *"
    case .array(let element, let count): "\(element.description)[\(count)]"
    case .record(let reference): "struct \(reference.name)"
    case .enumeration(let reference, _): "enum \(reference.name)"
    case .tuple(let elements):
      "("
        + elements.map { element in (element.name.map { "\($0)=" } ?? "") + element.type.description }
        .joined(separator: ",") + ")"
    case .symbolic(let symbol): symbol.facts.name
    case .stack(let stack): stack.isUser ? "ustack_t" : "kstack_t"
    case .aggregation(let aggregation): "\(aggregation.functionName)_t"
    case .invalid: "unknown"
    }
  }
}
