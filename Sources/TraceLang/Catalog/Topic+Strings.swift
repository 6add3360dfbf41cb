extension Topic {
  static let strings = Topic(
    "Text",
    [
      .function(
        "str", 1...2, "string str(char *data [, uint64 length])", "Reads a NUL-terminated string.",
        example: #"tracepoint:syscalls:sys_enter_openat { printf("%s %s\n", comm, str(args.filename)); }"#
      ) { $0.readString($1) },
      .function(
        "strlen", 1...1, "uint64 strlen(string s)", "Bytes of a string before its terminator.",
        example: #"tracepoint:syscalls:sys_enter_openat { @length = hist(strlen(str(args.filename))); }"#
      ) { $0.stringLength($1) },
      .function(
        "strcap", 1...1, "uint64 strcap(string s)", "Bytes a string has room for; of a pointer, its length.",
        example: #"begin { printf("%d\n", strcap(comm)); exit(); }"#
      ) { $0.stringCapacity($1) },
      .function(
        "strstr", 2...2, "int64 strstr(string haystack, string needle)",
        "Where a string first has another in it, or -1.",
        example:
          #"tracepoint:syscalls:sys_enter_openat /strstr(str(args.filename), "/etc") == 0/ { @[comm] = count(); }"#
      ) { $0.stringIndex($1) ?? $0.invalid($1.range) },
      .function(
        "strcontains", 2...2, "bool strcontains(string haystack, string needle)",
        "Whether a string has another in it.",
        example:
          #"tracepoint:syscalls:sys_enter_openat /strcontains(str(args.filename), ".so")/ { @[comm] = count(); }"#
      ) { $0.stringContains($1) },
      .function(
        "strncmp", 3...3, "int64 strncmp(string a, string b, uint64 n)", "0 when two strings agree in n bytes.",
        example: #"tracepoint:raw_syscalls:sys_enter /strncmp(comm, "kworker", 7) != 0/ { @[comm] = count(); }"#
      ) { $0.compareStrings($1) },
      .function(
        "globmatch", 2...2, "bool globmatch(string s, const string pattern)",
        "Whether a whole string matches *, ?, [a-z].",
        example:
          #"tracepoint:syscalls:sys_enter_openat /globmatch(str(args.filename), "*.conf")/ { @[comm] = count(); }"#
      ) { $0.globMatch($1) },
      .function(
        "strerror", 1...1, "string strerror(int code)", "The message of an error number.",
        example: #"tracepoint:syscalls:sys_exit_openat /args.ret < 0/ { @[strerror(-args.ret)] = count(); }"#
      ) { $0.named($1, .symbolic(.errorName)) },
      .function(
        "str_concat", 2...2, "string str_concat(string first, string second)", "Two strings, one after the other.",
        example: #"tracepoint:syscalls:sys_enter_openat { @[str_concat("by ", comm)] = count(); }"#
      ) { $0.concatenation($1) },
      .function(
        "signal_name", 1...1, "string signal_name(int number)", "What a signal means, as strsignal(3) has it.",
        example: #"tracepoint:signal:signal_generate { @[signal_name(args.sig)] = count(); }"#
      ) { $0.named($1, .symbolic(.signalName)) },
      .function(
        "syscall_name", 1...1, "string syscall_name(int number)", "The name of a system call.",
        example: #"tracepoint:raw_syscalls:sys_enter { @[syscall_name(args.id)] = count(); }"#
      ) { $0.named($1, .symbolic(.syscallName)) },
      .function(
        "default_str_length", 0...0, "uint64 default_str_length()", "Bytes that str() reads at most.",
        example: #"begin { printf("%d\n", default_str_length()); exit(); }"#
      ) { $0.number(Int64($0.configuration.maxStringLength), .uint64, $1.range) },
    ])
}
