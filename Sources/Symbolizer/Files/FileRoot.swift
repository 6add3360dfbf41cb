import CElfutils
import Glibc

/// A tree of files: ours, or the one that a process has, which its symbolic links do not leave.
package final class FileRoot: Sendable {
  /// `nil` for ours.
  private let root: Descriptor?

  package static let ours = FileRoot(nil)

  private init(_ root: Descriptor?) { self.root = root }

  /// Of a process; `nil` when it is gone or may not be looked at.
  package convenience init?(of process: Int32) {
    let root = swtrace_open_place("/proc/\(process)/root")
    guard root >= 0 else { return nil }
    self.init(Descriptor(root))
  }

  /// What a path names, without touching it (O_PATH).
  private func place(of path: [UInt8], followsLink: Bool) -> Descriptor? {
    if path.contains(0) { return nil }
    let relative = path.drop { $0 == UInt8(ascii: "/") }
    func text(_ bytes: some Collection<UInt8>) -> [CChar] { bytes.map { CChar(bitPattern: $0) } + [0] }
    let descriptor: Int32
    if let root {
      descriptor =
        followsLink
        ? swtrace_open_in_root(root.rawValue, text(relative)) : swtrace_open_link_in_root(root.rawValue, text(relative))
    } else {
      descriptor = followsLink ? swtrace_open_place(text(path)) : swtrace_open_link(text(path))
    }
    return descriptor < 0 ? nil : Descriptor(descriptor)
  }

  /// Opens a regular file for reading if it is wanted; what else a path may name is neither waited for nor read.
  /// - Parameter followsLink: whether the path may name a symbolic link itself; those on the way are followed always.
  package func file(at path: [UInt8], followsLink: Bool = true, _ isWanted: (stat) -> Bool = { _ in true })
    -> Descriptor?
  {
    place(of: path, followsLink: followsLink).flatMap { Self.file(at: $0, isWanted)?.descriptor }
  }

  /// Where an open file lies in the tree, without symbolic links; `nil` for one that is not known to.
  func path(of file: Descriptor) -> [UInt8]? {
    Self.path(of: file.rawValue).flatMap(below)
  }

  /// The path in the tree of a file that is known by its path in ours, as one of a process is that changed its root folder
  /// alone; any other stays as it is.
  func inside(_ path: [UInt8]) -> [UInt8] { below(path) ?? path }

  private func below(_ path: [UInt8]) -> [UInt8]? {
    guard let root, let top = Self.path(of: root.rawValue), top != [UInt8(ascii: "/")] else { return path }
    return path.starts(with: top + [UInt8(ascii: "/")]) ? Array(path[top.count...]) : nil
  }

  /// Where an open file lies in our tree, as far as it does.
  static func path(of descriptor: Int32) -> [UInt8]? {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) { buffer in
      guard let start = buffer.baseAddress else { return nil }
      let length = readlink("/proc/self/fd/\(descriptor)", start, buffer.count)
      guard length > 0, length < buffer.count, buffer[0] == CChar(UInt8(ascii: "/")) else { return nil }
      return buffer[..<length].map { UInt8(bitPattern: $0) }
    }
  }

  /// Opens what a descriptor of a place names.
  static func file(at place: Descriptor, _ isWanted: (stat) -> Bool) -> (descriptor: Descriptor, status: stat)? {
    var status = stat()
    guard fstat(place.rawValue, &status) == 0, status.st_mode & S_IFMT == S_IFREG, isWanted(status) else { return nil }
    // Without O_NONBLOCK it would wait for whoever holds a lease on it (fcntl(2), F_SETLEASE).
    let descriptor = open("/proc/self/fd/\(place.rawValue)", O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
    return descriptor < 0 ? nil : (Descriptor(descriptor), status)
  }

  static func file(
    at path: String, _ isWanted: (stat) -> Bool
  ) -> (descriptor: Descriptor, status: stat)? {
    let place = swtrace_open_place(path)
    return place < 0 ? nil : file(at: Descriptor(place), isWanted)
  }

  func opened(at path: [UInt8], _ isWanted: (stat) -> Bool) -> (descriptor: Descriptor, status: stat)? {
    place(of: path, followsLink: true).flatMap { Self.file(at: $0, isWanted) }
  }
}
