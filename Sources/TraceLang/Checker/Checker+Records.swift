// A struct is one type by whatever way a script comes to it.
extension Checker {
  /// The type that holds the values of both, or `nil` when there is none.
  func joined(_ a: Type, _ b: Type) -> Type? { a == b ? a : TypeRules.joined(canonical(a), canonical(b)) }

  /// A type with each struct or union that it knows by name only as what the script or else the kernel declares by it.
  func canonical(_ type: Type) -> Type {
    switch type {
    case .pointer(let target, let space): .pointer(canonical(target), space)
    case .array(let element, let count): .array(canonical(element), count: count)
    case .tuple(let elements): .tuple(elements.map { TupleElement(name: $0.name, canonical($0.type)) })
    case .record(.named(let name)): target.kernelType(named: name) ?? type
    case .record, .void, .bool, .integer, .string, .buffer, .enumeration, .symbolic, .stack, .aggregation, .invalid:
      type
    }
  }

  /// The type of a struct's member, whose pointers lead to what the script declares where it hides the kernel's.
  func scripted(_ type: Type) -> Type {
    guard !types.isEmpty else { return type }
    switch type {
    case .pointer(.record(.btf(_, _, let name)), let space):
      let hiding = types.type(named: "struct \(name)") ?? types.type(named: "union \(name)")
      return hiding.map { .pointer($0, space) } ?? type
    case .pointer(let target, let space): return .pointer(scripted(target), space)
    case .array(let element, let count): return .array(scripted(element), count: count)
    case .record, .tuple, .void, .bool, .integer, .string, .buffer, .enumeration, .symbolic, .stack, .aggregation,
      .invalid:
      return type
    }
  }
}
