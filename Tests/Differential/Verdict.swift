/// Whether a script did on the kernel what the reference interpreter says.
public enum Verdict: Equatable, Sendable {
  case same
  /// It does not compile for this kernel, which is no failure of the code generator.
  case refused(String)
  /// The kernel does not take its programs; `reason` is the verifier's, without the place.
  case unloadable(String, reason: String)
  case different(expected: String, actual: String)

  public var isFailure: Bool {
    switch self {
    case .same, .refused: false
    case .unloadable, .different: true
    }
  }

  /// Failures of one kind are taken for one bug while a script shrinks.
  public func isLike(_ other: Verdict) -> Bool {
    switch (self, other) {
    case (.same, .same), (.refused, .refused), (.different, .different): true
    case (.unloadable(_, let mine), .unloadable(_, let others)):
      // Registers and numbers change with a script.
      mine.filter { !$0.isNumber } == others.filter { !$0.isNumber }
    case (.same, _), (.refused, _), (.unloadable, _), (.different, _): false
    }
  }
}

extension Verdict: CustomStringConvertible {
  public var description: String {
    switch self {
    case .same: "as the reference interpreter says"
    case .refused(let report): "refused: \(report)"
    case .unloadable(let report, _): report
    case .different(let expected, let actual): "expected:\n\(expected)\nprinted:\n\(actual)"
    }
  }
}
