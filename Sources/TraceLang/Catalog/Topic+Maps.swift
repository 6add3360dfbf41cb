extension Builtin {
  static let find = function(
    "find", 3...3, "bool find(map m, key k, $result)",
    "Whether a map has a key; sets the variable to its value.",
    example: #"""
      tracepoint:syscalls:sys_enter_read { @start[tid] = nsecs; }
      tracepoint:syscalls:sys_exit_read { let $at; if (find(@start, tid, $at)) { @ns = hist(nsecs - $at); } }
      """#
  ) { $0.findEntry($1) }
}

extension Topic {
  static let maps = Topic(
    "Maps",
    [
      .function(
        "has_key", 2...2, "bool has_key(map m, key k)", "Whether a map has a key.",
        example:
          #"tracepoint:sched:sched_process_exec { if (!has_key(@seen, comm)) { printf("%s\n", comm); } @seen[comm] = true; }"#
      ) { $0.hasKey($1) },
      .find,
      .function(
        "delete", 1...2, "bool delete(map m, key k)", "Removes a key from a map; true when it was there.",
        example: #"""
          tracepoint:syscalls:sys_enter_read { @busy[tid] = comm; }
          tracepoint:syscalls:sys_exit_read { delete(@busy, tid); }
          """#
      ) { $0.delete($1) },
      .function(
        "len", 1...1, "uint64 len(map m) or len(stack s)", "Number of entries in a map or of frames in a stack.",
        example: #"tracepoint:raw_syscalls:sys_enter { @[comm] = 1; } end { printf("%d\n", len(@)); clear(@); }"#
      ) { $0.length($1) },
      .action(
        "clear", 1...1, "void clear(map m)", "Removes all keys of a map.",
        example: #"tracepoint:raw_syscalls:sys_enter { @[comm] = count(); } interval:s:1 { print(@); clear(@); }"#
      ) { $0.mapArgument($1.arguments[0], $1.function).map { .clear(MapID($0)) } },
      .action(
        "zero", 1...1, "void zero(map m)", "Sets all values of a map to zero.",
        example: #"tracepoint:raw_syscalls:sys_enter { @[comm] = count(); } interval:s:1 { print(@); zero(@); }"#
      ) { $0.mapArgument($1.arguments[0], $1.function).map { .zero(MapID($0)) } },
    ])
}
