/// What became of a number of scripts.
public struct Tally: Sendable {
  public private(set) var same = 0
  public private(set) var failed = 0
  /// How many were refused for each reason.
  private var reasons: [String: Int] = [:]

  public init() {}

  public var refused: Int { reasons.values.reduce(0, +) }
  public var count: Int { same + failed + refused }

  public mutating func add(_ verdict: Verdict) {
    switch verdict {
    case .same: same += 1
    case .refused(let report): reasons[Self.reason(in: report), default: 0] += 1
    case .unloadable, .different: failed += 1
    }
  }

  /// A line for each reason, the most frequent first.
  public var refusals: String {
    reasons.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "  \($0.value) x \($0.key)\n" }.joined()
  }

  /// "1000 scripts in 9.8 s, 12 refused (1.2 %), 0 failed".
  public func summary(after time: Duration) -> String {
    let share = Self.tenths(count == 0 ? 0 : refused * 1000 / count)
    let seconds = Self.tenths(Int(time / .milliseconds(100)))
    return "\(count) scripts in \(seconds) s, \(refused) refused (\(share) %), \(failed) failed"
  }

  private static func tenths(_ number: Int) -> String { "\(number / 10).\(number % 10)" }

  /// The first error's text without the numbers that tell scripts apart.
  private static func reason(in report: String) -> String {
    let lines = report.split(separator: "\n")
    let error = lines.first { $0.contains("ERROR: ") } ?? lines.first ?? ""
    return (error.split(separator: "ERROR: ").last ?? "").filter { !$0.isNumber }
  }
}
