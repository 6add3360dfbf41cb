/// Which of a script's probes a run is for.
public enum RunMode: Hashable, Sendable {
  /// All but tests and benchmarks.
  case tracing
  /// Those of one purpose.
  case trials(Trial.Purpose)
}

extension Program {
  /// Leaves the probes that a run is for; `begin` and `end` are part of each.
  /// - Parameter isWanted: by the probe's full name.
  public func narrowed(to mode: RunMode, where isWanted: (String) -> Bool) -> Program {
    var program = self
    for index in program.probes.indices where !program.probes[index].isOwn {
      program.probes[index].attachPoints.removeAll { point in
        !point.kind.isPart(of: mode, isNameWanted: isWanted(probeNames[point.nameIndex]))
      }
    }
    program.probes.removeAll(where: \.attachPoints.isEmpty)
    if program.probes.allSatisfy(\.isOwn) { program.probes = [] }
    return program
  }

  /// The names of the script's own attach points.
  public var listedNames: [String] {
    func names(_ probes: [Probe]) -> Set<Int> { Set(probes.flatMap { $0.attachPoints.map(\.nameIndex) }) }
    let hidden = names(probes.filter(\.isOwn)).subtracting(names(probes.filter { !$0.isOwn }))
    return probeNames.indices.filter { !hidden.contains($0) }.map { probeNames[$0] }
  }

  /// Whether it has probes `test` or `bench`.
  public func hasProbes(of purpose: Trial.Purpose) -> Bool {
    probes.contains { probe in
      probe.attachPoints.contains { if case .trial(let trial) = $0.kind { trial.purpose == purpose } else { false } }
    }
  }
}

extension AttachPoint.Kind {
  fileprivate func isPart(of mode: RunMode, isNameWanted isWanted: Bool) -> Bool {
    if case .special = self { return true }
    if case .trial(let trial) = self { return isWanted && mode == .trials(trial.purpose) }
    return isWanted && mode == .tracing
  }
}
