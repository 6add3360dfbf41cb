import Codegen
import Symbolizer

/// The rows of files in the map that programs read, each file's once.
struct UnwindFiles {
  /// Where the parts of a file lie; none of one that says nothing of its frames.
  struct File {
    fileprivate(set) var places: [Place]
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

  /// - Parameter memory: the map's elements, one after the other.
  init(memory: UnsafeMutableRawPointer) { self.memory = memory }

  subscript(file: UnwoundFile) -> File? { files[file] }

  var identities: Set<UnwoundFile> { Set(files.keys) }

  /// Keeps a file's rows; `nil` where there is no room for them.
  mutating func add(_ file: UnwoundFile, _ table: UnwindTable?) -> File? {
    var known = File(places: [], segments: table?.segments ?? [])
    for part in table.map(UnwindPart.parts) ?? [] {
      guard let piece = room.take(part.size) else {
        for place in known.places { room.giveBack(place.piece) }
        return nil
      }
      part.write(to: memory + piece.block * UnwindStorage.elementSize + piece.start)
      known.places.append(Place(addresses: part.addresses, piece: piece, rowBytes: part.rowBytes))
    }
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
  case file(MappedFile.Identity)
  /// What the kernel maps into processes, whole.
  case virtualLibrary([UInt8])
}
