/// A line on a terminal that says how far long work is, and goes when it is done.
struct ProgressLine {
  /// Nanoseconds of work before which nothing is said.
  private static let patience: UInt64 = 1_000_000_000
  /// Nanoseconds between two changes of the line.
  private static let pace: UInt64 = 100_000_000
  /// To the line's beginning, then erase it (ECMA-48, EL).
  private static let erasing = "\r\u{1b}[K"

  /// When the line may next be changed, on the monotonic clock.
  private var next: UInt64
  private var isThere = false

  /// - Parameter start: on the monotonic clock, in nanoseconds.
  init(start: UInt64) { next = start + Self.patience }

  /// What to write to the terminal now; `nil` for nothing.
  mutating func text(_ done: Int, of total: Int, _ what: String, now: UInt64) -> String? {
    guard now >= next else { return nil }
    next = now + Self.pace
    isThere = true
    return "\(Self.erasing)\(done) of \(total) \(what)"
  }

  /// What leaves the terminal as it was; `nil` for nothing.
  mutating func end() -> String? {
    defer { isThere = false }
    return isThere ? Self.erasing : nil
  }
}
