/// Finds the probes of a machine by name, as `-l` lists them.
public struct ProbeLister {
  private let target: any Target

  /// A probe and, one on a line, the declarations of its arguments.
  public struct Entry: Hashable, Sendable {
    public let name: String
    public let arguments: [String]
  }

  /// A probe of a script by its full name.
  public func probe(named name: String, withArguments: Bool) throws(TargetError) -> Entry {
    let found = withArguments ? try probes(matching: name, withArguments: true).first : nil
    return Entry(name: name, arguments: found?.arguments ?? [])
  }

  public init(_ target: any Target) { self.target = target }

  /// The probes that one of several patterns, divided by commas, matches; each once, sorted within its provider.
  ///
  /// A pattern of one part is matched with whole names, and the name of a provider stands for all of its probes.
  public func probes(matching patterns: String, withArguments: Bool = false) throws(TargetError) -> [Entry] {
    var found: [Entry] = []
    var seen: Set<String> = []
    for pattern in patterns.split(separator: ",") {
      for entry in try matches(String(pattern.drop { $0 == " " }), withArguments) where seen.insert(entry.name).inserted
      {
        found.append(entry)
      }
    }
    return found
  }

  private func matches(_ pattern: String, _ withArguments: Bool) throws(TargetError) -> [Entry] {
    let colon = pattern.firstIndex(of: ":")
    let first = String(pattern[..<(colon ?? pattern.endIndex)])
    let rest = colon.map { String(pattern[pattern.index(after: $0)...]) } ?? "*"
    var entries: [Entry] = []
    for provider in Self.listed {
      let isNamed = provider.names.contains(first) || Glob(first).matches(provider.names[0])
      if colon != nil || provider.names.contains(first) {
        guard isNamed else { continue }
        entries += try self.entries(of: provider, withArguments) { name in
          Glob(rest).matches(name) || Glob(rest + ":").matches(name)
        }
      } else {
        entries += try self.entries(of: provider, withArguments) { Glob(pattern).matches("\(provider.names[0]):\($0)") }
      }
    }
    return entries
  }

  /// The providers whose probes can be told one by one.
  private static let listed = Provider.catalog.filter { provider in
    provider.kind == .software || provider.kind == .tracepoint || provider.kind == .rawtracepoint
  }

  private func entries(
    of provider: Provider, _ withArguments: Bool, where isWanted: (String) -> Bool
  ) throws(TargetError) -> [Entry] {
    let title = provider.names[0]
    if provider.kind == .software {
      let names = Expander.softwareEvents.flatMap(\.names).map { $0 + ":" }.sorted().filter(isWanted)
      return names.map { Entry(name: "\(title):\($0)", arguments: []) }
    }
    if provider.kind == .rawtracepoint {
      let names = try target.rawTracepoints(matching: "*").sorted().filter(isWanted)
      return names.map { name in
        let parameters = withArguments ? target.rawTracepointArguments(name) ?? [] : []
        return Entry(name: "\(title):\(name)", arguments: parameters.map { "\($0.type.description) \($0.name)" })
      }
    }
    let names = try target.tracepoints(category: "*", event: "*").filter { isWanted("\($0.category):\($0.event)") }
    var entries: [Entry] = []
    for name in names.sorted(by: { ($0.category, $0.event) < ($1.category, $1.event) }) {
      let fields = withArguments ? try target.tracepointFormat(name)?.fields ?? [] : []
      let shown = fields.filter { !$0.name.hasPrefix("common_") }.map(\.declaration)
      entries.append(Entry(name: "\(title):\(name.category):\(name.event)", arguments: shown))
    }
    return entries
  }
}
