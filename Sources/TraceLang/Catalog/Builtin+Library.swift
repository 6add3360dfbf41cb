extension Builtin {
  /// The standard library beyond the basics.
  static let library: [Builtin] =
    networkFunctions + stringFunctions + constantFunctions + surroundings + stacks + effects

  private static let networkFunctions: [Builtin] = [
    Builtin(
      .ntop, .function, 1...2, "inet ntop([int af, ] int|char[4]|char[16] address)", "An address, printed as text."),
    Builtin(.pton, .function, 1...1, "uint8[] pton(const string address)", "The 4 or 16 bytes of an address in text."),
    Builtin(.macaddr, .function, 1...1, "macaddr_t macaddr(char[6] address)", "An Ethernet address, printed as text."),
  ]

  private static let stringFunctions: [Builtin] = [
    Builtin(
      .strcontains, .function, 2...2, "bool strcontains(string haystack, string needle)",
      "Whether a string has another in it."),
    Builtin(
      .strstr, .function, 2...2, "int64 strstr(string haystack, string needle)",
      "Where a string first has another in it, or -1."),
    Builtin(.strlen, .function, 1...1, "uint64 strlen(string s)", "Bytes of a string before its terminator."),
    Builtin(
      .strcap, .function, 1...1, "uint64 strcap(string s)", "Bytes a string has room for; of a pointer, its length."),
    Builtin(
      .memcmp, .function, 3...3, "int64 memcmp(left, right, uint64 count)", "Compares bytes: below 0, 0 or above 0."),
    Builtin(
      .globmatch, .function, 2...2, "bool globmatch(string s, const string pattern)",
      "Whether a whole string matches *, ?, [a-z]."),
    Builtin(.strerror, .function, 1...1, "string strerror(int code)", "The message of an error number."),
    Builtin(.syscallName, .function, 1...1, "string syscall_name(int number)", "The name of a system call."),
    Builtin(
      .assertString, .function, 1...1, "void assert_str(s)", "Fails the build unless the value is like a string."),
  ]

  private static let constantFunctions: [Builtin] = [
    Builtin(.defaultStringLength, .function, 0...0, "uint64 default_str_length()", "Bytes that str() reads at most."),
    Builtin(.kaddr, .function, 1...1, "uint64 kaddr(const string symbol)", "The address of a kernel symbol."),
    Builtin(
      .cgroupid, .function, 1...1, "uint64 cgroupid(const string path)", "The ID of the cgroup (version 2) at a path."),
    Builtin(.isArray, .function, 1...1, "bool is_array(x)", "Whether a value is an array."),
    Builtin(.isInteger, .function, 1...1, "bool is_integer(x)", "Whether a value is an integer."),
    Builtin(
      .isUnsignedInteger, .function, 1...1, "bool is_unsigned_integer(x)", "Whether a value is an unsigned integer."),
    Builtin(.isLiteral, .function, 1...1, "bool is_literal(x)", "Whether an expression is known at compile time."),
    Builtin(.isPointer, .function, 1...1, "bool is_ptr(x)", "Whether a value is a pointer."),
    Builtin(.isString, .function, 1...1, "bool is_str(x)", "Whether a value is a string."),
    Builtin(
      .kfuncExists, .function, 1...1, "bool kfunc_exist(const string name)",
      "Whether the kernel has a function for programs."),
    Builtin(
      .kfuncAllowed, .function, 1...1, "bool kfunc_allowed(const string name)",
      "Whether this probe's program may call it."),
  ]

  private static let surroundings: [Builtin] = [
    Builtin(
      .probetype, .value, 0...0, "string probetype",
      "The kind of the probe: tracepoint, profile, ...; special for begin and end."),
    Builtin(.`func`, .value, 0...0, "string func", "Name of the traced function (kprobe, uprobe, fentry)."),
    Builtin(.retval, .value, 0...0, "uint64 retval", "What the traced function returns (kretprobe, uretprobe, fexit)."),
    Builtin(.ppid, .function, 0...1, "uint32 ppid([struct task_struct *task])", "Process ID of the parent."),
    Builtin(
      .pcomm, .function, 0...1, "string pcomm([struct task_struct *task])",
      "Name of the process, that is of its first thread."),
    Builtin(.username, .value, 0...0, "string username", "Name of the current user."),
    Builtin(.usermode, .value, 0...0, "uint8 usermode", "1 when the CPU ran a user's program, else 0."),
    Builtin(.cpid, .value, 0...0, "uint32 cpid", "Process ID of the command of -c."),
    Builtin(.hasCPID, .value, 0...0, "bool has_cpid", "Whether there is a command of -c."),
    Builtin(
      .find, .function, 3...3, "bool find(map m, key k, $result)",
      "Whether a map has a key; sets the variable to its value."),
    Builtin(.reg, .function, 1...1, "uint64 reg(const string name)", "A saved register of the CPU."),
    Builtin(
      .path, .function, 1...2, "string path(struct path *path [, size])",
      "The full name of a path; its end where that is longer than size (fentry, fexit, iter)."),
    Builtin(
      .cgroupPath, .function, 1...2, "cgroup_path_t cgroup_path(uint64 id [, const string filter])",
      "A cgroup's path, found when it prints."),
    Builtin(
      .socketCookie, .function, 1...1, "uint64 socket_cookie(struct sock *sk)",
      "The kernel's number of a socket (fentry, fexit, iter, rawtracepoint)."),
    Builtin(
      .percpuAddress, .function, 1...2, "uint64 *percpu_kaddr(const string symbol [, uint64 cpu])",
      "The address of a per-CPU symbol on a CPU."),
    Builtin(
      .uaddr, .function, 1...1, "T *uaddr(const string symbol)",
      "The address of a symbol of the traced binary (uprobe, usdt)."),
    Builtin(
      .skboutput, .function, 4...4,
      "uint32 skboutput(const string path, struct sk_buff *skb, uint64 length, const uint64 offset)",
      "Writes a packet to a PCAP file (fentry, fexit)."),
  ]

  private static let stacks: [Builtin] = [
    Builtin(
      .kstack, .function, 0...2, "kstack_t kstack([mode, ][int limit])",
      "The kernel's stack; modes are bpftrace, perf, raw."),
    Builtin(
      .ustack, .function, 0...2, "ustack_t ustack([mode, ][int limit])",
      "The process's stack; modes are bpftrace, perf, raw."),
  ]

  private static let effects: [Builtin] = [
    Builtin(
      .signal, .function, 1...1, "void signal(const string name | uint32 number)",
      "Sends a signal to the current process (needs --unsafe)."),
    Builtin(
      .signalThread, .function, 1...1, "void signal_thread(const string name | uint32 number)",
      "Sends a signal to the current thread (needs --unsafe)."),
    Builtin(
      .assert, .function, 2...2, "void assert(bool condition, const string message)",
      "Ends tracing with an error unless the condition holds."),
    Builtin(
      .staticAssert, .function, 2...2, "void static_assert(const bool condition, const string message)",
      "Fails the build unless the condition holds."),
    Builtin(.fail, .function, 1...64, "void fail(const string format, ...)", "Fails the build."),
    Builtin(
      .override, .function, 1...1, "void override(uint64 result)",
      "Makes the probed function return at once (kprobe, needs --unsafe)."),
    Builtin(
      .unwatch, .action, 1...1, "void unwatch(void *address)", "Takes the watchpoints at an address away for good."),
    Builtin(
      .tseries, .aggregation, 3...4, "@m = tseries(int n, const interval, const count [, const string function])",
      "Values by time: last, avg, max, min or sum of each interval."),
  ]
}
