/// A machine as a file tells of it: the facts that a script's compilation asked of the machine it was recorded on.
///
/// What was not asked then has no answer now: there is nothing of it, or an error that says to record again.
public final class RecordedTarget: Target {
  private let facts: RecordedFacts

  public var machine: Machine { facts.machine }

  /// - Throws: when the bytes are not what `RecordingTarget.encoded()` gives, or say what no machine can be.
  public convenience init(decoding bytes: [UInt8]) throws(TargetError) {
    do {
      try self.init(JSONValue(parsing: bytes))
    } catch {
      throw TargetError("the recorded target cannot be read: \(error)")
    }
  }

  /// - Throws: as `init(decoding:)`, for a text that was parsed.
  package init(_ json: JSONValue) throws(JSONError) {
    guard let version = json["version"] else { throw JSONError("there is no \"version\"") }
    guard version == JSONValue(RecordedFacts.currentVersion) else {
      throw JSONError("it is of another version of this program")
    }
    facts = try JSONCoder.decode(RecordedFacts.self, from: json)
    try facts.check()
  }

  public func answer(_ question: Question) throws(TargetError) -> Answer {
    if let known = facts.answers[question] { return known }
    let nothing = question.nothing
    guard nothing.mayBeAssumed else {
      throw TargetError(
        "the recorded target does not say \(question.description); record it again with this script")
    }
    return nothing
  }
}

extension Answer {
  /// Whether what nobody asked for when the target was recorded counts as not there: of probes, that would be a lie.
  fileprivate var mayBeAssumed: Bool {
    switch self {
    case .names, .tracepoints, .format, .functions, .instruction, .variables, .usdt, .debugSites, .sourcePlace: false
    case .flag, .number, .parameters, .signature, .type, .layout, .enumerator, .enumerators, .namespace,
      .debugFunction:
      true
    }
  }
}
