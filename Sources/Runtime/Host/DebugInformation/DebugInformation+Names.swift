import CElfutils
import TraceLang

// What types are called, and types that have a name.
extension DebugInformation {
  /// "ns::C"; "" for a type without a name.
  func qualifiedName(_ type: DebugEntry) -> String {
    let name = type.name
    return name.isEmpty ? "" : scope(of: type) + name
  }

  /// A type as the source has it: "const char*", "struct foo*", "ns::C&".
  func text(_ entry: DebugEntry?, depth: Int = 0) -> String {
    guard let type = entry else { return "void" }
    guard depth < Self.maximumDepth else { return "..." }
    func inner() -> String { text(type.type, depth: depth + 1) }
    func named(_ keyword: String) -> String {
      let name = qualifiedName(type)
      if name.isEmpty { return "\(keyword) <anonymous>" }
      return [DW_LANG_Rust, DW_LANG_Go].contains(type.language) ? name : "\(keyword) \(name)"
    }
    switch type.tag {
    case DW_TAG_structure_type: return named("struct")
    case DW_TAG_union_type: return named("union")
    case DW_TAG_enumeration_type: return named("enum")
    case DW_TAG_pointer_type: return pointer(to: type.type, "*", inner())
    case DW_TAG_reference_type: return pointer(to: type.type, "&", inner())
    case DW_TAG_rvalue_reference_type: return pointer(to: type.type, "&&", inner())
    case DW_TAG_const_type, DW_TAG_volatile_type, DW_TAG_atomic_type:
      let word = [DW_TAG_const_type: "const", DW_TAG_volatile_type: "volatile"][type.tag] ?? "_Atomic"
      return type.type?.tag == DW_TAG_pointer_type ? "\(inner()) \(word)" : "\(word) \(inner())"
    case DW_TAG_restrict_type: return "\(inner()) restrict"
    case DW_TAG_array_type:
      if case .array(_, let count) = languageType(type) { return "\(inner())[\(count)]" }
      if case .string(let count) = languageType(type) { return "\(inner())[\(count)]" }
      return "\(inner())[]"
    case DW_TAG_subroutine_type: return signature(type, depth, "")
    case DW_TAG_ptr_to_member_type: return "\(inner()) \(text(type.entry(DW_AT_containing_type), depth: depth + 1))::*"
    default:
      let name = qualifiedName(type)
      return name.isEmpty ? "<unknown type>" : name
    }
  }

  private func pointer(to target: DebugEntry?, _ mark: String, _ inner: String) -> String {
    guard let target, target.tag == DW_TAG_subroutine_type else { return inner + mark }
    return signature(target, Self.maximumDepth / 2, "(\(mark))")
  }

  private func signature(_ type: DebugEntry, _ depth: Int, _ name: String) -> String {
    let parameters = type.children(DW_TAG_formal_parameter, limit: 16).map { text($0.type, depth: depth + 1) }
    return "\(text(type.type, depth: depth + 1)) \(name)(\(parameters.joined(separator: ", ")))"
  }

  // MARK: - By name

  private static let keywords: [(word: String, tags: Set<Int>)] = [
    ("struct ", [DW_TAG_structure_type, DW_TAG_class_type]), ("union ", [DW_TAG_union_type]),
    ("enum ", [DW_TAG_enumeration_type]),
  ]

  /// What a name stands for: "struct x", "union x", "enum x", or what the source calls a type by.
  func type(named name: String) -> Type? {
    let keyword = Self.keywords.first { name.hasPrefix($0.word) }
    let name = keyword.map { String(name.dropFirst($0.word.count)) } ?? name
    var tags = keyword?.tags ?? [DW_TAG_typedef]
    if keyword == nil { tags.insert(DW_TAG_base_type) }
    if let found = find(name, tags)
      ?? (keyword == nil ? find(name, Self.namesOfClasses, where: Self.needsNoKeyword) : nil)
    {
      let type = languageType(found)
      return type == .void ? nil : type
    }
    return nil
  }

  private static let namesOfClasses: Set<Int> = [
    DW_TAG_structure_type, DW_TAG_class_type, DW_TAG_union_type, DW_TAG_enumeration_type,
  ]

  /// Whether types are named without the word that says of what kind they are.
  private static func needsNoKeyword(_ unit: DebugEntry) -> Bool { hasScopes(unit) || unit.language == DW_LANG_Go }

  /// The definition of a type that is only declared where it was met.
  func definition(of type: DebugEntry) -> DebugEntry? {
    if let unit = type.entry(DW_AT_signature), !unit.isDeclaration { return unit }
    let name = qualifiedName(type)
    return name.isEmpty ? nil : find(name, type.tag == DW_TAG_union_type ? [DW_TAG_union_type] : Self.keywords[0].tags)
  }

  /// The first type of a name that is defined; a name without a namespace is, if need be, one in any.
  private func find(_ name: String, _ tags: Set<Int>, where suits: (DebugEntry) -> Bool = { _ in true }) -> DebugEntry?
  {
    let last = name.split(separator: ":").last.map(String.init) ?? name
    var inside: DebugEntry?
    let found = last.withCString { text -> DebugEntry? in
      for unit in units.lazy.map({ self.whole($0) }) where suits(unit) {
        var found: DebugEntry?
        func look(_ entry: DebugEntry, _ prefix: String) -> Bool {
          guard tags.contains(entry.tag), entry.isNamed(text), !entry.isDeclaration else { return true }
          if prefix + last == name {
            found = entry
          } else if inside == nil, !name.contains(":") {
            inside = entry
          }
          return found == nil
        }
        if Self.hasScopes(unit) {
          forEachInScopes(of: unit, look)
        } else if last == name {
          unit.forEachChild { look($0, "") }
        } else {
          // Go has a package's path in the name.
          unit.forEachChild { entry in
            if tags.contains(entry.tag), entry.name == name { found = entry }
            return found == nil
          }
        }
        if let found { return found }
      }
      return nil
    }
    return found ?? inside
  }

  /// A constant of any enum.
  func enumerator(named name: String) -> EnumeratorValue? {
    name.withCString { text in
      for unit in units.lazy.map({ self.whole($0) }) {
        var found: EnumeratorValue?
        func look(_ entry: DebugEntry, _ prefix: String) -> Bool {
          guard entry.tag == DW_TAG_enumeration_type else { return true }
          var hasName = false
          entry.forEachChild { child in
            hasName = child.tag == DW_TAG_enumerator && child.isNamed(text)
            return !hasName
          }
          if hasName, let value = constants(of: entry).first(where: { $0.name == name })?.value {
            found = EnumeratorValue(value: value, type: languageType(entry))
          }
          return found == nil
        }
        if Self.hasScopes(unit) { forEachInScopes(of: unit, look) } else { unit.forEachChild { look($0, "") } }
        if let found { return found }
      }
      return nil
    }
  }
}
