import Codegen
import Symbolizer
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
        buffer.append(UInt8(ascii: "\n"))
      } else {
        // The first is where the thread was; the rest is where calls return to.
        append(words[start], type, process: process, isReturn: start > 0, to: buffer)
      }
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

  private func append(
    _ address: UInt64, _ type: StackType, process: Int32, isReturn: Bool, to buffer: OutputBuffer
  ) {
    if type.unwinder == .tables, let stop = UnwindStop(word: address) {
      if type.mode.namesFrames { buffer.append(type.mode == .perf ? "\t" : "        ") }
      return buffer.append(text: "[\(stop.text)]\n")
    }
    switch type.mode {
    case .raw, .buildID:
      buffer.append(hex: address)
      buffer.append(UInt8(ascii: "\n"))
    case .bpftrace, .perf:
      let frames =
        type.isUser
        ? context.host.frames(of: address, process: process, isReturn: isReturn)
        : context.host.kernelFrames(of: address, isReturn: isReturn)
      for frame in frames.isEmpty ? [Frame(name: nil, offset: 0)] : frames {
        if type.mode == .perf {
          buffer.append(UInt8(ascii: "\t"))
          buffer.append(hex: address)
          buffer.append(UInt8(ascii: " "))
          appendForPerf(frame, address, type, to: buffer)
        } else {
          buffer.append("        ")
          append(frame, address, to: buffer)
        }
        buffer.append(UInt8(ascii: "\n"))
      }
    }
  }

  /// "name+offset@file:line", an inlined function's without its offset.
  private func append(_ frame: Frame, _ address: UInt64, to buffer: OutputBuffer) {
    if frame.isInlined { buffer.append("[inlined] ") }
    appendName(of: frame, address, to: buffer)
    guard let source = frame.source else { return }
    buffer.append(UInt8(ascii: "@"))
    buffer.append(source.file.bytes)
    buffer.append(UInt8(ascii: ":"))
    buffer.append(decimal: Int64(source.line))
  }

  /// "name+offset (module)", of the kernel without the module.
  private func appendForPerf(_ frame: Frame, _ address: UInt64, _ type: StackType, to buffer: OutputBuffer) {
    appendName(of: frame, address, to: buffer)
    if frame.isInlined {
      buffer.append(" (inlined)")
    } else if type.isUser, frame.name == nil {
      buffer.append(" ([unknown])")
    } else if type.isUser, let module = frame.module {
      buffer.append(" (")
      buffer.append(module.bytes)
      buffer.append(UInt8(ascii: ")"))
    }
  }

  private func appendName(of frame: Frame, _ address: UInt64, to buffer: OutputBuffer) {
    guard let name = frame.title else { return buffer.append(text: ValueContext.hexadecimal(address)) }
    buffer.append(text: name)
    if frame.isInlined { return }
    buffer.append(UInt8(ascii: "+"))
    buffer.append(decimal: frame.offset)
  }
}
