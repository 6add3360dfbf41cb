/// An attach point as a script writes it, and what it stands for on a machine.
public struct WrittenAttachPoint: Hashable, Sendable {
  /// Its parts with colons between them.
  public let text: String
  public let range: SourceRange
  /// The block of the script, as in `Probe.block`.
  public let block: Int
  /// The full name of its provider; `nil` where there is none of the name.
  public let provider: String?
  public let places: Places
  /// What probing there may do, which needs --unsafe: "may damage the traced program".
  public let risk: String?

  public enum Places: Hashable, Sendable {
    /// The names of the probes, each an index in `Program.probeNames`, in order.
    case known([Int])
    /// The machine does not tell.
    case unknown
  }
}

/// What checking a script gives, also where that is no program.
struct CheckResult: Sendable {
  /// `nil` where there are errors.
  let program: Program?
  let attachPoints: [WrittenAttachPoint]
  /// See `Program.probeNames`.
  let probeNames: [String]
}
