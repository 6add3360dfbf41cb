/// The text of a number by `%f`, `%e` or `%g`, as C has it without a locale (ISO C 7.23.6.1).
public struct RealText {
  private let directive: FormatDirective
  private let number: ExactNumber

  public init(_ directive: FormatDirective, _ number: ExactNumber) {
    self.directive = directive
    self.number = number
  }

  public var bytes: [UInt8] {
    let body: [UInt8]
    switch directive.conversion {
    case .exponent, .upperExponent: body = exponential(digits: directive.precision ?? 6)
    case .general, .upperGeneral: body = general
    case .fixed, .decimal, .unsigned, .hex, .upperHex, .octal, .character, .pointer, .string, .buffer, .escapedBuffer,
      .hexBuffer, .allocationFlags:
      body = fixed(digits: directive.precision ?? 6)
    }
    return padded(body)
  }

  private func padded(_ body: [UInt8]) -> [UInt8] {
    let sign: [UInt8] =
      number.isNegative
      ? [UInt8(ascii: "-")]
      : directive.plusSign ? [UInt8(ascii: "+")] : directive.spaceSign ? [UInt8(ascii: " ")] : []
    let room = max(0, (directive.width ?? 0) - sign.count - body.count)
    if directive.leftAligned { return sign + body + [UInt8](repeating: UInt8(ascii: " "), count: room) }
    if directive.zeroPadded { return sign + [UInt8](repeating: UInt8(ascii: "0"), count: room) + body }
    return [UInt8](repeating: UInt8(ascii: " "), count: room) + sign + body
  }

  /// `123.450`
  private func fixed(digits count: Int, keepsZeros: Bool = true) -> [UInt8] {
    var digits = number.rounded(timesTenToThe: count).decimalDigits
    if digits.count <= count {
      digits.insert(contentsOf: [UInt8](repeating: UInt8(ascii: "0"), count: count + 1 - digits.count), at: 0)
    }
    return grouped(digits.dropLast(count)) + fraction(digits.suffix(count), keepsZeros: keepsZeros)
  }

  /// `1.234e+05`
  private func exponential(digits count: Int, keepsZeros: Bool = true) -> [UInt8] {
    let (digits, exponent) = leading(count + 1)
    return digits.prefix(1) + fraction(digits.dropFirst(), keepsZeros: keepsZeros) + exponentText(exponent)
  }

  private var general: [UInt8] {
    let count = max(1, directive.precision ?? 6)
    let exponent = leading(count).exponent
    if (-4..<count).contains(exponent) {
      return fixed(digits: count - 1 - exponent, keepsZeros: directive.alternate)
    }
    return exponential(digits: count - 1, keepsZeros: directive.alternate)
  }

  /// The first digits, rounded, and the exponent of ten of the first one.
  private func leading(_ count: Int) -> (digits: [UInt8], exponent: Int) {
    if number.isZero { return ([UInt8](repeating: UInt8(ascii: "0"), count: count), 0) }
    // One that is too small gives more digits, which are not rounded twice then.
    var exponent = number.leastExponent
    while true {
      let digits = number.rounded(timesTenToThe: count - 1 - exponent).decimalDigits
      if digits.count == count { return (digits, exponent) }
      exponent += 1
    }
  }

  private func fraction(_ digits: ArraySlice<UInt8>, keepsZeros: Bool) -> [UInt8] {
    var digits = digits
    if !keepsZeros { while digits.last == UInt8(ascii: "0") { digits.removeLast() } }
    return digits.isEmpty && !directive.alternate ? [] : [UInt8(ascii: ".")] + digits
  }

  private func grouped(_ digits: ArraySlice<UInt8>) -> [UInt8] {
    guard directive.grouped else { return Array(digits) }
    var grouped: [UInt8] = []
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { grouped.append(UInt8(ascii: ",")) }
      grouped.append(digit)
    }
    return grouped
  }

  private func exponentText(_ exponent: Int) -> [UInt8] {
    let isUpper = directive.conversion == .upperExponent || directive.conversion == .upperGeneral
    let digits = Array(String(abs(exponent)).utf8)
    return [UInt8(ascii: isUpper ? "E" : "e"), UInt8(ascii: exponent < 0 ? "-" : "+")]
      + (digits.count < 2 ? [UInt8(ascii: "0")] : []) + digits
  }
}
