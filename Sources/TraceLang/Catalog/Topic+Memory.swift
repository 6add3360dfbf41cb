extension Topic {
  static let memory = Topic(
    "Memory",
    [
      .function(
        "buf", 1...2, "buffer buf(void *data [, uint64 length])", "Reads bytes, printed with %r.",
        example: #"tracepoint:syscalls:sys_enter_write { printf("%r\n", buf(args.buf, args.count)); }"#
      ) { $0.readBuffer($1) },
      .function(
        "memcmp", 3...3, "int64 memcmp(left, right, uint64 count)", "Compares bytes: below 0, 0 or above 0.",
        example: #"tracepoint:raw_syscalls:sys_enter /memcmp(comm, "kworker", 7) != 0/ { @[comm] = count(); }"#
      ) { $0.compareBytes($1) },
      .function(
        "bswap", 1...1, "uintN bswap(uintN n)", "Reverses the bytes of an integer.",
        example: #"begin { printf("%x\n", bswap((uint16)0x1234)); exit(); }"#
      ) { $0.byteSwap($1) },
      .byteOrder("ntohs", bits: 16, "Takes a number from the network's order of bytes to the machine's."),
      .byteOrder("ntohl", bits: 32, "Takes a number from the network's order of bytes to the machine's."),
      .byteOrder("htons", bits: 16, "Takes a number from the machine's order of bytes to the network's."),
      .byteOrder("htonl", bits: 32, "Takes a number from the machine's order of bytes to the network's."),
      .function(
        "container_of", 3...3, "T *container_of(M *member, type T, field)",
        "The struct or union that a pointer points into, given the field that it points to.",
        example: #"""
          tracepoint:sched:sched_process_exec {
            $task = container_of(curtask.tasks.next, struct task_struct, tasks); printf("%s\n", $task.comm);
          }
          """#
      ) { $0.container($1) },
      .function(
        "is_err", 1...1, "bool is_err(void *p)",
        "Whether a pointer is an error number of the kernel, as IS_ERR() has it.",
        example: #"kretprobe:do_filp_open /is_err(retval)/ { @[(int64)retval] = count(); }"#
      ) { $0.isError($1) },
      .function(
        "write_user", 3...3, "bool write_user(T *place, T *source, const uint64 length)",
        "Writes to the memory of the current process; whether it could.", risk: "changes the memory of processes",
        example: #"""
          tracepoint:syscalls:sys_enter_openat /comm == "myapp"/ { write_user(args.filename, "/tmp/other", 11); }
          """#
      ) { $0.writeUser($1) },
      .function(
        "kptr", 1...1, "T *kptr(T *p)", "Takes a pointer as one into the kernel.",
        example: #"rawtracepoint:sched_switch { $p = kptr((struct task_struct *)arg1); @[$p.comm] = count(); }"#
      ) { $0.pointer($1, into: .kernel) },
      .function(
        "uptr", 1...1, "T *uptr(T *p)", "Takes a pointer as one into user space.",
        example: #"rawtracepoint:sys_enter /arg1 == 21/ { printf("access %s\n", str(uptr((int8 *)args.regs.di))); }"#
      ) { $0.pointer($1, into: .user) },
      .function(
        "path", 1...2, "string path(struct path *path [, size])",
        "The full name of a path; its end where that is longer than size.", in: .withPaths,
        example: #"iter:task_file { printf("%s %s\n", ctx.task.comm, path(ctx.file.f_path)); }"#
      ) { $0.path($1) },
    ])
}

extension Builtin {
  /// A function that reverses the bytes of a number on a little-endian machine.
  fileprivate static func byteOrder(_ name: String, bits: Int, _ summary: String) -> Builtin {
    .function(
      name, 1...1, "uint\(bits) \(name)(uint\(bits) n)", summary,
      example: #"begin { printf("%d\n", \#(name)(0x50)); exit(); }"#
    ) { $0.byteOrder($1, bits: bits) }
  }
}
