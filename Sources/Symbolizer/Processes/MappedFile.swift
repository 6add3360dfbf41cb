import CElfutils
import Glibc

/// Opens the very file that a process has mapped, never what somebody put in its place.
///
/// Names lie within the reach of whoever runs the process: they can be a pipe that nobody writes to, a device, a symbolic
/// link or another file by the time they are opened. So a name is opened without touching what it names (O_PATH), and
/// read only when it is a regular file with the mapping's inode.
package struct MappedFile {
  /// What was opened; another file, or the same with other contents, has another identity.
  package struct Identity: Hashable, Sendable {
    let device: UInt64
    let inode: UInt64
    let size: Int
    let seconds: Int
    let nanoseconds: Int

    init(_ status: stat) {
      device = UInt64(status.st_dev)
      inode = UInt64(status.st_ino)
      size = Int(status.st_size)
      seconds = status.st_ctim.tv_sec
      nanoseconds = status.st_ctim.tv_nsec
    }
  }

  /// A descriptor that can be read from.
  package let descriptor: Descriptor
  package let identity: Identity

  /// Where distributions put what they strip from binaries, by build ID.
  private static let debugFolder = "/usr/lib/debug/.build-id"

  /// Opens a mapping's file: by the mapping itself, which takes CAP_SYS_ADMIN or CAP_CHECKPOINT_RESTORE, else by its path
  /// in the process's root, or in ours when the process is gone.
  package init?(_ mapping: MemoryMaps.Mapping, path: [UInt8], process: Int32) {
    if let place = Self.place("/proc/\(process)/map_files/\(mapping.name)"), let file = Self(place, mapping.file) {
      self = file
      return
    }
    let root = Self.place("/proc/\(process)/root") ?? Self.place("/")
    let relative = path.drop { $0 == UInt8(ascii: "/") }.map { CChar(bitPattern: $0) } + [0]
    guard let root, let place = Self.descriptor(swtrace_open_in_root(root.rawValue, relative)),
      let file = Self(place, mapping.file)
    else { return nil }
    self = file
  }

  /// What was stripped from the binary with a build ID: a descriptor that the caller closes.
  package static func debugFile(_ identifier: [UInt8]) -> Int32? {
    guard identifier.count > 1 else { return nil }
    func digits(_ bytes: ArraySlice<UInt8>) -> String {
      bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
    let descriptor = open(
      "\(debugFolder)/\(digits(identifier[..<1]))/\(digits(identifier[1...])).debug", O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    return descriptor < 0 ? nil : descriptor
  }

  /// Opens what `place` names for reading if it is the regular file `file`.
  private init?(_ place: Descriptor, _ file: MemoryMaps.File) {
    var status = stat()
    guard fstat(place.rawValue, &status) == 0, status.st_mode & S_IFMT == S_IFREG, Self.is(status, file),
      // Without O_NONBLOCK it would wait for whoever holds a lease on it (fcntl(2), F_SETLEASE).
      let descriptor = Self.descriptor(
        open("/proc/self/fd/\(place.rawValue)", O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC))
    else { return nil }
    self.descriptor = descriptor
    identity = Identity(status)
  }

  /// Whether a file is the mapped one. Overlays and subvolumes (btrfs) have a device of no block device that `maps` does
  /// not tell: there the inode decides.
  private static func `is`(_ status: stat, _ file: MemoryMaps.File) -> Bool {
    let device = UInt64(status.st_dev)
    let (major, minor) = (swtrace_major(device), swtrace_minor(device))
    return UInt64(status.st_ino) == file.inode && (major == 0 || (major, minor) == (file.major, file.minor))
  }

  private static func place(_ path: String) -> Descriptor? { descriptor(swtrace_open_place(path)) }

  private static func descriptor(_ rawValue: Int32) -> Descriptor? { rawValue < 0 ? nil : Descriptor(rawValue) }
}
