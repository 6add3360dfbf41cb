/// One place to attach to, after expansion.
public struct AttachPoint: Hashable, Sendable {
  /// What kind of place it is, each with a type of its own.
  public enum Kind: Hashable, Sendable {
    case special(Special)
    case interval(Interval)
    case profile(Profile)
    case counted(CountedEvent)
    case ownSignal(OwnSignal)
    case watchpoint(Watchpoint)
    case tracepoint(Tracepoint)
    case rawTracepoint(RawTracepoint)
    case uprobe(Uprobe)
    case kprobe(Kprobe)
    case fentry(Fentry)
    case iterator(ObjectIterator)
    case usdt(USDT)
    case trial(Trial)

    /// The place itself.
    var place: any ProbePlace {
      switch self {
      case .special(let place): place
      case .interval(let place): place
      case .profile(let place): place
      case .counted(let place): place
      case .ownSignal(let place): place
      case .watchpoint(let place): place
      case .tracepoint(let place): place
      case .rawTracepoint(let place): place
      case .uprobe(let place): place
      case .kprobe(let place): place
      case .fentry(let place): place
      case .iterator(let place): place
      case .usdt(let place): place
      case .trial(let place): place
      }
    }
  }

  public var kind: Kind
  /// Index in `Program.probeNames`.
  public var nameIndex: Int
  /// The traced function, where there is one.
  public var function: String?
  /// Index of its name in `Program.probeNames`, where the body asks for it.
  public var functionIndex: Int?
  public var range: SourceRange

  public init(kind: Kind, nameIndex: Int, function: String? = nil, range: SourceRange) {
    self.kind = kind
    self.nameIndex = nameIndex
    self.function = function
    self.range = range
  }
}

/// A place that a program is attached to.
protocol ProbePlace: Hashable, Sendable {
  /// What a body here may assume.
  var traits: ProbeTraits { get }
}
