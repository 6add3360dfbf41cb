import Codegen
import Glibc
import Runtime
import SystemPackage
import TraceLang

/// Reads bundles, which are told from scripts by how they begin.
enum BundleReader {
  /// Bundles longer than this, in bytes, are refused.
  private static let maximumLength = 256 << 20

  /// Whether a path is that of a regular file that begins as a bundle; false where it cannot be read.
  static func isBundle(_ path: ArgumentWord) -> Bool {
    // To open and close a FIFO would end whoever writes to it.
    var status = stat()
    guard path != "-", stat(path.cString, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      let file = try? FileDescriptor.open(path.cString, .readOnly)
    else { return false }
    defer { try? file.close() }
    var start = [UInt8](repeating: 0, count: BundleFile.magic.count)
    let count = try? start.withUnsafeMutableBytes { try file.read(fromAbsoluteOffset: 0, into: $0) }
    return count == start.count && BundleFile.isRecognized(start)
  }

  /// What a file does, which need not fit this machine.
  static func explanation(_ path: ArgumentWord) throws(CommandFailure) -> Explanation {
    let bytes = try InputFile.bytes(path, maximum: maximumLength)
    do throws(BundleError) {
      return try Explanation(try BundleFile(decoding: bytes), name: path.text)
    } catch {
      throw CommandFailure("'\(path.text)': \(error.message)")
    }
  }

  /// The bundle of a file, fitted to this machine.
  static func bundle(_ path: ArgumentWord, allowsUnsafe: Bool, on host: HostTarget) throws(CommandFailure)
    -> CheckedBundle
  {
    let bytes = try InputFile.bytes(path, maximum: maximumLength)
    do throws(BundleRefusal) {
      return try BundleFile.admitted(bytes, on: host, allowsUnsafe: allowsUnsafe)
    } catch {
      switch error {
      case .unfit(let message): throw CommandFailure("'\(path.text)': \(message)")
      case .acts: throw CommandFailure("'\(path.text)' \(error.deed ?? ""): run it with --unsafe")
      case .misplaced:
        throw CommandFailure("'\(path.text)' \(error.deed ?? ""): build it again, or run it with --unsafe")
      }
    }
  }
}
