// A struct is one type by whatever way a script comes to it.
extension Checker {
  /// The type that holds the values of both, or `nil` when there is none.
  func joined(_ a: Type, _ b: Type) -> Type? { a == b ? a : TypeRules.joined(canonical(a), canonical(b)) }

  /// A type with each struct or union that it knows by name only as what the script or else the kernel declares by it.
  func canonical(_ type: Type) -> Type {
    if case .pointer(let target, let space) = type { return .pointer(canonical(target), space) }
    if case .record(.named(let name)) = type { return target.kernelType(named: name) ?? type }
    return type.mappingElements { canonical($0) }
  }

  /// The type of a struct's member, whose pointers lead to what the script declares where it hides the kernel's.
  func scripted(_ type: Type) -> Type {
    guard !types.isEmpty else { return type }
    if case .pointer(.record(.btf(_, _, let name)), let space) = type {
      let hiding = types.type(named: "struct \(name)") ?? types.type(named: "union \(name)")
      return hiding.map { .pointer($0, space) } ?? type
    }
    if case .pointer(let target, let space) = type { return .pointer(scripted(target), space) }
    return type.mappingElements { scripted($0) }
  }
}
