/// A kind of probe: how it is written, what it matches, how it is listed.
public struct Provider: Sendable {
  /// All accepted spellings, the full name first.
  public let names: [String]
  /// The parts after the name: "CATEGORY:EVENT"; "" where there are none.
  public let shape: String
  /// What its probes fire at, in one line.
  public let summary: String
  /// The attach points that a pattern stands for, in order; empty after an error.
  let match: @Sendable (Pattern, any Target, inout Diagnostics) -> [ProbeMatch]
  /// Gives each probe of a machine that a query asks for, sorted by name.
  let list: @Sendable (ProbeQuery, any Target, (ProbeListing) -> Void) throws(TargetError) -> Void

  init(
    _ names: [String], _ shape: String, _ summary: String,
    match: @escaping @Sendable (Pattern, any Target, inout Diagnostics) -> [ProbeMatch],
    list: @escaping @Sendable (ProbeQuery, any Target, (ProbeListing) -> Void) throws(TargetError) -> Void = {
      (_, _, _) throws(TargetError) in
    }
  ) {
    self.names = names
    self.shape = shape
    self.summary = summary
    self.match = match
    self.list = list
  }

  /// The full name.
  public var name: String { names[0] }

  /// `provider:shape`, for messages.
  public var usage: String { shape.isEmpty ? name : "\(name):\(shape)" }

  /// The provider of a name, in capital letters or small ones.
  public static func named(_ name: String) -> Provider? {
    let lowercased = name.lowercased()
    return catalog.first { $0.names.contains(name) } ?? catalog.first { $0.names.contains(lowercased) }
  }

  public static let catalog: [Provider] = [
    .begin, .end, .tracepoint, .rawTracepoint, .interval, .profile, .software,
    .kprobe, .kretprobe, .fentry, .fexit,
    .iter,
    .uprobe, .uretprobe, .usdt,
    .hardware,
    .ownSignal,
    .watchpoint, .asyncWatchpoint,
    .test, .bench,
  ]
}

/// One place that a pattern stands for.
struct ProbeMatch {
  let kind: AttachPoint.Kind
  /// The probe's full name, as `probe` gives it.
  let name: String
  /// The traced function's, as `func` gives it.
  var function: String?
  /// What probing there may do, which needs --unsafe.
  var risk: String?
}

/// What is asked of a provider's list.
public struct ProbeQuery {
  /// Tells of a probe's full name, less the provider's, whether it is listed; `nil` where all are.
  let filter: ((String) -> Bool)?
  /// What follows the provider's name, for providers whose probes are too many to be filtered; empty where none was named.
  let pattern: String
  /// Whether a binary that is not named is any of the traced process.
  let isOfProcess: Bool
  let withArguments: Bool

  /// Whether to list a probe, by its full name less the provider's, which is not made where all are listed: the kernel has so
  /// many functions that their names would take most of the time of listing all.
  func isWanted(_ name: @autoclosure () -> String) -> Bool { filter?(name()) ?? true }

  /// The binaries that the pattern names, and what follows them; `nil` where it names none and no process is traced.
  var binaryAndRest: (binary: String, rest: String)? {
    guard let colon = pattern.firstIndex(of: ":") else { return isOfProcess && !pattern.isEmpty ? ("*", pattern) : nil }
    return (String(pattern[..<colon]), String(pattern[pattern.index(after: colon)...]))
  }

  /// Gives those of some probes that are asked for, sorted.
  /// - Parameter names: less the provider's.
  func list(_ provider: String, _ names: [String], _ give: (ProbeListing) -> Void) {
    for name in names.sorted() where isWanted(name) {
      give(ProbeListing(name: "\(provider):\(name)"))
    }
  }
}

/// A probe as `-l` lists it.
public struct ProbeListing: Sendable {
  /// What its name begins with, which probes by the thousand share.
  public let prefix: String
  /// What follows in its name.
  public let rest: String
  /// The declarations of its arguments; empty where they were not asked for.
  public let arguments: [String]

  init(prefix: String = "", name: String, arguments: [String] = []) {
    self.prefix = prefix
    rest = name
    self.arguments = arguments
  }

  public var name: String { prefix + rest }
}
