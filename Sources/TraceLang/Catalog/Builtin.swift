/// A name the language defines: a value such as `pid`, a function such as `printf`, an aggregation such as `count`.
///
/// The catalog is the one description of all of them; help, listings, completions and the checker read it.
public struct Builtin: Sendable {
  public enum Kind: String, Sendable {
    /// Written without parentheses; empty ones may follow.
    case value
    case function
    /// Asks user space to do something when the record arrives.
    case action
    /// Can only be assigned to a map.
    case aggregation
  }

  public let name: Name
  public let kind: Kind
  /// How many arguments it takes.
  public let arguments: ClosedRange<Int>
  /// As a prototype: `string str(pointer data [, length])`.
  public let signature: String
  /// One sentence for help.
  public let summary: String

  init(_ name: Name, _ kind: Kind, _ arguments: ClosedRange<Int>, _ signature: String, _ summary: String) {
    self.name = name
    self.kind = kind
    self.arguments = arguments
    self.signature = signature
    self.summary = summary
  }

  public enum Name: String, Sendable, CaseIterable {
    case pid, tid, uid, gid, comm, cpu, ncpus, nsecs, elapsed, probe, args, curtask, rand, cgroup, numaid, jiffies, ctx
    case arg0, arg1, arg2, arg3, arg4, arg5, arg6, arg7, arg8, arg9
    case sarg0, sarg1, sarg2, sarg3, sarg4, sarg5, sarg6, sarg7, sarg8, sarg9
    case str, buf, ksym, usym, strftime
    case hasKey = "has_key"
    case len, strncmp, bswap, kptr, uptr, delete, getopt
    case ntop, pton, macaddr, strcontains, strstr, strlen, strcap, memcmp, globmatch, strerror
    case syscallName = "syscall_name"
    case assertString = "assert_str"
    case defaultStringLength = "default_str_length"
    case kaddr, cgroupid
    case isArray = "is_array"
    case isInteger = "is_integer"
    case isUnsignedInteger = "is_unsigned_integer"
    case isLiteral = "is_literal"
    case isPointer = "is_ptr"
    case isString = "is_str"
    case kfuncExists = "kfunc_exist"
    case kfuncAllowed = "kfunc_allowed"
    case probetype, `func`, ppid, pcomm, username, usermode, cpid
    case hasCPID = "has_cpid"
    case find, reg, path
    case cgroupPath = "cgroup_path"
    case socketCookie = "socket_cookie"
    case percpuAddress = "percpu_kaddr"
    case retval, uaddr
    case kstack, ustack, skboutput, signal
    case signalThread = "signal_thread"
    case assert
    case staticAssert = "static_assert"
    case fail, override, unwatch
    case printf, print, clear, zero, exit, time, join, cat, system, errorf, warnf
    case count, sum, min, max, avg, stats, hist, lhist, tseries
  }

  /// The N of `argN`.
  public var argumentIndex: Int? {
    name.rawValue.hasPrefix("arg") && name != .args ? Int(name.rawValue.dropFirst(3)) : nil
  }

  /// The N of `sargN`.
  public var stackArgumentIndex: Int? {
    name.rawValue.hasPrefix("sarg") ? Int(name.rawValue.dropFirst(4)) : nil
  }
}

extension Builtin {
  /// The builtin of a name, or `nil`.
  public static func named(_ name: String) -> Builtin? { byName[name] }

  private static let byName = Dictionary(uniqueKeysWithValues: catalog.map { ($0.name.rawValue, $0) })

  /// All builtins, values first.
  public static let catalog: [Builtin] = values + functions + actions + aggregations + library

  private static let values: [Builtin] =
    [
      Builtin(.pid, .value, 0...1, "uint32 pid[(init|curr_ns)]", "Process ID of the current thread."),
      Builtin(.tid, .value, 0...1, "uint32 tid[(init|curr_ns)]", "Thread ID of the current thread."),
      Builtin(.uid, .value, 0...0, "uint64 uid", "User ID of the current thread."),
      Builtin(.gid, .value, 0...0, "uint64 gid", "Group ID of the current thread."),
      Builtin(.comm, .value, 0...1, "string comm", "Name of the current thread."),
      Builtin(.cpu, .value, 0...0, "uint32 cpu", "Number of the CPU the probe runs on."),
      Builtin(.ncpus, .value, 0...0, "uint64 ncpus", "Number of CPUs the machine may have online."),
      Builtin(
        .nsecs, .value, 0...1, "uint64 nsecs([monotonic|boot|tai|sw_tai])",
        "Nanoseconds by a kernel clock, boot if none is named."),
      Builtin(.elapsed, .value, 0...0, "uint64 elapsed", "Nanoseconds since tracing began."),
      Builtin(.probe, .value, 0...0, "string probe", "Full name of the probe that fired."),
      Builtin(.args, .value, 0...0, "struct args", "Arguments of the tracepoint; fields by args.NAME."),
      Builtin(.ctx, .value, 0...0, "void *ctx", "Pointer to the probe's context."),
      Builtin(.curtask, .value, 0...0, "struct task_struct *curtask", "The current task."),
      Builtin(.rand, .value, 0...0, "uint32 rand", "A pseudo-random number."),
      Builtin(.cgroup, .value, 0...0, "uint64 cgroup", "ID of the current cgroup (version 2)."),
      Builtin(.numaid, .value, 0...0, "uint32 numaid", "NUMA node the probe runs on."),
      Builtin(.jiffies, .value, 0...0, "uint64 jiffies", "The kernel's jiffies."),
    ]
    + [Name.arg0, .arg1, .arg2, .arg3, .arg4, .arg5, .arg6, .arg7, .arg8, .arg9].map {
      Builtin($0, .value, 0...0, "int64 \($0.rawValue)", "A raw argument of the probe, counted from 0.")
    }
    + [Name.sarg0, .sarg1, .sarg2, .sarg3, .sarg4, .sarg5, .sarg6, .sarg7, .sarg8, .sarg9].map {
      Builtin($0, .value, 0...0, "int64 \($0.rawValue)", "An argument of the function on the stack, counted from 0.")
    }

  private static let functions: [Builtin] = [
    Builtin(.str, .function, 1...2, "string str(char *data [, uint64 length])", "Reads a NUL-terminated string."),
    Builtin(.buf, .function, 1...2, "buffer buf(void *data [, uint64 length])", "Reads bytes, printed with %r."),
    Builtin(.ksym, .function, 1...1, "ksym_t ksym(uint64 address)", "Kernel function an address lies in."),
    Builtin(.usym, .function, 1...1, "usym_t usym(uint64 address)", "User function an address lies in."),
    Builtin(
      .strftime, .function, 2...2, "timestamp strftime(const string format, uint64 ns)", "A boot-clock time as text."),
    Builtin(.hasKey, .function, 2...2, "bool has_key(map m, key k)", "Whether a map has a key."),
    Builtin(
      .len, .function, 1...1, "uint64 len(map m) or len(stack s)", "Number of entries in a map or of frames in a stack."
    ),
    Builtin(
      .strncmp, .function, 3...3, "int64 strncmp(string a, string b, uint64 n)", "0 when two strings agree in n bytes."),
    Builtin(.bswap, .function, 1...1, "uintN bswap(uintN n)", "Reverses the bytes of an integer."),
    Builtin(.kptr, .function, 1...1, "T *kptr(T *p)", "Takes a pointer as one into the kernel."),
    Builtin(.uptr, .function, 1...1, "T *uptr(T *p)", "Takes a pointer as one into user space."),
    Builtin(
      .delete, .function, 1...2, "bool delete(map m, key k)", "Removes a key from a map; true when it was there."),
    Builtin(
      .getopt, .function, 1...3, "T getopt(const string name [, const T default [, const string help]])",
      "A parameter given as --name=value behind '--'; without a default it is a bool."),
  ]

  private static let actions: [Builtin] = [
    Builtin(.printf, .action, 1...64, "void printf(const string format, ...)", "Prints formatted values."),
    Builtin(.print, .action, 1...3, "void print(value) or print(map [, top [, div]])", "Prints a value or a map."),
    Builtin(.clear, .action, 1...1, "void clear(map m)", "Removes all keys of a map."),
    Builtin(.zero, .action, 1...1, "void zero(map m)", "Sets all values of a map to zero."),
    Builtin(.exit, .action, 0...1, "void exit([int status])", "Ends tracing; maps are printed."),
    Builtin(.time, .action, 0...1, "void time([const string format])", "Prints the time of day by a strftime format."),
    Builtin(
      .join, .action, 1...2, "void join(char *array[] [, const string separator])", "Prints an array of strings."),
    Builtin(.cat, .action, 1...64, "void cat(const string path, ...)", "Prints a file."),
    Builtin(
      .system, .action, 1...64, "void system(const string command, ...)", "Runs a shell command (needs --unsafe)."),
    Builtin(
      .errorf, .action, 1...64, "void errorf(const string format, ...)", "Prints an error with its place in the script."
    ),
    Builtin(
      .warnf, .action, 1...64, "void warnf(const string format, ...)", "Prints a warning with its place in the script."),
  ]

  private static let aggregations: [Builtin] = [
    Builtin(.count, .aggregation, 0...0, "@m = count()", "Counts how often it is reached."),
    Builtin(.sum, .aggregation, 1...1, "@m = sum(int n)", "Adds up values."),
    Builtin(.min, .aggregation, 1...1, "@m = min(int n)", "Keeps the smallest value."),
    Builtin(.max, .aggregation, 1...1, "@m = max(int n)", "Keeps the largest value."),
    Builtin(.avg, .aggregation, 1...1, "@m = avg(int n)", "Averages values."),
    Builtin(.stats, .aggregation, 1...1, "@m = stats(int n)", "Counts, averages and adds up values."),
    Builtin(
      .hist, .aggregation, 1...2, "@m = hist(int n [, const k])", "Log2 histogram, 2^k buckets for each power of two."),
    Builtin(.lhist, .aggregation, 4...4, "@m = lhist(int n, const min, const max, const step)", "Linear histogram."),
  ]
}
