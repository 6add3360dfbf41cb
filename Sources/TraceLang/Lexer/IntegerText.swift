/// Reads the integer forms of the language: decimal, octal, hexadecimal, binary, `1e6`, `1_000`, C suffixes, durations.
enum IntegerText {
  struct Problem: Error {
    let message: String
    let range: Range<Int>
  }

  /// Nanoseconds of a duration suffix.
  private static let durations: [String: UInt64] = [
    "ns": 1, "us": 1_000, "ms": 1_000_000, "s": 1_000_000_000, "m": 60_000_000_000, "h": 3_600_000_000_000,
    "d": 86_400_000_000_000,
  ]
  private static let sizeSuffixes: Set<String> = ["u", "l", "ul", "lu", "ll", "ull", "llu"]

  static func value(of text: ArraySlice<UInt8>) -> Result<UInt64, Problem> {
    do throws(Problem) {
      return .success(try read(text))
    } catch {
      return .failure(error)
    }
  }

  private static func read(_ text: ArraySlice<UInt8>) throws(Problem) -> UInt64 {
    guard text.first == UInt8(ascii: "0"), let second = text.dropFirst().first else {
      return try digits(text, skipping: 0, radix: 10)
    }
    if second | 0x20 == UInt8(ascii: "x") { return try digits(text, skipping: 2, radix: 16) }
    if second | 0x20 == UInt8(ascii: "b") { return try digits(text, skipping: 2, radix: 2) }
    return try digits(text, skipping: 0, radix: second.isDigit ? 8 : 10)
  }

  private static func digits(
    _ text: ArraySlice<UInt8>, skipping prefix: Int, radix: UInt64
  ) throws(Problem) -> UInt64 {
    var value: UInt64 = 0
    var offset = text.startIndex + prefix
    let start = offset
    while offset < text.endIndex {
      let byte = text[offset]
      if byte == UInt8(ascii: "_") {
        offset += 1
        continue
      }
      guard let digit = byte.hexDigit, radix == 16 || byte.isDigit else { break }
      guard digit < radix else {
        let wanted = radix == 8 ? "an octal digit: numbers that start with 0 are octal" : "a binary digit"
        throw Problem(message: "'\(digit)' is not \(wanted)", range: offset..<offset + 1)
      }
      value = try multiplied(value, radix, plus: UInt64(digit), text)
      offset += 1
    }
    if offset == start {
      throw Problem(message: "expected digits after '\(name(text[..<offset]))'", range: text.indices)
    }
    if text[offset - 1] == UInt8(ascii: "_") {
      throw Problem(message: "a number cannot end in '_'", range: offset - 1..<offset)
    }
    return try suffixed(value, text, offset)
  }

  /// Applies an exponent and a suffix.
  private static func suffixed(
    _ mantissa: UInt64, _ text: ArraySlice<UInt8>, _ start: Int
  ) throws(Problem) -> UInt64 {
    var value = mantissa
    var offset = start
    if offset < text.endIndex, text[offset] | 0x20 == UInt8(ascii: "e") {
      var exponent = 0
      let first = offset + 1
      offset = first
      while offset < text.endIndex, text[offset].isDigit || text[offset] == UInt8(ascii: "_") {
        if text[offset].isDigit { exponent = min(1000, exponent * 10 + Int(text[offset]) - 0x30) }
        offset += 1
      }
      if offset == first {
        throw Problem(
          message: "expected digits after '\(name(text[..<offset]))': exponents are whole and not negative",
          range: text.indices)
      }
      if value != 0 { for _ in 0..<exponent { value = try multiplied(value, 10, plus: 0, text) } }
    }
    if offset == text.endIndex { return value }
    let suffix = name(text[offset...])
    if sizeSuffixes.contains(suffix.lowercased()) { return value }
    guard let scale = durations[suffix] else {
      throw Problem(
        message: "invalid suffix '\(suffix)' of a number: durations end in ns, us, ms, s, m, h or d",
        range: offset..<text.endIndex)
    }
    return try multiplied(value, scale, plus: 0, text)
  }

  private static func multiplied(
    _ value: UInt64, _ factor: UInt64, plus term: UInt64, _ text: ArraySlice<UInt8>
  ) throws(Problem) -> UInt64 {
    let product = value.multipliedReportingOverflow(by: factor)
    let sum = product.partialValue.addingReportingOverflow(term)
    if product.overflow || sum.overflow {
      throw Problem(
        message: "the number is too large: integers have 64 bits, at most \(UInt64.max)", range: text.indices)
    }
    return sum.partialValue
  }

  private static func name(_ text: ArraySlice<UInt8>) -> String { String(decoding: text.prefix(40), as: UTF8.self) }
}
