extension Builtin {
  static let descendant = function(
    "descendant", 1...1, "bool descendant(uint32 pid)",
    "Whether the current process is one, or was forked by it or by one of its descendants.", in: .inTasks,
    example: #"tracepoint:sched:sched_process_exec /descendant(1234)/ { printf("%d %s\n", pid, comm); }"#
  ) { $0.descends($1) }
}

extension Topic {
  static let process = Topic(
    "Processes",
    [
      .value(
        "pid", "uint32 pid[(init|curr_ns)]", "Process ID of the current thread.", takes: 0...1,
        example: #"tracepoint:syscalls:sys_enter_openat { printf("%d %s\n", pid, str(args.filename)); }"#
      ) { $0.processID($1, isThread: false) },
      .value(
        "tid", "uint32 tid[(init|curr_ns)]", "Thread ID of the current thread.", takes: 0...1,
        example: #"""
          tracepoint:syscalls:sys_enter_read { @start[tid] = nsecs; }
          tracepoint:syscalls:sys_exit_read /@start[tid]/ { @ns = hist(nsecs - @start[tid]); delete(@start, tid); }
          """#
      ) { $0.processID($1, isThread: true) },
      .value(
        "comm", "string comm[(uint32 tid)]", "Name of the current thread, or of the one with a number.", takes: 0...1,
        example: #"tracepoint:raw_syscalls:sys_enter { @[comm] = count(); }"#
      ) { $0.threadName($1) },
      .function(
        "ppid", 0...1, "uint32 ppid([struct task_struct *task])", "Process ID of the parent.",
        example: #"tracepoint:sched:sched_process_exec { printf("%d %s\n", ppid, comm); }"#
      ) { $0.parentID($1) },
      .function(
        "pcomm", 0...1, "string pcomm([struct task_struct *task])",
        "Name of the process, that is of its first thread.",
        example: #"tracepoint:raw_syscalls:sys_enter { @[pcomm] = count(); }"#
      ) { $0.processName($1) },
      .function(
        "leader_comm", 0...1, "string leader_comm([struct task_struct *task])",
        "Name of the process: the same as pcomm.",
        example: #"tracepoint:raw_syscalls:sys_enter { @[leader_comm] = count(); }"#
      ) { $0.processName($1) },
      .function(
        "leader_tid", 0...1, "uint32 leader_tid([struct task_struct *task])",
        "Thread ID of the process's first thread, as the initial PID namespace has it.",
        example: #"tracepoint:raw_syscalls:sys_enter /tid != leader_tid/ { @[comm] = count(); }"#
      ) { $0.leaderID($1) },
      .value(
        "uid", "uint64 uid", "User ID of the current thread.",
        example: #"tracepoint:sched:sched_process_exec /uid == 0/ { printf("root runs %s\n", str(args.filename)); }"#
      ) { $1.context(.uid, .uint64) },
      .value(
        "gid", "uint64 gid", "Group ID of the current thread.",
        example: #"tracepoint:sched:sched_process_exec { @[gid] = count(); }"#
      ) { $1.context(.gid, .uint64) },
      .value(
        "username", "string username", "Name of the current user.",
        example: #"tracepoint:sched:sched_process_exec { printf("%s runs %s\n", username, str(args.filename)); }"#
      ) { TypedExpression(.convert($1.context(.uid, .uint64)), .symbolic(.username), $1.range) },
      .value(
        "curtask", "struct task_struct *curtask", "The current task.",
        example: #"tracepoint:sched:sched_process_exec { printf("%s\n", curtask.real_parent.comm); }"#
      ) { $1.context(.curtask, .task) },
      .value(
        "cpid", "uint32 cpid", "Process ID of the command of -c.",
        example: #"tracepoint:raw_syscalls:sys_enter /pid == cpid/ { @ = count(); }"#
      ) { $0.commandID($1) },
      .value(
        "has_cpid", "bool has_cpid", "Whether there is a command of -c.",
        example: #"begin { if (has_cpid) { printf("waiting for the command\n"); } }"#
      ) { $0.number($0.options.childPID != nil ? 1 : 0, .bool, $1.range) },
      .descendant,
    ])
}
