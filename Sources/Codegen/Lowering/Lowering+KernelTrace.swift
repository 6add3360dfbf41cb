import TraceLang

// What `debugf` prints: a line of tracefs's trace and trace_pipe (Kernel: kernel/trace/bpf_trace.c, bpf_trace_printk).
extension Lowering {
  mutating func writeTrace(_ format: FormatString, _ values: [TypedExpression]) {
    let used = scratch.used
    defer { scratch.used = used }
    var line = KernelFormat()
    var rest = values[...]
    for segment in format.segments {
      switch segment {
      case .literal(let bytes): line.append(bytes)
      case .conversion(let directive):
        guard let value = rest.popFirst() else {
          impossible("a conversion without a value")
          return
        }
        if directive.conversion == .string {
          line.append(string: address(materialize(value, isPadded: false)))
        } else {
          line.append(directive, word(of: value, directive))
        }
      }
    }
    // The kernel formats all of it, so that a sign alone is two.
    let bytes = line.isPlain ? line.format.flatMap { $0 == UInt8(ascii: "%") ? [$0, $0] : [$0] } : line.format
    let text = temporary(size: Planner.words(bytes.count + 1))
    write(bytes + [0], to: text)
    _ = builder.call(.tracePrintk, CallArguments([address(text), .constant(Int64(bytes.count + 1))] + line.words))
  }
}
