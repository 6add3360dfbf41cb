import Glibc
import SystemPackage

/// Whole files.
public enum FileContents {
  public static func bytes(_ path: String) throws -> [UInt8] {
    let file = try FileDescriptor.open(FilePath(path), .readOnly)
    return try file.closeAfter { try bytes(file) }
  }

  /// What is left of an open file.
  public static func bytes(_ file: FileDescriptor) throws -> [UInt8] {
    var all: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = try chunk.withUnsafeMutableBytes { try file.read(into: $0) }
      if count == 0 { return all }
      all += chunk.prefix(count)
    }
  }

  public static func text(_ path: String) throws -> String { String(decoding: try bytes(path), as: UTF8.self) }

  public static func write(_ text: String, to path: String) throws { try write(Array(text.utf8), to: path) }

  public static func write(_ bytes: [UInt8], to path: String) throws {
    let file = try FileDescriptor.open(
      FilePath(path), .writeOnly, options: [.create, .truncate, .closeOnExec],
      permissions: [.ownerReadWrite, .groupRead, .otherRead])
    try file.closeAfter { _ = try file.writeAll(bytes) }
  }

  /// The names without their extension of a folder's files that have it, sorted.
  public static func names(in folder: String, extension suffix: String) -> [String] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name.hasSuffix(".\(suffix)") { names.append(String(name.dropLast(suffix.utf8.count + 1))) }
    }
    return names.sorted()
  }

  /// The paths from a folder on of all files in it, and in the folders in it, that have an extension.
  public static func files(under folder: String, extension suffix: String) -> [String] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var files: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if entry.pointee.d_type == UInt8(DT_DIR), !name.hasPrefix(".") {
        files += Self.files(under: "\(folder)/\(name)", extension: suffix).map { "\(name)/\($0)" }
      } else if name.hasSuffix(".\(suffix)") {
        files.append(name)
      }
    }
    return files.sorted()
  }
}

/// A folder that goes away with its owner.
public final class TemporaryFolder: Sendable {
  public let path: String

  public init() throws {
    var template = Array("/tmp/swtrace-test-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw Errno(rawValue: errno) }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    chmod(path, 0o755)
  }

  /// Writes a file there and gives its path.
  public func file(_ name: String, _ text: String) throws -> String {
    try FileContents.write(text, to: "\(path)/\(name)")
    return "\(path)/\(name)"
  }

  /// Copies a file there as a program that everybody may run, and gives its path.
  ///
  /// Another process does it: a descriptor for writing that a child of another test holds for a moment would keep the
  /// program from being run (ETXTBSY).
  public func program(_ name: String, copying original: String) throws -> String {
    let result = try run(["cp", original, "\(path)/\(name)"])
    guard result.ending == .exited(0) else {
      throw RunningCommand.Failure.cannotStart("cp \(original)", Errno.noSuchFileOrDirectory)
    }
    chmod("\(path)/\(name)", 0o755)
    return "\(path)/\(name)"
  }

  deinit {
    guard let stream = opendir(path) else { return }
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      unlink("\(path)/\(name)")
    }
    closedir(stream)
    rmdir(path)
  }
}
