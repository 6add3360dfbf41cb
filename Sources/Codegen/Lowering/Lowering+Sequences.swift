import TraceLang

// What a pinned iterator prints: text that becomes part of the file that runs it (Kernel: kernel/trace/bpf_trace.c,
// bpf_seq_printf and bpf_seq_write). Whoever reads the file, swtrace has ended by then.
extension Lowering {
  /// Of one call; Kernel: MAX_SEQ_PRINTF_VARARGS, of 5.10; newer ones have the same number.
  private static let maximumWords = 12

  /// Numbers and plain text go through the kernel's formatting, strings and single characters are copied.
  mutating func writeSequence(_ format: FormatString, _ values: [TypedExpression]) {
    var part = KernelFormat()
    var rest = values[...]
    for segment in format.segments {
      switch segment {
      case .literal(let bytes):
        // The kernel refuses other bytes in a format (Kernel: lib/vsprintf.c, bpf_bprintf_prepare).
        let isCopied = !bytes.allSatisfy(\.isTakenByKernel)
        if isCopied { write(&part) }
        part.append(bytes)
        if isCopied { write(&part) }
      case .conversion(let directive):
        guard let value = rest.popFirst() else {
          impossible("a conversion without a value")
          return
        }
        switch directive.conversion {
        case .decimal, .unsigned, .hex, .upperHex, .pointer:
          if part.words.count == Self.maximumWords { write(&part) }
          part.append(directive, word(of: value, directive))
        case .character:
          write(&part)
          let byte = builder.slot(size: 8)
          builder.emit(.store(bits: 8, base: byte, offset: 0, scalar(value)))
          writeSequence(Memory(base: byte, offset: 0), .constant(1))
        case .string:
          write(&part)
          let text = text(value)
          writeSequence(text.memory, text.length)
        case .octal, .fixed, .exponent, .upperExponent, .general, .upperGeneral, .buffer, .escapedBuffer, .hexBuffer,
          .allocationFlags:
          impossible("\(directive.conversion) in a pinned program")
        }
      }
    }
    write(&part)
  }

  /// A number as its conversion prints it, in 64 bits.
  mutating func word(of value: TypedExpression, _ directive: FormatDirective) -> Operand {
    let number = scalar(value)
    let size = size(of: value.type)
    let bits = directive.lengthBits ?? (size >= 8 ? 64 : 32)
    if bits == 64 { return number }
    return .value(
      builder.define(.integer, .extend(bits: bits, signed: directive.conversion == .decimal, number)))
  }

  /// Writes what has gathered and begins anew.
  private mutating func write(_ part: inout KernelFormat) {
    let (format, words) = (part.format, part.words)
    let isPlain = part.isPlain
    part = KernelFormat()
    guard !format.isEmpty else { return }
    let used = scratch.used
    defer { scratch.used = used }
    let text = temporary(size: Planner.words(format.count + 1))
    write(format + [0], to: text)
    if isPlain { return writeSequence(text, .constant(Int64(format.count))) }
    let data = temporary(size: words.count * 8)
    for (index, word) in words.enumerated() {
      builder.emit(.store(bits: 64, base: data.base, offset: data.offset + index * 8, word))
    }
    _ = builder.call(
      .sequencePrintf,
      [
        .value(sequence), address(text), .constant(Int64(format.count + 1)), address(data),
        .constant(Int64(words.count * 8)),
      ])
  }

  private mutating func writeSequence(_ memory: Memory, _ count: Operand) {
    _ = builder.call(.sequenceWrite, [.value(sequence), address(memory), count])
  }

  /// The file that runs the program: `ctx->meta->seq`.
  var sequence: Value {
    mutating get {
      let meta = builder.define(
        .pointer(.kernelObject), .load(bits: 64, signed: false, base: entry.context, offset: 0))
      return builder.define(.pointer(.kernelObject), .load(bits: 64, signed: false, base: meta, offset: 0))
    }
  }
}
