/// Why a stack was not unwound to its end.
public enum UnwindStop: UInt64, Hashable, Sendable, CaseIterable {
  /// The process was met for the first time; what it runs is being read.
  case newProcess = 1
  /// An address outside of all that the process had mapped.
  case noMapping
  /// The file says nothing of the frame.
  case noRow
  /// The stack cannot be read there.
  case noMemory
  /// The frame before would lie below.
  case notAbove

  /// The reason that a word of a stack tells; `nil` for an address.
  public init?(word: UInt64) {
    guard word >= UInt64(bitPattern: -256) else { return nil }
    self.init(rawValue: word & 0xff)
  }

  public var text: String {
    switch self {
    case .newProcess: "not unwound: the process was new"
    case .noMapping: "not unwound: an address in no file"
    case .noRow: "not unwound: its file does not say how"
    case .noMemory: "not unwound: its stack cannot be read"
    case .notAbove: "not unwound: its stack is damaged"
    }
  }
}
