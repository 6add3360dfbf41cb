import TraceLang

// Memory that programs look into: the machine's, by its surroundings, and what `&` gives the address of.
extension Interpreter {
  /// Where a struct, an array or a string is.
  enum Place {
    case memory(UInt64, AddressSpace)
    /// It is a value of its own.
    case value([UInt8])
  }

  /// Addresses that stand for variables, maps and the probe's record: 4 GiB each.
  private static let variableBase: UInt64 = 0xffff_f000_0000_0000
  private static let mapBase: UInt64 = 0xffff_f100_0000_0000
  private static let recordBase: UInt64 = 0xffff_f200_0000_0000
  private static let ownSize: UInt64 = 1 << 32

  static func address(of place: Destination) -> UInt64 {
    switch place {
    case .variable(let variable): variableBase + UInt64(variable.index) * ownSize
    case .map(let map, _): mapBase + UInt64(map.index) * ownSize
    }
  }

  static func space(_ type: Type) -> AddressSpace {
    if case .pointer(_, let space) = type { space } else { .kernel }
  }

  /// What an expression that stands for its address means.
  mutating func place(_ expression: TypedExpression) throws(Leave) -> Place {
    if expression.type.isScalar {
      return .memory(UInt64(bitPattern: try evaluate(expression).number), Self.space(expression.type))
    }
    switch expression.kind {
    case .context(.arguments): return .memory(Self.recordBase, .kernel)
    case .dereference(let pointer):
      return .memory(UInt64(bitPattern: try evaluate(pointer).number), Self.space(pointer.type))
    case .member(let base, let member): return try advanced(place(base), by: Int64(member.offset))
    case .index(let base, let position):
      let base = try place(base)
      let position = try evaluate(position).number
      return advanced(base, by: position &* Int64(layouts.size(of: expression.type)))
    default: return .value(layouts.encoded(try evaluate(expression), expression.type))
    }
  }

  private func advanced(_ place: Place, by offset: Int64) -> Place {
    switch place {
    case .memory(let address, let space): .memory(address &+ UInt64(bitPattern: offset), space)
    case .value(let bytes): .value(Array(bytes.dropFirst(Int(clamping: max(0, offset)))))
    }
  }

  mutating func member(
    _ base: TypedExpression, _ member: RecordLayout.Member, _ type: Type
  ) throws(Leave) -> Value {
    let place = advanced(try self.place(base), by: Int64(member.offset))
    if let location = member.location {
      // The low 16 bits say where the data lies: from the record's start, or from this field's end.
      let word = Layouts.word(bytes(at: place, count: 4)) & 0xffff
      return .integer(
        Int64(bitPattern: Self.recordBase) + word + (location == .absolute ? 0 : Int64(member.offset) + 4))
    }
    let value = layouts.decoded(bytes(at: place, count: layouts.size(of: type)), type)
    guard let field = member.bitField else { return value }
    let unused = Int64(64 - field.width)
    let left = value.number << (unused - Int64(field.shift))
    let isSigned = type.integer?.isSigned ?? false
    return .integer(isSigned ? left >> unused : Int64(bitPattern: UInt64(bitPattern: left) >> UInt64(unused)))
  }

  mutating func element(_ base: TypedExpression, _ position: TypedExpression, _ type: Type) throws(Leave) -> Value {
    let base = try place(base)
    let offset = (try evaluate(position).number) &* Int64(layouts.size(of: type))
    return layouts.decoded(bytes(at: advanced(base, by: offset), count: layouts.size(of: type)), type)
  }

  func load(_ type: Type, at address: Int64, _ space: AddressSpace) -> Value {
    layouts.decoded(bytes(at: .memory(UInt64(bitPattern: address), space), count: layouts.size(of: type)), type)
  }

  /// As many bytes as asked for; zeros when they cannot be read.
  func bytes(at place: Place, count: Int) -> [UInt8] {
    let zeros = [UInt8](repeating: 0, count: count)
    switch place {
    case .value(let bytes): return Array((bytes + zeros).prefix(count))
    case .memory(let address, let space): return memory(address, count, space) ?? zeros
    }
  }

  /// The string up to its terminator, in at most `limit` bytes with it.
  func text(at place: Place, limit: Int) -> [UInt8] {
    var text: [UInt8] = []
    while text.count < limit - 1 {
      let byte = bytes(at: advanced(place, by: Int64(text.count)), count: 1)[0]
      if byte == 0 { break }
      text.append(byte)
    }
    return text
  }

  /// The strings of an array of pointers that ends with a null pointer; 16 at most.
  func strings(of address: Int64, _ space: AddressSpace) -> [[UInt8]] {
    var strings: [[UInt8]] = []
    while strings.count < 16 {
      let pointer = load(.uint64, at: address + Int64(strings.count * 8), space).number
      if pointer == 0 { break }
      let capacity = min(program.configuration.maxStringLength, 1024)
      strings.append(text(at: .memory(UInt64(bitPattern: pointer), space), limit: capacity))
    }
    return strings
  }

  private func memory(_ address: UInt64, _ count: Int, _ space: AddressSpace) -> [UInt8]? {
    func piece(_ bytes: [UInt8], from base: UInt64) -> [UInt8]? {
      let offset = Int(address % Self.ownSize)
      return offset + count <= bytes.count ? Array(bytes[offset..<offset + count]) : nil
    }
    if address >= Self.recordBase { return piece(surroundings.record, from: Self.recordBase) }
    if address >= Self.mapBase {
      let index = Int((address - Self.mapBase) / Self.ownSize)
      guard program.maps.indices.contains(index) else { return nil }
      let type = program.maps[index].value
      return piece(layouts.encoded(maps[index][.tuple([])] ?? layouts.zero(type), type), from: Self.mapBase)
    }
    if address >= Self.variableBase {
      let index = Int((address - Self.variableBase) / Self.ownSize)
      guard variables.indices.contains(index) else { return nil }
      return piece(layouts.encoded(variables[index], probe.variables[index].type), from: Self.variableBase)
    }
    return surroundings.memory(address, count, space)
  }
}
