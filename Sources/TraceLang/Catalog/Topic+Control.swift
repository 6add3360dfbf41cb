extension Topic {
  static let control = Topic(
    "Control",
    [
      .action(
        "exit", 0...1, "void exit([int status])", "Ends tracing; maps are printed.",
        example: #"tracepoint:raw_syscalls:sys_enter { @ = count(); } interval:s:5 { exit(); }"#
      ) { checker, call in
        .exit(call.arguments.first.map { checker.converted(checker.integerOperand($0), .int64) })
      },
      .function(
        "assert", 2...2, "void assert(bool condition, const string message)",
        "Ends tracing with an error unless the condition holds.", in: .readByUs,
        example: #"begin { assert(ncpus > 0, "there are no CPUs"); exit(); }"#
      ) { $0.assertion($1) },
      .action(
        "system", 1...Builtin.manyArguments, "void system(const string command, ...)", "Runs a shell command.",
        risk: "runs commands", example: #"begin { system("uname -r"); exit(); }"#
      ) { $0.format($1).map { .system($0, $1) } },
      .function(
        "signal", 1...1, "void signal(const string name | uint32 number)", "Sends a signal to the current process.",
        in: .inOthers, risk: "acts on processes",
        example: #"tracepoint:sched:sched_process_exec /comm == "forbidden"/ { signal("SIGKILL"); }"#
      ) { $0.signal($1, isThread: false) },
      .function(
        "signal_thread", 1...1, "void signal_thread(const string name | uint32 number)",
        "Sends a signal to the current thread.", in: .inOthers, risk: "acts on processes",
        example: #"tracepoint:sched:sched_process_exec /comm == "forbidden"/ { signal_thread("SIGKILL"); }"#
      ) { $0.signal($1, isThread: true) },
      .function(
        "override", 1...1, "void override(uint64 result)", "Makes the probed function return at once.",
        in: .overridable, risk: "changes what the kernel does",
        example: #"kprobe:__x64_sys_mkdir /comm == "unlucky"/ { override(-28); }"#
      ) { $0.override($1) },
      .action(
        "unwatch", 1...1, "void unwatch(void *address)", "Takes the watchpoints at an address away for good.",
        example: #"watchpoint:0x10000000:8:w { printf("%s\n", ustack); unwatch(0x10000000); }"#
      ) { $0.unwatched($1) },
    ])
}
