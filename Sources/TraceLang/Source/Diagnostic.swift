/// Something to tell the user about the source: what is wrong, where, and what to do.
public struct Diagnostic: Hashable, Sendable, Codable {
  public enum Severity: String, Sendable, Codable {
    case error, warning
  }

  /// A second place that explains the first, or advice without a place.
  public struct Note: Hashable, Sendable, Codable {
    public let message: String
    public let range: SourceRange?

    public init(_ message: String, at range: SourceRange? = nil) {
      self.message = message
      self.range = range
    }
  }

  /// A replacement of text that makes the program right; only given where it is sure.
  public struct FixIt: Hashable, Sendable, Codable {
    public let range: SourceRange
    public let replacement: String

    public init(_ range: SourceRange, _ replacement: String) {
      self.range = range
      self.replacement = replacement
    }
  }

  /// What it comes from.
  public enum Cause: String, Sendable, Codable {
    case script
    /// The machine that did not answer: the script may be right.
    case machine
  }

  public let severity: Severity
  public let message: String
  /// `nil` for a problem of no place in the source (needs root, cannot read a file).
  public let range: SourceRange?
  public let notes: [Note]
  public let fixIts: [FixIt]
  public let cause: Cause

  public init(
    _ severity: Severity, _ message: String, at range: SourceRange?, notes: [Note] = [], fixIts: [FixIt] = [],
    cause: Cause = .script
  ) {
    self.cause = cause
    self.severity = severity
    self.message = message
    self.range = range
    self.notes = notes
    self.fixIts = fixIts
  }

  public static func error(
    _ message: String, at range: SourceRange?, notes: [Note] = [], fixIts: [FixIt] = []
  ) -> Diagnostic {
    Diagnostic(.error, message, at: range, notes: notes, fixIts: fixIts)
  }

  public static func warning(
    _ message: String, at range: SourceRange?, notes: [Note] = [], fixIts: [FixIt] = []
  ) -> Diagnostic {
    Diagnostic(.warning, message, at: range, notes: notes, fixIts: fixIts)
  }
}
