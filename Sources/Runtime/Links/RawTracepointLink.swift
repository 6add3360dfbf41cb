import CLibBPF
import Codegen
import Glibc

extension Attacher {
  /// A link to a raw tracepoint.
  func openRawTracepoint(_ name: String, _ hook: Hook) throws(RuntimeError) -> Int32 {
    // A program that was loaded for its tracepoint takes no name.
    let link = bpf_raw_tracepoint_open(specs[hook.program].load.isTyped ? nil : name, try program(of: hook))
    guard link >= 0 else {
      if -link == ENOENT { throw .unavailable("\(hook.title): this kernel has no raw tracepoint \(name)") }
      throw .failure(doing: "attach \(hook.title)", code: -link, of: .bpf)
    }
    return link
  }
}
