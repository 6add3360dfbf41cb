/// A function of the standard library that a program computes while it runs.
public indirect enum LibraryFunction: Hashable, Sendable {
  /// Bytes known at compile time: an array of as many `uint8`.
  case bytes([UInt8])
  /// The address family and the 4 bytes (an integer as it lies in memory, or an array) or 16 bytes of an address.
  case inet(family: TypedExpression, address: TypedExpression)
  /// The first 6 bytes of an array, a string or what a pointer points to.
  case macAddress(TypedExpression)

  /// Bytes of a string before its terminator.
  case stringLength(TypedExpression)
  /// Where the second string first begins in the first, or -1.
  case stringIndex(TypedExpression, of: TypedExpression)
  /// A part of what `stats` or `avg` gathers in a map, over all CPUs.
  case part(Aggregation.Part, of: MapID, key: TypedExpression?)
  /// The text that a number stands for.
  case text(of: TypedExpression, in: TextTable)
  /// A byte of a string; 0 beyond what it has room for.
  case byte(of: TypedExpression, at: TypedExpression)
  /// Two strings, one after the other.
  case concatenation(TypedExpression, TypedExpression)
  /// The first differing byte of two values, both continued with zeros, among the first `count`: -1 when the left one is
  /// less there, 1 when it is greater, 0 when there is none.
  case compareBytes(TypedExpression, TypedExpression, count: TypedExpression)
  /// Whether a whole string matches.
  case globMatch(TypedExpression, GlobStates)

  /// The process or thread ID as seen from a PID namespace; 0 for tasks outside of it.
  case namespaceID(PIDNamespace, isThread: Bool)
  /// The name of the thread with a number in the initial PID namespace; "N/A" for none.
  case taskName(TypedExpression)
  /// 1 when the CPU ran the program of a user as the event came, else 0.
  case userMode
  /// A saved register at this offset in the context of a program on a perf event.
  case register(offset: Int)
  /// The address of a per-CPU symbol on a CPU, the current one if none is given; 0 for a CPU there is not.
  case perCPUAddress(symbol: UInt64, offsets: UInt64, cpu: TypedExpression?)
  /// The address that a variable of the probe's binary has in the current process.
  case userAddress(BinaryVariable)
  /// Nanoseconds by the boot clock plus what the TAI clock was ahead of it when tracing began.
  case softwareTAI
  /// Sends a signal to the current process or thread; 0 when the kernel took it.
  case signal(TypedExpression, isThread: Bool)
  /// A cgroup's identifier and the index of a filter in `Program.cgroupFilters`.
  case cgroupPath(TypedExpression, filter: Int)

  /// The name of a `struct path`, or of one that a pointer points to: bytes with the terminator.
  case path(TypedExpression, capacity: Int)

  /// Bytes of a packet that are sent at most: a record of a perf event holds no more (Kernel: its size has 16 bits).
  public static let longestPacket: Int64 = 65_000

  /// The kernel's number of a socket, or of one that a pointer points to; 0 for none.
  case socketCookie(TypedExpression)
  /// Sends the first bytes of a packet, of which those before the offset are not wanted, for the file with an index; 0 or an
  /// error number below it.
  case packetOutput(TypedExpression, length: TypedExpression, offset: Int, file: Int)
  /// Writes so many bytes of a string, or of what a pointer points to, to the memory of the current process; whether it did.
  case writeUser(TypedExpression, TypedExpression, count: Int)
  /// Has the traced function return this at once.
  case override(TypedExpression)

  /// The frames that led here.
  case stack(StackType)
  /// Frames of a stack.
  case stackDepth(TypedExpression)
}

/// A PID namespace as the kernel tells it apart: device and inode of `/proc/PID/ns/pid`.
public struct PIDNamespace: Hashable, Sendable, Codable {
  public let device: UInt64
  public let inode: UInt64

  public init(device: UInt64, inode: UInt64) {
    self.device = device
    self.inode = inode
  }
}

extension LibraryFunction {
  public var arguments: [TypedExpression] {
    switch self {
    case .bytes, .namespaceID, .userMode, .register, .userAddress, .softwareTAI, .stack: []
    case .inet(let family, let address): [family, address]
    case .text(let number, _), .taskName(let number): [number]
    case .macAddress(let source), .stringLength(let source), .globMatch(let source, _), .stackDepth(let source):
      [source]
    case .stringIndex(let haystack, let needle): [haystack, needle]
    case .part(_, _, let key): key.map { [$0] } ?? []
    case .byte(let text, let position): [text, position]
    case .concatenation(let first, let second): [first, second]
    case .writeUser(let place, let source, _): [place, source]
    case .packetOutput(let packet, let length, _, _): [packet, length]
    case .compareBytes(let left, let right, let count): [left, right, count]
    case .perCPUAddress(_, _, let cpu): cpu.map { [$0] } ?? []
    case .signal(let number, _): [number]
    case .cgroupPath(let identifier, _): [identifier]
    case .path(let source, _), .socketCookie(let source), .override(let source): [source]
    }
  }

  /// Whether calling it does something besides giving a value.
  public var hasEffect: Bool {
    switch self {
    case .signal, .override, .writeUser, .packetOutput: true
    case .bytes, .inet, .macAddress, .stringLength, .stringIndex, .part, .text, .byte, .concatenation,
      .compareBytes, .globMatch, .namespaceID, .taskName, .userMode, .register, .perCPUAddress, .userAddress,
      .softwareTAI, .cgroupPath, .path, .socketCookie, .stack, .stackDepth:
      false
    }
  }

  /// The argument that it reads memory through, where that is a pointer.
  var pointer: TypedExpression? {
    switch self {
    case .macAddress(let source), .inet(_, let source), .writeUser(_, let source, _): source
    case .bytes, .stringLength, .stringIndex, .part, .text, .byte, .concatenation, .compareBytes, .globMatch,
      .namespaceID, .taskName, .userMode, .register, .perCPUAddress, .userAddress, .softwareTAI, .signal, .cgroupPath,
      .path, .socketCookie,
      .packetOutput, .override, .stack, .stackDepth:
      nil
    }
  }

  /// Whether it has the kernel read an object of its own.
  var isReadingKernel: Bool {
    if case .path = self { return true }
    if case .taskName = self { return true }
    if case .socketCookie = self { return true }
    if case .packetOutput = self { return true }
    return false
  }

  /// For dumps.
  var name: String {
    switch self {
    case .bytes(let bytes): "bytes \(bytes.map(String.init).joined(separator: "."))"
    case .inet: "ntop"
    case .macAddress: "macaddr"
    case .stringLength: "strlen"
    case .stringIndex: "strstr"
    case .part(let part, let map, _): "\(part.rawValue) of map \(map.index)"
    case .text(_, let table): "text \(table.name)"
    case .byte: "byte"
    case .concatenation: "str_concat"
    case .writeUser(_, _, let count): "write_user \(count)"
    case .compareBytes: "memcmp"
    case .globMatch(_, let states): "globmatch \(states.pattern)"
    case .namespaceID(_, let isThread): isThread ? "namespace tid" : "namespace pid"
    case .taskName: "comm"
    case .userMode: "usermode"
    case .register(let offset): "register \(offset)"
    case .perCPUAddress(let symbol, _, _): "percpu \(symbol)"
    case .userAddress(let variable): "uaddr \(variable.name)"
    case .softwareTAI: "sw_tai"
    case .signal(_, let isThread): isThread ? "signal_thread" : "signal"
    case .cgroupPath(_, let filter): "cgroup_path \(filter)"
    case .path: "path"
    case .socketCookie: "socket_cookie"
    case .packetOutput(_, _, let offset, let file): "skboutput \(file) \(offset)"
    case .override: "override"
    case .stack(let type): "\(type.builtin) \(type.mode.rawValue) \(type.limit)"
    case .stackDepth: "len"
    }
  }
}

/// A glob as states of an automaton that all run at once, one bit each: bit n stands for having passed n elements.
///
/// For each byte of a text, `next = (states & accepting[byte]) << 1 | states & staying`, from `states = 1` on.
public struct GlobStates: Hashable, Sendable {
  public let pattern: String
  /// By byte: the states whose element takes it.
  public let accepting: [UInt64]
  /// The states at a `*`, which any byte leaves as they are.
  public let staying: UInt64
  /// The bit that is set in the end when the text matches.
  public let final: UInt64

  /// `nil` when the pattern has more than 63 elements besides `*`.
  public init?(_ pattern: String) {
    let sets = Glob(pattern).sets
    let count = sets.count { $0 != nil }
    guard count <= 63 else { return nil }
    var accepting = [UInt64](repeating: 0, count: 256)
    var staying: UInt64 = 0
    var state: UInt64 = 1
    for set in sets {
      guard let set else {
        staying |= state
        continue
      }
      for byte in 1...255 where set.contains(UInt8(byte)) { accepting[byte] |= state }
      state <<= 1
    }
    self.pattern = pattern
    self.accepting = accepting
    self.staying = staying
    final = state
  }
}
