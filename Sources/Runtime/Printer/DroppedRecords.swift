/// Records that were queued when the run was told to end and that there was no time for.
struct DroppedRecords: Hashable {
  /// What would have printed a line or a value.
  var events = 0
  /// Commands, files and maps.
  var actions = 0

  /// One line; `nil` when nothing was dropped.
  var description: String? {
    guard events + actions > 0 else { return nil }
    return "\(Self.text(events, "queued event")) and \(Self.text(actions, "queued action")) were dropped to end at once"
  }

  private static func text(_ count: Int, _ name: String) -> String { "\(count) \(name)\(count == 1 ? "" : "s")" }
}
