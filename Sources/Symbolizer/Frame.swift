/// A function that an address lies in.
public struct Frame: Hashable, Sendable {
  /// As the symbol table or debug information has it; `nil` where only the module is known.
  public var name: String?
  /// As the source has it, where `name` is mangled and names are demangled.
  public var demangled: String?
  /// Bytes from the function's start, of an inlined one the function's that it became part of.
  public var offset: UInt64
  /// The file that the code is of: a binary as the process opened it, or a module of the kernel.
  public var module: Path?
  /// Of the file; empty where it has none.
  public var buildID: [UInt8]
  /// What the code was compiled from, where that is known and asked for.
  public var source: Source?
  /// Whether the compiler made the function part of the next frame's.
  public var isInlined: Bool

  public init(
    name: String?, demangled: String? = nil, offset: UInt64, module: Path? = nil, buildID: [UInt8] = [],
    source: Source? = nil, isInlined: Bool = false
  ) {
    self.name = name
    self.demangled = demangled
    self.offset = offset
    self.module = module
    self.buildID = buildID
    self.source = source
    self.isInlined = isInlined
  }

  /// What people call the function.
  public var title: String? { demangled ?? name }

  /// Where the call returns to that this frame's address is the last byte of.
  var afterCall: Frame {
    var frame = self
    if name != nil { frame.offset += 1 }
    return frame
  }

  /// A place in a source file.
  public struct Source: Hashable, Sendable {
    public var file: Path
    /// From 1 on.
    public var line: Int
    /// From 1 on; 0 where it is not known.
    public var column: Int

    public init(file: Path, line: Int, column: Int = 0) {
      self.file = file
      self.line = line
      self.column = column
    }
  }

  /// The bytes that name a file, which need not be UTF-8.
  public struct Path: Hashable, Sendable, CustomStringConvertible {
    public let bytes: [UInt8]

    public init(_ bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

    /// What is no UTF-8 is replaced.
    public var description: String { String(decoding: bytes, as: UTF8.self) }
  }
}
