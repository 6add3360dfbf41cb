import TestSupport
import Testing

@Suite(.root) struct OutputTests {
  @Test("strings of arguments") func strings() throws {
    let script = #"""
      tracepoint:syscalls:sys_enter_openat /comm == "swt-open"/ { printf("%s|%s|%d\n", str(args.filename), str(args.filename, 6), args.flags); }
      """#
    #expect(
      try Tracing.output(script, as: "swt-open", doing: "open /etc/hostname open /no/such/file") == """
        /etc/hostname|/etc/|0
        /no/such/file|/no/s|0



        """)
  }

  @Test("strings as keys and values") func stringMaps() throws {
    let script = #"""
      tracepoint:syscalls:sys_enter_openat /comm == "swt-strmap"/ { @count[str(args.filename)] = count(); @last = str(args.filename); }
      """#
    #expect(
      try Tracing.maps(script, as: "swt-strmap", doing: "open /a open /b open /b") == """
        @count[/a]: 1
        @count[/b]: 2
        @last: /b

        """)
  }

  @Test("join prints an argument list") func join() throws {
    let script = #"""
      tracepoint:syscalls:sys_enter_execve /comm == "swt-join"/ { join(args.argv); join(args.argv, "|"); }
      """#
    #expect(
      try Tracing.output(script, as: "swt-join", doing: "exec /bin/true") == """
        first second word third
        first|second word|third



        """)
  }

  @Test("printf with every conversion") func conversions() throws {
    let script = #"""
      BEGIN {
        printf("%d %i %u %x %X %o %c %p %s %%\n", -1, 2, 3, 255, 255, 8, 65, 4096, "text");
        printf("%8d|%-8d|%08d|%08x|%5s|%-5s|\n", 1, 2, 3, 255, "ab", "cd");
        printf("%lld %llu %llx %hd %hhd %ld\n", -5, 18446744073709551615, 255, 65537, 257, 9);
        exit();
      }
      """#
    #expect(
      try Tracing.output(script) == """
        -1 2 3 ff FF 10 A 0x1000 text %
               1|2       |00000003|000000ff|   ab|cd   |
        -5 18446744073709551615 ff 1 1 9



        """)
  }

  @Test("escapes in formats") func escapes() throws {
    #expect(
      try Tracing.output(#"BEGIN { printf("a\tb\\\"\x41\101\n"); exit(); }"#) == "a\tb\\\"AA\n\n\n")
  }

  @Test("values and maps by print") func prints() throws {
    let script = #"""
      BEGIN {
        @a[1] = 10; @a[2] = 30; @a[3] = 20; @s = 5;
        print(@a, 2); print(@a, 1, 10); print(@s); print(@a[2]);
        print((1, "x", -3)); print("text"); print(1 << 4); print(3 > 2);
        clear(@a);
        exit();
      }
      """#
    #expect(
      try Tracing.output(script) == """
        @a[3]: 20
        @a[2]: 30
        @a[2]: 3
        @s: 5
        30
        (1, x, -3)
        text
        16
        true


        @s: 5

        """)
  }

  @Test("a map's entries are counted and looped over") func entries() throws {
    let script = #"""
      BEGIN {
        @by["a", 1] = 10; @by["b", 2] = 20; @c[5] = count(); @empty[1] = 1; delete(@empty, 1);
        printf("%d %d %d\n", len(@by), len(@c), len(@empty));
        for ($e : @by) { @sum += $e.1; @keys[$e.0.0] = $e.0.1; }
        if (has_key(@by, ("a", 1)) && delete(@by, ("a", 1))) { printf("%d\n", len(@by)); }
        clear(@c);
        exit();
      }
      """#
    #expect(
      try Tracing.output(script) == """
        2 1 0
        1


        @by[b, 2]: 20
        @keys[a]: 1
        @keys[b]: 2
        @sum: 30

        """)
  }

  @Test("maps at the end are sorted by name, entries by value") func layout() throws {
    let script = #"""
      BEGIN {
        @z["b", 1] = 2; @z["a", 2] = 1; @z["c", 3] = 3;
        @a = 5; @t = (1, "two", 3); @s = "text"; @n[1,2,3] = -4; @f = true; @names[7] = "seven";
        exit();
      }
      """#
    #expect(
      try Tracing.maps(script) == """
        @a: 5
        @f: true
        @n[1, 2, 3]: -4
        @names[7]: seven
        @s: text
        @t: (1, two, 3)
        @z[a, 2]: 1
        @z[b, 1]: 2
        @z[c, 3]: 3

        """)
  }

  @Test("arithmetic is that of C with bpftrace's rules") func arithmetic() throws {
    let script = #"""
      BEGIN {
        $i = 0; while ($i < 5) { $i++; if ($i == 2) { continue; } if ($i == 5) { break; } @sum += $i; }
        unroll(3) { @three++; }
        for ($j : 0..4) { @squares[$j] = $j * $j; }
        printf("%d %d %d %d\n", -7 / 2, -7 % 3, 7 / 2, 7 % 3);
        printf("%d %d %d %d\n", 1 << 4, 255 >> 4, 6 & 3, 6 ^ 3);
        printf("%d %d %d\n", (uint8)300, (int8)200, (int16)70000);
        printf("%s %d\n", 2 > 1 ? "yes" : "no", !0);
        exit();
      }
      """#
    #expect(
      try Tracing.output(script) == """
        -3 -1 3 1
        16 15 2 5
        44 -56 4464
        yes 1


        @squares[0]: 0
        @squares[1]: 1
        @squares[2]: 4
        @squares[3]: 9
        @sum: 8
        @three: 3

        """)
  }

  @Test("time, strftime and elapsed") func times() throws {
    let output = try Tracing.output(
      #"BEGIN { time("%Y\n"); printf("%s %d\n", strftime("%Y", nsecs), elapsed < 60000000000); exit(); }"#)
    let lines = output.split(separator: "\n")
    #expect(lines.count == 2)
    #expect(lines.first?.count == 4)
    #expect(lines.last == "\(lines.first ?? "") 1")
  }

  @Test("messages go to the standard error with their place") func messages() throws {
    let result = try run([
      Repository.swtrace, "-q", "-e", #"BEGIN { warnf("odd %d\n", 3); errorf("stop\n"); exit(); }"#,
    ])
    #expect(result.ending == .exited(0))
    #expect(result.output == "\n\n")
    #expect(result.errors == "stdin:1:9-29: WARNING: odd 3\nstdin:1:31-47: ERROR: stop\n")
  }

  @Test("every line of JSON output is JSON of its type") func json() throws {
    let script = #"""
      BEGIN { printf("a \"quoted\"\n"); system("true"); @["k", 1] = 2; @h = hist(5); @s = stats(4); print((1, "x")); print(7);
        printf("%.2f s\n", 1234 / 1000); exit(); }
      """#
    let result = try run([Repository.swtrace, "--unsafe", "-f", "json", "-e", script])
    #expect(result.ending == .exited(0))
    #expect(result.errors == "")
    #expect(
      result.output == #"""
        {"type": "attached_probes", "count": 1, "data": {"probes": 1}}
        {"type": "printf", "data": "a \"quoted\"\n"}
        {"type": "syscall", "data": ""}
        {"type": "value", "data": [1,"x"]}
        {"type": "value", "data": 7}
        {"type": "printf", "data": "1.23 s\n"}
        {"type": "map", "data": {"@": {"k,1": 2}}}
        {"type": "hist", "data": {"@h": [{"min": 4, "max": 7, "count": 1}]}}
        {"type": "stats", "data": {"@s": {"count": 1, "average": 4, "total": 4}}}

        """#)
  }

  @Test("lost events are counted and told") func lostEvents() throws {
    let result = try run(
      [
        Repository.swtrace, "-q", "-c", try Workload.command("swt-lost", "getppid 200000"), "-e",
        #"tracepoint:syscalls:sys_enter_getppid /comm == "swt-lost"/ { printf("%s\n", comm); @ = count(); }"#,
      ], environment: ["BPFTRACE_PERF_RB_PAGES=1"])
    let printed = result.output.split(separator: "\n").filter { $0 == "swt-lost" }.count
    #expect(result.output.hasSuffix("\n@: 200000\n"))
    #expect(printed < 200_000)
    #expect(result.errors.hasSuffix("WARNING: Total lost event count: \(200_000 - printed)\n"))
  }

  @Test("a full map is told with the number of lost updates") func fullMap() throws {
    let script = #"""
      config = { max_map_keys = 4 }
      tracepoint:syscalls:sys_enter_getppid /comm == "swt-full"/ { @n++; @keys[@n] = 1; }
      """#
    let result = try run([
      Repository.swtrace, "-q", "-c", try Workload.command("swt-full", "getppid 10"), "-e", script,
    ])
    #expect(result.ending == .exited(0))
    #expect(result.output.split(separator: "\n").filter { $0.hasPrefix("@keys[") }.count == 4)
    #expect(result.errors == "WARNING: @keys was full: 6 updates were lost; raise max_map_keys\n")
  }
}
