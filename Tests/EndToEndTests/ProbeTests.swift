import Glibc
import TestSupport
import Testing

@Suite(.root) struct ProbeTests {
  @Test("BEGIN comes first, END last, exit drops what follows it") func order() throws {
    let script = #"""
      END { printf("end\n"); }
      BEGIN { printf("begin\n"); exit(); printf("never\n"); }
      """#
    #expect(try Tracing.output(script, options: ["--no-warnings"]) == "begin\nend\n\n\n")
  }

  @Test("several BEGIN and END run in the order written") func several() throws {
    let script =
      #"BEGIN { @x = 1; } BEGIN { @x++; printf("%d\n", @x); exit(); } end { @x += 5; } END { printf("%d\n", @x); }"#
    #expect(try Tracing.output(script) == "2\n7\n\n\n@x: 7\n")
  }

  @Test("an interval fires until the script ends") func interval() throws {
    let script = #"interval:ms:20 /@n < 3/ { @n++; printf("%d\n", @n); if (@n == 3) { exit(); } }"#
    #expect(try Tracing.output(script) == "1\n2\n3\n\n\n@n: 3\n")
  }

  @Test("an interval's period is kept") func period() throws {
    let script = #"""
      interval:hz:100 {
        if (@last != 0) { @ms = lhist((nsecs - @last) / 1000000, 0, 1000, 1000); }
        @last = nsecs; @n++;
        if (@n == 20) { exit(); }
      }
      END { clear(@last); }
      """#
    let maps = try Tracing.maps(script)
    #expect(Histogram.total(maps) == 19)
  }

  @Test("a profile samples the CPUs") func profile() throws {
    let maps = try Tracing.maps(
      #"profile:hz:199 /comm == "swt-spin"/ { @ = count(); }"#, as: "swt-spin", doing: "spin 1000")
    let count = try #require(Int(maps.dropFirst(3).dropLast()))
    // At most one sample a period; a busy machine gives the loop less than a whole CPU.
    #expect((10...240).contains(count))
  }

  @Test("tracepoints give their fields, arrays of characters as strings") func fields() throws {
    let script = #"""
      tracepoint:signal:signal_generate /comm == "swt-kill" && args.sig == 23/ { @[args.sig, args.comm, args.pid == pid] = count(); }
      """#
    #expect(try Tracing.maps(script, as: "swt-kill", doing: "signal 23 signal 23") == "@[23, swt-kill, true]: 2\n")
  }

  @Test("dynamic strings of tracepoints") func dynamicStrings() throws {
    let script = #"""
      tracepoint:sched:sched_process_exec { if (str(args.filename) == "/bin/true" && pid == args.old_pid) { @[comm] = count(); } }
      """#
    let maps = try Tracing.maps(script, as: "swt-dyn", doing: "exec /bin/true")
    #expect(maps.contains("@[true]: 1\n"))
  }

  @Test("blocks on probes of different layouts") func layouts() throws {
    let script = #"""
      tracepoint:syscalls:sys_enter_read, tracepoint:syscalls:sys_enter_write /comm == "swt-lay"/ { @[probe] = sum(args.count); }
      """#
    #expect(
      try Tracing.maps(script, as: "swt-lay", doing: "read 5 write 7 write 8") == """
        @[tracepoint:syscalls:sys_enter_read]: 5
        @[tracepoint:syscalls:sys_enter_write]: 15

        """)
  }

  @Test("latency of calls") func latency() throws {
    let script = #"""
      tracepoint:syscalls:sys_enter_nanosleep /comm == "swt-nap"/ { @start[tid] = nsecs; }
      tracepoint:syscalls:sys_exit_nanosleep /@start[tid]/ { @ = lhist((nsecs - @start[tid]) / 1000000, 1, 100000, 99999); delete(@start[tid]); }
      """#
    let maps = try Tracing.maps(script, as: "swt-nap", doing: "nap 20")
    #expect(maps.hasPrefix("@:\n[1, 100K)             20 |") || maps.hasPrefix("@:\n[1, 100000)           20 |"))
  }

  @Test("the kernel's structs by curtask") func currentTask() throws {
    let maps = try Tracing.maps(
      #"tracepoint:syscalls:sys_enter_getppid /comm == "swt-task"/ { @[curtask.comm, curtask->pid == tid] = count(); }"#,
      as: "swt-task", doing: "getppid 4")
    #expect(maps == "@[swt-task, true]: 4\n")
  }
}
