import Glibc

/// A process's perf map as a file: "/tmp/perf-PID.map", as the process sees /tmp and its number.
///
/// Anybody may write to /tmp: the file counts only when it is a regular one, no link, of the user that the process acts as
/// or of root.
struct PerfMapFile: Sendable {
  /// What the file was when it was read.
  struct Version: Equatable, Sendable {
    let device: UInt64
    let inode: UInt64
    let size: Int
    let seconds: Int
    let nanoseconds: Int

    init(_ status: stat) {
      device = UInt64(status.st_dev)
      inode = UInt64(status.st_ino)
      size = Int(status.st_size)
      seconds = status.st_mtim.tv_sec
      nanoseconds = status.st_mtim.tv_nsec
    }
  }

  enum Reading: Sendable {
    case new(PerfMap, Version)
    case unchanged
    case none
  }

  let root: FileRoot
  /// The process's number in its own namespace.
  let process: Int32
  let user: UInt32

  var path: [UInt8] { Array("/tmp/perf-\(process).map".utf8) }

  /// Reads it if it is another one than `known`.
  func read(unless known: Version?) -> Reading {
    var version: Version?
    let isTrusted: (stat) -> Bool = { status in
      version = Version(status)
      return status.st_uid == user || status.st_uid == 0
    }
    guard let file = root.file(at: path, followsLink: false, isTrusted), let version else { return .none }
    if version == known { return .unchanged }
    return .new(PerfMap(ELFBytes(reading: PerfMap.maximumLength, at: 0, of: file.rawValue).bytes), version)
  }
}
