import CLibBPF
import Codegen

extension Attacher {
  /// Runs a program once on this CPU with a context of zeros.
  func run(_ hook: Hook) throws(RuntimeError) {
    let program = try program(of: hook)
    // Kernel: MAX_BPF_FUNC_ARGS 64-bit arguments are what a raw tracepoint may have.
    let context = [UInt64](repeating: 0, count: 12)
    let result = context.withUnsafeBytes { context in
      var options = bpf_test_run_opts()
      options.sz = MemoryLayout<bpf_test_run_opts>.size
      options.ctx_in = context.baseAddress
      options.ctx_size_in = UInt32(context.count)
      return bpf_prog_test_run_opts(program, &options)
    }
    guard result == 0 else { throw .failure(doing: "run \(hook.title)", code: -result, of: .bpf) }
  }
}
