// Functions of strings and bytes.
extension Checker {
  mutating func stringFunction(
    _ name: Builtin.Name, _ arguments: [Expression], _ range: SourceRange
  ) -> TypedExpression {
    switch name {
    case .strlen:
      guard let text = text(arguments[0], "strlen") else { return invalid(range) }
      return stringLength(text, range)
    case .strcap:
      let value = expression(arguments[0])
      switch value.type {
      case .string(let capacity): return number(Int64(capacity), .uint64, range)
      case .array(.integer, let count): return number(Int64(count), .uint64, range)
      default:
        guard let text = asText(value) else { return notText(value, "strcap", range) }
        return stringLength(text, range)
      }
    case .strstr: return stringIndex(arguments, "strstr", range) ?? invalid(range)
    case .strcontains:
      guard let index = stringIndex(arguments, "strcontains", range) else { return invalid(range) }
      if case .integer(let constant) = index.kind { return number(constant >= 0 ? 1 : 0, .bool, range) }
      return TypedExpression(
        .compare(.greaterOrEqual, index, number(0, .int64, range), signed: true), .bool, range)
    case .strncmp: return compareStrings(arguments, range)
    case .memcmp: return compareBytes(arguments, range)
    case .globmatch: return globMatch(arguments, range)
    case .strerror: return named(arguments[0], .errorName, range)
    case .syscallName: return named(arguments[0], .syscallName, range)
    default:
      let value = expression(arguments[0])
      switch value.type {
      case .string, .pointer, .array, .invalid: return effects([], range)
      default:
        error("this must be a string, an array or a pointer, not \(value.type.description)", at: arguments[0].range)
        return invalid(range)
      }
    }
  }

  private mutating func notText(_ value: TypedExpression, _ function: String, _ range: SourceRange) -> TypedExpression {
    if value.type != .invalid {
      error(
        "\(function)() needs a string, an array of bytes or a pointer to one, not \(value.type.description)",
        at: value.range)
    }
    return invalid(range)
  }

  private func stringLength(_ text: TypedExpression, _ range: SourceRange) -> TypedExpression {
    if case .string(let bytes) = text.kind {
      return number(Int64(bytes.firstIndex(of: 0) ?? bytes.count), .uint64, range)
    }
    return libraryValue(.stringLength(text), .uint64, range)
  }

  private mutating func stringIndex(
    _ arguments: [Expression], _ function: String, _ range: SourceRange
  ) -> TypedExpression? {
    guard let haystack = text(arguments[0], function), let needle = text(arguments[1], function) else { return nil }
    if case .string(let inner) = needle.kind {
      if inner.isEmpty { return number(0, .int64, range) }
      if case .string(let outer) = haystack.kind {
        let start = (0..<max(outer.count - inner.count + 1, 0)).first { outer[$0...].starts(with: inner) }
        return number(Int64(start ?? -1), .int64, range)
      }
    }
    return libraryValue(.stringIndex(haystack, of: needle), .int64, range)
  }

  private mutating func named(_ syntax: Expression, _ type: Type, _ range: SourceRange) -> TypedExpression {
    let value = integerOperand(syntax)
    if value.type == .invalid { return value }
    return TypedExpression(.convert(converted(value, .int64)), type, range)
  }

  // MARK: - Comparing

  private mutating func compareStrings(_ arguments: [Expression], _ range: SourceRange) -> TypedExpression {
    let limit = integerOperand(arguments[2])
    guard let left = text(arguments[0], "strncmp"), let right = text(arguments[1], "strncmp"), limit.type != .invalid
    else {
      return invalid(range)
    }
    guard case .integer(let count) = limit.kind else {
      return libraryValue(.compareBytes(left, right, count: converted(limit, .uint64)), .int64, range)
    }
    guard count >= 0 else {
      error("strncmp() needs a number of bytes of 0 or more", at: arguments[2].range)
      return invalid(range)
    }
    let equal = TypedExpression(
      .call(.stringsEqual(shortened(left, count), shortened(right, count), limit: Int(count))), .bool, range)
    return TypedExpression(.convert(TypedExpression(.not(equal), .bool, range)), .int64, range)
  }

  /// Of a string that is read for the comparison alone, no more than is compared.
  private func shortened(_ text: TypedExpression, _ count: Int64) -> TypedExpression {
    guard case .call(.string) = text.kind, case .string(let capacity) = text.type, count + 1 < Int64(capacity) else {
      return text
    }
    return TypedExpression(text.kind, .string(capacity: Int(count) + 1), text.range)
  }

  private mutating func compareBytes(_ arguments: [Expression], _ range: SourceRange) -> TypedExpression {
    let limit = integerOperand(arguments[2])
    let isConstant: Int64? = if case .integer(let count) = limit.kind { count } else { nil }
    if let isConstant, !(0...Int64(configuration.maxStringLength)).contains(isConstant) {
      error("memcmp() compares 0 to \(configuration.maxStringLength) bytes", at: arguments[2].range)
      return invalid(range)
    }
    guard let left = bytes(arguments[0], isConstant), let right = bytes(arguments[1], isConstant),
      limit.type != .invalid
    else { return invalid(range) }
    return libraryValue(.compareBytes(left, right, count: converted(limit, .uint64)), .int64, range)
  }

  /// A value that memcmp() takes: of a pointer, as many bytes as are compared.
  private mutating func bytes(_ syntax: Expression, _ count: Int64?) -> TypedExpression? {
    let value = expression(syntax)
    switch value.type {
    case .string(let capacity), .array(.integer(.int8), let capacity), .array(.integer(.uint8), let capacity):
      if let count, count > capacity {
        error("this has \(capacity) bytes, and \(count) would be compared", at: syntax.range)
        return nil
      }
      return value
    case .pointer(let target, let space):
      guard let count else {
        error("memcmp() of a pointer needs a number of bytes known at compile time", at: syntax.range)
        return nil
      }
      let pointer = space == .unknown ? converted(value, .pointer(target, defaultSpace)) : value
      let array = Type.array(.uint8, count: max(Int(count), 1))
      let typed = TypedExpression(
        .convert(pointer), .pointer(array, space == .unknown ? defaultSpace : space), value.range)
      return TypedExpression(.dereference(typed), array, value.range)
    case .invalid: return nil
    default:
      error(
        "memcmp() compares strings, arrays of bytes and what pointers point to, not \(value.type.description)",
        at: syntax.range)
      return nil
    }
  }

  private mutating func globMatch(_ arguments: [Expression], _ range: SourceRange) -> TypedExpression {
    guard let text = text(arguments[0], "globmatch"), let pattern = literal(arguments[1], "globmatch") else {
      return invalid(range)
    }
    if case .string(let bytes) = text.kind {
      return number(Glob(pattern).matches(String(decoding: bytes, as: UTF8.self)) ? 1 : 0, .bool, range)
    }
    guard let states = globStates[pattern] ?? GlobStates(pattern) else {
      error("a pattern of globmatch() has at most 63 elements besides '*'", at: arguments[1].range)
      return invalid(range)
    }
    globStates[pattern] = states
    if globStates.count > Self.maximumGlobs {
      error(
        "the script has too many patterns: globmatch() takes at most \(Self.maximumGlobs) different ones",
        at: arguments[1].range)
      return invalid(range)
    }
    return libraryValue(.globMatch(text, states), .bool, range)
  }
}
