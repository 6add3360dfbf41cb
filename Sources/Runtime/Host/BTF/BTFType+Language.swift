import TraceLang

extension BTFObject {
  /// Types nested deeper than this are void: no C type is, and damaged BTF may be without end.
  private static let depthLimit = 32

  /// The type a name, qualifier or tag stands for; `nil` for void.
  func underlying(_ id: UInt32) -> BTFType? {
    var id = id
    for _ in 0..<Self.depthLimit {
      guard let type = type(id), let kind = type.kind else { return nil }
      if !kind.isTransparent { return type }
      id = type.target
    }
    return nil
  }

  /// What the language makes of a type; what it has no type for is bytes, a function is void.
  func languageType(_ id: UInt32, depth: Int = 0) -> Type {
    guard depth < Self.depthLimit, let type = underlying(id), let kind = type.kind else { return .void }
    switch kind {
    case .integer: return integerType(type)
    case .pointer: return .pointer(languageType(type.target, depth: depth + 1), addressSpace(of: type.target))
    case .array:
      if let element = underlying(type.element), element.isCharacter, type.length > 0 {
        return .string(capacity: type.length)
      }
      return .array(languageType(type.element, depth: depth + 1), count: type.length)
    case .structure, .union, .forward:
      return .record(.btf(object: type.object.number, type: type.id, name: type.name))
    case .enumeration, .enumeration64:
      return .enumeration(.btf(object: type.object.number, type: type.id, name: type.name), type.enumerationInteger)
    case .float: return .array(.uint8, count: type.size)
    case .function, .functionPrototype, .variable, .dataSection, .declarationTag: return .void
    case .typedef, .volatile, .const, .restrict, .typeTag: return .void
    }
  }

  private func integerType(_ type: BTFType) -> Type {
    if type.isBoolean, type.size == 1 { return .bool }
    switch type.size {
    case 1, 2, 4, 8: return .integer(IntegerType(bits: type.size * 8, signed: type.isSigned))
    case 16: return .array(.uint64, count: 2)
    default: return .array(.uint8, count: type.size)
    }
  }

  /// `__user` is a tag on what is pointed to; what lies in each CPU's own memory is nowhere to be read at that address.
  private func addressSpace(of pointee: UInt32) -> AddressSpace {
    var id = pointee
    for _ in 0..<Self.depthLimit {
      guard let type = type(id), let kind = type.kind, kind.isTransparent else { break }
      if kind == .typeTag, type.name == "user" { return .user }
      if kind == .typeTag, type.name == "percpu" { return .unknown }
      id = type.target
    }
    return .kernel
  }

  /// In bytes; `nil` for what has no size or one beyond all memory.
  func size(of id: UInt32, depth: Int = 0) -> Int? {
    guard depth < Self.depthLimit, let type = underlying(id), let kind = type.kind else { return nil }
    switch kind {
    case .integer, .structure, .union, .enumeration, .enumeration64, .float: return type.size
    case .pointer: return 8
    case .array:
      guard let element = size(of: type.element, depth: depth + 1) else { return nil }
      let (size, overflow) = element.multipliedReportingOverflow(by: type.length)
      return overflow ? nil : size
    case .forward, .function, .functionPrototype, .variable, .dataSection, .declarationTag: return nil
    case .typedef, .volatile, .const, .restrict, .typeTag: return nil
    }
  }

  /// The parameters of a prototype from the `skipped`th on, "..." left out, and its result; those without a name are
  /// "arg0", "arg1" and so on.
  func signature(ofPrototype id: UInt32, skipping skipped: Int = 0) -> FunctionSignature? {
    guard let type = underlying(id), type.kind == .functionPrototype else { return nil }
    var parameters: [FunctionParameter] = []
    for parameter in (0..<type.count).dropFirst(skipped).map(type.parameter) where parameter.type != 0 {
      let name = type.string(parameter.nameOffset)
      parameters.append(
        FunctionParameter(
          name: name.isEmpty ? "arg\(parameters.count)" : name, type: languageType(parameter.type)))
    }
    let result = languageType(type.target)
    return FunctionSignature(parameters: parameters, result: result == .void ? nil : result)
  }
}

extension BTFType {
  var isCharacter: Bool { kind == .integer && size == 1 && !isBoolean && name == "char" }

  var enumerationInteger: IntegerType {
    [1, 2, 4, 8].contains(size) ? IntegerType(bits: size * 8, signed: flag) : .int32
  }
}
