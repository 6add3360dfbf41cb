/// How types combine: the promotion rules of the language in one place.
enum TypeRules {
  /// The type that holds the values of both, or `nil` when there is none.
  ///
  /// Integers of one sign join to the wider; of both signs to a signed type wider than the unsigned one, at most
  /// 64 bits; strings and buffers to the longer; tuples element by element; pointers to the same, or else to nothing known,
  /// of the first address space that is known.
  static func joined(_ a: Type, _ b: Type) -> Type? {
    if a == b { return a }
    switch (a, b) {
    case (.invalid, let other), (let other, .invalid):
      return other
    case (.integer(let x), .integer(let y)):
      return .integer(joined(x, y))
    case (.bool, .integer(let x)), (.integer(let x), .bool):
      return .integer(x)
    case (.enumeration(_, let x), .integer(let y)), (.integer(let x), .enumeration(_, let y)),
      (.enumeration(_, let x), .enumeration(_, let y)):
      return .integer(joined(x, y))
    case (.string(let x), .string(let y)):
      return .string(capacity: max(x, y))
    case (.buffer(let x), .buffer(let y)):
      return .buffer(capacity: max(x, y))
    case (.pointer(let x, let space), .pointer(let y, let other)):
      return .pointer(pointee(x, y), space == .unknown ? other : space)
    case (.pointer, .integer(let x)) where x.bits == 64, (.integer(let x), .pointer) where x.bits == 64:
      return .integer(x)
    case (.tuple(let xs), .tuple(let ys)):
      guard xs.count == ys.count else { return nil }
      var elements: [TupleElement] = []
      for (x, y) in zip(xs, ys) {
        guard let type = joined(x.type, y.type), x.name == y.name else { return nil }
        elements.append(TupleElement(name: x.name, type))
      }
      return .tuple(elements)
    default:
      return nil
    }
  }

  /// What a pointer to either points to: of structs of one name the first, since BTF may have one of them several times.
  private static func pointee(_ a: Type, _ b: Type) -> Type {
    switch (a, b) {
    case (.pointer, .pointer): joined(a, b) ?? .void
    case (.record(.btf(_, _, let name)), .record(.btf(_, _, let other))) where name == other && !name.isEmpty: a
    default: a == b ? a : .void
    }
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
