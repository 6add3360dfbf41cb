import TraceLang

/// Stacks as text: a newline, then each frame in a line of its own.
struct StackText {
  let context: ValueContext

  /// - Parameter value: the stack's identifier in its stack map (64 bits, negative when it could not be taken) and the
  ///   process it belongs to (64 bits).
  func append(_ type: StackType, _ value: UnsafeRawPointer, to buffer: OutputBuffer) {
    let process = Int32(truncatingIfNeeded: Word.u64(value, 8))
    buffer.append(UInt8(ascii: "\n"))
    let words = context.frames(type, Word.i64(value))
    for start in stride(from: 0, to: words.count, by: type.shape.frameWords) {
      if type.mode == .buildID {
        append(buildID: words[start..<min(start + type.shape.frameWords, words.count)], to: buffer)
      } else {
        append(words[start], type, process: process, to: buffer)
      }
      buffer.append(UInt8(ascii: "\n"))
    }
  }

  /// Kernel: struct bpf_stack_build_id { __s32 status; unsigned char build_id[20]; __u64 offset or ip; }.
  private func append(buildID frame: ArraySlice<UInt64>, to buffer: OutputBuffer) {
    let bytes = frame.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64($0 * 8)) } }
    let place = frame.last ?? 0
    // BPF_STACK_BUILD_ID_VALID; what is no binary with an ID has an address alone.
    guard bytes.first == 1 else { return buffer.append(hex: place) }
    for byte in bytes[4..<24] {
      if byte < 0x10 { buffer.append(UInt8(ascii: "0")) }
      buffer.append(hex: UInt64(byte))
    }
    buffer.append(" 0x")
    buffer.append(hex: place)
  }

  private func append(_ address: UInt64, _ type: StackType, process: Int32, to buffer: OutputBuffer) {
    switch type.mode {
    case .raw, .buildID: buffer.append(hex: address)
    case .bpftrace:
      buffer.append("        ")
      appendSymbol(address, type, process: process, to: buffer)
    case .perf:
      buffer.append(UInt8(ascii: "\t"))
      buffer.append(hex: address)
      buffer.append(UInt8(ascii: " "))
      appendSymbol(address, type, process: process, to: buffer)
    }
  }

  private func appendSymbol(_ address: UInt64, _ type: StackType, process: Int32, to buffer: OutputBuffer) {
    let symbol =
      type.isUser
      ? context.host.userSymbol(at: address, process: process) : context.host.kernelSymbol(at: address)
    guard let symbol else {
      buffer.append(text: ValueContext.hexadecimal(address))
      if type.isUser, type.mode == .perf { buffer.append(" ([unknown])") }
      return
    }
    buffer.append(text: symbol.name)
    buffer.append(UInt8(ascii: "+"))
    buffer.append(decimal: symbol.offset)
    guard type.isUser, type.mode == .perf, let module = symbol.module else { return }
    buffer.append(" (")
    buffer.append(module.systemBytes)
    buffer.append(UInt8(ascii: ")"))
  }
}
