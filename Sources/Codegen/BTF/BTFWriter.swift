/// Writes BTF, the kernel's type information (Kernel: Documentation/bpf/btf.rst), in the order in which types are added.
public struct BTFWriter: Sendable {
  /// A type's number; 0 is `void`.
  public struct TypeID: Hashable, Sendable {
    public let number: UInt32

    public static let void = TypeID(number: 0)
  }

  public struct Member: Hashable, Sendable {
    public let name: String
    public let type: TypeID
    /// Bits from the start of the structure.
    public let bitOffset: UInt32

    public init(name: String, type: TypeID, bitOffset: UInt32) {
      self.name = name
      self.type = type
      self.bitOffset = bitOffset
    }
  }

  public struct Parameter: Hashable, Sendable {
    public let name: String
    public let type: TypeID

    public init(name: String, type: TypeID) {
      self.name = name
      self.type = type
    }
  }

  /// Kernel: enum btf_func_linkage; of variables, BTF_VAR_STATIC and BTF_VAR_GLOBAL_ALLOCATED. The verifier takes
  /// callbacks only when they are static.
  public enum Linkage: UInt32, Hashable, Sendable {
    case `static` = 0
    case global = 1
  }

  private var types: [UInt8] = []
  private var strings: [UInt8] = [0]
  private var stringOffsets: [String: UInt32] = ["": 0]
  private var count: UInt32 = 0

  public init() {}

  // MARK: Types

  public mutating func integer(_ name: String, size: UInt32, isSigned: Bool) -> TypeID {
    let encoding: UInt32 = isSigned ? 1 << 24 : 0
    return append(.integer, name, sizeOrType: size, [encoding | size * 8])
  }

  /// `bool`, one byte.
  public mutating func boolean() -> TypeID { append(.integer, "bool", sizeOrType: 1, [4 << 24 | 8]) }

  public mutating func pointer(to target: TypeID) -> TypeID {
    append(.pointer, "", sizeOrType: target.number, [])
  }

  public mutating func array(of element: TypeID, count: UInt32, index: TypeID) -> TypeID {
    append(.array, "", sizeOrType: 0, [element.number, index.number, count])
  }

  public mutating func structure(_ name: String, size: UInt32, _ members: [Member]) -> TypeID {
    var words: [UInt32] = []
    for member in members { words += [string(member.name), member.type.number, member.bitOffset] }
    return append(.structure, name, count: members.count, sizeOrType: size, words)
  }

  public mutating func typedef(_ name: String, _ target: TypeID) -> TypeID {
    append(.typedef, name, sizeOrType: target.number, [])
  }

  public mutating func functionPrototype(returning result: TypeID, _ parameters: [Parameter]) -> TypeID {
    var words: [UInt32] = []
    for parameter in parameters { words += [string(parameter.name), parameter.type.number] }
    return append(.functionPrototype, "", count: parameters.count, sizeOrType: result.number, words)
  }

  public mutating func function(_ name: String, prototype: TypeID, _ linkage: Linkage) -> TypeID {
    append(.function, name, count: Int(linkage.rawValue), sizeOrType: prototype.number, [])
  }

  public mutating func variable(_ name: String, type: TypeID, _ linkage: Linkage) -> TypeID {
    append(.variable, name, sizeOrType: type.number, [linkage.rawValue])
  }

  /// Variables in a section, by ascending offset, none over another; offsets and sizes are in bytes.
  public mutating func dataSection(
    _ name: String, size: UInt32, _ variables: [(variable: TypeID, offset: UInt32, size: UInt32)]
  ) -> TypeID {
    let words = variables.flatMap { [$0.variable.number, $0.offset, $0.size] }
    return append(.dataSection, name, count: variables.count, sizeOrType: size, words)
  }

  /// The offset of a string in the string section; equal strings are kept once.
  public mutating func string(_ text: String) -> UInt32 {
    if let offset = stringOffsets[text] { return offset }
    let offset = UInt32(strings.count)
    strings += text.utf8.filter { $0 != 0 }
    strings.append(0)
    stringOffsets[text] = offset
    return offset
  }

  /// The whole blob: header, types, strings.
  public func bytes() -> [UInt8] {
    var result: [UInt8] = []
    result.append(contentsOf: [0x9f, 0xeb, 1, 0])
    result.append(word: 24)
    result.append(word: 0)
    result.append(word: UInt32(types.count))
    result.append(word: UInt32(types.count))
    result.append(word: UInt32(strings.count))
    return result + types + strings
  }

  /// Kernel: include/uapi/linux/btf.h, BTF_KIND_*.
  private enum Kind: UInt32 {
    case integer = 1
    case pointer = 2
    case array = 3
    case structure = 4
    case typedef = 8
    case function = 12
    case functionPrototype = 13
    case variable = 14
    case dataSection = 15
  }

  private mutating func append(
    _ kind: Kind, _ name: String, count vlen: Int = 0, sizeOrType: UInt32, _ words: [UInt32]
  ) -> TypeID {
    types.append(word: string(name))
    types.append(word: kind.rawValue << 24 | UInt32(truncatingIfNeeded: vlen) & 0xffff)
    types.append(word: sizeOrType)
    for word in words { types.append(word: word) }
    count += 1
    return TypeID(number: count)
  }
}

extension [UInt8] {
  /// Appends a little-endian 32-bit number.
  mutating func append(word: UInt32) {
    for shift in stride(from: UInt32(0), to: 32, by: 8) { append(UInt8(truncatingIfNeeded: word >> shift)) }
  }
}
