import Runtime

/// The functions that led to where a script asked for a stack.
public struct Stack: Sendable, Hashable {
  /// A call of a function.
  public struct Frame: Sendable, Hashable {
    /// `nil` where no symbol is known, or the script asked for addresses alone.
    public let function: String?
    /// Bytes from the function's start.
    public let offset: UInt64
    /// The path of the binary that the function is in, or the module of the kernel.
    public let module: String?
    /// The instruction's address; in a stack by build ID, its offset in the binary's file.
    public let address: UInt64
    /// The binary's build ID, in a stack by build ID.
    public let buildID: [UInt8]?
    /// The line of the source, where it is known.
    public let file: String?
    public let line: Int?
    /// Whether the compiler has put the function into the next one of the stack.
    public let isInlined: Bool
    fileprivate let folded: String

    fileprivate init(_ frame: StackFrame, at place: CodePlace) {
      function = frame.function
      offset = frame.offset
      module = frame.module
      address = place.address
      buildID = if case .binary(let id) = place.code, !id.isEmpty { id } else { nil }
      file = frame.file
      line = frame.line
      isInlined = frame.isInlined
      folded = FoldedWriter.name(of: frame, at: place)
    }
  }

  /// From the innermost on.
  public let frames: [Frame]
  /// Whether it is a stack of a process rather than of the kernel.
  public let isUser: Bool
  private let text: String

  init(_ places: [CodePlace], isUser: Bool, text: String, reader: FrameReader) {
    frames = places.flatMap { place in reader.frames(at: place).map { Frame($0, at: place) } }
    self.isUser = isUser
    self.text = text
  }

  /// The functions from the outermost on, with ';' between them, as flame graph tools read them: "main;read" of a
  /// process, "do_syscall_64_[k];vfs_read_[k]" of the kernel, which goes on where the process's ends.
  public var folded: String { frames.reversed().map(\.folded).joined(separator: ";") }
}

extension Stack: CustomStringConvertible {
  /// As `print` shows it: a line for each frame.
  public var description: String { text }
}

extension Stack: MapElement {
  public static func holds(_ type: ElementType) -> Bool { type == .stack }

  public init?(_ value: Value) {
    guard case .stack(let stack) = value else { return nil }
    self = stack
  }

  public var value: Value { .stack(self) }
}
