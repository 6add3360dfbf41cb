import CLibBPF
import Codegen
import Glibc

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
    let link = bpf_link_create(program(of: hook), 0, BPF_TRACE_ITER, nil)
    guard link >= 0 else { throw .failure(doing: "attach \(hook.title)", code: -link, of: .bpf) }
    let file = bpf_iter_create(link)
    guard file >= 0 else {
      let code = -file
      _ = Glibc.close(link)
      throw .failure(doing: "attach \(hook.title)", code: code, of: .bpf)
    }
    return ObjectPass(link: link, file: file, title: hook.title)
  }
}
