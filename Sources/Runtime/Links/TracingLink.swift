import CLibBPF
import Codegen
import Glibc

extension Attacher {
  /// A link to the function that the hook's program was loaded for.
  func openTrampoline(_ hook: Hook) throws(RuntimeError) -> Int32 {
    let link = bpf_raw_tracepoint_open(nil, try program(of: hook))
    if link >= 0 { return link }
    if [EINVAL, ENOENT, EBUSY, ENOTSUP, SystemCall.notSupported].contains(-link) {
      throw .unavailable("\(hook.title): the kernel does not let this function be traced")
    }
    throw .failure(doing: "attach \(hook.title)", code: -link, of: .bpf)
  }
}
