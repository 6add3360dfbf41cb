/// A type of the language, as the resolver infers it and the code generator lays it out.
public indirect enum Type: Hashable, Sendable, Codable {
  /// What a call such as `printf` gives.
  case void
  case bool
  case integer(IntegerType)
  /// NUL-terminated bytes in a buffer of `capacity` bytes, the terminator included.
  case string(capacity: Int)
  /// `buf()`: a 4-byte length followed by up to `capacity` bytes.
  case buffer(capacity: Int)
  case pointer(Type, AddressSpace)
  case array(Type, count: Int)
  /// A struct or union by value; its members come from `Target.layout(of:)`.
  case record(RecordReference)
  /// An enum; prints the enumerator's name.
  case enumeration(EnumReference, IntegerType)
  case tuple([TupleElement])
  /// What user space makes text of, such as an address that prints as a symbol.
  case symbolic(SymbolicType)
  case stack(StackType)
  /// What an aggregating map holds; exists as a map's value only.
  case aggregation(Aggregation)
  /// That of an expression with an error, about which nothing more is said.
  case invalid
}

public struct IntegerType: Hashable, Sendable, Codable {
  /// 8, 16, 32 or 64.
  public let bits: Int
  public let isSigned: Bool

  public init(bits: Int, signed: Bool) {
    self.bits = bits
    isSigned = signed
  }

  public var size: Int { bits / 8 }

  public static let int8 = IntegerType(bits: 8, signed: true)
  public static let uint8 = IntegerType(bits: 8, signed: false)
  public static let int16 = IntegerType(bits: 16, signed: true)
  public static let uint16 = IntegerType(bits: 16, signed: false)
  public static let int32 = IntegerType(bits: 32, signed: true)
  public static let uint32 = IntegerType(bits: 32, signed: false)
  public static let int64 = IntegerType(bits: 64, signed: true)
  public static let uint64 = IntegerType(bits: 64, signed: false)
}

public struct TupleElement: Hashable, Sendable, Codable {
  /// Set for the elements of a record `(name = value)`.
  public let name: String?
  public let type: Type

  public init(name: String? = nil, _ type: Type) {
    self.name = name
    self.type = type
  }
}

/// Where a pointer's target lives.
public enum AddressSpace: String, Hashable, Sendable, Codable {
  case kernel, user
  /// Not known at compile time; read as the probe's own space.
  case unknown
}

/// Names a struct or union whose layout a `Target` or the script itself holds.
public enum RecordReference: Hashable, Sendable, Codable {
  /// Declared in the script: an index in `ScriptTypes`.
  case script(Int, name: String)
  /// A type of a BTF object: 0 is vmlinux, others are modules; `name` is "" for an anonymous one.
  case btf(object: Int, type: UInt32, name: String)
  /// The arguments of a tracepoint: its `args`.
  case tracepoint(TracepointName)
  /// The arguments of a kernel function or, as "btf_trace_NAME", of a raw tracepoint from BTF: 8-byte words in order.
  case function(String)
  /// A kernel type known by its C name only ("struct sockaddr", "siginfo_t"): what a tracepoint's format says. Whoever
  /// needs it asks `Target.layout(of:)`, so that reading a format does not need BTF.
  case named(String)
  /// A type of a binary by where its debug information has it (`DebugQuestion`); `name` is "" for an anonymous one.
  case debug(binary: String, entry: UInt64, name: String)
  /// The parameters of the function at a place of a binary: `args` of a uprobe. See `DebugQuestion.function`.
  case parameters(binary: String, offset: UInt64, inlined: String?)

  /// "struct x" without the keyword.
  public var name: String {
    switch self {
    case .script(_, let name), .btf(_, _, let name), .function(let name): name
    case .tracepoint(let name): "args of tracepoint:\(name.category):\(name.event)"
    case .named(let name): name.split(separator: " ").last.map(String.init) ?? name
    case .debug(_, _, let name): name
    case .parameters(let binary, let offset, let inlined): "args of \(inlined ?? "\(binary)+\(offset)")"
    }
  }
}

public enum EnumReference: Hashable, Sendable, Codable {
  case script(Int, name: String)
  case btf(object: Int, type: UInt32, name: String)
  /// A kernel enum known by its C name only ("enum skb_drop_reason"): what a tracepoint's format says.
  case named(String)
  /// One of a binary: see `RecordReference.debug`.
  case debug(binary: String, entry: UInt64, name: String)

  public var name: String {
    switch self {
    case .script(_, let name), .btf(_, _, let name): name
    case .named(let name): name.split(separator: " ").last.map(String.init) ?? name
    case .debug(_, _, let name): name
    }
  }
}

public struct StackType: Hashable, Sendable, Codable {
  public enum Mode: String, Hashable, Sendable, Codable, CaseIterable {
    case bpftrace, perf, raw
    /// By the binary's build ID and the offset in its file, for symbols to be found elsewhere.
    case buildID = "build_id"

    /// Whether frames have the names of functions.
    public var namesFrames: Bool {
      switch self {
      case .bpftrace, .perf: true
      case .raw, .buildID: false
      }
    }
  }

  /// What the kernel gives of a stack.
  public struct Shape: Hashable, Sendable, Codable {
    /// Frames kept at most.
    public let limit: Int
    /// 64-bit words that tell of a frame: its address, or `struct bpf_stack_build_id` (Kernel: include/uapi/linux/bpf.h).
    public let frameWords: Int

    public init(limit: Int, frameWords: Int) {
      self.limit = limit
      self.frameWords = frameWords
    }

    /// The number of frames (64 bits) and what there is of each, from the innermost on.
    public var size: Int { 8 + limit * frameWords * 8 }
  }

  /// Who finds the frames.
  public enum Unwinder: String, Hashable, Sendable, Codable {
    /// The kernel, which follows frame pointers in processes.
    case kernel
    /// The program itself, by what binaries say of their frames (`.eh_frame`).
    case tables
  }

  public var shape: Shape { Shape(limit: limit, frameWords: mode == .buildID ? 4 : 1) }

  public let isUser: Bool
  public let mode: Mode
  /// Frames kept at most.
  public let limit: Int
  public let unwinder: Unwinder

  public init(isUser: Bool, mode: Mode, limit: Int, unwinder: Unwinder = .kernel) {
    self.isUser = isUser
    self.mode = mode
    self.limit = limit
    self.unwinder = unwinder
  }

  /// As a script writes it.
  public var builtin: String {
    guard isUser else { return "kstack" }
    switch unwinder {
    case .kernel: return "ustack"
    case .tables: return "dw_ustack"
    }
  }
}
