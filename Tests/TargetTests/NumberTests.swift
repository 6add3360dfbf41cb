import Glibc
import TestSupport
import Testing

@testable import TraceLang

/// Numbers of any size, and how they print with decimals.
@Suite struct NumberTests {
  private static func number(_ limbs: Int, _ random: inout SplitMix) -> BigUnsigned {
    let edges: [UInt64] = [0, 1, UInt64(UInt32.max), 1 << 31, 1 << 32, 1 << 63, .max, .max - 1]
    var number = BigUnsigned(0)
    for _ in 0..<limbs {
      let part = random.chance(40) ? random.pick(edges) : random.next() >> UInt64(random.upTo(63))
      number = number * BigUnsigned(.max) + number + BigUnsigned(part)
    }
    return number
  }

  @Test("a quotient times its divisor and the remainder are the dividend") func division() {
    var random = SplitMix(seed: 1)
    for _ in 0..<20_000 {
      let dividend = Self.number(1 + random.upTo(5), &random)
      let divisor = Self.number(1 + random.upTo(3), &random)
      if divisor.isZero { continue }
      let (quotient, remainder) = dividend.dividedWithRemainder(by: divisor)
      #expect(remainder < divisor)
      #expect(quotient * divisor + remainder == dividend)
      #expect(dividend + divisor - divisor == dividend)
    }
  }

  @Test("decimal digits") func digits() {
    for value in [0, 1, 9, 10, 999_999_999, 1_000_000_000, 1_000_000_001, .max] as [UInt64] {
      #expect(String(decoding: BigUnsigned(value).decimalDigits, as: UTF8.self) == String(value))
    }
    let square = BigUnsigned(.max) * BigUnsigned(.max)
    #expect(String(decoding: square.decimalDigits, as: UTF8.self) == "340282366920938463426481119284349108225")
    #expect(BigUnsigned.power(ofTen: 40).decimalDigits == [0x31] + [UInt8](repeating: 0x30, count: 40))
  }

  private func text(_ format: String, _ number: ExactNumber) throws -> String {
    let directive = try #require(try FormatString(parsing: Array(format.utf8)).conversions.first)
    return String(decoding: RealText(directive, number).bytes, as: UTF8.self)
  }

  private func whole(_ value: Int64) -> ExactNumber { ExactNumber(value) }

  private func expected(_ format: String, _ value: Double) -> String {
    var text = [CChar](repeating: 0, count: 1024)
    let count = withVaList([value]) { vsnprintf(&text, text.count, format, $0) }
    return String(decoding: text.prefix(Int(count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  @Test("what a double holds exactly prints as C prints it", arguments: ["f", "F", "e", "E", "g", "G"])
  func asInC(conversion: String) throws {
    var random = SplitMix(seed: 2)
    var numbers: [(Int64, UInt64)] = [(0, 1), (1, 2), (3, 2), (5, 2), (-1, 4), (1, 8), (999_999, 1), (-9_999_995, 1)]
    numbers += [(99_999_950, 1), (1, 1 << 20), (9_007_199_254_740_993, 2), (.min, 1), (-1, 1 << 62), (1 << 62, 1)]
    for _ in 0..<60 {
      numbers.append(
        (Int64(bitPattern: random.next()) >> Int64(11 + random.upTo(50)), UInt64(1) << UInt64(random.upTo(62))))
    }
    let flags = ["", "-", "0", "+", " ", "#", "-0", "+0", "#0", "-+ #"]
    let sizes = ["", "1", "12", "30", ".0", ".1", ".5", "30.10", ".40", "l", "L"]
    for (numerator, denominator) in numbers where numerator.magnitude < 1 << 53 || numerator == .min {
      let number = ExactNumber(numerator) / ExactNumber(denominator)
      let value = Double(numerator) / Double(denominator)
      for flag in flags {
        for size in sizes {
          let format = "%\(flag)\(size)\(conversion)"
          let known = "%\(flag)\(size.filter { $0 != "L" })\(conversion)"
          #expect(try text(format, number) == expected(known, value), "\(format) of \(numerator) / \(denominator)")
        }
      }
    }
  }

  @Test("numbers beyond doubles are neither rounded twice nor early") func exact() throws {
    #expect(try text("%.0f", ExactNumber(UInt64.max)) == "18446744073709551615")
    #expect(try text("%.3f", ExactNumber(UInt64(9_007_199_254_740_993)) / whole(1000)) == "9007199254740.993")
    #expect(try text("%.18e", ExactNumber(UInt64(9_007_199_254_740_993))) == "9.007199254740993000e+15")
    // 0.125 and a little more is no tie.
    let more = whole(1_250_000_000_000_000_001) / ExactNumber(10_000_000_000_000_000_000 as UInt64)
    #expect(try text("%.2f", more) == "0.13")
    #expect(try text("%.2f", whole(125) / whole(1000)) == "0.12")
    #expect(try text("%.2f", whole(375) / whole(1000)) == "0.38")
    #expect(try text("%.2f", whole(-1) / whole(1000)) == "-0.00")
    #expect(try text("%.30f", whole(1) / whole(3)) == "0." + String(repeating: "3", count: 30))
    #expect(try text("%g", whole(999_999_500) / whole(1000)) == "1e+06")
  }

  @Test("thousands are grouped, zeros in front are not") func grouping() throws {
    #expect(try text("%'.2f", whole(-1_234_567)) == "-1,234,567.00")
    #expect(try text("%'g", whole(123_456)) == "123,456")
    #expect(try text("%'.0f", whole(999)) == "999")
    #expect(try text("%'010.0f", whole(1234)) == "000001,234")
    #expect(try text("%'e", whole(1234)) == "1.234000e+03")
  }

  @Test("precisions of the most digits end") func longest() throws {
    let long = try text("%4096.4096f", whole(1) / whole(7))
    #expect(long.hasPrefix("0.142857142857") && long.utf8.count == 4098)
    #expect(try text("%.4096g", whole(1) / ExactNumber(UInt64.max)).utf8.count > 4096)
  }

  @Test("a division by zero gives 0, wherever it is") func zero() throws {
    let (one, zero) = (whole(1), whole(0))
    #expect(try text("%.1f", one / zero) == "0.0")
    #expect(try text("%.1f", one + one / zero) == "1.0")
    #expect(try text("%.1f", -(one / zero)) == "0.0")
  }
}
