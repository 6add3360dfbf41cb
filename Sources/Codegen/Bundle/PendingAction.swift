/// Where an action waits that a program found no room for in the ring buffer and that must not be lost: one that ends the
/// run, changes a map or prints one.
///
/// The place holds the time at which it was asked for (64 bits, nanoseconds of the monotonic clock; 0 while nothing waits)
/// and then its payload as a record would have it. Asked for again before user space has come, it happens once;
/// prints and unwatches that did not happen so count as lost events.
public struct PendingAction: Hashable, Sendable, Codable {
  public let action: Action
  public let place: MapView.Place

  /// Bytes of the place: the time and the longest payload, that of `Action.printMap`.
  public static let size = 24

  public init(action: Action, place: MapView.Place) {
    self.action = action
    self.place = place
  }
}

extension Action {
  /// Whether it must arrive however full the ring buffer is.
  public var changesRun: Bool {
    switch self {
    case .exit, .clear, .zero, .printMap, .unwatch: true
    case .printf, .print, .printMapValue, .time, .join, .cat, .system, .message, .helperError, .lostUpdates: false
    }
  }
}
