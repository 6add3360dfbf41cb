extension Checker {
  mutating func cast(_ syntax: TypeSyntax, _ operand: Expression, _ range: SourceRange) -> TypedExpression {
    let value = expression(operand)
    guard let type = castType(syntax) else { return invalid(range) }
    if value.type == .invalid {
      if case .array(_, 0) = type { return value }
      return TypedExpression(.convert(value), type, range)
    }
    if let result = arrayCast(value, type, range) { return result }
    let isPossible: Bool
    switch type {
    case .integer(let integer):
      if value.type.isInteger { return self.integer(value, integer, range) }
      isPossible = value.type.isAddress
    case .bool: isPossible = value.type.isScalar
    case .enumeration: isPossible = value.type.isInteger
    case .pointer(let target, _):
      if case .pointer(_, let space) = value.type {
        return TypedExpression(.convert(value), .pointer(target, space), range)
      }
      if value.type.isInteger {
        // The null pointer is of every address space.
        let space = value.kind == .integer(0) ? .unknown : defaultSpace
        return TypedExpression(.convert(value), .pointer(target, space), range)
      }
      isPossible = false
    case .string: isPossible = if case .string = value.type { true } else { false }
    case .void, .buffer, .array, .record, .tuple, .symbolic, .stack, .aggregation, .invalid: isPossible = false
    }
    guard isPossible else {
      error("\(value.type.description) cannot be cast to \(type.description)", at: range)
      return invalid(range)
    }
    return TypedExpression(.convert(value), type, range)
  }

  /// A number or an address with the bits that an integer has room for.
  func integer(_ value: TypedExpression, _ type: IntegerType, _ range: SourceRange) -> TypedExpression {
    guard case .integer(let constant) = value.kind else {
      return TypedExpression(.convert(value), .integer(type), range)
    }
    return TypedExpression(.integer(Self.truncated(constant, to: type)), .integer(type), range)
  }

  /// The type of a cast, where an array may leave its length to the operand: 0 then.
  private mutating func castType(_ syntax: TypeSyntax) -> Type? {
    if case .array(let element, nil) = syntax.kind { return type(element).map { .array($0, count: 0) } }
    return type(syntax)
  }

  static func truncated(_ value: Int64, to type: IntegerType) -> Int64 {
    let shift = Int64(64 - type.bits)
    if type.isSigned { return (value << shift) >> shift }
    return Int64(bitPattern: UInt64(bitPattern: value << shift) >> UInt64(shift))
  }

  /// The type of values that a piece of syntax names; reports what it does not know, and what has no size.
  mutating func type(_ syntax: TypeSyntax) -> Type? {
    guard let type = named(syntax), hasSize(type, at: syntax.range) else { return nil }
    return type
  }

  /// The type of a variable or of a part of one: for `typeof(args)` that of `args` as a value.
  mutating func heldType(_ syntax: TypeSyntax) -> Type? {
    guard let type = type(syntax) else { return nil }
    return type.isArguments ? fields(of: TypedExpression(.context(.arguments), type, syntax.range))?.type : type
  }

  /// The same of what a pointer may lead to, which need have no size.
  private mutating func named(_ syntax: TypeSyntax) -> Type? {
    switch syntax.kind {
    case .named(let name):
      if let type = Self.builtinTypes[name] { return type }
      if name == "string" { return .string(capacity: configuration.maxStringLength) }
      if let type = type(named: name) { return defined(type) }
      let hint = diagnostics.advice {
        Suggestions.hint(for: name, among: Self.builtinTypes.keys.sorted(), at: syntax.range)
      }
      error("there is no type '\(name)'", at: syntax.range, notes: hint.notes, fixIts: hint.fixIts)
      return nil
    case .structure(let keyword, let name):
      if let type = type(named: "\(keyword.rawValue) \(name)") { return type }
      let hint = diagnostics.advice {
        let known = types.named.keys.filter { $0.hasPrefix(keyword.rawValue + " ") }.sorted()
        return Suggestions.hint(for: "\(keyword.rawValue) \(name)", among: known, at: syntax.range)
      }
      error(
        "there is no \(keyword.rawValue) '\(name)' in this script\(binaryNames)", at: syntax.range,
        notes: hint.notes, fixIts: hint.fixIts)
      return nil
    case .pointer(let inner):
      // A pointer to a struct nobody looks into needs no definition.
      if case .structure(let keyword, let name) = inner.kind, keyword != .enum {
        let name = "\(keyword.rawValue) \(name)"
        if let type = types.type(named: name) ?? (binaries.isEmpty ? nil : self.type(named: name)) {
          return .pointer(type, .unknown)
        }
        return .pointer(.record(.named(name)), .unknown)
      }
      return named(inner).map { .pointer($0, .unknown) }
    case .array(let element, let count):
      guard let element = type(element) else { return nil }
      guard let count, case .integer(let value) = expression(count).kind, value > 0, value <= 4096 else {
        error("an array type needs its number of elements", at: syntax.range)
        return nil
      }
      return .array(element, count: Int(value))
    case .sized(let name, let count):
      guard case .integer(let value) = expression(count).kind, value > 0, value <= 65536 else {
        error("\(name)[N] needs a size from 1 to 65536", at: syntax.range)
        return nil
      }
      return name == "buffer" ? .buffer(capacity: Int(value)) : .string(capacity: Int(value))
    case .tuple(let elements):
      var types: [TupleElement] = []
      for element in elements {
        guard let type = heldType(element) else { return nil }
        types.append(TupleElement(type))
      }
      return .tuple(types)
    case .typeof(let value):
      if case .type(let inner) = value.kind { return named(inner) }
      return place(value).type
    case .inline, .function:
      error("this type cannot be written here", at: syntax.range)
      return nil
    }
  }

  /// A struct that the script has another name of and does not define, as a binary of its probes defines it.
  private func defined(_ type: Type) -> Type {
    guard case .record(.named(let name)) = type, !binaries.isEmpty else { return type }
    return self.type(named: name) ?? type
  }

  /// Types every target has: the language's own and C's on a 64-bit machine (LP64).
  static let builtinTypes: [String: Type] = [
    "bool": .bool, "_Bool": .bool, "void": .void,
    "int8": .int8, "int16": .int16, "int32": .int32, "int64": .int64,
    "uint8": .uint8, "uint16": .uint16, "uint32": .uint32, "uint64": .uint64,
    "int8_t": .int8, "int16_t": .int16, "int32_t": .int32, "int64_t": .int64,
    "uint8_t": .uint8, "uint16_t": .uint16, "uint32_t": .uint32, "uint64_t": .uint64,
    "char": .int8, "signed char": .int8, "unsigned char": .uint8,
    "short": .int16, "short int": .int16, "unsigned short": .uint16, "unsigned short int": .uint16,
    "int": .int32, "signed": .int32, "signed int": .int32, "unsigned": .uint32, "unsigned int": .uint32,
    "long": .int64, "long int": .int64, "signed long": .int64, "unsigned long": .uint64, "unsigned long int": .uint64,
    "long long": .int64, "long long int": .int64, "unsigned long long": .uint64, "unsigned long long int": .uint64,
    "size_t": .uint64, "ssize_t": .int64, "intptr_t": .int64, "uintptr_t": .uint64, "pid_t": .int32,
    "__u8": .uint8, "__u16": .uint16, "__u32": .uint32, "__u64": .uint64,
    "__s8": .int8, "__s16": .int16, "__s32": .int32, "__s64": .int64,
    "u8": .uint8, "u16": .uint16, "u32": .uint32, "u64": .uint64,
    "s8": .int8, "s16": .int16, "s32": .int32, "s64": .int64,
  ]
}
