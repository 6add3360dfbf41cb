/// `begin` and `end`: before and after all else.
public enum Special: Hashable, Sendable {
  case begin, end
}

extension Special: ProbePlace {
  var traits: ProbeTraits {
    var traits = ProbeTraits(typeName: "special", programTypes: [.rawTracepoint])
    traits.pace = .once
    traits.mayInterrupt = false
    traits.hasCurrentTask = false
    return traits
  }
}

extension Provider {
  static let begin = special(.begin, ["begin", "BEGIN"], "Runs once, before all else is attached")
  static let end = special(.end, ["end", "END"], "Runs once, when tracing ends")

  private static func special(_ place: Special, _ names: [String], _ summary: String) -> Provider {
    Provider(names, "", summary) { pattern, _, diagnostics in
      guard pattern.parts.isEmpty else { return pattern.misuse("takes nothing after it", &diagnostics) }
      return [ProbeMatch(kind: .special(place), name: names[0])]
    }
  }
}
