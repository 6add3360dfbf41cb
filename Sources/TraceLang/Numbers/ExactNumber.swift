/// A rational number; nothing that is computed with it is rounded.
public struct ExactNumber: Hashable, Sendable {
  private(set) var isNegative: Bool
  private(set) var numerator: BigUnsigned
  /// Not 0.
  private(set) var denominator: BigUnsigned

  private init(_ isNegative: Bool, _ numerator: BigUnsigned, _ denominator: BigUnsigned) {
    self.isNegative = isNegative && !numerator.isZero
    self.numerator = numerator
    self.denominator = denominator
  }

  public init(_ value: Int64) { self.init(value < 0, BigUnsigned(value.magnitude), BigUnsigned(1)) }

  public init(_ value: UInt64) { self.init(false, BigUnsigned(value), BigUnsigned(1)) }

  public var isZero: Bool { numerator.isZero }

  public static prefix func - (a: ExactNumber) -> ExactNumber { ExactNumber(!a.isNegative, a.numerator, a.denominator) }

  public static func + (a: ExactNumber, b: ExactNumber) -> ExactNumber {
    let denominator = a.denominator * b.denominator
    let (x, y) = (a.numerator * b.denominator, b.numerator * a.denominator)
    if a.isNegative == b.isNegative { return ExactNumber(a.isNegative, x + y, denominator) }
    return x < y ? ExactNumber(b.isNegative, y - x, denominator) : ExactNumber(a.isNegative, x - y, denominator)
  }

  public static func - (a: ExactNumber, b: ExactNumber) -> ExactNumber { a + -b }

  public static func * (a: ExactNumber, b: ExactNumber) -> ExactNumber {
    ExactNumber(a.isNegative != b.isNegative, a.numerator * b.numerator, a.denominator * b.denominator)
  }

  /// The quotient; 0 where `b` is 0, as everywhere in the language.
  public static func / (a: ExactNumber, b: ExactNumber) -> ExactNumber {
    if b.isZero { return ExactNumber(UInt64(0)) }
    return ExactNumber(a.isNegative != b.isNegative, a.numerator * b.denominator, a.denominator * b.numerator)
  }

  /// Its magnitude times a power of ten, rounded to the nearest whole number, of two to the even one.
  func rounded(timesTenToThe exponent: Int) -> BigUnsigned {
    let scale = BigUnsigned.power(ofTen: abs(exponent))
    let (dividend, divisor) = exponent < 0 ? (numerator, denominator * scale) : (numerator * scale, denominator)
    let (quotient, remainder) = dividend.dividedWithRemainder(by: divisor)
    let twice = remainder + remainder
    let isUp = divisor < twice || (twice == divisor && quotient.isOdd)
    return isUp ? quotient + BigUnsigned(1) : quotient
  }

  /// At most the exponent of ten that its first digit has, and little less.
  var leastExponent: Int {
    // It is at least 2 to this power, and 10^x = 2^(x * 3.32).
    let power = numerator.bitWidth - 1 - denominator.bitWidth
    return (power * 30103) / 100_000 - 2
  }
}
