extension Topic {
  static let stacks = Topic(
    "Stacks",
    [
      .function(
        "kstack", 0...2, "kstack_t kstack([mode, ][int limit])",
        "The kernel's stack; modes are bpftrace, perf, raw.",
        example: #"profile:hz:99 { @[kstack(5)] = count(); }"#
      ) { $0.stack($1, isUser: false) },
      .function(
        "ustack", 0...2, "ustack_t ustack([mode, ][int limit])",
        "The process's stack; modes are bpftrace, perf, raw, build_id.",
        example: #"profile:hz:99 { @[ustack(perf, 5), comm] = count(); }"#
      ) { $0.stack($1, isUser: true) },
      .function(
        "dw_ustack", 0...2, "ustack_t dw_ustack([mode, ][int limit])",
        "The process's stack by what binaries say of their frames, with or without frame pointers; modes are bpftrace, perf, raw.",
        example: #"profile:hz:99 { @[dw_ustack(perf, 50), comm] = count(); }"#
      ) { $0.stack($1, isUser: true, unwinder: .tables) },
    ])
}
