/// Kernel: include/uapi/linux/btf.h, BTF_KIND_*.
public enum BTFKind: UInt32, Sendable {
  case integer = 1
  case pointer, array, structure, union, enumeration, forward, typedef, volatile, const, restrict, function
  case functionPrototype, variable, dataSection, float, declarationTag, typeTag, enumeration64

  /// Bytes behind a type's 12-byte header, for `count` members.
  func trailingSize(count: Int) -> Int {
    switch self {
    case .integer, .variable, .declarationTag: 4
    case .array: 12
    case .structure, .union, .dataSection, .enumeration64: count * 12
    case .enumeration, .functionPrototype: count * 8
    case .pointer, .forward, .typedef, .volatile, .const, .restrict, .function, .float, .typeTag: 0
    }
  }

  /// Whether it only names, qualifies or annotates another type.
  var isTransparent: Bool {
    switch self {
    case .typedef, .volatile, .const, .restrict, .typeTag: true
    case .integer, .pointer, .array, .structure, .union, .enumeration, .forward, .function, .functionPrototype,
      .variable, .dataSection, .float, .declarationTag, .enumeration64:
      false
    }
  }
}

/// Several kinds, to look for in one pass.
struct BTFKinds: OptionSet {
  let rawValue: UInt32

  init(rawValue: UInt32) { self.rawValue = rawValue }

  init(_ kind: BTFKind) { rawValue = 1 << kind.rawValue }

  static let structure = BTFKinds(.structure)
  static let union = BTFKinds(.union)
  static let enumerations: BTFKinds = [BTFKinds(.enumeration), BTFKinds(.enumeration64)]
  static let typedef = BTFKinds(.typedef)
  static let integer = BTFKinds(.integer)
  static let function = BTFKinds(.function)
}
