/// `rawtracepoint`: a tracepoint by the arguments the kernel calls it with.
public struct RawTracepoint: Hashable, Sendable {
  public let name: String
}

extension RawTracepoint: ProbePlace {
  var traits: ProbeTraits {
    var traits = ProbeTraits(typeName: "rawtracepoint", programTypes: [.tracing])
    traits.arguments = .function(name)
    traits.words = .context
    traits.abilities = [.socketCookie, .packetOutput]
    if name == "sys_enter" { traits.syscallNumber = "id" }
    return traits
  }
}

extension Provider {
  static let rawTracepoint = Provider(
    ["rawtracepoint", "rt"], "EVENT", "Fires at a tracepoint of the kernel, with the arguments it is called with",
    match: { pattern, target, diagnostics in
      guard (1...2).contains(pattern.parts.count), let event = pattern.parts.last, !event.text.isEmpty else {
        return pattern.misuse("needs an event", &diagnostics)
      }
      return pattern.found(&diagnostics) { diagnostics throws(TargetError) in
        let names = try target.rawTracepoints(matching: event.text)
        if names.isEmpty, Glob(event.text).literal == nil || !diagnostics.takesAdvice {
          pattern.missing("no raw tracepoint matches '\(event.text)'", &diagnostics)
        } else if names.isEmpty {
          pattern.missing(
            "there is no raw tracepoint '\(event.text)'", at: event.range,
            near: Suggestions.nearest(to: event.text, among: try target.rawTracepoints(matching: "*"), limit: 3),
            &diagnostics)
        }
        return names.map { ProbeMatch(kind: .rawTracepoint(RawTracepoint(name: $0)), name: "rawtracepoint:\($0)") }
      }
    },
    list: { (query, target, give) throws(TargetError) in
      for name in try target.rawTracepoints(matching: "*").sorted() where query.isWanted(name) {
        let parameters = query.withArguments ? target.rawTracepointArguments(name) ?? [] : []
        give(
          ProbeListing(
            name: "rawtracepoint:\(name)", arguments: parameters.map { "\($0.type.description) \($0.name)" }))
      }
    })
}
