import TraceLang

/// A machine with a handful of tracepoints and one struct, the same everywhere.
final class SmallTarget: Target {
  let machine = Machine(
    architecture: .x86_64, isLittleEndian: true, possibleCPUs: 4, pageSize: 4096, kernelRelease: "6.1.0")

  private static let fields: [String: String] = [
    "syscalls:sys_enter_read": """
    	field:int __syscall_nr;	offset:8;	size:4;	signed:1;
    	field:unsigned int fd;	offset:16;	size:8;	signed:0;
    	field:char * buf;	offset:24;	size:8;	signed:0;
    	field:size_t count;	offset:32;	size:8;	signed:0;
    """,
    "syscalls:sys_enter_write": """
    	field:int __syscall_nr;	offset:8;	size:4;	signed:1;
    	field:unsigned int fd;	offset:16;	size:8;	signed:0;
    	field:const char * buf;	offset:24;	size:8;	signed:0;
    	field:size_t count;	offset:32;	size:8;	signed:0;
    """,
    "syscalls:sys_enter_openat": """
    	field:int __syscall_nr;	offset:8;	size:4;	signed:1;
    	field:int dfd;	offset:16;	size:8;	signed:0;
    	field:const char * filename;	offset:24;	size:8;	signed:0;
    	field:int flags;	offset:32;	size:8;	signed:0;
    """,
    "syscalls:sys_exit_read": """
    	field:int __syscall_nr;	offset:8;	size:4;	signed:1;
    	field:long ret;	offset:16;	size:8;	signed:1;
    """,
    "sched:sched_wakeup": """
    	field:char comm[16];	offset:8;	size:16;	signed:0;
    	field:pid_t pid;	offset:24;	size:4;	signed:1;
    	field:int prio;	offset:28;	size:4;	signed:1;
    """,
    "sched:sched_exec": """
    	field:__data_loc char[] filename;	offset:8;	size:4;	signed:0;
    	field:pid_t pid;	offset:12;	size:4;	signed:1;
    """,
  ]

  private static let names = fields.keys.sorted().map { name in
    let parts = name.split(separator: ":")
    return TracepointName(category: String(parts[0]), event: String(parts[1]))
  }

  func has(_ feature: KernelFeature) -> Bool { true }

  func tracepoints(category: String, event: String) throws(TargetError) -> [TracepointName] {
    let (category, event) = (Glob(category), Glob(event))
    return Self.names.filter { category.matches($0.category) && event.matches($0.event) }
  }

  func tracepointFormat(_ name: TracepointName) throws(TargetError) -> TracepointFormat? {
    guard let fields = Self.fields["\(name.category):\(name.event)"] else { return nil }
    let text = "name: \(name.event)\nID: 1\nformat:\n\(fields)\n\nprint fmt: \"\"\n"
    return try TracepointFormatParser.parse(Array(text.utf8), name: name)
  }

  func isKernelTracepoint(_ name: TracepointName) -> Bool { name.category == "sched" }
  func syscallNumber(_ name: String) -> Int? { SyscallTable(.x86_64).number(ofTracepoint: name) }

  func rawTracepoints(matching glob: String) throws(TargetError) -> [String] {
    let glob = Glob(glob)
    return ["sched_switch", "sys_enter"].filter(glob.matches)
  }

  func rawTracepointArguments(_ name: String) -> [FunctionParameter]? { nil }
  func kernelFunctions(matching glob: String, module: String?) throws(TargetError) -> [String] { [] }
  func kernelFunctionSignature(_ name: String) -> FunctionSignature? { nil }

  func kernelType(named name: String) -> Type? {
    name == "struct pair" ? .record(.named("struct pair")) : nil
  }

  func layout(of record: RecordReference) -> RecordLayout? {
    if case .tracepoint(let name) = record { return (try? tracepointFormat(name))?.layout }
    guard record == .named("struct pair") else { return nil }
    return RecordLayout(
      name: "pair", isUnion: false, size: 16,
      members: [
        .init(name: "first", type: .int32, offset: 0), .init(name: "name", type: .array(.int8, count: 8), offset: 4),
        .init(name: "small", type: .uint16, offset: 12),
      ])
  }

  func enumerator(named name: String) -> EnumeratorValue? {
    name == "ANSWER" ? EnumeratorValue(value: 42, type: .uint32) : nil
  }

  func enumerators(of reference: EnumReference) -> [EnumeratorName] { [] }
  func kernelSymbolAddress(_ name: String) -> UInt64? { nil }
  func cgroupID(path: String) -> UInt64? { nil }
  var pidNamespace: PIDNamespace? { nil }
  func kernelFunction(_ name: String, isCallableFrom type: KernelProgramType) -> Bool { false }
}
