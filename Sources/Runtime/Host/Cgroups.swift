import CLibBPF
import Glibc
import TraceLang

/// The mounted cgroup hierarchies (proc(5), mountinfo; cgroups(7)).
struct Cgroups {
  private struct Hierarchy {
    /// "unified" for version 2, else the first controller or the name.
    let name: String
    let isUnified: Bool
    let mountPoint: String
  }

  private let hierarchies: [Hierarchy]

  init(mountInfo path: String = "/proc/self/mountinfo") {
    let text = String(decoding: (try? readFile(path)) ?? [], as: UTF8.self)
    var found: [Hierarchy] = []
    for line in text.split(separator: "\n") {
      let fields = line.split(separator: " ")
      guard let dash = fields.firstIndex(of: "-"), dash > 4, fields.count > dash + 3 else { continue }
      let mountPoint = Self.unescaped(fields[4])
      switch fields[dash + 1] {
      case "cgroup2": found.append(Hierarchy(name: "unified", isUnified: true, mountPoint: mountPoint))
      case "cgroup":
        let name = mountPoint.split(separator: "/").last.map(String.init) ?? "cgroup"
        found.append(Hierarchy(name: name, isUnified: false, mountPoint: mountPoint))
      default: continue
      }
    }
    hierarchies = found.filter(\.isUnified) + found.filter { !$0.isUnified }.sorted { $0.name < $1.name }
  }

  /// Blanks and such are written as three octal digits.
  private static func unescaped(_ field: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = Array(field.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "\\"), rest.count >= 3,
        let code = UInt8(String(decoding: rest.prefix(3), as: UTF8.self), radix: 8)
      {
        bytes.append(code)
        rest = rest.dropFirst(3)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The identifier of a version 2 cgroup: its directory's inode (Kernel: kernfs_id on 64-bit machines).
  func identifier(ofPath path: String) -> UInt64? {
    let path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    let isInside = hierarchies.contains {
      $0.isUnified && (path == $0.mountPoint || path.hasPrefix($0.mountPoint + "/"))
    }
    var status = stat()
    guard isInside, stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return nil }
    return UInt64(status.st_ino)
  }

  /// "unified:/user.slice,memory:/user": the places of the directories with this inode in hierarchies whose name matches.
  func paths(of identifier: UInt64, filter: String) -> String? {
    let filter = Glob(filter)
    let places = hierarchies.filter { filter.matches($0.name) }.compactMap { hierarchy in
      Self.directory(identifier, below: hierarchy.mountPoint).map {
        "\(hierarchy.name):\($0.isEmpty ? "/" : $0)"
      }
    }
    return places.isEmpty ? nil : places.joined(separator: ",")
  }

  /// Directories that are looked at for an inode where the kernel does not find it: anybody may be given a part of the
  /// tree to fill.
  private static let maximumDirectories = 1 << 14

  /// The path from `root` of the directory with an inode.
  private static func directory(_ inode: UInt64, below root: String) -> String? {
    switch handle(inode, below: root) {
    case .found(let path): path
    case .notThere: nil
    case .notAllowed: search(inode, below: root)
    }
  }

  private enum HandleAnswer {
    case found(String)
    case notThere
    /// Without CAP_DAC_READ_SEARCH.
    case notAllowed
  }

  /// Asks the kernel for the directory by its number, which takes no longer where there are many.
  private static func handle(_ inode: UInt64, below root: String) -> HandleAnswer {
    let mount = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard mount >= 0 else { return .notThere }
    defer { _ = close(mount) }
    let directory = swtrace_open_kernfs(mount, inode)
    guard directory >= 0 else { return errno == ESTALE || errno == ENOENT ? .notThere : .notAllowed }
    defer { _ = close(directory) }
    var buffer = [CChar](repeating: 0, count: 2 * Int(PATH_MAX))
    let count = readlink("/proc/self/fd/\(directory)", &buffer, buffer.count)
    guard count > 0 else { return .notAllowed }
    let path = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let prefix = root == "/" ? "" : root
    // Outside of what is mounted there it has no path.
    guard path == root || path.hasPrefix(prefix + "/") else { return .notThere }
    return .found(String(path.dropFirst(prefix.count)))
  }

  private static func search(_ inode: UInt64, below root: String) -> String? {
    var seen = 0
    var status = stat()
    guard stat(root, &status) == 0 else { return nil }
    if UInt64(status.st_ino) == inode { return "" }
    var waiting = [""]
    while let path = waiting.popLast() {
      guard let stream = opendir(root + path) else { continue }
      defer { closedir(stream) }
      while let entry = readdir(stream) {
        guard entry.pointee.d_type == UInt8(DT_DIR) else { continue }
        let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        if name == "." || name == ".." { continue }
        if UInt64(entry.pointee.d_ino) == inode { return "\(path)/\(name)" }
        seen += 1
        guard seen < maximumDirectories else { return nil }
        waiting.append("\(path)/\(name)")
      }
    }
    return nil
  }
}
