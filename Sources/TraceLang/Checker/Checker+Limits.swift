// What the settings allow a script to attach.
extension Checker {
  mutating func tooManyProbes(_ count: Int, _ block: ProbeBlock) {
    error(
      "the script would attach \(count) probes up to here, more than max_probes = \(configuration.maxProbes)",
      at: block.attachPoints.first?.range ?? block.range,
      notes: [Diagnostic.Note("narrow the wildcard or set BPFTRACE_MAX_PROBES")])
  }

  /// The probes that have something to attach to; reports when none has, and gives `nil`.
  ///
  /// With `missing_probes = warn` a block is checked even if all its attach points are missing, and left out then.
  mutating func attachable(_ probes: [Probe], _ script: Script) -> [Probe]? {
    let found = probes.filter { !$0.attachPoints.isEmpty }
    guard found.isEmpty else { return found }
    diagnostics.error(
      "none of the script's probes is there: there is nothing to trace", at: probes.first?.range ?? script.range.end)
    return nil
  }
}
