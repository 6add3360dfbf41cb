import CElfutils
import Glibc

/// Opens the very file that a process has mapped, never what somebody put in its place.
///
/// Names lie within the reach of whoever runs the process: they can be a pipe that nobody writes to, a device, a symbolic
/// link or another file by the time they are opened. So a name is opened without touching what it names (O_PATH), and
/// read only when it is a regular file with the mapping's inode.
package struct MappedFile {
  /// A descriptor that can be read from.
  package let descriptor: Descriptor
  package let identity: FileIdentity

  /// Of the user that it belongs to.
  let owner: UInt32

  /// Opens a mapping's file: by the mapping itself, which takes CAP_SYS_ADMIN or CAP_CHECKPOINT_RESTORE, else by its path
  /// in the process's root, or in ours when the process is gone.
  package init?(_ mapping: MemoryMaps.Mapping, path: [UInt8], process: Int32, root: FileRoot) {
    let isMapped: (stat) -> Bool = { Self.is($0, mapping.file) }
    guard
      let (descriptor, status) = FileRoot.file(at: "/proc/\(process)/map_files/\(mapping.name)", isMapped)
        ?? root.opened(at: path, isMapped)
    else { return nil }
    self.descriptor = descriptor
    identity = FileIdentity(status)
    owner = UInt32(status.st_uid)
  }

  /// Whether a file is the mapped one. Overlays and subvolumes (btrfs) have a device of no block device that `maps` does
  /// not tell: there the inode decides.
  private static func `is`(_ status: stat, _ file: MemoryMaps.File) -> Bool {
    let device = UInt64(status.st_dev)
    let (major, minor) = (swtrace_major(device), swtrace_minor(device))
    return UInt64(status.st_ino) == file.inode && (major == 0 || (major, minor) == (file.major, file.minor))
  }
}
