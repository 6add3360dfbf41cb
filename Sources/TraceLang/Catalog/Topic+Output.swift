extension Topic {
  static let output = Topic(
    "Output",
    [
      .action(
        "printf", 1...Builtin.manyArguments, "void printf(const string format, ...)", "Prints formatted values.",
        in: .everywhere, example: #"tracepoint:sched:sched_process_exec { printf("%.3f %s\n", elapsed / 1e9, comm); }"#
      ) { $0.printed($1) },
      .action(
        "print", 1...3, "void print(value) or print(map [, top [, div]])", "Prints a value or a map.",
        example: #"tracepoint:raw_syscalls:sys_enter { @[comm] = count(); } end { print(@, 5); clear(@); }"#
      ) { $0.print($1) },
      .action(
        "join", 1...2, "void join(char *array[] [, const string separator])", "Prints an array of strings.",
        example: #"tracepoint:syscalls:sys_enter_execve { join(args.argv); }"#
      ) { $0.joined($1) },
      .action(
        "cat", 1...Builtin.manyArguments, "void cat(const string path, ...)", "Prints a file.",
        example: #"begin { cat("/proc/loadavg"); exit(); }"#
      ) { $0.format($1).map { .cat($0, $1) } },
      .action(
        "debugf", 1...4, "void debugf(const string format, ...)",
        "Writes a line of up to three values to the kernel's trace_pipe, to debug a script with.", in: .everywhere,
        example: #"tracepoint:sched:sched_process_exec { debugf("%s is %d", comm, pid); }"#
      ) { $0.kernelTrace($1) },
      .action(
        "errorf", 1...Builtin.manyArguments, "void errorf(const string format, ...)",
        "Prints an error with its place in the script.",
        example:
          #"tracepoint:syscalls:sys_exit_openat /args.ret == -24/ { errorf("%s has no descriptors left", comm); }"#
      ) { $0.format($1).map { .report(.error, $0, $1) } },
      .action(
        "warnf", 1...Builtin.manyArguments, "void warnf(const string format, ...)",
        "Prints a warning with its place in the script.",
        example:
          #"tracepoint:syscalls:sys_exit_openat /args.ret == -24/ { warnf("%s has no descriptors left", comm); }"#
      ) { $0.format($1).map { .report(.warning, $0, $1) } },
    ])
}
