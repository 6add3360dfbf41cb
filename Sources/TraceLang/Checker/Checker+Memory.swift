// Bytes, pointers and what lies at them.
extension Checker {
  /// `buf(data, length)`.
  mutating func readBuffer(_ call: BuiltinCall) -> TypedExpression {
    let source = address(call.arguments[0], "buf")
    var capacity = configuration.maxStringLength
    var length: TypedExpression?
    if call.arguments.count == 2 {
      let given = integerOperand(call.arguments[1])
      let value = converted(given, .uint64)
      if case .integer(let constant) = given.kind {
        guard constant >= 1 || constant < 0 && given.type.integer?.isSigned == false else {
          error("buf() needs a length of at least 1", at: call.arguments[1].range)
          return invalid(call.range)
        }
        capacity = min(capacity, Int(clamping: UInt64(bitPattern: constant)))
      } else {
        length = value
      }
    } else if case .array(let element, let count) = source.type {
      capacity = size(of: element) * count
    } else if case .string(let count) = source.type {
      capacity = count
    } else if source.type != .invalid {
      error("buf() needs a length for a pointer", at: call.range)
      return invalid(call.range)
    }
    return TypedExpression(.call(.buffer(source, length: length)), .buffer(capacity: capacity), call.range)
  }

  /// `ntohs(n)` and its kin.
  mutating func byteOrder(_ call: BuiltinCall, bits: Int) -> TypedExpression {
    let value = integerOperand(call.arguments[0])
    if value.type == .invalid { return value }
    let word = integer(value, IntegerType(bits: bits, signed: false), call.range)
    guard target.machine.isLittleEndian else { return word }
    return TypedExpression(.call(.byteSwap(word)), word.type, call.range)
  }

  /// `is_err(p)` (Kernel: IS_ERR_VALUE in include/linux/err.h).
  mutating func isError(_ call: BuiltinCall) -> TypedExpression {
    let value = expression(call.arguments[0])
    if value.type == .invalid { return value }
    guard value.type.isScalar else {
      error("is_err() needs a pointer, not \(value.type.description)", at: call.arguments[0].range)
      return invalid(call.range)
    }
    let lowest = number(-4095, .uint64, call.range)
    return binary(.greaterOrEqual, integer(value, .uint64, call.range), lowest, call.range, call.range)
  }

  /// `container_of(p, type, member)`.
  mutating func container(_ call: BuiltinCall) -> TypedExpression {
    let pointer = expression(call.arguments[0])
    guard let type = namedType(call.arguments[1], call.function),
      let path = memberPath(call.arguments[2], call.function), pointer.type != .invalid
    else { return invalid(call.range) }
    guard case .pointer(_, let space) = pointer.type else {
      error("container_of() needs a pointer, not \(pointer.type.description)", at: call.arguments[0].range)
      return invalid(call.range)
    }
    guard case .integer(let bytes) = self.offset(in: type, path, call.arguments[2].range).kind else {
      return invalid(call.range)
    }
    let back = number(-bytes, .int64, call.range)
    return TypedExpression(.pointerOffset(pointer, back, scale: 1), .pointer(type, space), call.range)
  }

  /// The type that an argument names.
  private mutating func namedType(_ syntax: Expression, _ function: String) -> Type? {
    if case .type(let type) = syntax.kind { return self.type(type) }
    if case .identifier(let name) = syntax.kind { return type(TypeSyntax(.named(name), syntax.range)) }
    error("\(function)() needs a type here", at: syntax.range)
    return nil
  }

  /// The field that an argument names: `a` or `a.b`.
  private mutating func memberPath(_ syntax: Expression, _ function: String) -> [Name]? {
    if case .identifier(let name) = syntax.kind { return [Name(name, syntax.range)] }
    if case .member(let base, let name, _) = syntax.kind { return memberPath(base, function).map { $0 + [name] } }
    error("\(function)() needs the name of a field here", at: syntax.range)
    return nil
  }

  /// `write_user(place, source, length)`.
  mutating func writeUser(_ call: BuiltinCall) -> TypedExpression {
    let place = expression(call.arguments[0])
    let source = expression(call.arguments[1])
    guard let length = constant(call.arguments[2], call.function), place.type != .invalid, source.type != .invalid
    else {
      return invalid(call.range)
    }
    guard case .pointer = place.type else {
      error("write_user() needs a pointer to write to, not \(place.type.description)", at: call.arguments[0].range)
      return invalid(call.range)
    }
    switch source.type {
    case .pointer, .string, .array, .record: break
    case .void, .bool, .integer, .buffer, .enumeration, .tuple, .symbolic, .stack, .aggregation, .invalid:
      error(
        "write_user() needs a pointer, a string, an array or a struct to write, not \(source.type.description)",
        at: call.arguments[1].range)
      return invalid(call.range)
    }
    guard (1...Int64(configuration.maxStringLength)).contains(length) else {
      error("write_user() writes 1 to \(configuration.maxStringLength) bytes", at: call.arguments[2].range)
      return invalid(call.range)
    }
    if !target.has(.userWrites) {
      error(
        "write_user() needs a kernel that lets programs write to processes", at: call.range,
        notes: [Diagnostic.Note("one that is locked down does not: see /sys/kernel/security/lockdown")])
      return invalid(call.range)
    }
    return libraryValue(.writeUser(place, source, count: Int(length)), .bool, call.range)
  }

  /// `bswap(n)`.
  mutating func byteSwap(_ call: BuiltinCall) -> TypedExpression {
    let value = integerOperand(call.arguments[0])
    guard let integer = value.type.integer else { return invalid(call.range) }
    let type = Type.integer(IntegerType(bits: integer.bits, signed: false))
    if integer.bits == 8 { return converted(value, type) }
    return TypedExpression(.call(.byteSwap(converted(value, type))), type, call.range)
  }

  /// `kptr(p)` and `uptr(p)`.
  mutating func pointer(_ call: BuiltinCall, into space: AddressSpace) -> TypedExpression {
    let value = expression(call.arguments[0])
    switch value.type {
    case .pointer(let target, _): return TypedExpression(.convert(value), .pointer(target, space), call.range)
    case .integer: return TypedExpression(.convert(value), .pointer(.int8, space), call.range)
    case .invalid: return value
    case .void, .bool, .string, .buffer, .array, .record, .enumeration, .tuple, .symbolic, .stack, .aggregation:
      error("\(call.function)() needs a pointer, not \(value.type.description)", at: call.arguments[0].range)
      return invalid(call.range)
    }
  }

  /// `memcmp(left, right, count)`.
  mutating func compareBytes(_ call: BuiltinCall) -> TypedExpression {
    let limit = integerOperand(call.arguments[2])
    let isConstant: Int64? = if case .integer(let count) = limit.kind { count } else { nil }
    if let isConstant, !(0...Int64(configuration.maxStringLength)).contains(isConstant) {
      error("memcmp() compares 0 to \(configuration.maxStringLength) bytes", at: call.arguments[2].range)
      return invalid(call.range)
    }
    guard let left = bytes(call.arguments[0], isConstant), let right = bytes(call.arguments[1], isConstant),
      limit.type != .invalid
    else { return invalid(call.range) }
    return libraryValue(.compareBytes(left, right, count: converted(limit, .uint64)), .int64, call.range)
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
    case .void, .bool, .integer, .buffer, .array, .record, .enumeration, .tuple, .symbolic, .stack, .aggregation:
      error(
        "memcmp() compares strings, arrays of bytes and what pointers point to, not \(value.type.description)",
        at: syntax.range)
      return nil
    }
  }
}
