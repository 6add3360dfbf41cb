/// A 64-bit word in memory that programs and user space share.
public enum SharedWord: String, Hashable, Sendable, Codable, CaseIterable {
  /// Where programs count records that found the ring buffer full.
  case lostEvents
  /// Where they count loops that the kernel stopped before their end.
  case cutLoops
  /// The boot clock's time, in nanoseconds, when tracing began (`elapsed`).
  case startTime
  /// What the TAI clock is ahead of the boot clock, in nanoseconds (`nsecs(sw_tai)`).
  case taiOffset
  /// The same for the clock of wall time (`tseries`).
  case wallOffset

  /// What user space writes before anything is attached.
  public enum Start: Sendable {
    case zero
    case bootTime
    case offsetOfTAI
    case offsetOfWallTime
  }

  public var start: Start {
    switch self {
    case .lostEvents, .cutLoops: .zero
    case .startTime: .bootTime
    case .taiOffset: .offsetOfTAI
    case .wallOffset: .offsetOfWallTime
    }
  }

  /// Its variable's name in the kernel's types.
  var name: String {
    switch self {
    case .lostEvents: "lost_events"
    case .cutLoops: "cut_loops"
    case .startTime: "start_time"
    case .taiOffset: "tai_offset"
    case .wallOffset: "wall_offset"
    }
  }
}

/// Where the words lie that a bundle has.
public struct SharedWords: Hashable, Sendable, Codable {
  public struct Entry: Hashable, Sendable, Codable {
    public let word: SharedWord
    public let place: MapView.Place
  }

  /// In the order of `SharedWord.allCases`, each at most once.
  public private(set) var entries: [Entry] = []

  public init() {}

  public subscript(_ word: SharedWord) -> MapView.Place? {
    get { entries.first { $0.word == word }?.place }
    set {
      let places = Dictionary(entries.map { ($0.word, $0.place) }) { _, last in last }
      entries = SharedWord.allCases.compactMap { known in
        (known == word ? newValue : places[known]).map { Entry(word: known, place: $0) }
      }
    }
  }
}
