import CElfutils
import CLibBPF
import Glibc
import Symbolizer
import TraceLang

/// What paths name for a process: below its own root, in its own mount namespace.
struct ProcessRoot {
  /// Which leads there from here, without '/' at its end.
  let path: String
  private let root: Descriptor

  /// `nil` when it is gone or may not be looked at.
  init?(of process: Int32) {
    let root = open("/proc/\(process)/root", SWTRACE_O_PATH | O_CLOEXEC)
    guard root >= 0 else { return nil }
    path = "/proc/\(process)/root"
    self.root = Descriptor(root)
  }

  /// How the file that the process runs is reached from here.
  var executable: String? {
    let file = open("\(path.dropLast("root".count))exe", SWTRACE_O_PATH | O_CLOEXEC)
    return file < 0 ? nil : place(of: Descriptor(file), named: [])
  }

  /// How a regular file that a path names for the process is reached from here: by the same path where that is the same
  /// file, else through /proc; `nil` when there is none.
  func place(of path: String) -> String? {
    let relative = String(path.drop { $0 == "/" })
    let descriptor = swtrace_open_in_root(root.rawValue, relative.systemCString)
    guard descriptor >= 0 else { return nil }
    return place(of: Descriptor(descriptor), named: [path])
  }

  private func place(of file: Descriptor, named names: [String]) -> String? {
    var status = stat()
    guard fstat(file.rawValue, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    // Symbolic links that begin with '/' lead elsewhere from here: the file's own name is tried as well.
    let names = names + (Self.name(of: file).map { [$0] } ?? [])
    return (names + names.map { self.path + $0 }).first { Self.isFile($0, status) }
  }

  /// As the kernel names it.
  private static func name(of file: Descriptor) -> String? {
    var text = [CChar](repeating: 0, count: Int(PATH_MAX))
    let length = readlink("/proc/self/fd/\(file.rawValue)", &text, text.count)
    guard length > 0, text[0] == CChar(bitPattern: UInt8(ascii: "/")) else { return nil }
    return String(systemBytes: text[..<length].map { UInt8(bitPattern: $0) })
  }

  private static func isFile(_ path: String, _ wanted: stat) -> Bool {
    var status = stat()
    return stat(path.systemCString, &status) == 0 && status.st_dev == wanted.st_dev && status.st_ino == wanted.st_ino
  }
}
