/// Finds the probes of a machine by name, as `-l` lists them.
public struct ProbeSearch {
  private let target: any Target
  private let isOfProcess: Bool

  /// - Parameter isOfProcess: whether a process is traced, whose binaries stand for one that is not named.
  public init(_ target: any Target, isOfProcess: Bool = false) {
    self.target = target
    self.isOfProcess = isOfProcess
  }

  /// A probe of a script by its full name.
  public func probe(named name: String, withArguments: Bool) throws(TargetError) -> ProbeListing {
    var found: ProbeListing?
    if withArguments { try probes(matching: name, withArguments: true) { found = found ?? $0 } }
    return ProbeListing(name: name, arguments: found?.arguments ?? [])
  }

  /// Gives the probes that one of several patterns, divided by commas, matches; each once, sorted within its provider.
  ///
  /// A pattern of one part is matched with whole names, and the name of a provider stands for all of its probes.
  public func probes(
    matching patterns: String, withArguments: Bool = false, _ give: (ProbeListing) -> Void
  ) throws(TargetError) {
    let patterns = patterns.split(separator: ",")
    var seen: Set<String> = []
    for pattern in patterns {
      try probes(matchingOne: String(pattern.drop { $0 == " " }), withArguments) { listing in
        // Within one pattern no probe comes twice.
        if patterns.count == 1 || seen.insert(listing.name).inserted { give(listing) }
      }
    }
  }

  private func probes(
    matchingOne pattern: String, _ withArguments: Bool, _ give: (ProbeListing) -> Void
  ) throws(TargetError) {
    let colon = pattern.firstIndex(of: ":")
    let first = String(pattern[..<(colon ?? pattern.endIndex)])
    let named = Provider.named(first)
    // A colon with nothing behind it is all of the provider's.
    let rest = colon.map { String(pattern[pattern.index(after: $0)...]) }.flatMap { $0.isEmpty ? nil : $0 } ?? "*"
    for provider in Provider.catalog {
      let isNamed = provider.name == named?.name
      guard colon == nil || isNamed || Glob(first).matches(provider.name) else { continue }
      let (pattern, filter) =
        colon != nil || isNamed ? (rest, Self.matching(rest)) : ("", Self.matching(pattern, of: provider))
      try provider.list(
        ProbeQuery(filter: filter, pattern: pattern, isOfProcess: isOfProcess, withArguments: withArguments), target,
        give)
    }
  }

  /// Whether a name without its provider matches; `nil` for all.
  private static func matching(_ pattern: String) -> ((String) -> Bool)? {
    let (plain, open) = (Glob(pattern), Glob(pattern + ":"))
    return plain.matchesAnything ? nil : { plain.matches($0) || open.matches($0) }
  }

  /// Whether a name matches together with its provider's; `nil` for all.
  private static func matching(_ pattern: String, of provider: Provider) -> ((String) -> Bool)? {
    let glob = Glob(pattern)
    return glob.matchesAnything ? nil : { glob.matches("\(provider.name):\($0)") }
  }
}
