/// A natural number of any size.
struct BigUnsigned: Hashable, Sendable {
  /// Digits of base 2^32, the lowest first; the last one is not 0.
  private(set) var limbs: [UInt32]

  private init(limbs: [UInt32]) {
    self.limbs = limbs
    normalize()
  }

  init(_ value: UInt64) {
    self.init(limbs: [UInt32(truncatingIfNeeded: value), UInt32(truncatingIfNeeded: value >> 32)])
  }

  var isZero: Bool { limbs.isEmpty }

  var isOdd: Bool { (limbs.first ?? 0) & 1 == 1 }

  /// Bits up to the highest one that is set.
  var bitWidth: Int { limbs.last.map { limbs.count * 32 - $0.leadingZeroBitCount } ?? 0 }

  private mutating func normalize() {
    while limbs.last == 0 { limbs.removeLast() }
  }

  static func < (a: BigUnsigned, b: BigUnsigned) -> Bool {
    if a.limbs.count != b.limbs.count { return a.limbs.count < b.limbs.count }
    for (x, y) in zip(a.limbs.reversed(), b.limbs.reversed()) where x != y { return x < y }
    return false
  }

  static func + (a: BigUnsigned, b: BigUnsigned) -> BigUnsigned {
    let (long, short) = a.limbs.count < b.limbs.count ? (b.limbs, a.limbs) : (a.limbs, b.limbs)
    var sum = long
    var carry: UInt64 = 0
    for index in long.indices {
      let total = UInt64(long[index]) + (index < short.count ? UInt64(short[index]) : 0) + carry
      sum[index] = UInt32(truncatingIfNeeded: total)
      carry = total >> 32
    }
    sum.append(UInt32(carry))
    return BigUnsigned(limbs: sum)
  }

  /// The difference; `b` is at most `a`.
  static func - (a: BigUnsigned, b: BigUnsigned) -> BigUnsigned {
    precondition(!(a < b), "a natural number is not negative")
    var difference = a.limbs
    var borrow: Int64 = 0
    for index in difference.indices {
      let rest = Int64(difference[index]) - (index < b.limbs.count ? Int64(b.limbs[index]) : 0) - borrow
      difference[index] = UInt32(truncatingIfNeeded: rest)
      borrow = rest < 0 ? 1 : 0
    }
    return BigUnsigned(limbs: difference)
  }

  static func * (a: BigUnsigned, b: BigUnsigned) -> BigUnsigned {
    var product = [UInt32](repeating: 0, count: a.limbs.count + b.limbs.count)
    for (shift, x) in a.limbs.enumerated() {
      var carry: UInt64 = 0
      for (index, y) in b.limbs.enumerated() {
        let total = UInt64(x) * UInt64(y) + UInt64(product[shift + index]) + carry
        product[shift + index] = UInt32(truncatingIfNeeded: total)
        carry = total >> 32
      }
      product[shift + b.limbs.count] = UInt32(carry)
    }
    return BigUnsigned(limbs: product)
  }

  static func power(ofTen exponent: Int) -> BigUnsigned {
    var (power, base, rest) = (BigUnsigned(1), BigUnsigned(10), exponent)
    while rest > 0 {
      if rest & 1 == 1 { power = power * base }
      rest >>= 1
      if rest > 0 { base = base * base }
    }
    return power
  }

  /// Divides by a small number and gives the remainder.
  private mutating func divide(by divisor: UInt32) -> UInt32 {
    var remainder: UInt64 = 0
    for index in limbs.indices.reversed() {
      let part = remainder << 32 | UInt64(limbs[index])
      limbs[index] = UInt32(truncatingIfNeeded: part / UInt64(divisor))
      remainder = part % UInt64(divisor)
    }
    normalize()
    return UInt32(remainder)
  }

  /// The whole quotient and what is left (Knuth, The Art of Computer Programming, 4.3.1, algorithm D); `divisor` is not 0.
  func dividedWithRemainder(by divisor: BigUnsigned) -> (quotient: BigUnsigned, remainder: BigUnsigned) {
    precondition(!divisor.isZero, "division by zero")
    if self < divisor { return (BigUnsigned(0), self) }
    if divisor.limbs.count == 1 {
      var quotient = self
      let remainder = quotient.divide(by: divisor.limbs[0])
      return (quotient, BigUnsigned(UInt64(remainder)))
    }
    // The divisor's highest bit is set, so that a digit of the quotient is guessed too high by 2 at most.
    let shift = divisor.limbs[divisor.limbs.count - 1].leadingZeroBitCount
    let v = divisor.shifted(left: shift, limbs: divisor.limbs.count)
    var u = shifted(left: shift, limbs: limbs.count + 1)
    let n = v.count
    var quotient = [UInt32](repeating: 0, count: u.count - n)
    for place in quotient.indices.reversed() {
      let top = UInt64(u[place + n]) << 32 | UInt64(u[place + n - 1])
      var digit = top / UInt64(v[n - 1])
      var rest = top % UInt64(v[n - 1])
      while digit > UInt64(UInt32.max) || digit * UInt64(v[n - 2]) > (rest << 32 | UInt64(u[place + n - 2])) {
        digit -= 1
        rest += UInt64(v[n - 1])
        if rest > UInt64(UInt32.max) { break }
      }
      if Self.subtract(v, times: digit, from: &u, at: place) {
        digit -= 1
        Self.add(v, to: &u, at: place)
      }
      quotient[place] = UInt32(truncatingIfNeeded: digit)
    }
    return (BigUnsigned(limbs: quotient), BigUnsigned(limbs: Self.shifted(u, right: shift)))
  }

  /// - Returns: whether the result is below 0 and has wrapped around.
  private static func subtract(_ v: [UInt32], times digit: UInt64, from u: inout [UInt32], at place: Int) -> Bool {
    var carry: UInt64 = 0
    var borrow: Int64 = 0
    for index in v.indices {
      let product = digit * UInt64(v[index]) + carry
      carry = product >> 32
      let rest = Int64(u[place + index]) - Int64(product & UInt64(UInt32.max)) - borrow
      u[place + index] = UInt32(truncatingIfNeeded: rest)
      borrow = rest < 0 ? 1 : 0
    }
    let rest = Int64(u[place + v.count]) - Int64(carry) - borrow
    u[place + v.count] = UInt32(truncatingIfNeeded: rest)
    return rest < 0
  }

  private static func add(_ v: [UInt32], to u: inout [UInt32], at place: Int) {
    var carry: UInt64 = 0
    for index in v.indices {
      let total = UInt64(u[place + index]) + UInt64(v[index]) + carry
      u[place + index] = UInt32(truncatingIfNeeded: total)
      carry = total >> 32
    }
    u[place + v.count] = u[place + v.count] &+ UInt32(carry)
  }

  private func shifted(left bits: Int, limbs count: Int) -> [UInt32] {
    var shifted = limbs + [UInt32](repeating: 0, count: count - limbs.count)
    if bits == 0 { return shifted }
    for index in shifted.indices.reversed() {
      shifted[index] = shifted[index] << UInt32(bits) | (index > 0 ? shifted[index - 1] >> UInt32(32 - bits) : 0)
    }
    return shifted
  }

  private static func shifted(_ limbs: [UInt32], right bits: Int) -> [UInt32] {
    if bits == 0 { return limbs }
    return limbs.indices.map { index in
      limbs[index] >> UInt32(bits) | (index + 1 < limbs.count ? limbs[index + 1] << UInt32(32 - bits) : 0)
    }
  }

  /// Its decimal digits, at least one, as ASCII.
  var decimalDigits: [UInt8] {
    var digits: [UInt8] = []
    var rest = self
    while !rest.isZero {
      var nine = rest.divide(by: 1_000_000_000)
      for _ in 0..<9 where nine > 0 || !rest.isZero {
        digits.append(UInt8(nine % 10) + UInt8(ascii: "0"))
        nine /= 10
      }
    }
    return digits.isEmpty ? [UInt8(ascii: "0")] : digits.reversed()
  }
}
