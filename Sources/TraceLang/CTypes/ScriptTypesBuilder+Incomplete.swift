// Types without a size: structs that nobody defines, and void.
extension ScriptTypesBuilder {
  /// What a type without a size is in the end, through the names that stand for it; `nil` for all others.
  func incomplete(_ syntax: TypeSyntax, _ depth: Int = 0) -> TypeSyntax? {
    guard depth < Self.maximumDepth else { return nil }
    switch syntax.kind {
    case .structure(let keyword, let name):
      let key = Self.key(keyword, name)
      return tags[key] == nil && target.kernelType(named: key) == nil ? syntax : nil
    case .named("void"): return syntax
    case .named(let name): return aliases[name].flatMap { incomplete($0.type, depth + 1) }
    case .inline, .pointer, .array, .sized, .tuple, .function, .typeof: return nil
    }
  }

  /// The type of a name for what has no size, such as only pointers may lead to.
  func unsized(_ end: TypeSyntax) -> Type {
    guard case .structure(let keyword, let name) = end.kind, keyword != .enum else { return .void }
    return .record(.named(Self.key(keyword, name)))
  }

  /// What a pointer points to; a struct need not be complete, nor laid out yet, and what is not known is void.
  mutating func pointee(_ syntax: TypeSyntax) -> Type {
    depth += 1
    defer { depth -= 1 }
    switch syntax.kind {
    case .structure(let keyword, let name):
      let key = Self.key(keyword, name)
      if keyword == .enum { return resolve(tag: key)?.type ?? .int32 }
      return types.named[key] ?? .record(.named(key))
    case .inline(let aggregate):
      if let name = aggregate.name, let type = types.named[Self.key(aggregate.keyword, name.text)] { return type }
    case .named("void"), .function: return .void
    case .named(let name):
      guard let alias = aliases[name] else { break }
      if alias.isOtherName { return depth <= Self.maximumDepth ? pointee(alias.type) : .void }
      if alias.progress == .running { return .void }
    case .pointer, .array, .sized, .tuple, .typeof: break
    }
    return sized(syntax)?.type ?? .void
  }
}

extension ScriptTypesBuilder.Alias {
  /// Whether it is one more name of what has a name already.
  fileprivate var isOtherName: Bool {
    switch type.kind {
    case .structure, .named, .function: true
    case .inline(let aggregate): aggregate.name != nil
    case .pointer, .array, .sized, .tuple, .typeof: false
    }
  }
}
