extension Topic {
  static let probe = Topic(
    "The probe",
    [
      .value(
        "probe", "string probe", "Full name of the probe that fired.",
        example: #"tracepoint:sched:sched_wakeup* { @[probe] = count(); }"#
      ) { $1.context(.probeName, .symbolic(.probeName)) },
      .value(
        "probetype", "string probetype",
        "The kind of the probe: tracepoint, profile, ...; special for begin and end.",
        example: #"tracepoint:sched:sched_switch, profile:hz:99 { @[probetype] = count(); }"#
      ) { $0.string(Array($0.instance.traits.typeName.utf8), $1.range) },
      .value(
        "args", "struct args", "Arguments of the tracepoint; fields by args.NAME.", in: .withArguments,
        example: #"tracepoint:syscalls:sys_enter_read { @bytes = hist(args.count); }"#
      ) { $0.probeArguments($1) },
      .values(
        "arg", "int64 argN", "A raw argument of the probe, counted from 0.", in: .withArgumentWords,
        example: #"uprobe:libc:malloc { @bytes = hist(arg0); }"#
      ) { $0.rawArgument($1, $2) },
      .values(
        "sarg", "int64 sargN", "An argument of the function on the stack, counted from 0.", in: .withStackArguments,
        example: #"uprobe:libc:syscall { printf("%d has %d as its last argument\n", arg0, sarg0); }"#
      ) { $1.context(.stackArgument($2), .uint64) },
      .value(
        "func", "string func", "Name of the traced function.", in: .onFunctions,
        example: #"uprobe:libc:*alloc { @[func] = count(); }"#
      ) { $1.context(.functionName, .symbolic(.probeName)) },
      .value(
        "retval", "uint64 retval", "What the traced function returns.", in: .withResult,
        example: #"uretprobe:libc:malloc /retval == 0/ { printf("%s is out of memory\n", comm); }"#
      ) { $0.functionResult($1) },
      .value(
        "ctx", "void *ctx", "Pointer to the probe's context.", in: .withContext,
        example: #"iter:task { printf("%d %s\n", ctx.task.pid, ctx.task.comm); }"#
      ) { $0.probeContext($1) },
      .value(
        "usermode", "uint8 usermode", "1 when the CPU ran a user's program, else 0.",
        example: #"profile:hz:99 { @[usermode] = count(); }"#
      ) {
        $0.instance.traits.hasRegisters
          ? $0.libraryValue(.userMode, .uint8, $1.range) : $0.number(0, .uint8, $1.range)
      },
      .function(
        "reg", 1...1, "uint64 reg(const string name)", "A saved register of the CPU.", in: .withRegisters,
        example: #"profile:hz:99 { @[reg("ip")] = count(); }"#
      ) { $0.register($1) },
    ])
}
