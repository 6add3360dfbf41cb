/// `interval`: a timer on one CPU.
public struct Interval: Hashable, Sendable {
  /// Nanoseconds between two firings.
  public let period: UInt64
}

/// `profile`: a timer on each CPU.
public struct Profile: Hashable, Sendable {
  public let rate: Rate
}

/// How often a timer fires.
public enum Rate: Hashable, Sendable {
  /// Nanoseconds.
  case period(UInt64)
  /// Times a second.
  case frequency(UInt64)
}

extension Interval: ProbePlace {
  var traits: ProbeTraits {
    var traits = ProbeTraits(typeName: "interval", programTypes: [.perfEvent])
    traits.hasRegisters = true
    traits.context = .perfEvent
    traits.pace = .timer
    return traits
  }
}

extension Profile: ProbePlace {
  var traits: ProbeTraits {
    var traits = ProbeTraits(typeName: "profile", programTypes: [.perfEvent])
    traits.hasRegisters = true
    traits.context = .perfEvent
    traits.followsCommand = true
    return traits
  }
}

extension Provider {
  static let interval = Provider(
    ["interval", "i"], Rate.shape, "Fires on one CPU at a steady rate",
    match: { pattern, _, diagnostics in
      guard let rate = Rate(pattern, &diagnostics) else { return [] }
      let period =
        switch rate {
        case .period(let nanoseconds): nanoseconds
        case .frequency(let hertz): max(1_000_000_000 / hertz, 1)
        }
      return [ProbeMatch(kind: .interval(Interval(period: period)), name: pattern.name)]
    },
    list: { (query, _, give) throws(TargetError) in query.list("interval", Rate.listed, give) })

  static let profile = Provider(
    ["profile", "p"], Rate.shape, "Fires on each CPU at a steady rate, to sample what runs",
    match: { pattern, _, diagnostics in
      guard let rate = Rate(pattern, &diagnostics) else { return [] }
      return [ProbeMatch(kind: .profile(Profile(rate: rate)), name: pattern.name)]
    },
    list: { (query, _, give) throws(TargetError) in query.list("profile", Rate.listed, give) })
}

extension Rate {
  fileprivate static let shape = "{us|ms|s|hz}:COUNT"

  /// Nanoseconds.
  private static let shortestPeriod: UInt64 = 1000

  /// The units as listings have them; a count is to follow.
  fileprivate static let listed = ["hz:", "ms:", "s:", "us:"]

  /// `s:1`, `hz:99`, `1s`, `1000000`; reports what is wrong and gives `nil`.
  fileprivate init?(_ pattern: Pattern, _ diagnostics: inout Diagnostics) {
    let parts = pattern.parts
    guard (1...2).contains(parts.count), let last = parts.last else {
      pattern.report("needs a unit and a count", &diagnostics)
      return nil
    }
    if parts.count == 1 {
      guard let duration = Quantity(last.text), duration.count > 0 else {
        pattern.report("'\(last.text)' is not a time such as 100ms", &diagnostics)
        return nil
      }
      self.init(duration.count, of: duration.unit, at: last.range, &diagnostics)
      return
    }
    guard let count = pattern.count(last, &diagnostics) else { return nil }
    switch parts[0].text {
    case "s": self.init(count, of: 1_000_000_000, at: last.range, &diagnostics)
    case "ms": self.init(count, of: 1_000_000, at: last.range, &diagnostics)
    case "us": self.init(count, of: 1000, at: last.range, &diagnostics)
    case "ns": self.init(count, of: 1, at: last.range, &diagnostics)
    case "hz": self = .frequency(count)
    case let unit:
      diagnostics.error(
        "'\(unit)' is not a unit", at: parts[0].range, notes: [Diagnostic.Note("there are hz, s, ms and us")])
      return nil
    }
  }

  private init?(_ count: UInt64, of unit: UInt64, at range: SourceRange, _ diagnostics: inout Diagnostics) {
    let (period, overflow) = count.multipliedReportingOverflow(by: unit)
    guard !overflow, period <= UInt64(Int64.max) else {
      diagnostics.error("this time is too long", at: range)
      return nil
    }
    guard period >= Self.shortestPeriod else {
      diagnostics.error("this time is too short: a timer takes 1us or more", at: range)
      return nil
    }
    self = .period(period)
  }
}
