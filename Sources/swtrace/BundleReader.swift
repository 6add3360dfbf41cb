import Codegen
import Runtime
import SystemPackage
import TraceLang

/// Reads bundles, which are told from scripts by how they begin.
enum BundleReader {
  /// Bundles longer than this, in bytes, are refused.
  private static let maximumLength = 256 << 20

  /// Whether a path is that of a regular file that begins as a bundle; false where it cannot be read.
  static func isBundle(_ path: String) -> Bool {
    guard path != "-", let file = try? FileDescriptor.open(FilePath(path), .readOnly, options: .nonBlocking) else {
      return false
    }
    defer { try? file.close() }
    var start = [UInt8](repeating: 0, count: BundleFile.magic.count)
    let count = try? start.withUnsafeMutableBytes { try file.read(fromAbsoluteOffset: 0, into: $0) }
    return count == start.count && BundleFile.isRecognized(start)
  }

  /// The bundle of a file, fitted to this machine.
  static func bundle(_ path: String, allowsUnsafe: Bool, on host: HostTarget) throws(CommandFailure) -> CheckedBundle {
    let bytes = try contents(path)
    let bundle: CheckedBundle
    do throws(BundleError) {
      bundle = try BundleFile(decoding: bytes).fitted(to: host)
    } catch {
      throw CommandFailure("'\(path)': \(error.message)")
    }
    if let effect = bundle.effect, !allowsUnsafe {
      throw CommandFailure("'\(path)' \(effect): run it with --unsafe")
    }
    return bundle
  }

  /// The whole of a file.
  static func contents(_ path: String) throws(CommandFailure) -> [UInt8] {
    do {
      let file = try FileDescriptor.open(FilePath(path), .readOnly)
      return try file.closeAfter {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count < maximumLength {
          let count = try chunk.withUnsafeMutableBytes { try file.read(into: $0) }
          if count == 0 { return bytes }
          bytes += chunk.prefix(count)
        }
        throw Errno.fileTooLarge
      }
    } catch {
      throw CommandFailure(
        "cannot read '\(path)': \((error as? Errno).map(String.init(describing:)) ?? "it cannot be read")")
    }
  }
}
