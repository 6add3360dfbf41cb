import Codegen
import Symbolizer
import TraceLang

/// A place in code that a stack goes through.
package struct CodePlace: Hashable {
  package enum Code: Hashable {
    case kernel
    case process(Int32)
    /// A binary by its build ID: the address is an offset in its file.
    case binary([UInt8])
  }

  package let code: Code
  package let address: UInt64
  /// Whether the script asked for the names of functions rather than for addresses alone.
  package let isNamed: Bool
  /// Whether a call returns there, rather than that it is where the code was.
  package let isReturn: Bool
  /// Why there is no address, but the end of what was unwound.
  package let stop: UnwindStop?

  package init(
    _ code: Code, _ address: UInt64, isNamed: Bool = true, isReturn: Bool = false, stop: UnwindStop? = nil
  ) {
    self.code = code
    self.address = address
    self.isNamed = isNamed
    self.isReturn = isReturn
    self.stop = stop
  }

  package var isKernel: Bool { code == .kernel }
}

/// A call of a function: one of those at a place, where functions are inlined.
package struct StackFrame: Hashable {
  /// `nil` where no symbol is known.
  package var function: String?
  /// Bytes from the function's start.
  package var offset: UInt64 = 0
  /// The path of a binary, or a module of the kernel.
  package var module: String?
  /// The binary's, where it is known.
  package var buildID: [UInt8] = []
  package var file: String?
  package var line: Int?
  package var isInlined = false

  package init(function: String? = nil, offset: UInt64 = 0, module: String? = nil) {
    self.function = function
    self.offset = offset
    self.module = module
  }
}

/// Reads the frames of stacks.
package struct FrameReader {
  let context: ValueContext

  package init(context: ValueContext) { self.context = context }

  /// The places of a stack from the innermost on.
  ///
  /// - Parameter value: the stack's identifier in its stack map (64 bits) and the process it belongs to (64 bits).
  package func places(_ type: StackType, _ value: UnsafeRawPointer) -> [CodePlace] {
    let words = context.frames(type, Word.i64(value))
    let isNamed = type.mode.namesFrames
    if type.mode == .buildID {
      return stride(from: 0, to: words.count, by: type.shape.frameWords).map { start in
        Self.place(buildID: words[start..<min(start + type.shape.frameWords, words.count)])
      }
    }
    let code: CodePlace.Code = type.isUser ? .process(Int32(truncatingIfNeeded: Word.u64(value, 8))) : .kernel
    return words.enumerated().map { index, word in
      CodePlace(
        code, word, isNamed: isNamed, isReturn: index > 0,
        stop: type.unwinder == .tables ? UnwindStop(word: word) : nil)
    }
  }

  /// Kernel: struct bpf_stack_build_id { __s32 status; unsigned char build_id[20]; __u64 offset or ip; }.
  private static func place(buildID frame: ArraySlice<UInt64>) -> CodePlace {
    let bytes = frame.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64($0 * 8)) } }
    // BPF_STACK_BUILD_ID_VALID; what is no binary with an ID has an address alone.
    let id = bytes.count == 32 && bytes[0] == 1 ? Array(bytes[4..<24]) : []
    return CodePlace(.binary(id), frame.last ?? 0, isNamed: false)
  }

  /// The functions at a place, the innermost first; at least one, which may be unknown.
  package func frames(at place: CodePlace) -> [StackFrame] {
    if let stop = place.stop { return [StackFrame(function: "[\(stop.text)]")] }
    guard place.isNamed else { return [StackFrame()] }
    let frames: [Frame]
    switch place.code {
    case .kernel: frames = context.host.kernelFrames(of: place.address, isReturn: place.isReturn)
    case .process(let process):
      frames = context.host.frames(of: place.address, process: process, isReturn: place.isReturn)
    case .binary: frames = []
    }
    return frames.isEmpty ? [StackFrame()] : frames.map(StackFrame.init)
  }
}

extension StackFrame {
  fileprivate init(_ frame: Frame) {
    self.init(function: frame.title, offset: frame.offset, module: frame.module?.description)
    file = frame.source?.file.description
    line = frame.source?.line
    isInlined = frame.isInlined
    buildID = frame.buildID
  }
}

extension StackFrame {
  /// The function's name, or what stands for it: the module, "[libc.so.6]"; "[unknown]"; the address where no names
  /// were asked for.
  func name(at place: CodePlace) -> String {
    if let function { return function }
    guard place.isNamed else { return place.text }
    return "[\(module?.split(separator: "/").last ?? "unknown")]"
  }
}

extension CodePlace {
  /// The address, in a binary that is known by its build ID with that.
  fileprivate var text: String {
    let offset = ValueContext.hexadecimal(address)
    guard case .binary(let id) = code, !id.isEmpty else { return offset }
    return "\(Self.hexadecimal(id))+\(offset)"
  }

  package static func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
