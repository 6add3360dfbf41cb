/// `self:signal:SIGUSR1`: a signal to swtrace itself.
public struct OwnSignal: Hashable, Sendable {}

extension OwnSignal: ProbePlace {
  var traits: ProbeTraits {
    // It runs in swtrace's own system call, which other probes interrupt and whose CPU other tasks may take.
    var traits = ProbeTraits(typeName: "special", programTypes: [.rawTracepoint])
    traits.pace = .timer
    traits.hasCurrentTask = false
    return traits
  }
}

extension Provider {
  static let ownSignal = Provider(
    ["self"], "signal:SIGUSR1", "Fires when swtrace itself gets the signal",
    match: { pattern, _, diagnostics in
      let parts = pattern.parts
      guard parts.count == 2 else { return pattern.misuse("needs what happens and its name", &diagnostics) }
      let note = Diagnostic.Note("there is self:signal:SIGUSR1")
      guard parts[0].text == "signal" else {
        diagnostics.error("'\(parts[0].text)' is nothing that self fires at", at: parts[0].range, notes: [note])
        return []
      }
      guard parts[1].text == "SIGUSR1" else {
        diagnostics.error("self does not fire at the signal '\(parts[1].text)'", at: parts[1].range, notes: [note])
        return []
      }
      return [ProbeMatch(kind: .ownSignal(OwnSignal()), name: pattern.name)]
    },
    list: { (query, _, give) throws(TargetError) in query.list("self", ["signal:SIGUSR1"], give) })
}
