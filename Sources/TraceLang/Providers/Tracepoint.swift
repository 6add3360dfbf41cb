/// `tracepoint`: an event of tracefs.
public struct Tracepoint: Hashable, Sendable {
  public let name: TracepointName
}

extension Tracepoint: ProbePlace {
  var traits: ProbeTraits {
    var traits = ProbeTraits(
      typeName: "tracepoint", programTypes: [name.category == "syscalls" ? .tracing : .tracepoint])
    traits.arguments = .tracepoint(name)
    switch name.category {
    case "syscalls":
      traits.space = name.pointerSpace
      traits.mayInterrupt = false
      traits.syscallNumber = "__syscall_nr"
      traits.sharesHook = true
    case "raw_syscalls": traits.syscallNumber = "id"
    default: break
    }
    return traits
  }
}

extension Provider {
  static let tracepoint = Provider(
    ["tracepoint", "t"], "CATEGORY:EVENT", "Fires at a tracepoint of the kernel",
    match: { pattern, target, diagnostics in
      let pattern = pattern.forAllEvents
      let parts = pattern.parts
      guard parts.count == 2, !parts[0].text.isEmpty, !parts[1].text.isEmpty else {
        return pattern.misuse("needs a category and an event", &diagnostics)
      }
      return pattern.found(&diagnostics) { diagnostics throws(TargetError) in
        let names = try target.tracepoints(category: parts[0].text, event: parts[1].text)
        if names.isEmpty { try pattern.missingTracepoint(target, &diagnostics) }
        return names.map {
          ProbeMatch(kind: .tracepoint(Tracepoint(name: $0)), name: "tracepoint:\($0.category):\($0.event)")
        }
      }
    },
    list: { (query, target, give) throws(TargetError) in
      let names = try target.tracepoints(category: "*", event: "*").filter {
        query.isWanted("\($0.category):\($0.event)")
      }
      for name in names.sorted(by: { ($0.category, $0.event) < ($1.category, $1.event) }) {
        let fields = query.withArguments ? try target.tracepointFormat(name)?.fields ?? [] : []
        give(
          ProbeListing(
            name: "tracepoint:\(name.category):\(name.event)",
            arguments: fields.filter { !$0.name.hasPrefix("common_") }.map(\.declaration)))
      }
    })
}

extension Pattern {
  /// `tracepoint:*` is all events of all categories.
  fileprivate var forAllEvents: Pattern {
    guard parts.count == 1, parts[0].text.hasSuffix("*") else { return self }
    return with(parts: parts + [AttachPointSyntax.Part("*", parts[0].range, quoted: false)])
  }

  /// Reports that no tracepoint is as `parts` say, with what there is instead.
  fileprivate func missingTracepoint(_ target: any Target, _ diagnostics: inout Diagnostics) throws(TargetError) {
    let (category, event) = (parts[0].text, parts[1].text)
    guard diagnostics.takesAdvice else {
      missing("there is no tracepoint '\(category):\(event)'", &diagnostics)
      return
    }
    if Glob(category).literal == nil || Glob(event).literal == nil {
      try missingTracepoints(target, &diagnostics)
      return
    }
    let siblings = try target.tracepoints(category: category, event: "*")
    if siblings.isEmpty {
      let categories = Set(try target.tracepoints(category: "*", event: "*").map(\.category)).sorted()
      missing(
        "there is no tracepoint category '\(category)'", at: parts[0].range,
        near: Suggestions.nearest(to: category, among: categories, limit: 3), &diagnostics)
    } else {
      missing(
        "there is no tracepoint '\(category):\(event)'", at: parts[1].range,
        near: Suggestions.nearest(to: event, among: siblings.map(\.event), limit: 3).map { "\(category):\($0)" },
        replacing: parts[0].range.union(parts[1].range), &diagnostics)
    }
  }

  /// Reports that a wildcard matches nothing, and what there is in its category.
  private func missingTracepoints(_ target: any Target, _ diagnostics: inout Diagnostics) throws(TargetError) {
    let (category, event) = (parts[0].text, parts[1].text)
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
    missing("no tracepoint matches '\(category):\(event)'", notes: [Diagnostic.Note(note)], &diagnostics)
  }
}
