extension Topic {
  static let machine = Topic(
    "The machine",
    [
      .value(
        "cpu", "uint32 cpu", "Number of the CPU the probe runs on.",
        example: #"tracepoint:sched:sched_switch { @[cpu] = count(); }"#
      ) { $1.context(.cpu, .uint32) },
      .value(
        "ncpus", "uint64 ncpus", "Number of CPUs the machine may have online.",
        example: #"begin { printf("%d CPUs\n", ncpus); exit(); }"#
      ) { checker, call in
        checker.readsCPUCount = true
        return checker.number(Int64(checker.target.machine.possibleCPUs), .uint64, call.range)
      },
      .value(
        "numaid", "uint32 numaid", "NUMA node the probe runs on.",
        example: #"profile:hz:99 { @[numaid] = count(); }"#
      ) { $1.context(.numaID, .uint32) },
      .value(
        "rand", "uint32 rand", "A pseudo-random number.",
        example: #"tracepoint:raw_syscalls:sys_enter /rand % 100 == 0/ { @[comm] = count(); }"#
      ) { $1.context(.rand, .uint32) },
    ])
}
