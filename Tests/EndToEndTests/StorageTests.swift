import TestSupport
import Testing

/// What prints is the same wherever a map is kept.
@Suite(.root) struct StorageTests {
  @Test("maps with keys of few values are cleared, zeroed, read and printed as others are") func fewValues() throws {
    let script = """
      BEGIN {
        @b[true] = count(); @b[1 == 2] = count(); @b[true] = count();
        @u[(uint8)3] = avg(5); @u[(uint8)200] = avg(7); @u[(uint8)200] = avg(9); printf("%d\\n", @u[(uint8)200]);
        @z[(uint8)1] = sum(0); @c[(uint8)1] = count(); clear(@c);
        @x[(uint8)1] = max(-5); zero(@x); @h[(uint8)7] = hist(3);
        exit();
      }
      """
    #expect(
      try Tracing.output(script) == """
        8


        @b[false]: 1
        @b[true]: 2
        @h[7]:
        [2, 4)                 1 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|

        @u[3]: 5
        @u[200]: 8
        @x[1]: 0
        @z[1]: 0

        """)
  }

  @Test("counts by CPU add up to all events") func byCPU() throws {
    let maps = try Tracing.maps(
      "tracepoint:syscalls:sys_enter_getppid /comm == \"swt-cpu\"/ { @[cpu] = count(); @all = count(); }",
      as: "swt-cpu",
      doing: "getppid 500")
    let counts = maps.split(separator: "\n").filter { $0.hasPrefix("@[") }.compactMap { line in
      line.split(separator: " ").last.flatMap { Int($0) }
    }
    #expect(maps.contains("@all: 500\n"))
    #expect(counts.reduce(0, +) == 500)
  }

  @Test("an aggregation is read by the probe that runs") func byProbe() throws {
    let script = """
      tracepoint:syscalls:sys_enter_getppid, tracepoint:syscalls:sys_enter_getpgid /comm == "swt-byprobe"/ {
        @[probe] = count();
        @seen[probe, @[probe]] = count();
      }
      """
    #expect(
      try Tracing.maps(script, as: "swt-byprobe", doing: "getppid 2 getpgid 1") == """
        @[tracepoint:syscalls:sys_enter_getpgid]: 1
        @[tracepoint:syscalls:sys_enter_getppid]: 2
        @seen[tracepoint:syscalls:sys_enter_getppid, 1]: 1
        @seen[tracepoint:syscalls:sys_enter_getppid, 2]: 1
        @seen[tracepoint:syscalls:sys_enter_getpgid, 1]: 1

        """)
  }

  @Test("a name in quotes is a key where probe is one elsewhere") func namedProbe() throws {
    let script = """
      BEGIN { @b["tracepoint:syscalls:sys_enter_getppid", 1] = 0; }
      tracepoint:syscalls:sys_enter_getppid /comm == "swt-named"/ { @all[probe] = count(); @b[probe, 1]++; }
      END { printf("%d %d\\n", @all["tracepoint:syscalls:sys_enter_getppid"], @all["nope"]); clear(@all); }
      """
    #expect(
      try Tracing.output(script, as: "swt-named", doing: "getppid 3") == """
        3 0


        @b[tracepoint:syscalls:sys_enter_getppid, 1]: 3

        """)
  }

  @Test("raw_syscalls tells the number and the result without its record") func rawSyscalls() throws {
    let script = """
      tracepoint:raw_syscalls:sys_enter /comm == "swt-rawsys" && args.id == 110/ { @enter[args.id] = count(); }
      tracepoint:raw_syscalls:sys_exit /comm == "swt-rawsys" && args.id == 110/ { @exit[args.id] = count(); @positive[args.ret > 0] = count(); }
      tracepoint:raw_syscalls:sys_enter /comm == "swt-rawsys" && args.id == 110 && args.args[5] == args.args[5]/ { @record = count(); }
      """
    #expect(
      try Tracing.maps(script, as: "swt-rawsys", doing: "getppid 7") == """
        @enter[110]: 7
        @exit[110]: 7
        @positive[true]: 7
        @record: 7

        """)
  }

  @Test("values of constant keys are read, tested, deleted, cleared and printed as others are") func constantKeys()
    throws
  {
    let script = """
      BEGIN {
        if (pid == 0) { @n["c", 3] = 1; @s["none"] = ""; }
        @b[true] = 5; @b[1 == 2] = 6; @b[true] += 10; @b[true]++; @u[(uint8)200] = 3;
        @n["a", 1] = 7; @n["b", -2] = 8; @n["a", 1] += 5; printf("%d %d %d\\n", @n["a", 1], @n["b", -2], @n["c", 3]);
        printf("%d %d\\n", has_key(@n, ("a", 1)), has_key(@n, ("c", 3)));
        printf("%d %d\\n", delete(@n, ("b", -2)), delete(@n, ("b", -2)));
        @s["reads"] = "text"; @s["writes"] = "other"; print(@s["reads"]); print(@s["none"]);
        @z["q"] = 3; zero(@z); @w["q"] = 3; clear(@w); @t["q"] = (1, "abc"); print(@t["q"].1);
        @a["x"] = count(); @a["yy"] = count(); @a["x"] = count(); printf("%d\\n", @a["x"]); print(@a["yy"]);
        exit();
      }
      """
    #expect(
      try Tracing.output(script) == """
        12 8 0
        1 0
        1 0
        text

        abc
        2
        1


        @a[yy]: 1
        @a[x]: 2
        @b[false]: 6
        @b[true]: 16
        @n[a, 1]: 12
        @s[reads]: text
        @s[writes]: other
        @t[q]: (1, abc)
        @u[200]: 3
        @z[q]: 0

        """)
  }

  @Test("keys that are no enumerator and system calls that there are not have entries too") func strangers() throws {
    let script = """
      enum Kind { NONE, READ, WRITE = 5 }
      BEGIN {
        @v = (enum Kind)200;
        @f[@v] = sum(3); @f[(enum Kind)5] = sum(4); @f[READ] = sum(1); printf("%d %d\\n", @f[@v], @f[(enum Kind)5]);
        @y[syscall_name(39)] = count(); @y[syscall_name(100000)] = count(); @y[syscall_name(-1)] = count();
        @x[syscall_name(39)] = hist(3); @x[syscall_name(100000)] = hist(5); zero(@x); print(@x); clear(@x);
        exit();
      }
      """
    #expect(
      try Tracing.output(script) == """
        3 4
        @x[getpid]:

        @x[Unknown syscall]:



        @f[READ]: 1
        @f[200]: 3
        @f[WRITE]: 4
        @v: 200
        @y[getpid]: 1
        @y[Unknown syscall]: 1
        @y[Unknown syscall]: 1

        """)
  }

  @Test("a probe reads what is there of others' names") func otherProbes() throws {
    let script = """
      tracepoint:syscalls:sys_enter_getppid /comm == "swt-others"/ { @[probe] = count(); @v[probe] = 4; }
      tracepoint:syscalls:sys_exit_getppid /comm == "swt-others"/ { @sum = sum(10 + (int64)@[probe] + @v[probe]); }
      """
    #expect(
      try Tracing.maps(script, as: "swt-others", doing: "getppid 2") == """
        @[tracepoint:syscalls:sys_enter_getppid]: 2
        @sum: 20
        @v[tracepoint:syscalls:sys_enter_getppid]: 4

        """)
  }
}
