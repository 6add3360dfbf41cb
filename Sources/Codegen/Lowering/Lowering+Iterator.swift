import TraceLang

// Programs that the kernel runs for each object of a kind while their file is read (Kernel: kernel/bpf/bpf_iter.c).
extension Lowering {
  /// What runs before the body: a byte of output for each object, so that a read ends after as many as it has room for and
  /// user space can take the records in between (not in a pinned iterator, whose output is the script's); and an end for
  /// the run without an object that closes each pass.
  mutating func beginIteration(over name: String, isPinned: Bool) {
    if !isPinned {
      let file = sequence
      let byte = builder.slot(size: 8)
      builder.emit(.store(bits: 64, base: byte, offset: 0, .constant(0)))
      _ = builder.call(.sequenceWrite, [.value(file), .value(byte), .constant(1)])
    }
    guard let signature = target.kernelFunctionSignature("bpf_iter_\(name)"),
      let last = signature.parameters.lastIndex(where: \.type.isPointer), last > 0
    else { return }
    let object = builder.define(
      .pointer(.kernelObject), .load(bits: 64, signed: false, base: entry.context, offset: last * 8))
    let there = builder.makeBlock()
    let missing = builder.makeBlock()
    builder.branch(.ne, .value(object), .constant(0), then: there, otherwise: missing)
    builder.continueIn(missing)
    builder.terminate(.exit(.constant(0)))
    builder.continueIn(there)
  }
}

extension Type {
  fileprivate var isPointer: Bool { if case .pointer = self { true } else { false } }
}
