/// A kind of probe: its names and how its attach point is written.
public struct Provider: Sendable {
  public enum Kind: String, Sendable, CaseIterable {
    case begin, end, bench, test, `self`, tracepoint, rawtracepoint, interval, profile, software, hardware, kprobe,
      kretprobe, fentry, fexit, uprobe, uretprobe, usdt, watchpoint, asyncwatchpoint, iter
  }

  public let kind: Kind
  /// All accepted spellings, the full name first.
  public let names: [String]
  /// The parts behind the name: "category:event".
  public let shape: String
  /// Whether this version compiles it.
  public let isSupported: Bool

  init(_ kind: Kind, _ names: [String], _ shape: String, supported: Bool = true) {
    self.kind = kind
    self.names = names
    self.shape = shape
    isSupported = supported
  }

  /// `provider:shape`, for messages.
  public var usage: String { shape.isEmpty ? names[0] : "\(names[0]):\(shape)" }

  public static func named(_ name: String) -> Provider? { catalog.first { $0.names.contains(name) } }

  public static let catalog: [Provider] = [
    Provider(.begin, ["begin", "BEGIN"], ""),
    Provider(.end, ["end", "END"], ""),
    Provider(.tracepoint, ["tracepoint", "t"], "CATEGORY:EVENT"),
    Provider(.rawtracepoint, ["rawtracepoint", "rt"], "EVENT"),
    Provider(.interval, ["interval", "i"], "{us|ms|s|hz}:COUNT"),
    Provider(.profile, ["profile", "p"], "{us|ms|s|hz}:COUNT"),
    Provider(.software, ["software", "s"], "EVENT[:COUNT]"),
    Provider(.hardware, ["hardware", "h"], "EVENT[:COUNT]", supported: false),
    Provider(.kprobe, ["kprobe", "k"], "FUNCTION", supported: false),
    Provider(.kretprobe, ["kretprobe", "kr"], "FUNCTION", supported: false),
    Provider(.fentry, ["fentry", "f", "kfunc"], "FUNCTION", supported: false),
    Provider(.fexit, ["fexit", "fr", "kretfunc"], "FUNCTION", supported: false),
    Provider(.uprobe, ["uprobe", "u"], "BINARY:FUNCTION", supported: false),
    Provider(.uretprobe, ["uretprobe", "ur"], "BINARY:FUNCTION", supported: false),
    Provider(.usdt, ["usdt", "U"], "BINARY:PROVIDER:PROBE", supported: false),
    Provider(.watchpoint, ["watchpoint", "w"], "ADDRESS:LENGTH:MODE", supported: false),
    Provider(.asyncwatchpoint, ["asyncwatchpoint", "aw"], "ADDRESS:LENGTH:MODE", supported: false),
    Provider(.iter, ["iter", "it"], "OBJECT", supported: false),
    Provider(.bench, ["bench"], "NAME", supported: false),
    Provider(.test, ["test"], "NAME", supported: false),
    Provider(.`self`, ["self"], "signal:NAME", supported: false),
  ]
}
