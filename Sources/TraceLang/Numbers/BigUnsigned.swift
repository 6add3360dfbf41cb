/// A natural number of any size; one of 64 bits takes no memory of its own.
struct BigUnsigned: Hashable, Sendable {
  /// The number, where it has 64 bits.
  private var word: UInt64
  /// Digits of base 2^32 of a larger one, the lowest first; the last one is not 0.
  private var digits: [UInt32]

  init(_ value: UInt64) { (word, digits) = (value, []) }

  private init(limbs: [UInt32]) {
    var limbs = limbs
    while limbs.last == 0 { limbs.removeLast() }
    if limbs.count > 2 {
      (word, digits) = (0, limbs)
    } else {
      (word, digits) = (limbs.reversed().reduce(0) { $0 << 32 | UInt64($1) }, [])
    }
  }

  /// Digits of base 2^32, the lowest first; the last one is not 0.
  private var limbs: [UInt32] {
    if !digits.isEmpty { return digits }
    let (low, high) = (UInt32(truncatingIfNeeded: word), UInt32(truncatingIfNeeded: word >> 32))
    return high != 0 ? [low, high] : low != 0 ? [low] : []
  }

  private var isWord: Bool { digits.isEmpty }

  var isZero: Bool { isWord && word == 0 }

  var isOdd: Bool { (digits.first.map(UInt64.init) ?? word) & 1 == 1 }

  /// Bits up to the highest one that is set.
  var bitWidth: Int {
    digits.last.map { digits.count * 32 - $0.leadingZeroBitCount } ?? 64 - word.leadingZeroBitCount
  }

  static func < (a: BigUnsigned, b: BigUnsigned) -> Bool {
    if a.isWord, b.isWord { return a.word < b.word }
    let (a, b) = (a.limbs, b.limbs)
    if a.count != b.count { return a.count < b.count }
    for (x, y) in zip(a.reversed(), b.reversed()) where x != y { return x < y }
    return false
  }

  static func + (a: BigUnsigned, b: BigUnsigned) -> BigUnsigned {
    if a.isWord, b.isWord {
      let (sum, isOver) = a.word.addingReportingOverflow(b.word)
      if !isOver { return BigUnsigned(sum) }
    }
    let (x, y) = (a.limbs, b.limbs)
    let (long, short) = x.count < y.count ? (y, x) : (x, y)
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
    if a.isWord { return BigUnsigned(a.word - b.word) }
    var difference = a.limbs
    let other = b.limbs
    var borrow: Int64 = 0
    for index in difference.indices {
      let rest = Int64(difference[index]) - (index < other.count ? Int64(other[index]) : 0) - borrow
      difference[index] = UInt32(truncatingIfNeeded: rest)
      borrow = rest < 0 ? 1 : 0
    }
    return BigUnsigned(limbs: difference)
  }

  static func * (a: BigUnsigned, b: BigUnsigned) -> BigUnsigned {
    if a.isWord, b.isWord {
      let (product, isOver) = a.word.multipliedReportingOverflow(by: b.word)
      if !isOver { return BigUnsigned(product) }
    }
    let (left, right) = (a.limbs, b.limbs)
    var product = [UInt32](repeating: 0, count: left.count + right.count)
    for (shift, x) in left.enumerated() {
      var carry: UInt64 = 0
      for (index, y) in right.enumerated() {
        let total = UInt64(x) * UInt64(y) + UInt64(product[shift + index]) + carry
        product[shift + index] = UInt32(truncatingIfNeeded: total)
        carry = total >> 32
      }
      product[shift + right.count] = UInt32(carry)
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

  /// Divides digits by a small number and gives the remainder.
  private static func divide(_ limbs: inout [UInt32], by divisor: UInt32) -> UInt32 {
    var remainder: UInt64 = 0
    for index in limbs.indices.reversed() {
      let part = remainder << 32 | UInt64(limbs[index])
      limbs[index] = UInt32(truncatingIfNeeded: part / UInt64(divisor))
      remainder = part % UInt64(divisor)
    }
    while limbs.last == 0 { limbs.removeLast() }
    return UInt32(remainder)
  }

  /// The whole quotient and what is left (Knuth, The Art of Computer Programming, 4.3.1, algorithm D); `divisor` is not
  /// 0.
  func dividedWithRemainder(by divisor: BigUnsigned) -> (quotient: BigUnsigned, remainder: BigUnsigned) {
    precondition(!divisor.isZero, "division by zero")
    if isWord, divisor.isWord {
      return (BigUnsigned(word / divisor.word), BigUnsigned(word % divisor.word))
    }
    if self < divisor { return (BigUnsigned(0), self) }
    let (dividend, divisor) = (limbs, divisor.limbs)
    if divisor.count == 1 {
      var quotient = dividend
      let remainder = Self.divide(&quotient, by: divisor[0])
      return (BigUnsigned(limbs: quotient), BigUnsigned(UInt64(remainder)))
    }
    // The divisor's highest bit is set, so that a digit of the quotient is guessed too high by 2 at most.
    let shift = divisor[divisor.count - 1].leadingZeroBitCount
    let v = Self.shifted(divisor, left: shift, limbs: divisor.count)
    var u = Self.shifted(dividend, left: shift, limbs: dividend.count + 1)
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

  private static func shifted(_ limbs: [UInt32], left bits: Int, limbs count: Int) -> [UInt32] {
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
    func append(_ number: UInt64, atLeast count: Int) {
      var rest = number
      let start = digits.count
      while rest > 0 || digits.count < start + count {
        digits.append(UInt8(truncatingIfNeeded: rest % 10) + UInt8(ascii: "0"))
        rest /= 10
      }
    }
    if isWord {
      digits.reserveCapacity(20)
      append(word, atLeast: 1)
    } else {
      var rest = limbs
      while !rest.isEmpty {
        let nine = Self.divide(&rest, by: 1_000_000_000)
        append(UInt64(nine), atLeast: rest.isEmpty ? 1 : 9)
      }
    }
    digits.reverse()
    return digits
  }
}
