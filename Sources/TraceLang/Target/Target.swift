/// What the compiler must know of the machine a program will run on.
///
/// Every answer is a fact that `RecordedTarget` can keep in a file; asking is the only way the compiler learns of a
/// machine. Answers are cached by the implementation, so asking twice is cheap.
public protocol Target: AnyObject {
  var machine: Machine { get }

  func has(_ feature: KernelFeature) -> Bool

  /// The tracepoints whose category and event match two globs (`*`, `?`, `[a-z]`), sorted by name.
  /// - Throws: when tracefs can be neither found nor mounted.
  func tracepoints(category: String, event: String) throws(TargetError) -> [TracepointName]

  /// The fields of a tracepoint's records, or `nil` when there is no such tracepoint.
  func tracepointFormat(_ name: TracepointName) throws(TargetError) -> TracepointFormat?

  /// Whether a tracepoint is one of the kernel's or a module's own, so that the raw tracepoint of its event's name fires
  /// with it; false for those of syscalls and for events made at run time.
  func isKernelTracepoint(_ name: TracepointName) -> Bool

  /// The numbers of the syscalls that `sys_enter_NAME` stands for on this machine; `nil` when not known.
  func syscallNumber(_ name: String) -> Int?

  /// The raw tracepoints (`btf_trace_*` of BTF, else the tracepoints) whose name matches a glob, sorted.
  func rawTracepoints(matching glob: String) throws(TargetError) -> [String]

  /// The arguments of a raw tracepoint by BTF, the first (`void *__data`) left out; `nil` without BTF for it.
  func rawTracepointArguments(_ name: String) -> [FunctionParameter]?

  /// The kernel functions that can be probed and match a glob, sorted; `module` may be a glob too.
  func kernelFunctions(matching glob: String, module: String?) throws(TargetError) -> [String]

  func kernelFunctionSignature(_ name: String) -> FunctionSignature?

  /// The type a C name stands for in the kernel: "struct task_struct", "union x", "enum y", "pid_t".
  func kernelType(named name: String) -> Type?

  /// The members of a struct or union of BTF or of a tracepoint's arguments.
  func layout(of record: RecordReference) -> RecordLayout?

  /// The value and type of a kernel enumerator.
  func enumerator(named name: String) -> EnumeratorValue?

  /// The names of an enum's values, for printing.
  func enumerators(of reference: EnumReference) -> [EnumeratorName]

  /// The ID of the cgroup (version 2) at a path; `nil` when there is none.
  func cgroupID(path: String) -> UInt64?

  /// The PID namespace that this program runs in; `nil` for the initial one.
  var pidNamespace: PIDNamespace? { get }

  /// Whether programs of a type may call a kernel function ("kfunc").
  func kernelFunction(_ name: String, isCallableFrom type: KernelProgramType) -> Bool

  /// The address of a kernel symbol.
  func kernelSymbolAddress(_ name: String) -> UInt64?
}

/// Types of programs as far as they differ in what they may call.
public enum KernelProgramType: String, Hashable, Sendable, Codable, CaseIterable {
  case rawTracepoint, tracepoint, perfEvent
}

/// The machine's own constants.
public struct Machine: Hashable, Sendable, Codable {
  public enum Architecture: String, Hashable, Sendable, Codable {
    case x86_64, aarch64
  }

  public let architecture: Architecture
  public let isLittleEndian: Bool
  /// CPUs that may ever be online: the length of a per-CPU value ("/sys/devices/system/cpu/possible").
  public let possibleCPUs: Int
  public let pageSize: Int
  /// "6.18.4"; only shown, never decided on.
  public let kernelRelease: String

  public init(
    architecture: Architecture, isLittleEndian: Bool, possibleCPUs: Int, pageSize: Int, kernelRelease: String
  ) {
    self.architecture = architecture
    self.isLittleEndian = isLittleEndian
    self.possibleCPUs = possibleCPUs
    self.pageSize = pageSize
    self.kernelRelease = kernelRelease
  }
}

/// What a kernel may or may not have; found by trying, not by version.
public enum KernelFeature: String, Hashable, Sendable, Codable, CaseIterable {
  case btf
  /// BPF_PROG_TYPE_TRACING with BPF_TRACE_RAW_TP (5.5).
  case tracingRawTracepoint
  /// bpf_ringbuf_* (5.8).
  case ringBuffer
  /// bpf_for_each_map_elem (5.13).
  case forEachMapElement
  /// bpf_get_current_task_btf (5.11).
  case currentTaskBTF
  /// bpf_get_attach_cookie (5.15).
  case attachCookie
  /// bpf_loop (5.17).
  case loop
  /// bpf_ktime_get_boot_ns (5.8).
  case bootTime
  /// bpf_ktime_get_tai_ns (6.1).
  case taiTime
  /// bpf_map_lookup_percpu_elem (5.19).
  case perCPULookup
  /// sdiv, smod, movsx, bswap and long jumps (6.6).
  case instructionSetV4
  /// BPF_TRACE_KPROBE_MULTI (5.18).
  case kprobeMulti
  /// BPF_TRACE_UPROBE_MULTI (6.6).
  case uprobeMulti
  /// Task storage maps from tracing programs (5.11).
  case taskStorage
}

/// The category and event of a tracepoint: `syscalls`, `sys_enter_openat`.
public struct TracepointName: Hashable, Sendable, Codable {
  public let category: String
  public let event: String

  public init(category: String, event: String) {
    self.category = category
    self.event = event
  }
}

/// A tracepoint's record as its `format` file gives it (Kernel: Documentation/trace/events.rst, "Event formats").
public struct TracepointFormat: Hashable, Sendable, Codable {
  public struct Field: Hashable, Sendable, Codable {
    public let name: String
    /// The C declaration as written: "const char * filename", "char comm[16]", "__data_loc char[] name".
    public let declaration: String
    public let type: Type
    public let offset: Int
    public let size: Int
    /// `__data_loc`: the field holds offset (low 16 bits) and length (high 16) of the data in the record.
    public let isDataLocation: Bool
    /// `__rel_loc`: as `__data_loc`, but the offset counts from the field's end.
    public let isRelative: Bool

    public init(
      name: String, declaration: String, type: Type, offset: Int, size: Int, isDataLocation: Bool = false,
      isRelative: Bool = false
    ) {
      self.name = name
      self.declaration = declaration
      self.type = type
      self.offset = offset
      self.size = size
      self.isDataLocation = isDataLocation
      self.isRelative = isRelative
    }
  }

  public let name: TracepointName
  public let id: UInt64
  /// All fields in order, the `common_` ones first.
  public let fields: [Field]

  public init(name: TracepointName, id: UInt64, fields: [Field]) {
    self.name = name
    self.id = id
    self.fields = fields
  }
}

public struct FunctionParameter: Hashable, Sendable, Codable {
  public let name: String
  public let type: Type

  public init(name: String, type: Type) {
    self.name = name
    self.type = type
  }
}

public struct FunctionSignature: Hashable, Sendable, Codable {
  public let parameters: [FunctionParameter]
  /// `nil` for void.
  public let result: Type?

  public init(parameters: [FunctionParameter], result: Type?) {
    self.parameters = parameters
    self.result = result
  }
}

/// The members of a struct or union.
public struct RecordLayout: Hashable, Sendable, Codable {
  public struct Member: Hashable, Sendable, Codable {
    /// "" for an anonymous struct or union, whose members are reached through it.
    public let name: String
    public let type: Type
    /// Bytes from the record's start; of a bit-field, of its storage unit.
    public let offset: Int
    public let bitField: BitField?
    /// `__data_loc` and `__rel_loc` fields of tracepoints.
    public let location: DataLocation?

    public init(
      name: String, type: Type, offset: Int, bitField: BitField? = nil, location: DataLocation? = nil
    ) {
      self.name = name
      self.type = type
      self.offset = offset
      self.bitField = bitField
      self.location = location
    }

    /// The member as part of a record that its own one starts so many bytes into.
    public func moved(by bytes: Int) -> Member {
      Member(name: name, type: type, offset: offset + bytes, bitField: bitField, location: location)
    }
  }

  public struct BitField: Hashable, Sendable, Codable {
    /// Bits from the least significant bit of the value loaded at the member's offset (little endian).
    public let shift: Int
    public let width: Int

    public init(shift: Int, width: Int) {
      self.shift = shift
      self.width = width
    }
  }

  public enum DataLocation: String, Hashable, Sendable, Codable {
    case absolute, relative
  }

  public let name: String
  public let isUnion: Bool
  /// In bytes.
  public let size: Int
  public let members: [Member]

  public init(name: String, isUnion: Bool, size: Int, members: [Member]) {
    self.name = name
    self.isUnion = isUnion
    self.size = size
    self.members = members
  }
}

public struct EnumeratorValue: Hashable, Sendable, Codable {
  public let value: Int64
  public let type: Type

  public init(value: Int64, type: Type) {
    self.value = value
    self.type = type
  }
}

public struct EnumeratorName: Hashable, Sendable, Codable {
  public let name: String
  public let value: Int64

  public init(name: String, value: Int64) {
    self.name = name
    self.value = value
  }
}

/// A machine did not give what was asked; the message says what the user can do.
public struct TargetError: Error, Hashable, Sendable {
  public let message: String

  public init(_ message: String) { self.message = message }
}
