import TraceLang

/// Where the keys of a map come from, as far as it tells which there can be.
enum KeyOrigin: Hashable {
  /// The running probe's name.
  case probeName
  /// The name of the traced function.
  case functionName
  /// The number of the running CPU.
  case cpu
  /// The number of a system call, which may be one that there is not.
  case syscallNumber
  /// Constants, as they lie in memory, each once and in order of appearance.
  case constants([[UInt8]])
  case anything

  /// - Parameter traits: what the probe that uses the key may assume.
  init(_ key: TypedExpression, in traits: ProbeTraits) {
    if key.kind == .context(.probeName) {
      self = .probeName
    } else if key.kind == .context(.functionName) {
      self = .functionName
    } else if key.kind == .context(.cpu) {
      self = .cpu
    } else if key.type == .symbolic(.syscallName) || key.isSyscallNumber(in: traits) {
      self = .syscallNumber
    } else if let bytes = key.constantBytes {
      self = .constants([bytes])
    } else {
      self = .anything
    }
  }

  /// Constants that are more than a domain may have are as good as anything.
  func united(with other: KeyOrigin) -> KeyOrigin {
    switch (self, other) {
    case (.constants(let mine), .constants(let others)):
      let all = mine + others.filter { !mine.contains($0) }
      return all.count <= Planner.maximumConstantKeys ? .constants(all) : .anything
    case (.probeName, _), (.functionName, _), (.cpu, _), (.syscallNumber, _), (.constants, _), (.anything, _):
      return self == other ? self : .anything
    }
  }
}

extension TypedExpression {
  /// Whether it is the number of the system call that fires the probe.
  fileprivate func isSyscallNumber(in traits: ProbeTraits) -> Bool {
    switch kind {
    case .convert(let operand): return type.isInteger && operand.isSyscallNumber(in: traits)
    case .member(let base, let member):
      return base.kind == .context(.arguments) && member.name == traits.syscallNumber
    case .integer, .string, .variable, .map, .context, .address, .dereference, .index, .element, .tuple, .negate,
      .complement, .not, .arithmetic, .pointerOffset, .compare, .and, .or, .ternary, .step, .call, .block:
      return false
    }
  }

  /// A constant as it lies in a key; `nil` for what is not one.
  var constantBytes: [UInt8]? {
    switch kind {
    case .integer(let value): return Self.bytes(value, type.size())
    case .string(let bytes):
      guard case .string(let capacity) = type, bytes.count < capacity else { return nil }
      return bytes + [UInt8](repeating: 0, count: capacity - bytes.count)
    case .convert(let operand):
      if case .string(let bytes) = operand.kind { return TypedExpression(.string(bytes), type, range).constantBytes }
      guard case .integer(let value) = operand.kind, case .integer = operand.type else { return nil }
      if case .integer = type { return Self.bytes(value, type.size()) }
      return type == .symbolic(.syscallName) ? Self.bytes(value, type.size()) : nil
    case .tuple(let parts):
      guard case .tuple(let elements) = type else { return nil }
      let layout = Type.tupleLayout(elements)
      var result = [UInt8](repeating: 0, count: layout.size)
      for (part, offset) in zip(parts, layout.offsets) {
        guard let bytes = part.constantBytes else { return nil }
        result.replaceSubrange(offset..<offset + bytes.count, with: bytes)
      }
      return result
    case .variable, .map, .context, .member, .address, .dereference, .index, .element, .negate, .complement, .not,
      .arithmetic, .pointerOffset, .compare, .and, .or, .ternary, .step, .call, .block:
      return nil
    }
  }

  private static func bytes(_ value: Int64, _ size: Int) -> [UInt8] {
    (0..<size).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
  }
}
