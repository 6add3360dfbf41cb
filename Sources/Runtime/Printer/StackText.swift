import TraceLang

/// Stacks as text: a newline, then each frame in a line of its own.
struct StackText {
  let context: ValueContext

  /// - Parameter value: the stack's identifier in its stack map (64 bits, negative when it could not be taken) and the
  ///   process it belongs to (64 bits).
  func append(_ type: StackType, _ value: UnsafeRawPointer, to buffer: OutputBuffer) {
    let process = Int32(truncatingIfNeeded: Word.u64(value, 8))
    buffer.append(UInt8(ascii: "\n"))
    for address in context.frames(type, Word.i64(value)) {
      append(address, type, process: process, to: buffer)
      buffer.append(UInt8(ascii: "\n"))
    }
  }

  private func append(_ address: UInt64, _ type: StackType, process: Int32, to buffer: OutputBuffer) {
    switch type.mode {
    case .raw: buffer.append(hex: address)
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
