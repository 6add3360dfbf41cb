/// A number with an optional suffix: "100ms", "5s", "1000", "1e6".
struct Quantity: Equatable {
  let count: UInt64
  /// Nanoseconds; 1 without a suffix.
  let unit: UInt64

  init?(_ text: String) {
    let isDigit: (Character) -> Bool = { ("0"..."9").contains($0) || $0 == "_" }
    guard let value = UInt64(text.prefix(while: isDigit).filter { $0 != "_" }) else { return nil }
    let suffix = text.drop(while: isDigit)
    switch suffix {
    case "", "ns": self.init(count: value, unit: 1)
    case "us": self.init(count: value, unit: 1000)
    case "ms": self.init(count: value, unit: 1_000_000)
    case "s": self.init(count: value, unit: 1_000_000_000)
    case "m": self.init(count: value, unit: 60_000_000_000)
    case "h": self.init(count: value, unit: 3_600_000_000_000)
    case "d": self.init(count: value, unit: 86_400_000_000_000)
    default:
      guard suffix.first == "e", let exponent = Int(suffix.dropFirst()), (0...19).contains(exponent) else { return nil }
      var scaled = value
      for _ in 0..<exponent {
        let (next, overflow) = scaled.multipliedReportingOverflow(by: 10)
        guard !overflow else { return nil }
        scaled = next
      }
      self.init(count: scaled, unit: 1)
    }
  }

  private init(count: UInt64, unit: UInt64) {
    self.count = count
    self.unit = unit
  }
}
