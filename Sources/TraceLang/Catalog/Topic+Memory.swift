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
