/// Names that people know from other tracers, and what the language has for them.
enum ForeignNames {
  /// Of DTrace, SystemTap, and the helpers that C programs for the kernel call.
  private static let table: [(foreign: String, ours: String)] = [
    ("copyin", "buf(pointer, length), and str(pointer) for text"), ("copyinstr", "str(pointer)"),
    ("copyout", "write_user(place, source, length)"), ("stringof", "str(pointer)"), ("trace", "print(value)"),
    ("tracemem", "buf(pointer, length), printed with %rx"), ("printa", "print(@map)"), ("quantize", "hist(n)"),
    ("lquantize", "lhist(n, min, max, step)"), ("llquantize", "hist(n, k)"), ("trunc", "clear(@map)"),
    ("normalize", "print(@map, top, divisor)"), ("ustackdepth", "len(ustack)"), ("stackdepth", "len(kstack)"),
    ("jstack", "ustack"), ("stack", "kstack"), ("execname", "comm"), ("timestamp", "nsecs"), ("vtimestamp", "nsecs"),
    ("walltimestamp", "strftime(format, nsecs)"), ("probefunc", "func"), ("probename", "probe"), ("probemod", "probe"),
    ("probeprov", "probetype"), ("curthread", "curtask"), ("curpsinfo", "curtask"), ("gethrtime", "nsecs"),
    ("gettimeofday_ns", "nsecs"), ("gettimeofday_s", "nsecs"), ("user_string", "str(uptr(pointer))"),
    ("kernel_string", "str(kptr(pointer))"), ("probefunc_name", "func"), ("backtrace", "print(kstack)"),
    ("print_backtrace", "print(kstack)"), ("print_ubacktrace", "print(ustack)"), ("println", "print(value)"),
    ("bpf_get_current_pid_tgid", "pid, and tid"), ("bpf_get_current_comm", "comm"),
    ("bpf_get_current_uid_gid", "uid, and gid"), ("bpf_ktime_get_ns", "nsecs(monotonic)"),
    ("bpf_ktime_get_boot_ns", "nsecs"), ("bpf_get_smp_processor_id", "cpu"), ("bpf_get_current_task", "curtask"),
    ("bpf_trace_printk", "printf(format, ...)"), ("bpf_printk", "printf(format, ...)"),
    ("bpf_probe_read_str", "str(pointer, length)"), ("bpf_probe_read_user_str", "str(uptr(pointer), length)"),
    ("bpf_probe_read_kernel_str", "str(kptr(pointer), length)"), ("bpf_probe_read", "*(type *)pointer"),
    ("bpf_probe_read_user", "*(type *)uptr(pointer)"), ("bpf_probe_read_kernel", "*(type *)kptr(pointer)"),
    ("bpf_probe_write_user", "write_user(place, source, length)"), ("bpf_get_prandom_u32", "rand"),
    ("bpf_send_signal", "signal(number)"), ("bpf_override_return", "override(value)"),
    ("PT_REGS_RC", "retval"), ("PT_REGS_PARM1", "arg0"), ("PT_REGS_PARM2", "arg1"), ("PT_REGS_PARM3", "arg2"),
    ("PT_REGS_PARM4", "arg3"), ("PT_REGS_PARM5", "arg4"), ("PT_REGS_IP", "reg(\"ip\")"),
    ("PT_REGS_SP", "reg(\"sp\")"), ("bpf_ntohs", "ntohs(n)"), ("bpf_ntohl", "ntohl(n)"),
    ("bpf_htons", "htons(n)"), ("bpf_htonl", "htonl(n)"), ("strcmp", "a == b"), ("strjoin", "str_concat(a, b)"),
    ("strchr", "strstr(text, \"c\")"), ("memcpy", "an assignment"), ("sprintf", "printf(format, ...)"),
    ("system_time", "nsecs"), ("inet_ntop", "ntop(address)"), ("inet_ntoa", "ntop(address)"),
    ("inet_pton", "pton(\"address\")"), ("inet_aton", "pton(\"address\")"),
  ]

  /// How the language writes what a name of another one means; `nil` for names that it does not know.
  static func ours(for name: String) -> String? { table.first { $0.foreign == name }?.ours }
}
