import Glibc
import Symbolizer
import TraceLang

/// The executables and libraries that processes have mapped.
enum MappedBinaries {
  /// Those of one process, or of all there are, sorted; one that another mount namespace has, as it is reached from here.
  static func paths(of process: Int32?) -> [String] {
    var found: Set<String> = []
    // Most processes share most libraries.
    var seen: Set<Seen> = []
    for process in process.map({ [$0] }) ?? numbers(inFolder: "/proc") ?? [] {
      guard let maps = MemoryMaps(of: process) else { continue }
      for mapping in maps.mappings {
        let path = String(systemBytes: maps.path(of: mapping))
        guard seen.insert(Seen(file: mapping.file, path: path)).inserted else { continue }
        let places = [path, "/proc/\(process)/root\(path)"]
        if let place = places.first(where: { isFile($0, inode: mapping.file.inode) }) { found.insert(place) }
      }
    }
    return found.sorted()
  }

  private struct Seen: Hashable {
    let file: MemoryMaps.File
    let path: String
  }

  /// Whether the path still is the file that was mapped. The device is not compared: stat(2) and /proc tell another one for
  /// files of some file systems (overlayfs, btrfs).
  private static func isFile(_ path: String, inode: UInt64) -> Bool {
    var status = stat()
    return stat(path.systemCString, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && status.st_ino == inode
  }
}
