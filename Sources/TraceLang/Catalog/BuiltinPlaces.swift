/// The probes that a builtin means something in.
public struct BuiltinPlaces: Sendable {
  public enum Providers: Sendable {
    case all
    case only([String])
    case allBut([String])
  }

  /// The providers of such probes, by their full names.
  public let providers: Providers
  /// What more is asked of a probe, in words; may be empty.
  public let limit: String
  /// What a use elsewhere is told, after the builtin's name.
  let complaint: String
  let admits: @Sendable (ProbeTraits) -> Bool
  let notes: @Sendable (ProbeTraits) -> [Diagnostic.Note]

  /// - Parameter complaint: where it is not "is only there in ... probes".
  private init(
    _ providers: Providers, limit: String = "", complaint: String? = nil,
    notes: @escaping @Sendable (ProbeTraits) -> [Diagnostic.Note] = { _ in [] },
    admits: @escaping @Sendable (ProbeTraits) -> Bool
  ) {
    self.providers = providers
    self.limit = limit
    self.admits = admits
    self.notes = notes
    let listed = if case .only(let names) = providers { Self.list(names) } else { "" }
    self.complaint = complaint ?? "is only there in \(listed) probes" + (limit.isEmpty ? "" : ", \(limit)")
  }

  /// As in help: "kprobe and uprobe probes".
  public var description: String {
    let probes =
      switch providers {
      case .all: "all probes"
      case .only(let names): "\(Self.list(names)) probes"
      case .allBut(let names): "all probes but \(Self.list(names))"
      }
    return limit.isEmpty ? probes : "\(probes), \(limit)"
  }

  /// Whether they are those of some providers only.
  public var isLimited: Bool { if case .only = providers { true } else { false } }

  /// Whether the probes of a provider are among them.
  public func include(_ provider: String) -> Bool {
    switch providers {
    case .all: true
    case .only(let names): names.contains(provider)
    case .allBut(let names): !names.contains(provider)
    }
  }

  private static func list(_ names: [String]) -> String {
    names.count > 1 ? names.dropLast().joined(separator: ", ") + " and \(names[names.count - 1])" : names.joined()
  }
}

extension BuiltinPlaces {
  static let everywhere = BuiltinPlaces(.all) { _ in true }

  /// Where swtrace is there to carry out what a program asks for: not so when a pinned iterator runs.
  static let readByUs = BuiltinPlaces(
    .all, limit: "except iterators that are pinned to a file",
    complaint: "needs swtrace, which has ended when a pinned iterator runs",
    notes: { _ in [Diagnostic.Note("printf() writes to the file that the iterator is pinned to")] },
    admits: { !$0.isPinned })

  static let withArguments = BuiltinPlaces(
    .only(["tracepoint", "rawtracepoint", "fentry", "fexit", "uprobe"]), notes: notesOnPrograms,
    admits: { $0.arguments != nil })

  static let withContext = BuiltinPlaces(
    .only([
      "iter", "kprobe", "kretprobe", "uprobe", "uretprobe", "usdt", "profile", "interval", "software", "hardware",
      "watchpoint", "asyncwatchpoint",
    ]),
    notes: { _ in [Diagnostic.Note("args are the arguments of tracepoints and functions")] },
    admits: { $0.context != nil })

  static let withArgumentWords = BuiltinPlaces(
    .only(["rawtracepoint", "kprobe", "uprobe", "usdt"]),
    notes: { _ in [Diagnostic.Note("tracepoint fields are read by args.NAME")] }, admits: { $0.words != nil })

  static let withStackArguments = BuiltinPlaces(
    .only(["kprobe", "uprobe"]), admits: { $0.words == .registers && $0.result == nil })

  static let onFunctions = BuiltinPlaces(
    .only(["kprobe", "kretprobe", "uprobe", "uretprobe", "fentry", "fexit"]), admits: \.hasFunctionName)

  static let withResult = BuiltinPlaces(
    .only(["kretprobe", "uretprobe", "fexit"]), notes: notesOnPrograms, admits: { $0.result != nil })

  static let inBinaries = BuiltinPlaces(
    .only(["uprobe", "uretprobe", "usdt"]), complaint: "needs a uprobe, uretprobe or usdt probe",
    admits: { $0.binary != nil })

  static let withRegisters = BuiltinPlaces(
    .only([
      "kprobe", "kretprobe", "uprobe", "uretprobe", "usdt", "profile", "interval", "software", "hardware",
      "watchpoint", "asyncwatchpoint",
    ]),
    complaint: "needs a probe that saves registers: kprobe, uprobe, usdt, profile, interval, software or hardware",
    admits: \.hasRegisters)

  static let withPaths = BuiltinPlaces(.only(["fentry", "fexit", "iter"]), admits: { $0.abilities.contains(.path) })

  static let withSockets = BuiltinPlaces(
    .only(["fentry", "fexit", "iter", "rawtracepoint"]), admits: { $0.abilities.contains(.socketCookie) })

  static let withPackets = BuiltinPlaces(
    .only(["fentry", "fexit", "rawtracepoint"]), admits: { $0.abilities.contains(.packetOutput) })

  static let overridable = BuiltinPlaces(
    .only(["kprobe"]), limit: "at the start of a function", admits: { $0.abilities.contains(.override) })

  static let inTasks = ofOthers("asks about the current process, which is swtrace here")

  static let inOthers = ofOthers("would hit swtrace itself in begin and end probes")

  /// Probes that fire in a task, which swtrace has not begun itself.
  private static func ofOthers(_ complaint: String) -> BuiltinPlaces {
    BuiltinPlaces(
      .allBut(["begin", "end", "iter", "self", "test", "bench"]), complaint: complaint, admits: \.hasCurrentTask)
  }

  /// Why there is nothing to tell of a function, where it is a BPF program's.
  @Sendable private static func notesOnPrograms(_ traits: ProbeTraits) -> [Diagnostic.Note] {
    traits.isOnProgram ? [Diagnostic.Note("not of functions of BPF programs")] : []
  }
}
