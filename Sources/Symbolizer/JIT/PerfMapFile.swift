import Glibc

/// A process's perf map as a file: "/tmp/perf-PID.map", as the process sees /tmp and its number.
///
/// Anybody may write to /tmp: the file counts only when it is a regular one, no link, of the user that the process acts as
/// or of root.
struct PerfMapFile: Sendable {
  enum Reading: Sendable {
    case new(PerfMap, FileIdentity)
    case unchanged
    case none
  }

  let root: FileRoot
  /// The process's number in its own namespace.
  let process: Int32
  let user: UInt32

  static func path(of process: Int32) -> [UInt8] { Array("/tmp/perf-\(process).map".utf8) }

  /// Reads it if it is another one than `known`.
  func read(unless known: FileIdentity?) -> Reading {
    var version: FileIdentity?
    let isTrusted: (stat) -> Bool = { status in
      version = FileIdentity(status)
      return status.st_uid == user || status.st_uid == 0
    }
    guard let file = root.file(at: Self.path(of: process), followsLink: false, isTrusted), let version else {
      return .none
    }
    if version == known { return .unchanged }
    return .new(PerfMap(ELFBytes(reading: PerfMap.maximumLength, at: 0, of: file.rawValue).bytes), version)
  }
}
