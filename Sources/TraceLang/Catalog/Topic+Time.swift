extension Topic {
  static let time = Topic(
    "Time",
    [
      .value(
        "nsecs", "uint64 nsecs([monotonic|boot|tai|sw_tai])",
        "Nanoseconds by a kernel clock, boot if none is named.", takes: 0...1,
        example: #"begin { @begun = nsecs; } end { printf("%d ns\n", nsecs - @begun); clear(@begun); }"#
      ) { $0.nanoseconds($1) },
      .value(
        "elapsed", "uint64 elapsed", "Nanoseconds since tracing began.",
        example: #"tracepoint:sched:sched_process_exec { printf("%d ms: %s\n", elapsed / 1000000, comm); }"#
      ) { $1.context(.elapsed, .uint64) },
      .value(
        "jiffies", "uint64 jiffies", "The kernel's jiffies.",
        example: #"begin { printf("%d\n", jiffies); exit(); }"#
      ) { $1.context(.jiffies, .uint64) },
      .function(
        "strftime", 2...2, "timestamp strftime(const string format, uint64 ns)", "A boot-clock time as text.",
        example: #"tracepoint:sched:sched_process_exec { printf("%s %s\n", strftime("%H:%M:%S", nsecs), comm); }"#
      ) { $0.formattedTime($1) },
      .action(
        "time", 0...1, "void time([const string format])", "Prints the time of day by a strftime format.",
        example:
          #"interval:s:1 { time("%H:%M:%S "); print(@); clear(@); } tracepoint:raw_syscalls:sys_enter { @ = count(); }"#
      ) { $0.timeOfDay($1) },
    ])
}
