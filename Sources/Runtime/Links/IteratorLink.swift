import CLibBPF
import Codegen
import Glibc
import SystemPackage
import TraceLang

/// One pass of a program over all of the kernel's objects of a kind.
struct ObjectPass {
  private let link: Int32
  private let file: Int32
  private let title: String

  /// Objects between two looks at what they have sent: each puts a byte into the file.
  private static let objectsAtOnce = 16

  fileprivate init(link: Int32, file: Int32, title: String) {
    self.link = link
    self.file = file
    self.title = title
  }

  /// Runs the program for the next objects.
  /// - Returns: whether there may be more.
  func advance() throws(RuntimeError) -> Bool {
    var bytes = [UInt8](repeating: 0, count: Self.objectsAtOnce)
    let count = read(file, &bytes, bytes.count)
    if count >= 0 { return count > 0 }
    if errno == EAGAIN || errno == EINTR { return true }
    throw .failure(doing: "iterate for \(title)", code: errno)
  }

  func close() {
    _ = Glibc.close(file)
    _ = Glibc.close(link)
  }
}

extension Attacher {
  func opened(_ hook: Hook) throws(RuntimeError) -> ObjectPass {
    let link = try openIterator(hook)
    let file = bpf_iter_create(link)
    guard file >= 0 else {
      let code = -file
      _ = Glibc.close(link)
      throw .failure(doing: "attach \(hook.title)", code: code, of: .bpf)
    }
    return ObjectPass(link: link, file: file, title: hook.title)
  }

  private func openIterator(_ hook: Hook) throws(RuntimeError) -> Int32 {
    let link = bpf_link_create(try program(of: hook), 0, BPF_TRACE_ITER, nil)
    guard link >= 0 else { throw .failure(doing: "attach \(hook.title)", code: -link, of: .bpf) }
    return link
  }

  private static let mounting = "mount -t bpf bpf /sys/fs/bpf"

  /// Leaves the program in a file, which must not be there.
  func pin(_ hook: Hook, _ path: String, _ attachments: Attachments) throws(RuntimeError) {
    let link = try openIterator(hook)
    defer { _ = Glibc.close(link) }
    guard pins else { return }
    let result = bpf_obj_pin(link, path.systemCString)
    guard result < 0 else { return attachments.add(pin: path) }
    switch Errno(rawValue: -result) {
    case .fileExists:
      throw .unavailable("\(hook.title): there is '\(path)' already: remove it first, or pin to another file")
    case .noSuchFileOrDirectory:
      throw .unavailable(
        "\(hook.title): there is no folder for '\(path)', or no BPF file system is mounted there (\(Self.mounting))")
    case .notPermitted:
      // Kernel: kernel/bpf/inode.c, bpf_obj_do_pin; a name with a dot in it is for the kernel alone.
      throw .unavailable(
        "\(hook.title): '\(path)' cannot be a file of a BPF file system: one must be mounted there (\(Self.mounting)), and"
          + " its names have no dots")
    case let errno: throw .failure(doing: "pin \(hook.title) to '\(path)'", code: errno.rawValue, of: .other)
    }
  }
}
