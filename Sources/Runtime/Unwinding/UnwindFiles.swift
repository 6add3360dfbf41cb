import Codegen
import Symbolizer

/// The rows of files in the map that programs read, each file's once.
struct UnwindFiles {
  struct File {
    /// Where its parts lie; none of one that says nothing of its frames, or that there is no room for.
    fileprivate(set) var places: [Place]
    /// Whether it says something of its frames.
    let describesFrames: Bool
    let segments: [UnwindTable.Segment]
    /// Processes that have it mapped.
    fileprivate var users = 0
  }

  struct Place {
    let addresses: Range<UInt64>
    fileprivate let piece: Room.Piece
    let rowBytes: Int

    var element: Int { piece.block }
    var firstRow: Int { piece.start / UnwindStorage.rowSize }
    var firstEntry: Int { (piece.start + rowBytes) / UnwindStorage.entrySize }
  }

  private var files: [UnwoundFile: File] = [:]
  private var room = Room(blocks: UnwindStorage.elements, of: UnwindStorage.elementSize)
  private let memory: UnsafeMutableRawPointer
  private let rules: UnsafeMutableRawPointer
  /// The number of each rule that any file has; 0 is the one by which nothing is known.
  private var numbers: [UInt32: UInt16] = [0: 0]

  /// - Parameter memory: the map's elements of rows, one after the other.
  /// - Parameter rules: those of rules.
  init(memory: UnsafeMutableRawPointer, rules: UnsafeMutableRawPointer) {
    (self.memory, self.rules) = (memory, rules)
  }

  /// Rules that are all there is room for make later ones unknown.
  private mutating func number(of rule: UInt32) -> UInt16 {
    if let known = numbers[rule] { return known }
    guard numbers.count < UnwindStorage.maximumRules else { return 0 }
    let number = UInt16(numbers.count)
    rules.storeBytes(of: rule, toByteOffset: Int(number) * 4, as: UInt32.self)
    numbers[rule] = number
    return number
  }

  subscript(file: UnwoundFile) -> File? { files[file] }

  var identities: Set<UnwoundFile> { Set(files.keys) }

  /// Keeps a file's rows; `nil` where there is no room for them.
  mutating func add(_ file: UnwoundFile, _ table: UnwindTable?) -> File? {
    var known = File(places: [], describesFrames: table != nil, segments: table?.segments ?? [])
    for part in table.map(UnwindPart.parts(of:)) ?? [] {
      guard let piece = room.take(part.size) else {
        for place in known.places { room.giveBack(place.piece) }
        return nil
      }
      part.write(to: memory + piece.block * UnwindStorage.elementSize + piece.start) { number(of: $0) }
      known.places.append(Place(addresses: part.addresses, piece: piece, rowBytes: part.rowBytes))
    }
    files[file] = known
    return known
  }

  /// Notes a file that there is no room for, so that it is not read again while it is mapped.
  mutating func addWithoutRows(_ file: UnwoundFile) -> File {
    let known = File(places: [], describesFrames: true, segments: [])
    files[file] = known
    return known
  }

  mutating func retain(_ used: Set<UnwoundFile>) { for file in used { files[file]?.users += 1 } }

  /// Gives the room of those back that nobody has mapped any more.
  mutating func release(_ used: Set<UnwoundFile>) {
    for file in used {
      files[file]?.users -= 1
      guard let known = files[file], known.users <= 0 else { continue }
      for place in known.places { room.giveBack(place.piece) }
      files[file] = nil
    }
  }
}

/// What code was read from.
enum UnwoundFile: Hashable, Sendable {
  case file(FileIdentity)
  /// What the kernel maps into processes, whole.
  case virtualLibrary([UInt8])
}
