import TraceLang

/// A type as C declares it, from what BTF has of it: members in their order, without the space between them.
struct TypeDeclaration {
  /// Types that refer to types are followed so far: what the kernel gives may be damaged and go in circles.
  private static let maximumDepth = 32

  private let object: BTFObject

  /// "struct list_head {", its members and "};", a line each; for a struct, union or enum.
  static func text(of type: BTFType) -> String {
    let declaration = TypeDeclaration(object: type.object)
    return declaration.head(of: type) + declaration.body(of: type, indent: "", depth: 0) + ";\n"
  }

  /// "struct list_head", "union ", "enum hrtimer_mode".
  private func head(of type: BTFType) -> String {
    let keyword =
      switch type.kind {
      case .union: "union"
      case .enumeration, .enumeration64: "enum"
      case .forward: type.flag ? "union" : "struct"
      case .structure, .integer, .pointer, .array, .typedef, .volatile, .const, .restrict, .function,
        .functionPrototype, .variable, .dataSection, .float, .declarationTag, .typeTag, nil:
        "struct"
      }
    return type.name.isEmpty ? keyword : "\(keyword) \(type.name)"
  }

  private func body(of type: BTFType, indent: String, depth: Int) -> String {
    if type.kind == .enumeration || type.kind == .enumeration64 {
      // Kernel: include/uapi/linux/btf.h: the flag of an enum says that its values have a sign.
      let lines = type.enumerators.map { enumerator in
        let value = type.flag ? "\(enumerator.value)" : "\(UInt64(bitPattern: enumerator.value))"
        return "\(indent)\t\(enumerator.name) = \(value),\n"
      }
      return " {\n" + lines.joined() + indent + "}"
    }
    let lines = (0..<type.count).map { index in
      let member = type.member(index)
      // Kernel: include/uapi/linux/btf.h, BTF_MEMBER_BITFIELD_SIZE.
      let width = type.flag ? member.rawOffset >> 24 : 0
      let text = text(of: member.type, type.string(member.nameOffset), indent: indent + "\t", depth: depth + 1)
      return "\(indent)\t\(text)\(width > 0 ? ": \(width)" : "");\n"
    }
    return " {\n" + lines.joined() + indent + "}"
  }

  /// The declaration of what has a type: C puts parts of the type around the name.
  private func text(of id: UInt32, _ name: String, indent: String, depth: Int) -> String {
    func spaced(_ type: String) -> String { name.isEmpty ? type : "\(type) \(name)" }
    guard depth < Self.maximumDepth, let type = object.type(id), let kind = type.kind else { return spaced("void") }
    func rest(_ name: String) -> String { text(of: type.target, name, indent: indent, depth: depth + 1) }
    switch kind {
    case .integer, .float, .typedef: return spaced(type.name)
    case .structure, .union, .enumeration, .enumeration64:
      return spaced(head(of: type) + (type.name.isEmpty ? body(of: type, indent: indent, depth: depth) : ""))
    case .forward: return spaced(head(of: type))
    case .pointer:
      let target = object.type(type.target)?.kind
      return rest(target == .array || target == .functionPrototype ? "(*\(name))" : "*\(name)")
    case .array: return text(of: type.element, "\(name)[\(type.length)]", indent: indent, depth: depth + 1)
    case .functionPrototype:
      let parameters = (0..<type.count).map { index in
        let parameter = type.parameter(index)
        return parameter.type == 0
          ? "..." : text(of: parameter.type, type.string(parameter.nameOffset), indent: indent, depth: depth + 1)
      }
      return rest("\(name)(\(parameters.isEmpty ? "void" : parameters.joined(separator: ", ")))")
    case .const: return qualified("const", type, name, indent, depth)
    case .volatile: return qualified("volatile", type, name, indent, depth)
    case .restrict: return qualified("restrict", type, name, indent, depth)
    case .typeTag: return rest(name)
    case .function, .variable, .dataSection, .declarationTag: return spaced("void")
    }
  }

  /// A pointer's qualifier stands at its name, every other's before the type.
  private func qualified(_ word: String, _ type: BTFType, _ name: String, _ indent: String, _ depth: Int) -> String {
    let target = object.type(type.target)?.kind
    if target == .pointer {
      return text(of: type.target, name.isEmpty ? word : " \(word) \(name)", indent: indent, depth: depth + 1)
    }
    return "\(word) " + text(of: type.target, name, indent: indent, depth: depth + 1)
  }
}

extension KernelTypes {
  /// The words that a type's name begins with in C.
  private static let keywords: [(word: String, kinds: BTFKinds)] = [
    ("struct", .structure), ("union", .union), ("enum", .enumerations),
  ]

  /// Gives the names of structs, unions or enums that "struct task_*" and the like match, sorted; `nil` for a pattern
  /// that is not of types.
  func names(matchingType pattern: String) -> [String]? {
    guard let (word, kinds, glob) = Self.parts(of: pattern) else { return nil }
    var names: Set<String> = []
    forEachObject { object, _ in
      object.forEachType(of: kinds) { type in
        let name = object.name(at: type.nameOffset)
        if !name.isEmpty, glob.matches(name) { names.insert(String(decoding: name, as: UTF8.self)) }
      }
    }
    return names.sorted().map { "\(word) \($0)" }
  }

  /// Gives the declarations of the types that a pattern matches, each after the name of what has it, as the kernel has
  /// them in its order.
  func declarations(matchingType pattern: String, _ give: (String) -> Void) {
    guard let (_, kinds, glob) = Self.parts(of: pattern) else { return }
    forEachObject { object, owner in
      object.forEachType(of: kinds) { type in
        let name = object.name(at: type.nameOffset)
        if !name.isEmpty, glob.matches(name) { give("\(owner): \(TypeDeclaration.text(of: type))") }
      }
    }
  }

  private static func parts(of pattern: String) -> (word: String, kinds: BTFKinds, glob: Glob)? {
    let parts = pattern.split(separator: " ", maxSplits: 1)
    guard parts.count == 2, let keyword = keywords.first(where: { $0.word == parts[0] }) else { return nil }
    return (keyword.word, keyword.kinds, Glob(String(parts[1].drop { $0 == " " })))
  }
}

extension BTFObject {
  /// Calls `body` with each type of some kinds that is this object's own.
  func forEachType(of kinds: BTFKinds, _ body: (BTFType) -> Void) {
    _ = first { index, offset -> Never? in
      let type = BTFType(object: self, id: firstID + UInt32(index), offset: offset)
      if let kind = type.kind, kinds.contains(BTFKinds(kind)) { body(type) }
      return nil
    }
  }
}

extension HostTarget {
  /// Gives a line for each struct, union or enum that "struct task_*" and the like match, or its declaration.
  /// - Returns: `false` for a pattern that is not of types.
  public func listTypes(matching pattern: String, withMembers: Bool, _ give: (String) -> Void) -> Bool {
    guard let names = types.names(matchingType: pattern) else { return false }
    if withMembers {
      types.declarations(matchingType: pattern, give)
    } else {
      for name in names { give(name + "\n") }
    }
    return true
  }
}
