/// The C declaration of a tracepoint's field: "const char * filename", "__data_loc char[] name", "u8 addr[16]".
struct FieldDeclaration {
  let name: String
  let location: RecordLayout.DataLocation?
  /// What is declared before stars and brackets.
  private let base: CTypeName
  private let pointerDepth: Int
  /// Each array's length where it is a number; "[]" and "[TASK_COMM_LEN]" are `nil`.
  private let lengths: [Int?]

  /// `nil` when no name or no type can be found.
  init?(_ declaration: ArraySlice<UInt8>) {
    var words: [String] = []
    var stars = 0
    var lengths: [Int?] = []
    var functionName: String?
    var tokens = Self.tokens(of: declaration)[...]
    while let token = tokens.popFirst() {
      switch token {
      case "*": stars += 1
      case "[":
        let inside = tokens.prefix { $0 != "]" }
        lengths.append(inside.count == 1 ? inside.first.flatMap { Int($0) } : nil)
        tokens = tokens.dropFirst(inside.count + 1)
      case "(":
        if functionName == nil { functionName = tokens.first { $0 != "*" } }
        tokens = []
      default: words.append(token)
      }
    }
    location =
      switch words.first {
      case "__data_loc": .absolute
      case "__rel_loc": .relative
      default: nil
      }
    if location != nil { words.removeFirst() }
    if let functionName {
      name = functionName
      base = .void
      pointerDepth = 1
      self.lengths = []
      return
    }
    guard let last = words.popLast(), !words.isEmpty else { return nil }
    name = last
    base = CTypeName(words)
    pointerDepth = stars
    self.lengths = lengths
  }

  /// Identifiers and numbers, and every other byte but blanks by itself.
  private static func tokens(of text: ArraySlice<UInt8>) -> [String] {
    var tokens: [String] = []
    var rest = text
    while let byte = rest.first {
      let word = rest.prefix { $0.isWordByte }
      let token = word.isEmpty ? rest.prefix(1) : word
      rest = rest[token.endIndex...]
      if byte != UInt8(ascii: " "), byte != UInt8(ascii: "\t") { tokens.append(String(decoding: token, as: UTF8.self)) }
    }
    return tokens
  }

  /// The type of the field, given its size in bytes and signedness as the format says them.
  ///
  /// A character array is a string; one in a data location has capacity 0, for its length is only known at run time.
  /// C's own integers keep the sign they are declared with (a syscall's `int` says "signed:0"), and with `isRegister`
  /// their declared width too: a syscall's argument lies in a whole register whose upper half means nothing.
  func type(size: Int, isSigned: Bool, isRegister: Bool, pointers space: AddressSpace) -> Type {
    if location != nil {
      return base == .char && pointerDepth == 0 ? .string(capacity: 0) : .array(element(in: space), count: 0)
    }
    guard lengths.isEmpty else { return array(size: size, in: space) }
    guard pointerDepth == 0 else { return pointer(in: space) }
    if base == .bool, size == 1 { return .bool }
    guard [1, 2, 4, 8].contains(size) else {
      if case .record(let name) = base { return .record(.named(name)) }
      return .array(.uint8, count: size)
    }
    if case .record(let name) = base, name.hasPrefix("struct ") || name.hasPrefix("union ") {
      return .record(.named(name))
    }
    let width = isRegister ? min(base.size ?? size, size) : size
    let integer = IntegerType(bits: width * 8, signed: base.isSigned ?? isSigned)
    if case .enumeration(let name) = base { return .enumeration(.named("enum \(name)"), integer) }
    return .integer(integer)
  }

  private func array(size: Int, in space: AddressSpace) -> Type {
    if base == .char, pointerDepth == 0 { return .string(capacity: size) }
    if let stride = pointerDepth > 0 ? 8 : base.size {
      return .array(element(in: space), count: size / stride)
    }
    let declared = lengths.reduce(Int?.some(1)) { product, length in
      guard let product, let length else { return nil }
      let (result, overflow) = product.multipliedReportingOverflow(by: length)
      return overflow ? nil : result
    }
    guard let count = declared, count > 0, size % count == 0, [1, 2, 4, 8].contains(size / count) else {
      return .array(.uint8, count: size)
    }
    return .array(.integer(IntegerType(bits: size / count * 8, signed: false)), count: count)
  }

  private func element(in space: AddressSpace) -> Type {
    if pointerDepth > 0 { return pointer(in: space) }
    return base.type ?? .uint8
  }

  private func pointer(in space: AddressSpace) -> Type {
    (0..<min(pointerDepth, 4)).reduce(pointee) { type, _ in .pointer(type, space) }
  }

  private var pointee: Type {
    if case .record(let name) = base { return .record(.named(name)) }
    return base.type ?? .void
  }
}

extension UInt8 {
  /// Whether it can be part of a C identifier or number.
  fileprivate var isWordByte: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...:
      true
    default: false
    }
  }
}
