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

  func answer(_ question: Question) throws(TargetError) -> Answer {
    switch question {
    case .kernel(.has): .flag(true)
    case .tracepoint(.matching(let category, let event)): .tracepoints(Self.names(Glob(category), Glob(event)))
    case .tracepoint(.format(let name)): .format(try Self.format(name))
    case .tracepoint(.isKernel(let name)): .flag(name.category == "sched")
    case .tracepoint(.rawMatching(let glob)): .names(["sched_switch", "sys_enter"].filter(Glob(glob).matches))
    case .type(.named("struct pair")): .type(.record(.named("struct pair")))
    case .type(.layout(.named("struct pair"))): .layout(Self.pair)
    case .type(.enumerator("ANSWER")): .enumerator(EnumeratorValue(value: 42, type: .uint32))
    case .kernel, .tracepoint, .function, .type, .process, .binary, .debug: question.nothing
    }
  }

  private static func names(_ category: Glob, _ event: Glob) -> [TracepointName] {
    names.filter { category.matches($0.category) && event.matches($0.event) }
  }

  private static func format(_ name: TracepointName) throws(TargetError) -> TracepointFormat? {
    guard let fields = fields["\(name.category):\(name.event)"] else { return nil }
    let text = "name: \(name.event)\nID: 1\nformat:\n\(fields)\n\nprint fmt: \"\"\n"
    return try TracepointFormatParser.parse(Array(text.utf8), name: name)
  }

  private static let pair = RecordLayout(
    name: "pair", isUnion: false, size: 16,
    members: [
      .init(name: "first", type: .int32, offset: 0), .init(name: "name", type: .array(.int8, count: 8), offset: 4),
      .init(name: "small", type: .uint16, offset: 12),
    ])
}
