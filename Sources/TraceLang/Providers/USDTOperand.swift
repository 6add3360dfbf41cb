/// An argument of a USDT probe: where it is when the probe fires, and what of that it takes.
///
/// A note has it as "SIZE@OPERAND", where a size below 0 is that of a signed number.
public struct USDTOperand: Hashable, Sendable {
  public let type: IntegerType
  public let place: Place

  public enum Place: Hashable, Sendable {
    case constant(Int64)
    case register(Register)
    /// So many bytes from a variable: where that is, not what it holds.
    case address(BinaryVariable, displacement: Int64)
    /// At the sum of all that is there, in the process's memory.
    case memory(variable: BinaryVariable? = nil, base: Register?, index: Index?, displacement: Int64)
  }

  /// What of it moves with the probe's binary.
  public var variable: BinaryVariable? {
    switch place {
    case .constant, .register: nil
    case .address(let variable, _): variable
    case .memory(let variable, _, _, _): variable
    }
  }

  /// A saved register, or its lowest bits.
  public struct Register: Hashable, Sendable {
    /// Bytes from the start of the saved registers.
    public let offset: Int
    public let type: IntegerType
  }

  public struct Index: Hashable, Sendable {
    public let register: Register
    /// What it is multiplied by.
    public let scale: Int64
  }
}

extension USDTOperand {
  /// More arguments than the language has names for are not read.
  private static let maximumCount = 12

  /// The operands of a note's arguments; `nil` for each that is of no form known here, such as floating-point registers.
  /// - Parameter variables: what a symbol of the binary is.
  static func operands(
    of arguments: String, _ architecture: Machine.Architecture, variables: (String) -> BinaryVariable? = { _ in nil }
  ) -> [USDTOperand?] {
    let registers = architecture.facts.registers
    return words(of: arguments).map { word in
      guard let at = word.firstIndex(of: "@"), let size = Int(word[..<at]), [1, 2, 4, 8].contains(size.magnitude),
        let place = place(word[word.index(after: at)...], architecture, registers, variables)
      else { return nil }
      return USDTOperand(type: IntegerType(bits: Int(size.magnitude) * 8, signed: size < 0), place: place)
    }
  }

  /// The arguments, between white space that no brackets are around.
  private static func words(of text: String) -> [Substring] {
    var words: [Substring] = []
    var depth = 0
    var start: String.Index?
    for index in text.indices {
      let character = text[index]
      if character == " ", depth == 0 {
        if let first = start { words.append(text[first..<index]) }
        start = nil
      } else {
        if start == nil { start = index }
        if "([".contains(character) { depth += 1 }
        if ")]".contains(character) { depth = max(depth - 1, 0) }
      }
    }
    if let start { words.append(text[start...]) }
    return Array(words.prefix(maximumCount))
  }

  private static func place(
    _ text: Substring, _ architecture: Machine.Architecture, _ registers: SavedRegisters,
    _ variables: (String) -> BinaryVariable?
  ) -> Place? {
    switch architecture {
    case .x86_64: x86Place(text, registers, variables)
    case .aarch64: armPlace(text, registers)
    }
  }

  /// A number of the assembler; those above the largest signed one wrap.
  private static func number(_ text: Substring) -> Int64? {
    let isNegative = text.hasPrefix("-")
    let digits = isNegative || text.hasPrefix("+") ? text.dropFirst() : text
    // A second sign is none.
    guard let first = digits.first, first.isNumber else { return nil }
    let value = digits.hasPrefix("0x") ? UInt64(digits.dropFirst(2), radix: 16) : UInt64(digits)
    return value.map { isNegative ? 0 &- Int64(bitPattern: $0) : Int64(bitPattern: $0) }
  }

  // MARK: - x86-64: AT&T syntax

  /// `$N`, `$SYMBOL+N`, `%REGISTER`, `N(%BASE,%INDEX,SCALE)`, `SYMBOL+N(%rip)`, `SYMBOL+N`; what a segment register is part
  /// of is not known.
  private static func x86Place(
    _ text: Substring, _ registers: SavedRegisters, _ variables: (String) -> BinaryVariable?
  ) -> Place? {
    if text.hasPrefix("$") {
      return displacement(text.dropFirst(), variables).map { variable, distance in
        variable.map { .address($0, displacement: distance) } ?? .constant(distance)
      }
    }
    if text.hasPrefix("%") { return x86Register(text, registers).map { .register($0) } }
    guard let open = text.firstIndex(of: "("), text.last == ")" else {
      guard case (let variable?, let distance)? = displacement(text, variables) else { return nil }
      return .memory(variable: variable, base: nil, index: nil, displacement: distance)
    }
    let parts = text[text.index(after: open)...].dropLast().split(separator: ",", omittingEmptySubsequences: false)
      .map { $0.trimmed }
    guard let (variable, displacement) = open == text.startIndex ? (nil, 0) : displacement(text[..<open], variables),
      (1...3).contains(parts.count)
    else { return nil }
    var base: Register?
    if parts[0] == "%rip" {
      // It stands for no more than that the symbol lies as far from the instruction as in the file.
      guard parts.count == 1, variable != nil else { return nil }
    } else if !parts[0].isEmpty {
      guard let register = x86Register(parts[0], registers) else { return nil }
      base = register
    }
    guard parts.count > 1, !parts[1].isEmpty else {
      if base == nil, variable == nil { return nil }
      return .memory(variable: variable, base: base, index: nil, displacement: displacement)
    }
    guard let register = x86Register(parts[1], registers) else { return nil }
    var scale: Int64 = 1
    if parts.count == 3 {
      guard let written = number(parts[2]), [1, 2, 4, 8].contains(written) else { return nil }
      scale = written
    }
    return .memory(
      variable: variable, base: base, index: Index(register: register, scale: scale), displacement: displacement)
  }

  /// `N`, `SYMBOL`, `SYMBOL+N`, `SYMBOL-N`; `nil` where the symbol is not known.
  private static func displacement(
    _ text: Substring, _ variables: (String) -> BinaryVariable?
  ) -> (variable: BinaryVariable?, distance: Int64)? {
    if let number = number(text) { return (nil, number) }
    guard let first = text.first, first.isLetter || "_.".contains(first) else { return nil }
    if let variable = variables(String(text)) { return (variable, 0) }
    guard let sign = text.lastIndex(where: { "+-".contains($0) }), let distance = number(text[sign...]),
      let variable = variables(String(text[..<sign]))
    else { return nil }
    return (variable, distance)
  }

  private static func x86Register(_ text: Substring, _ registers: SavedRegisters) -> Register? {
    guard text.hasPrefix("%") else { return nil }
    let name = text.dropFirst()
    func register(_ saved: some StringProtocol, _ bits: Int, byte: Int = 0) -> Register? {
      registers.offset(of: String(saved)).map {
        Register(offset: $0 + byte, type: IntegerType(bits: bits, signed: false))
      }
    }
    if let digits = name.dropFirst().prefix(while: \.isNumber) as Substring?, name.hasPrefix("r"), !digits.isEmpty {
      guard let number = Int(digits), (8...15).contains(number) else { return nil }
      switch name.dropFirst(1 + digits.count) {
      case "": return register("r\(number)", 64)
      case "d": return register("r\(number)", 32)
      case "w": return register("r\(number)", 16)
      case "b": return register("r\(number)", 8)
      default: return nil
      }
    }
    let general = ["ax", "bx", "cx", "dx", "si", "di", "bp", "sp"]
    if let saved = general.first(where: { name == $0 }) { return register(saved, 16) }
    if let saved = general.first(where: { name == "r\($0)" }) { return register(saved, 64) }
    if let saved = general.first(where: { name == "e\($0)" }) { return register(saved, 32) }
    if let saved = general[..<4].first(where: { name == "\($0.prefix(1))l" }) { return register(saved, 8) }
    if let saved = general[..<4].first(where: { name == "\($0.prefix(1))h" }) { return register(saved, 8, byte: 1) }
    if let saved = general[4...].first(where: { name == "\($0)l" }) { return register(saved, 8) }
    return nil
  }

  // MARK: - arm64

  /// `N`, `xN`, `wN`, `sp`, `[BASE]`, `[BASE, N]`, `[BASE, INDEX]`, `[BASE, INDEX, lsl N]`, `[BASE, wN, sxtw N]`.
  private static func armPlace(_ text: Substring, _ registers: SavedRegisters) -> Place? {
    guard text.hasPrefix("[") else {
      if text == "xzr" || text == "wzr" { return .constant(0) }
      return armRegister(text, registers).map { .register($0) } ?? armNumber(text).map { .constant($0) }
    }
    guard text.last == "]" else { return nil }
    let parts = text.dropFirst().dropLast().split(separator: ",", omittingEmptySubsequences: false).map { $0.trimmed }
    guard (1...3).contains(parts.count), let base = armRegister(parts[0], registers), base.type.bits == 64 else {
      return nil
    }
    if parts.count == 1 { return .memory(base: base, index: nil, displacement: 0) }
    if parts.count == 2, let displacement = armNumber(parts[1]) {
      return .memory(base: base, index: nil, displacement: displacement)
    }
    let words = parts.count == 3 ? parts[2].split(separator: " ") : ["lsl"]
    guard (1...2).contains(words.count), let index = armRegister(parts[1], registers) else { return nil }
    let extended: Register
    switch (words[0], index.type.bits) {
    case ("lsl", 64), ("sxtx", 64), ("uxtw", 32): extended = index
    case ("sxtw", 32): extended = Register(offset: index.offset, type: .int32)
    default: return nil
    }
    var shift: Int64 = 0
    if words.count == 2 {
      guard let written = armNumber(words[1]), (0...4).contains(written) else { return nil }
      shift = written
    }
    return .memory(base: base, index: Index(register: extended, scale: 1 << shift), displacement: 0)
  }

  private static func armNumber(_ text: Substring) -> Int64? { number(text.hasPrefix("#") ? text.dropFirst() : text) }

  private static func armRegister(_ text: Substring, _ registers: SavedRegisters) -> Register? {
    let bits: Int
    let saved: String
    switch (text, text.first) {
    case ("sp", _): (bits, saved) = (64, "sp")
    case ("wsp", _): (bits, saved) = (32, "sp")
    case (_, "x"): (bits, saved) = (64, "r\(text.dropFirst())")
    case (_, "w"): (bits, saved) = (32, "r\(text.dropFirst())")
    default: return nil
    }
    return registers.offset(of: saved).map { Register(offset: $0, type: IntegerType(bits: bits, signed: false)) }
  }
}

extension Substring {
  /// Without spaces at its ends.
  fileprivate var trimmed: Substring {
    var rest = drop { $0 == " " }
    while rest.last == " " { rest.removeLast() }
    return rest
  }
}
