import Glibc
import Symbolizer
import TraceLang

/// An executable or library: a file, or one that lies in an archive as it is, "ARCHIVE!/ENTRY".
struct BinaryFile {
  private let file: Descriptor
  /// What to read as the ELF file.
  let part: FilePart

  /// - Throws: for an entry that the archive does not have, or that programs cannot map.
  /// - Returns: `nil` for what is no regular file.
  init?(path: String) throws(TargetError) {
    let (path, entry) = path.archiveAndEntry
    guard let file = openRegularFile(path) else { return nil }
    self.file = file
    guard let entry else {
      part = FilePart(descriptor: file.rawValue)
      return
    }
    let archive: ZipArchive
    do throws(ZipError) {
      archive = try ZipArchive(descriptor: file.rawValue)
    } catch {
      throw TargetError("'\(path)' \(error.reason)")
    }
    guard let found = archive.entry(named: entry) else { throw TargetError("'\(path)' has no entry '\(entry)'") }
    do throws(ZipError) {
      part = try archive.contents(of: found)
    } catch {
      throw TargetError("'\(entry)' of '\(path)' \(error.reason)")
    }
  }

  /// The file's own headers; `nil` when it is not ELF.
  var elf: ELFFile? { ELFFile(part) }

  /// The place in the file of a place in the ELF file.
  func offset(_ offset: UInt64) -> UInt64 { part.start &+ offset }
}
