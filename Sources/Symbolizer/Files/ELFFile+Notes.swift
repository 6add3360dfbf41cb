import Glibc

extension ELFFile {
  /// Notes that are looked at, and bytes of each section of them.
  private static let maximumNotes = 64
  private static let maximumNoteBytes = 4096
  private static let maximumNoteSections = 16
  /// NT_GNU_BUILD_ID; a longer one is no checksum.
  private static let buildIDType: UInt32 = 3
  private static let maximumBuildID = 64

  /// The contents of the note of GNU's build ID.
  package var buildID: [UInt8]? {
    for section in sections.lazy.filter({ $0.type == UInt32(SHT_NOTE) }).prefix(Self.maximumNoteSections) {
      let notes = contents(of: section, atMost: Self.maximumNoteBytes)
      var start = 0
      for _ in 0..<Self.maximumNotes where start + 12 <= notes.count {
        let header = fields(notes, at: start)
        let name = start + 12
        let (nameLength, length) = (Int(header.u32(0)), Int(header.u32(4)))
        let contents = name + (nameLength + 3) & ~3
        guard contents + length <= notes.count else { break }
        if header.u32(8) == Self.buildIDType, (2...Self.maximumBuildID).contains(length), nameLength == 4,
          notes.bytes[name..<name + 4].elementsEqual("GNU\0".utf8)
        {
          return Array(notes.bytes[contents..<contents + length])
        }
        start = contents + (length + 3) & ~3
      }
    }
    return nil
  }
}
