// Text.
extension Checker {
  /// `str(data, length)`.
  mutating func readString(_ call: BuiltinCall) -> TypedExpression {
    let source =
      parameterText(call.arguments[0]).map { string($0, call.range) } ?? address(call.arguments[0], "str")
    var capacity = configuration.maxStringLength + 1
    var length: TypedExpression?
    if call.arguments.count == 2 {
      let given = integerOperand(call.arguments[1])
      let value = converted(given, .uint64)
      if case .integer(let constant) = given.kind {
        guard constant >= 0 || given.type.integer?.isSigned == false else {
          error("str() needs a length of at least 0", at: call.arguments[1].range)
          return invalid(call.range)
        }
        // Of what is known, as many bytes; of what is read, with the terminator.
        if case .string(let bytes) = source.kind {
          return string(Array(bytes.prefix(Int(clamping: UInt64(bitPattern: constant)))), call.range)
        }
        capacity = min(capacity, max(Int(clamping: UInt64(bitPattern: constant)), 1))
      } else {
        length = value
      }
    }
    if case .array(let element, let count) = source.type {
      capacity = min(capacity, size(of: element) * count + 1)
    }
    if case .string(let have) = source.type {
      // Already a string: only its length can change.
      if let length {
        return TypedExpression(.call(.string(source, length: length)), .string(capacity: have), call.range)
      }
      return capacity < have ? TypedExpression(.convert(source), .string(capacity: capacity), call.range) : source
    }
    return TypedExpression(.call(.string(source, length: length)), .string(capacity: capacity), call.range)
  }

  /// `strlen(s)`.
  mutating func stringLength(_ call: BuiltinCall) -> TypedExpression {
    guard let text = text(call.arguments[0], call.function) else { return invalid(call.range) }
    return stringLength(text, call.range)
  }

  /// `strcap(s)`.
  mutating func stringCapacity(_ call: BuiltinCall) -> TypedExpression {
    let value = expression(call.arguments[0])
    if case .string(let capacity) = value.type { return number(Int64(capacity), .uint64, call.range) }
    if case .array(.integer, let count) = value.type { return number(Int64(count), .uint64, call.range) }
    guard let text = asText(value) else { return notText(value, call.function, call.range) }
    return stringLength(text, call.range)
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

  /// `strstr(haystack, needle)`.
  mutating func stringIndex(_ call: BuiltinCall) -> TypedExpression? {
    guard let haystack = text(call.arguments[0], call.function), let needle = text(call.arguments[1], call.function)
    else { return nil }
    if case .string(let inner) = needle.kind {
      if inner.isEmpty { return number(0, .int64, call.range) }
      if case .string(let outer) = haystack.kind {
        let start = (0..<max(outer.count - inner.count + 1, 0)).first { outer[$0...].starts(with: inner) }
        return number(Int64(start ?? -1), .int64, call.range)
      }
    }
    return libraryValue(.stringIndex(haystack, of: needle), .int64, call.range)
  }

  /// `strcontains(haystack, needle)`.
  mutating func stringContains(_ call: BuiltinCall) -> TypedExpression {
    guard let index = stringIndex(call) else { return invalid(call.range) }
    if case .integer(let constant) = index.kind { return number(constant >= 0 ? 1 : 0, .bool, call.range) }
    return TypedExpression(
      .compare(.greaterOrEqual, index, number(0, .int64, call.range), signed: true), .bool, call.range)
  }

  /// `str_concat(first, second)`.
  mutating func concatenation(_ call: BuiltinCall) -> TypedExpression {
    guard let first = text(call.arguments[0], call.function), let second = text(call.arguments[1], call.function) else {
      return invalid(call.range)
    }
    if case .string(let start) = first.kind, case .string(let end) = second.kind {
      return string(start + end, call.range)
    }
    let capacity = size(of: first.type) + size(of: second.type) - 1
    let kept = min(capacity, configuration.maxStringLength + 1)
    let whole = libraryValue(.concatenation(first, second), .string(capacity: capacity), call.range)
    return kept == capacity ? whole : TypedExpression(.convert(whole), .string(capacity: kept), call.range)
  }

  /// A number that prints as its name.
  mutating func named(_ call: BuiltinCall, _ type: Type) -> TypedExpression {
    let value = integerOperand(call.arguments[0])
    if value.type == .invalid { return value }
    return TypedExpression(.convert(converted(value, .int64)), type, call.range)
  }

  /// `assert_str(s)`.
  mutating func assertString(_ call: BuiltinCall) -> TypedExpression {
    let value = expression(call.arguments[0])
    switch value.type {
    case .string, .pointer, .array, .invalid: return effects([], call.range)
    case .void, .bool, .integer, .buffer, .record, .enumeration, .tuple, .symbolic, .stack, .aggregation:
      error("this must be a string, an array or a pointer, not \(value.type.description)", at: call.arguments[0].range)
      return invalid(call.range)
    }
  }

  // MARK: - Comparing

  /// `strncmp(a, b, n)`.
  mutating func compareStrings(_ call: BuiltinCall) -> TypedExpression {
    let limit = integerOperand(call.arguments[2])
    guard let left = text(call.arguments[0], call.function), let right = text(call.arguments[1], call.function),
      limit.type != .invalid
    else {
      return invalid(call.range)
    }
    guard case .integer(let count) = limit.kind else {
      return libraryValue(.compareBytes(left, right, count: converted(limit, .uint64)), .int64, call.range)
    }
    guard count >= 0 else {
      error("strncmp() needs a number of bytes of 0 or more", at: call.arguments[2].range)
      return invalid(call.range)
    }
    let equal = TypedExpression(
      .call(.stringsEqual(shortened(left, count), shortened(right, count), limit: Int(count))), .bool, call.range)
    return TypedExpression(.convert(TypedExpression(.not(equal), .bool, call.range)), .int64, call.range)
  }

  /// Of a string that is read for the comparison alone, no more than is compared.
  private func shortened(_ text: TypedExpression, _ count: Int64) -> TypedExpression {
    guard case .call(.string) = text.kind, case .string(let capacity) = text.type, count + 1 < Int64(capacity) else {
      return text
    }
    return TypedExpression(text.kind, .string(capacity: Int(count) + 1), text.range)
  }

  /// `globmatch(s, pattern)`.
  mutating func globMatch(_ call: BuiltinCall) -> TypedExpression {
    guard let text = text(call.arguments[0], call.function), let pattern = literal(call.arguments[1], call.function)
    else {
      return invalid(call.range)
    }
    if case .string(let bytes) = text.kind {
      return number(Glob(pattern).matches(String(decoding: bytes, as: UTF8.self)) ? 1 : 0, .bool, call.range)
    }
    guard let states = globStates[pattern] ?? GlobStates(pattern) else {
      error("a pattern of globmatch() has at most 63 elements besides '*'", at: call.arguments[1].range)
      return invalid(call.range)
    }
    globStates[pattern] = states
    if globStates.count > Self.maximumGlobs {
      error(
        "the script has too many patterns: globmatch() takes at most \(Self.maximumGlobs) different ones",
        at: call.arguments[1].range)
      return invalid(call.range)
    }
    return libraryValue(.globMatch(text, states), .bool, call.range)
  }
}
