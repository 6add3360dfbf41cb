/// Names that a misspelled name may have meant.
public enum Suggestions {
  /// Longer names are not compared.
  private static let maximumLength = 64

  /// Up to `limit` candidates at most a third of the name's letters away, nearest first; case and swaps count half.
  /// Takes time linear in the number of candidates.
  public static func nearest(
    to name: String, among candidates: some Sequence<String>, limit: Int = 3
  ) -> [String] {
    ranked(name, candidates, limit).map(\.candidate)
  }

  private static func ranked(
    _ name: String, _ candidates: some Sequence<String>, _ limit: Int
  ) -> [(candidate: String, distance: Int)] {
    let wanted = Array(name.utf8)
    guard !wanted.isEmpty, wanted.count <= maximumLength, limit > 0 else { return [] }
    // A single letter is any other one; only its case can be a mistake.
    let bound = wanted.count == 1 ? 1 : max(1, (wanted.count + 1) / 3) * 2
    var found: [(candidate: String, distance: Int)] = []
    for candidate in candidates where candidate != name {
      let letters = Array(candidate.utf8)
      guard let distance = distance(wanted, letters, bound: bound) else { continue }
      let position = found.firstIndex { $0.distance > distance } ?? found.count
      guard position < limit else { continue }
      found.insert((candidate, distance), at: position)
      if found.count > limit { found.removeLast() }
    }
    return found
  }

  /// The edit distance in half letters, swaps of neighbours, the likeliest mistake, being half an edit; `nil` above the bound.
  private static func distance(_ left: [UInt8], _ right: [UInt8], bound: Int) -> Int? {
    guard right.count <= maximumLength, abs(left.count - right.count) <= bound / 2 else { return nil }
    var beforeLast = [Int](repeating: 0, count: right.count + 1)
    var last = (0...right.count).map { $0 * 2 }
    for row in left.indices {
      var current = [Int](repeating: (row + 1) * 2, count: right.count + 1)
      for column in right.indices {
        let change = last[column] + cost(left[row], right[column])
        var best = min(change, min(last[column + 1], current[column]) + 2)
        if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
          best = min(best, beforeLast[column - 1] + 1)
        }
        current[column + 1] = best
      }
      if (current.min() ?? 0) > bound { return nil }
      beforeLast = last
      last = current
    }
    return last[right.count] <= bound ? last[right.count] : nil
  }

  private static func cost(_ left: UInt8, _ right: UInt8) -> Int {
    if left == right { return 0 }
    let areLetters = left.isWordStart && right.isWordStart
    return areLetters && left | 0x20 == right | 0x20 ? 1 : 2
  }
}

/// What to say of a name that is not known: the question what was meant, and a replacement where that is sure.
public struct Hint: Sendable {
  public var notes: [Diagnostic.Note] = []
  public var fixIts: [Diagnostic.FixIt] = []
}

extension Suggestions {
  /// The nearest name to one that is written at `range`, or several that are as near, each with `prefix` before it.
  ///
  /// - Parameter otherwise: the note where no name is near.
  public static func hint(
    for name: String, among candidates: some Sequence<String>, at range: SourceRange, prefix: String = "",
    otherwise: String? = nil
  ) -> Hint {
    let found = ranked(name, candidates, 3)
    guard let best = found.first else { return Hint(notes: otherwise.map { [.init($0)] } ?? []) }
    let equals = found.prefix { $0.distance == best.distance }.map { prefix + $0.candidate }
    // A range that is longer holds parentheses or what a macro was called with.
    let isName = Int(range.upper - range.lower) == (prefix + name).utf8.count
    let fixIts = isName && equals.count == 1 ? [Diagnostic.FixIt(range, equals[0])] : []
    return Hint(notes: [.init("did you mean \(list(equals))?")], fixIts: fixIts)
  }

  /// What to say of a name that is none of `names`: the nearest, else `lead` and what there is.
  public static func hint(
    for name: String, amongAll names: [String], at range: SourceRange, lead: String = "there are"
  ) -> Hint {
    let hint = hint(for: name, among: names, at: range)
    return hint.notes.isEmpty ? Hint(notes: [.init("\(lead) \(some(of: names, nearestTo: name))")]) : hint
  }

  /// How many names of a list are told.
  private static let maximumListed = 12

  /// "a, b, c": a dozen names at most, in their order; of more the nearest ones, nearest first, and their number.
  public static func some(of names: [String], nearestTo name: String) -> String {
    guard names.count > maximumListed else { return names.joined(separator: ", ") }
    let wanted = Array(name.utf8.prefix(maximumLength))
    let ranked = names.map { candidate in
      (candidate, distance(wanted, Array(candidate.utf8.prefix(maximumLength)), bound: .max) ?? .max)
    }.sorted { ($0.1, $0.0) < ($1.1, $1.0) }
    let listed = ranked.prefix(maximumListed).map(\.0).joined(separator: ", ")
    return "\(listed) and \(names.count - maximumListed) more"
  }

  /// "'a', 'b' or 'c'"
  public static func list(_ names: [String]) -> String {
    let quoted = names.map { "'\($0)'" }
    guard quoted.count > 1, let last = quoted.last else { return quoted.first ?? "" }
    return quoted.dropLast().joined(separator: ", ") + " or " + last
  }
}
