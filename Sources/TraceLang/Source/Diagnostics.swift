/// The diagnostics of a compilation, in the order they were found, without repeats: the first errors and the first
/// warnings, and how many more there were.
public struct Diagnostics: Sendable, Error {
  /// Errors, and warnings, that are kept and told; the ones after these are counted.
  public static let maximumTold = 20

  public private(set) var all: [Diagnostic] = []
  private var seen: Set<Diagnostic> = []
  private var errors = 0
  private var warnings = 0
  /// How often a machine did not say what the script needs to know.
  private(set) var unanswered = 0
  /// Whether someone stopped to look for more.
  private var isIncomplete = false

  public init() {}

  public init(_ first: Diagnostic) { report(first) }

  public var hasErrors: Bool { errors > 0 }

  /// All of them, also those that are not kept.
  var errorCount: Int { errors }

  public mutating func report(_ diagnostic: Diagnostic) {
    guard seen.insert(diagnostic).inserted else { return }
    let told: Int
    switch diagnostic.severity {
    case .error:
      told = errors
      errors += 1
    case .warning:
      told = warnings
      warnings += 1
    }
    if told < Self.maximumTold { all.append(diagnostic) }
  }

  /// Reports what a part of the compilation found.
  public mutating func report(contentsOf other: Diagnostics) {
    for diagnostic in other.all { report(diagnostic) }
    errors += other.untold(.error)
    warnings += other.untold(.warning)
    isIncomplete = isIncomplete || other.isIncomplete
  }

  public mutating func error(
    _ message: String, at range: SourceRange?, notes: [Diagnostic.Note] = [], fixIts: [Diagnostic.FixIt] = []
  ) {
    report(.error(message, at: range, notes: notes, fixIts: fixIts))
  }

  /// Reports that a machine does not say what the script needs to know.
  public mutating func report(_ error: TargetError, at range: SourceRange) {
    unanswered += 1
    report(Diagnostic(.error, error.message, at: range, cause: .machine))
  }

  public mutating func warning(
    _ message: String, at range: SourceRange?, notes: [Diagnostic.Note] = [], fixIts: [Diagnostic.FixIt] = []
  ) {
    report(.warning(message, at: range, notes: notes, fixIts: fixIts))
  }

  /// The errors found from here on are not all: the rest of the script was not read.
  mutating func stop() { isIncomplete = true }

  /// Whether the next error will be told, so that it is worth looking for what to say besides.
  var takesAdvice: Bool { errors < Self.maximumTold }

  /// What an error says besides its message; `make`, which may look through many names, is only asked for errors that
  /// are told.
  func advice(_ make: () -> Hint) -> Hint { takesAdvice ? make() : Hint() }

  /// How many were found and not kept.
  private func untold(_ severity: Diagnostic.Severity) -> Int {
    max(0, (severity == .error ? errors : warnings) - Self.maximumTold)
  }

  /// What is to be told, in the order it was found, and how much more there is.
  public func told(withWarnings: Bool = true) -> [Diagnostic] {
    let kept = withWarnings ? all : all.filter { $0.severity == .error }
    let more = [
      Self.number(untold(.error), "error"), Self.number(withWarnings ? untold(.warning) : 0, "warning"),
    ].compactMap(\.self)
    guard !more.isEmpty else { return kept }
    let atLeast = isIncomplete && untold(.error) > 0 ? "at least " : ""
    let total = untold(.error) + (withWarnings ? untold(.warning) : 0)
    let message = "\(atLeast)\(more.joined(separator: " and ")) \(total == 1 ? "is" : "are") not shown"
    return kept + [Diagnostic(untold(.error) > 0 ? .error : .warning, message, at: nil)]
  }

  /// "1 more error", "2 more errors"; `nil` for none.
  private static func number(_ count: Int, _ what: String) -> String? {
    count == 0 ? nil : "\(count) more \(what)\(count == 1 ? "" : "s")"
  }
}
