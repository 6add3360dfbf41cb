/// `test:NAME` and `bench:NAME`: code that swtrace runs itself, to see what comes of it or how long it takes.
public struct Trial: Hashable, Sendable {
  public enum Purpose: String, Hashable, Sendable {
    case test, bench
  }

  public let purpose: Purpose
  public let name: String
}

extension Trial: ProbePlace {
  var traits: ProbeTraits {
    var traits = ProbeTraits(typeName: purpose.rawValue, programTypes: [.rawTracepoint])
    traits.pace = purpose == .test ? .once : .event
    traits.mayInterrupt = false
    traits.hasCurrentTask = false
    traits.exitsWithReturnedValue = purpose == .test
    return traits
  }
}

extension Provider {
  static let test = trial(.test, "Runs once with --test, and passes unless it returns another number than 0")
  static let bench = trial(.bench, "Runs many times with --bench, which tells how long it takes")

  private static func trial(_ purpose: Trial.Purpose, _ summary: String) -> Provider {
    Provider([purpose.rawValue], "NAME", summary) { pattern, _, diagnostics in
      guard pattern.parts.count == 1, let name = pattern.parts.first?.text, !name.isEmpty else {
        return pattern.misuse("needs one name", &diagnostics)
      }
      return [ProbeMatch(kind: .trial(Trial(purpose: purpose, name: name)), name: pattern.name)]
    }
  }
}
