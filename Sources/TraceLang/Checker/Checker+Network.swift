// Network addresses.
extension Checker {
  /// Kernel: include/linux/socket.h.
  private enum AddressFamily {
    static let inet: Int64 = 2
    static let inet6: Int64 = 10
  }

  /// `ntop(family, address)`.
  mutating func networkAddress(_ call: BuiltinCall) -> TypedExpression {
    let address = expression(call.arguments[call.arguments.count - 1])
    let named = call.arguments.count == 2 ? converted(integerOperand(call.arguments[0]), .int32) : nil
    guard let likely = likelyFamily(of: address) else {
      if address.type != .invalid {
        error(
          "ntop() needs an integer or an array of 4 or 16 bytes, not \(address.type.description)",
          at: call.arguments[call.arguments.count - 1].range)
      }
      return invalid(call.range)
    }
    let family = named ?? number(likely, .int32, call.range)
    if family.type == .invalid { return invalid(call.range) }
    let bytes = size(of: address.type)
    if case .integer(let constant) = family.kind {
      guard constant == AddressFamily.inet || constant == AddressFamily.inet6 else {
        error("ntop() knows AF_INET (2) and AF_INET6 (10), not \(constant)", at: call.arguments[0].range)
        return invalid(call.range)
      }
      if constant == AddressFamily.inet6, bytes != 16 {
        error(
          "an address of AF_INET6 has 16 bytes, and this has \(bytes)",
          at: call.arguments[call.arguments.count - 1].range)
        return invalid(call.range)
      }
    }
    return libraryValue(.inet(family: family, address: address), .symbolic(.inet), call.range)
  }

  /// The family that the type of an address tells; `nil` for what is no address.
  private func likelyFamily(of address: TypedExpression) -> Int64? {
    switch address.type {
    case .integer, .enumeration: return AddressFamily.inet
    case .array(.integer, _), .string, .record:
      let bytes = size(of: address.type)
      guard bytes == 4 || bytes == 16, !isLiteral(address) else { return nil }
      return bytes == 4 ? AddressFamily.inet : AddressFamily.inet6
    case .void, .bool, .buffer, .pointer, .array, .tuple, .symbolic, .stack, .aggregation, .invalid: return nil
    }
  }

  private func isLiteral(_ value: TypedExpression) -> Bool { if case .string = value.kind { true } else { false } }

  /// `pton(address)`.
  mutating func addressBytes(_ call: BuiltinCall) -> TypedExpression {
    let syntax = call.arguments[0]
    guard let text = literal(syntax, call.function) else { return invalid(call.range) }
    guard let bytes = NetworkAddress.bytes(of: text) else {
      error(
        "'\(text)' is not an address", at: syntax.range,
        notes: [Diagnostic.Note("pton() takes addresses such as \"192.168.0.1\" and \"fe80::1\"")])
      return invalid(call.range)
    }
    return libraryValue(.bytes(bytes), .array(.uint8, count: bytes.count), call.range)
  }

  /// `macaddr(address)`.
  mutating func hardwareAddress(_ call: BuiltinCall) -> TypedExpression {
    let syntax = call.arguments[0]
    let source = expression(syntax)
    if source.type == .invalid { return source }
    guard isHardwareAddress(source) else {
      error(
        "macaddr() needs an array of 6 bytes or a pointer to one, not \(isLiteral(source) ? "a string in quotes" : source.type.description)",
        at: syntax.range)
      return invalid(call.range)
    }
    return libraryValue(.macAddress(source), .symbolic(.macAddress), call.range)
  }

  /// Whether a value is, or may point to, 6 bytes.
  private func isHardwareAddress(_ value: TypedExpression) -> Bool {
    switch value.type {
    case .string(let count): count == 6 && !isLiteral(value)
    case .array(.integer(let element), let count), .pointer(.array(.integer(let element), let count), _):
      count == 6 && element.bits == 8
    case .pointer(.integer(let target), _): target.bits == 8
    case .void, .bool, .integer, .buffer, .pointer, .array, .record, .enumeration, .tuple, .symbolic, .stack,
      .aggregation, .invalid:
      false
    }
  }
}

/// Addresses in text.
enum NetworkAddress {
  /// The 4 or 16 bytes of "192.168.0.1", "fe80::1" and "::ffff:10.0.0.1"; `nil` for anything else.
  static func bytes(of text: String) -> [UInt8]? { text.contains(":") ? version6(text) : version4(text[...]) }

  private static func version4(_ text: Substring) -> [UInt8]? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var bytes: [UInt8] = []
    for part in parts {
      guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
        let byte = UInt8(part)
      else { return nil }
      bytes.append(byte)
    }
    return bytes
  }

  private static func version6(_ text: String) -> [UInt8]? {
    let length = 16
    var halves: [[UInt8]] = [[]]
    var rest = text[...]
    if rest.hasPrefix("::") {
      halves.append([])
      rest = rest.dropFirst(2)
    }
    while !rest.isEmpty {
      let part = rest.prefix { $0 != ":" }
      if part.contains(".") {
        guard part.endIndex == rest.endIndex, let bytes = version4(part) else { return nil }
        halves[halves.count - 1] += bytes
        rest = rest[part.endIndex...]
        break
      }
      guard (1...4).contains(part.utf8.count), let group = UInt16(part, radix: 16), !part.hasPrefix("+") else {
        return nil
      }
      halves[halves.count - 1] += [UInt8(group >> 8), UInt8(truncatingIfNeeded: group)]
      rest = rest[part.endIndex...]
      if rest.hasPrefix("::") {
        guard halves.count == 1 else { return nil }
        halves.append([])
        rest = rest.dropFirst(2)
      } else if rest.hasPrefix(":") {
        rest = rest.dropFirst()
        if rest.isEmpty { return nil }
      }
    }
    let count = halves.reduce(0) { $0 + $1.count }
    guard halves.count == 2 else { return count == length ? halves[0] : nil }
    guard count <= length - 2 else { return nil }
    return halves[0] + [UInt8](repeating: 0, count: length - count) + halves[1]
  }
}
