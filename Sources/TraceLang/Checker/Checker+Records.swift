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

  /// A value that takes room in memory; reports one of a struct of which no more than the name is known.
  mutating func sized(_ value: TypedExpression) -> TypedExpression {
    hasSize(value.type, at: value.range) ? value : invalid(value.range)
  }

  /// Whether values of a type have a size; reports where not.
  mutating func hasSize(_ type: Type, at range: SourceRange) -> Bool {
    guard let opaque = opaqueRecord(in: type) else { return true }
    error("\(opaque.description) is not defined, so its size is not known", at: range)
    return false
  }

  /// Bytes from what a pointer leads to on to the next; `nil`, and reported, for a struct without a size.
  mutating func stride(of target: Type, _ range: SourceRange) -> Int? {
    hasSize(target, at: range) ? max(size(of: target), 1) : nil
  }

  /// A struct or union in values of a type that nobody defines.
  private func opaqueRecord(in type: Type) -> Type? {
    if case .record(let reference) = type { return target.layout(of: reference) == nil ? type : nil }
    if case .pointer = type { return nil }
    for element in type.elements { if let opaque = opaqueRecord(in: element) { return opaque } }
    return nil
  }
}
