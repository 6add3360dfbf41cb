/// Turns attach points as written into the places they stand for on a target.
struct Expander {
  let target: any Target
  let missingProbes: Configuration.MissingProbes
  /// `$1` and so on, for parts of attach points.
  let parameters: [String]

  /// One place and its full name.
  struct Match {
    let kind: AttachPoint.Kind
    let name: String
  }

  /// The places an attach point stands for, in order; empty after an error.
  func expand(_ syntax: AttachPointSyntax, _ diagnostics: inout Diagnostics) -> [Match] {
    let parts = syntax.parts.map(substituted)
    guard let first = parts.first else { return [] }
    guard let provider = Provider.named(first.text) else {
      let hint = diagnostics.advice {
        let all = Provider.catalog.filter(\.isSupported).map { $0.names[0] }
        return Suggestions.hint(
          for: first.text, among: Provider.catalog.map { $0.names[0] }, at: first.range,
          otherwise: "there are \(Suggestions.some(of: all, nearestTo: first.text))")
      }
      diagnostics.error(
        "'\(first.text)' is not a probe type", at: first.range, notes: hint.notes, fixIts: hint.fixIts)
      return []
    }
    guard provider.isSupported else {
      diagnostics.error(
        "'\(provider.names[0])' probes are not in this version of swtrace", at: first.range,
        notes: [
          Diagnostic.Note("there are \(Provider.catalog.filter(\.isSupported).map(\.names[0]).joined(separator: ", "))")
        ])
      return []
    }
    let rest = Array(parts.dropFirst())
    switch provider.kind {
    case .begin: return special(.begin, "begin", provider, rest, syntax, &diagnostics)
    case .end: return special(.end, "end", provider, rest, syntax, &diagnostics)
    case .tracepoint: return tracepoints(provider, rest, syntax, &diagnostics)
    case .rawtracepoint: return rawTracepoints(provider, rest, syntax, &diagnostics)
    case .interval: return interval(provider, rest, syntax, &diagnostics)
    case .profile: return profile(provider, rest, syntax, &diagnostics)
    case .software: return software(provider, rest, syntax, &diagnostics)
    case .bench, .test, .`self`, .hardware, .kprobe, .kretprobe, .fentry, .fexit, .uprobe, .uretprobe, .usdt,
      .watchpoint, .asyncwatchpoint, .iter:
      return []
    }
  }

  /// `$1` in a part becomes the parameter's text.
  private func substituted(_ part: AttachPointSyntax.Part) -> AttachPointSyntax.Part {
    guard part.text.contains("$") else { return part }
    var result = ""
    var rest = Substring(part.text)
    while let dollar = rest.firstIndex(of: "$") {
      result += rest[..<dollar]
      let digits = rest[rest.index(after: dollar)...].prefix { $0.isASCII && $0.isNumber }
      if let number = Int(digits), number >= 1 {
        result += number <= parameters.count ? parameters[number - 1] : ""
      } else {
        result += "$"
      }
      rest = rest[digits.endIndex...]
    }
    return AttachPointSyntax.Part(result + rest, part.range, quoted: part.quoted)
  }

  private func misuse(
    _ provider: Provider, _ syntax: AttachPointSyntax, _ diagnostics: inout Diagnostics, _ why: String
  ) -> [Match] {
    diagnostics.error(
      "\(provider.names[0]): \(why)", at: syntax.range,
      notes: [Diagnostic.Note("it is written \(provider.usage)")])
    return []
  }

  private func special(
    _ kind: AttachPoint.Kind, _ name: String, _ provider: Provider, _ rest: [AttachPointSyntax.Part],
    _ syntax: AttachPointSyntax, _ diagnostics: inout Diagnostics
  ) -> [Match] {
    guard rest.isEmpty else { return misuse(provider, syntax, &diagnostics, "takes nothing behind it") }
    return [Match(kind: kind, name: name)]
  }
}

// MARK: - Tracepoints

extension Expander {
  private func tracepoints(
    _ provider: Provider, _ rest: [AttachPointSyntax.Part], _ syntax: AttachPointSyntax,
    _ diagnostics: inout Diagnostics
  ) -> [Match] {
    guard rest.count == 2, !rest[0].text.isEmpty, !rest[1].text.isEmpty else {
      return misuse(provider, syntax, &diagnostics, "needs a category and an event")
    }
    let (category, event) = (rest[0].text, rest[1].text)
    do throws(TargetError) {
      let names = try target.tracepoints(category: category, event: event)
      if !names.isEmpty {
        return names.map {
          Match(kind: .tracepoint($0), name: "tracepoint:\($0.category):\($0.event)")
        }
      }
      guard diagnostics.takesAdvice else {
        missing("there is no tracepoint '\(category):\(event)'", syntax.range, [], syntax.range, &diagnostics)
        return []
      }
      if Glob(category).literal == nil || Glob(event).literal == nil {
        try missingWildcard(category, event, syntax.range, &diagnostics)
        return []
      }
      let siblings = try target.tracepoints(category: category, event: "*")
      if siblings.isEmpty {
        let categories = Set(try target.tracepoints(category: "*", event: "*").map(\.category)).sorted()
        missing(
          "there is no tracepoint category '\(category)'", rest[0].range,
          Suggestions.nearest(to: category, among: categories, limit: 3), rest[0].range, &diagnostics)
      } else {
        missing(
          "there is no tracepoint '\(category):\(event)'", rest[1].range,
          Suggestions.nearest(to: event, among: siblings.map(\.event), limit: 3).map { "\(category):\($0)" },
          rest[0].range.union(rest[1].range), &diagnostics)
      }
    } catch {
      diagnostics.error(error.message, at: syntax.range)
    }
    return []
  }

  /// Tells of a wildcard that matches nothing, and what there is in its category.
  private func missingWildcard(
    _ category: String, _ event: String, _ range: SourceRange, _ diagnostics: inout Diagnostics
  ) throws(TargetError) {
    let siblings = try target.tracepoints(category: category, event: "*").map(\.event)
    let note: String
    if let first = siblings.first, let last = siblings.last {
      note = "'\(category)' has \(siblings.count) tracepoints, from '\(first)' to '\(last)'"
    } else {
      let categories = Set(try target.tracepoints(category: "*", event: "*").map(\.category)).sorted()
      let near = Suggestions.nearest(to: category, among: categories, limit: 3)
      let hint =
        near.isEmpty
        ? "there are \(Suggestions.some(of: categories, nearestTo: category))"
        : "did you mean \(Suggestions.list(near))?"
      note = "there is no such category; \(hint)"
    }
    report("no tracepoint matches '\(category):\(event)'", range, [Diagnostic.Note(note)], [], &diagnostics)
  }

  private func rawTracepoints(
    _ provider: Provider, _ rest: [AttachPointSyntax.Part], _ syntax: AttachPointSyntax,
    _ diagnostics: inout Diagnostics
  ) -> [Match] {
    guard (1...2).contains(rest.count), let event = rest.last, !event.text.isEmpty else {
      return misuse(provider, syntax, &diagnostics, "needs an event")
    }
    do throws(TargetError) {
      let names = try target.rawTracepoints(matching: event.text)
      if !names.isEmpty {
        return names.map { Match(kind: .rawTracepoint($0), name: "rawtracepoint:\($0)") }
      }
      if Glob(event.text).literal == nil || !diagnostics.takesAdvice {
        missing("no raw tracepoint matches '\(event.text)'", syntax.range, [], event.range, &diagnostics)
      } else {
        missing(
          "there is no raw tracepoint '\(event.text)'", event.range,
          Suggestions.nearest(to: event.text, among: try target.rawTracepoints(matching: "*"), limit: 3), event.range,
          &diagnostics)
      }
    } catch {
      diagnostics.error(error.message, at: syntax.range)
    }
    return []
  }

  private func missing(
    _ message: String, _ range: SourceRange, _ near: [String], _ place: SourceRange, _ diagnostics: inout Diagnostics
  ) {
    let notes = near.isEmpty ? [] : [Diagnostic.Note("did you mean \(Suggestions.list(near))?")]
    let fixIts = near.count == 1 ? [Diagnostic.FixIt(place, near[0])] : []
    report(message, range, notes, fixIts, &diagnostics)
  }

  private func report(
    _ message: String, _ range: SourceRange, _ notes: [Diagnostic.Note], _ fixIts: [Diagnostic.FixIt],
    _ diagnostics: inout Diagnostics
  ) {
    switch missingProbes {
    case .error: diagnostics.error(message, at: range, notes: notes, fixIts: fixIts)
    case .warn: diagnostics.warning(message, at: range, notes: notes, fixIts: fixIts)
    case .ignore: break
    }
  }
}

// MARK: - Time and counters

extension Expander {
  private func interval(
    _ provider: Provider, _ rest: [AttachPointSyntax.Part], _ syntax: AttachPointSyntax,
    _ diagnostics: inout Diagnostics
  ) -> [Match] {
    guard let rate = rate(provider, rest, syntax, &diagnostics) else { return [] }
    let period: UInt64
    switch rate {
    case .period(let nanoseconds): period = nanoseconds
    case .frequency(let hertz): period = max(1_000_000_000 / hertz, 1)
    }
    return [Match(kind: .interval(period: period), name: name("interval", rest))]
  }

  private func profile(
    _ provider: Provider, _ rest: [AttachPointSyntax.Part], _ syntax: AttachPointSyntax,
    _ diagnostics: inout Diagnostics
  ) -> [Match] {
    guard let rate = rate(provider, rest, syntax, &diagnostics) else { return [] }
    return [Match(kind: .profile(rate), name: name("profile", rest))]
  }

  private func name(_ provider: String, _ rest: [AttachPointSyntax.Part]) -> String {
    ([provider] + rest.map(\.text)).joined(separator: ":")
  }

  /// `s:1`, `hz:99`, `1s`, `1000000`; reports what is wrong and gives `nil`.
  private func rate(
    _ provider: Provider, _ rest: [AttachPointSyntax.Part], _ syntax: AttachPointSyntax,
    _ diagnostics: inout Diagnostics
  ) -> AttachPoint.Rate? {
    guard (1...2).contains(rest.count), let last = rest.last else {
      _ = misuse(provider, syntax, &diagnostics, "needs a unit and a count")
      return nil
    }
    if rest.count == 1 {
      guard let (value, unit) = Self.duration(last.text), value > 0 else {
        _ = misuse(provider, syntax, &diagnostics, "'\(last.text)' is not a time such as 100ms")
        return nil
      }
      return checkedPeriod(value, unit, last.range, &diagnostics)
    }
    guard let (count, suffix) = Self.duration(last.text), suffix == 1, count > 0 else {
      diagnostics.error("'\(last.text)' is not a number above 0", at: last.range)
      return nil
    }
    switch rest[0].text {
    case "s": return checkedPeriod(count, 1_000_000_000, last.range, &diagnostics)
    case "ms": return checkedPeriod(count, 1_000_000, last.range, &diagnostics)
    case "us": return checkedPeriod(count, 1000, last.range, &diagnostics)
    case "ns": return checkedPeriod(count, 1, last.range, &diagnostics)
    case "hz": return .frequency(count)
    case let unit:
      diagnostics.error(
        "'\(unit)' is not a unit", at: rest[0].range, notes: [Diagnostic.Note("there are hz, s, ms and us")])
      return nil
    }
  }

  private func checkedPeriod(
    _ count: UInt64, _ unit: UInt64, _ range: SourceRange, _ diagnostics: inout Diagnostics
  ) -> AttachPoint.Rate? {
    let (period, overflow) = count.multipliedReportingOverflow(by: unit)
    guard !overflow, period <= UInt64(Int64.max) else {
      diagnostics.error("this time is too long", at: range)
      return nil
    }
    return .period(period)
  }

  /// A number with an optional duration suffix: value and nanoseconds a unit (1 without a suffix).
  static func duration(_ text: String) -> (value: UInt64, unit: UInt64)? {
    let digits = text.prefix { ("0"..."9").contains($0) || $0 == "_" }.filter { $0 != "_" }
    let suffix = text.drop { ("0"..."9").contains($0) || $0 == "_" }
    guard let value = UInt64(digits) else { return nil }
    switch suffix {
    case "": return (value, 1)
    case "ns": return (value, 1)
    case "us": return (value, 1000)
    case "ms": return (value, 1_000_000)
    case "s": return (value, 1_000_000_000)
    case "m": return (value, 60_000_000_000)
    case "h": return (value, 3_600_000_000_000)
    case "d": return (value, 86_400_000_000_000)
    default:
      guard suffix.first == "e", let exponent = Int(suffix.dropFirst()), (0...19).contains(exponent) else { return nil }
      var scaled = value
      for _ in 0..<exponent {
        let (next, overflow) = scaled.multipliedReportingOverflow(by: 10)
        guard !overflow else { return nil }
        scaled = next
      }
      return (scaled, 1)
    }
  }

  private func software(
    _ provider: Provider, _ rest: [AttachPointSyntax.Part], _ syntax: AttachPointSyntax,
    _ diagnostics: inout Diagnostics
  ) -> [Match] {
    guard (1...2).contains(rest.count) else { return misuse(provider, syntax, &diagnostics, "needs an event") }
    guard let event = Self.softwareEvents.first(where: { $0.names.contains(rest[0].text) }) else {
      let names = Self.softwareEvents.flatMap(\.names)
      let hint = diagnostics.advice { Suggestions.hint(for: rest[0].text, amongAll: names, at: rest[0].range) }
      diagnostics.error(
        "'\(rest[0].text)' is not a software event", at: rest[0].range, notes: hint.notes, fixIts: hint.fixIts)
      return []
    }
    var period = event.defaultPeriod
    if rest.count == 2, !rest[1].text.isEmpty {
      guard let (count, unit) = Self.duration(rest[1].text), unit == 1, count > 0 else {
        diagnostics.error("'\(rest[1].text)' is not a number above 0", at: rest[1].range)
        return []
      }
      period = count
    }
    return [Match(kind: .software(config: event.config, period: period), name: name("software", rest))]
  }

  struct SoftwareEvent {
    let names: [String]
    let config: UInt64
    let defaultPeriod: UInt64
  }

  /// Kernel: include/uapi/linux/perf_event.h, enum perf_sw_ids.
  static let softwareEvents: [SoftwareEvent] = [
    SoftwareEvent(names: ["cpu-clock", "cpu"], config: 0, defaultPeriod: 1_000_000),
    SoftwareEvent(names: ["task-clock"], config: 1, defaultPeriod: 1_000_000),
    SoftwareEvent(names: ["page-faults", "faults"], config: 2, defaultPeriod: 100),
    SoftwareEvent(names: ["context-switches", "cs"], config: 3, defaultPeriod: 1000),
    SoftwareEvent(names: ["cpu-migrations"], config: 4, defaultPeriod: 1),
    SoftwareEvent(names: ["minor-faults"], config: 5, defaultPeriod: 100),
    SoftwareEvent(names: ["major-faults"], config: 6, defaultPeriod: 1),
    SoftwareEvent(names: ["alignment-faults"], config: 7, defaultPeriod: 1),
    SoftwareEvent(names: ["emulation-faults"], config: 8, defaultPeriod: 1),
    SoftwareEvent(names: ["dummy"], config: 9, defaultPeriod: 1),
    SoftwareEvent(names: ["bpf-output"], config: 10, defaultPeriod: 1),
  ]
}
