import Glibc
import SystemPackage
import TraceLang

/// Reads whole files that a user names: what never ends is refused.
enum InputFile {
  /// All of a file, '-' for standard input, of at most `maximum` bytes.
  static func bytes(_ path: ArgumentWord, maximum: Int) throws(CommandFailure) -> [UInt8] {
    guard path != "-" else { return try bytes(STDIN_FILENO, path, maximum) }
    let descriptor = open(path.cString, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(path) }
    defer { close(descriptor) }
    return try bytes(descriptor, path, maximum)
  }

  /// The machine that `swtrace record-target` wrote down in a file.
  static func recordedTarget(_ path: ArgumentWord) throws(CommandFailure) -> RecordedTarget {
    let bytes = try bytes(path, maximum: 64 << 20)
    do throws(TargetError) {
      return try RecordedTarget(decoding: bytes)
    } catch {
      throw CommandFailure("'\(path.text)': \(error.message)")
    }
  }

  private static func bytes(_ descriptor: Int32, _ path: ArgumentWord, _ maximum: Int) throws(CommandFailure) -> [UInt8]
  {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(descriptor, &chunk, chunk.count)
      if count == 0 { return bytes }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failure(path) }
      bytes += chunk[..<count]
      guard bytes.count <= maximum else {
        throw CommandFailure("cannot read '\(path.text)': it is longer than \(maximum >> 20) MB")
      }
    }
  }

  private static func failure(_ path: ArgumentWord) -> CommandFailure {
    CommandFailure("cannot read '\(path.text)': \(Errno(rawValue: errno))")
  }
}
