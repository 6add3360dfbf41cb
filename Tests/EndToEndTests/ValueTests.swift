import TestSupport
import Testing

/// Arrays, structs, tuples, pointers and variables of the language, computed by the kernel.
@Suite(.root) struct ValueTests {
  /// What a body prints, line by line.
  private func lines(_ body: String, before declarations: String = "") throws -> [String] {
    let output = try Tracing.output("\(declarations)\nBEGIN { \(body) exit(); }", options: ["--no-warnings"])
    return output.split(separator: "\n", omittingEmptySubsequences: true).map(String.init)
  }

  @Test("an integer and an array of its bytes are cast to each other") func arrayCasts() throws {
    #expect(
      try lines(
        """
        $a = (uint8[8])12345; print($a); print($a[1]); print((uint64)$a);
        print((int8[])(uint32)258); print((uint16[2])(uint32)65537); print((uint32[1])(uint16[2])(uint32)65537);
        """) == ["[57,48,0,0,0,0,0,0]", "48", "12345", "[2,1,0,0]", "[1,1]", "[65537]"])
  }

  @Test("an element outside of an array is 0") func outside() throws {
    #expect(
      try lines("$a = (uint8[4])(uint32)0x04030201; for $i : 2..6 { print($a[$i]); } $i = -1; print($a[$i]);")
        == ["3", "4", "0", "0", "0"])
  }

  @Test("arrays, tuples and structs are equal when all their parts are") func equality() throws {
    #expect(
      try lines(
        """
        $t = (1, 2, "abc");
        print($t == (1, 2, "abc")); print($t != (1, 3, "abc")); print((1, "a") == (1, "ab"));
        print((1, (2, "x")) == (1, (2, "x"))); print((uint8[4])(uint32)7 == (uint8[4])(uint32)7);
        print((uint8[4])(uint32)7 == (uint8[4])(uint32)8); print(*curtask.cred == *curtask.cred);
        """) == ["true", "true", "false", "true", "true", "false", "true"])
  }

  @Test("strings are in the order of their bytes") func stringOrder() throws {
    #expect(
      try lines(
        """
        $s = "hello"; $t = "help"; print(("b" < "a", "a" <= "ab", "ab" > "a", "abc" >= "abc", $s < $t, $s > $t));
        print((comm < "swtracf", comm > "swtrac", comm < "swtrace", comm >= "swtrace"));
        """) == ["(false, true, true, true, true, false)", "(true, true, false, true)"])
  }

  @Test("the address of a variable leads to what it holds later") func addresses() throws {
    #expect(
      try lines(
        """
        $x = (uint64)1; $p = &$x; $x = 2; print(*$p); $x++; $x *= 3; print(*$p); print($x--); print(*$p);
        if (pid) { $x = 50; } print(*$p); for $i : 0..200 { $x += 1; } print(*$p);
        $s = "abc"; $q = &$s; print(*$q); $t = (1, "x"); $r = &$t; print(*$r);
        @m = (uint32)7; $n = &@m; @m += 1; print(*$n); print((uint64)$p & 7);
        """
      ).dropLast() == ["2", "9", "9", "8", "50", "250", "abc", "(1, x)", "8", "0"])
  }

  @Test("a declared type keeps its width") func declared() throws {
    #expect(
      try lines(
        """
        let $y : uint8 = 255; $y++; print($y); $y -= 1; print($y); $y = pid - pid + 300; print($y);
        let $z : int16 = 32767; print(++$z); let $t : (uint8, string[5]) = (1, "ab"); print($t);
        let $p : uint8 * = 0; print($p);
        """) == ["0", "255", "44", "-32768", "(1, ab)", "0x0"])
  }

  @Test("what is not read is computed all the same for what it changes") func effects() throws {
    #expect(
      try lines(
        """
        if (({ @a ^= 0; let $v = "a"; $v }) == "abc") { print(1); } $n = strncmp("x", { @b = count(); comm }, 0);
        $v = (0, { @c = count(); 0 }).0; print(($n, $v));
        """) == ["(0, 0)", "@a: 0", "@b: 1", "@c: 1"])
  }

  @Test("structs print whole, those without a name as part of theirs") func structs() throws {
    let declarations = """
      struct S { int a; char b[4]; union { short c; struct { char d, e; }; }; int f : 3; int g : 5; int h[2][2]; };
      """
    // A task's flags and such are what they are; a struct laid over a constant is known.
    #expect(
      try lines(
        """
        $i = (uint64)0x0063626100000001; $p = (struct S *)&$i;
        printf("%d %s\\n", $p.a, $p.b); $s = *$p; print($s.a + 1); @s = $s.b;
        """, before: declarations) == ["1 abc", "2", "@s: abc"])
    #expect(
      try lines("print(curtask.cred.uid); print(curtask.se.load == curtask.se.load);") == ["{ .val = 0 }", "true"])
    #expect(try lines("print(*curtask.cred);")[0].contains(", .non_rcu = 0, .rcu = {"))
  }

  @Test("args print as a record of the fields") func arguments() throws {
    let script = #"tracepoint:syscalls:sys_enter_openat /comm == "swt-args"/ { print(args); exit(); }"#
    let output = try Tracing.output(script, as: "swt-args", doing: "open /etc/hostname")
    #expect(output.contains("{ .__syscall_nr = 257, .dfd = -100, .filename = 0x"))
    let exec = #"tracepoint:sched:sched_process_exec /comm == "true"/ { printf("%s\n", args); exit(); }"#
    #expect(
      try Tracing.output(exec, as: "swt-args2", doing: "exec /bin/true").hasPrefix("{ .filename = /bin/true, .pid = "))
  }

  @Test("members of kernel objects are those the helpers read") func kernelObjects() throws {
    #expect(
      try lines(
        """
        $t = (struct task_struct *)(uint64)curtask;
        print(curtask.pid == $t.pid); print(curtask.real_parent.tgid == $t.real_parent.tgid);
        print(curtask.pid == tid); print(curtask.cred.uid.val == uid); print(curtask.se.load.weight == $t.se.load.weight);
        print(curtask.nsproxy.uts_ns.ns.inum == $t.nsproxy.uts_ns.ns.inum);
        """) == Array(repeating: "true", count: 6))
  }

  @Test("arguments of raw tracepoints are followed and are numbers") func rawArguments() throws {
    let script = """
      rawtracepoint:sched_switch /args.prev.pid != 0/ {
        $p = (struct task_struct *)arg1;
        print((args.prev.pid == $p.pid, args.prev.real_parent.pid == $p.real_parent.pid, args.prev == arg1, args.prev & 7));
        exit();
      }
      """
    #expect(try Tracing.output(script).hasPrefix("(true, true, true, 0)\n"))
  }

  @Test("an index of a string gives its byte, and 0 behind its end") func stringBytes() throws {
    #expect(
      try lines(
        """
        $s = "abc"; print($s[0]); for $i : 1..6 { print($s[$i]); } $i = -1; print($s[$i]); print(sizeof($s[0]));
        print((comm[0], comm[15], str("\\xff")[0], @m["x"][1])); @m["x"] = "yz"; print(@m["x"][1]);
        """) == ["97", "98", "99", "0", "0", "0", "0", "1", "(115, 0, -1, 0)", "122", "@m[x]: yz"])
    let script = "tracepoint:sched:sched_switch { print((args.prev_comm[0] == comm[0], args.next_comm[15])); exit(); }"
    #expect(try Tracing.output(script).hasPrefix("(true, 0)\n"))
  }

  @Test("str() of text that is known keeps as many bytes as it is told, of other text one less") func lengths() throws {
    #expect(
      try lines(
        """
        $s = "truncate"; $l = 3; print((str("truncate", 4), str($s, 4), str("truncate", 100), str($s, 100)));
        print((str("truncate", $l), str($s, $l), str(comm, 4), str("", 4))); print(sizeof(str("truncate", 4)));
        """) == ["(trun, tru, truncate, truncate)", "(tr, tr, swt, )", "5"])
    #expect(
      try Tracing.output("BEGIN { print((str($1, 4), str($1))); exit(); }", parameters: ["parameter"]).hasPrefix(
        "(para, parameter)\n"))
  }

  @Test("strings are joined, as far as a string may be long") func concatenation() throws {
    #expect(
      try lines(
        """
        $s = "abc"; print((str_concat("a", "b"), str_concat($s, comm), str_concat(comm, $s), str_concat("", $s)));
        @[str_concat($s, "d")] = 1; print(@["abcd"]); print(sizeof(str_concat($s, $s)));
        print(str_concat(str_concat($s, $s), str_concat($s, "e")) == "abcabcabce");
        """) == ["(ab, abcswtrace, swtraceabc, abc)", "1", "7", "true", "@[abcd]: 1"])
    let script = "config = { max_strlen = 4 } BEGIN { $s = str(\"abcd\"); print(str_concat($s, $s)); exit(); }"
    #expect(try Tracing.output(script).hasPrefix("abcd..\n"))
  }

  @Test("buffers and timestamps are equal when their parts are, and may be keys") func partsEqual() throws {
    #expect(
      try lines(
        """
        $b = buf("abc", 3); $t = nsecs;
        print(($b == buf("abc", 3), $b != buf("abd", 3), $b == buf("abcd", 4), buf("abcd", 4) == $b));
        print((strftime("%H", $t) == strftime("%H", $t), strftime("%H", $t) == strftime("%H", $t + 1)));
        @b[$b] = 1; @b[buf("abc", 3)]++; @t[strftime("year %Y", 0), 1] = count();
        """
      ).dropLast() == ["(true, true, false, false)", "(true, false)", "@b[abc]: 2"])
  }

  @Test("an integer cast to an array of booleans gives whether each byte is set") func booleans() throws {
    #expect(
      try lines("print((bool[2])(uint16)1); print((bool[])(uint32)0x02000100);") == [
        "[true,false]", "[false,true,false,true]",
      ])
  }

  @Test("a block's last expression may be what a map gathers") func gatheringBlocks() throws {
    #expect(
      try lines("@ = { let $a = 100; avg($a) }; @b[1] = { @n = 5; { count() } }; @b[1] = count(); @h = { hist(3) };")
        == ["@: 100", "@b[1]: 2", "@h:", "[2, 4)                 1 |\(String(repeating: "@", count: 52))|", "@n: 5"])
  }

  @Test("numbers of the network are those of the machine reversed, in their own width") func byteOrder() throws {
    #expect(
      try lines(
        "print((ntohs(0x1234), htons(0x1234), ntohl(0x12345678), htonl(1), ntohs(0x991234))); $x = pid; print(ntohl(htonl($x)) == pid);"
      )
        == ["(13330, 13330, 2018915346, 16777216, 13330)", "true"])
  }

  @Test("pointers that are errors are told from others") func errorPointers() throws {
    #expect(
      try lines(
        "$e = (void *)0xfffffffffffffff0; print((is_err($e), is_err(curtask), is_err((void *)0), is_err((void *)0xfffffffffffff001), is_err((void *)0xfffffffffffff000)));"
      ) == ["(true, false, false, true, false)"])
  }

  @Test("a pointer to a field leads to the struct around it") func containers() throws {
    #expect(
      try lines(
        """
        $t = curtask; $next = container_of($t.tasks.next, struct task_struct, tasks);
        $back = container_of($next.tasks.prev, struct task_struct, tasks); print($back.pid == $t.pid);
        """) == ["true"])
  }

  @Test("the settings of a script are a record") func settings() throws {
    #expect(
      try Tracing.output(
        "config = { max_strlen = 77; stack_mode = perf } BEGIN { print((config.max_strlen, config.stack_mode, config.print_maps_on_exit, config().max_map_keys)); exit(); }"
      ).hasPrefix("(77, perf, true, 4096)\n"))
  }

  @Test("signals have names, and processes' first threads") func names() throws {
    #expect(
      try lines(
        "print((signal_name(9), signal_name(11), signal_name(0), signal_name(64), signal_name(99), leader_comm, leader_tid == tid, leader_comm(curtask), leader_tid(curtask) == pid));"
      )
        == ["(Killed, Segmentation fault, Unknown signal 0, Real-time signal 30, N/A, swtrace, true, swtrace, true)"])
  }

  @Test("the context of a perf event and of a uprobe holds what the CPU was doing") func contexts() throws {
    #expect(
      try Tracing.output(
        "software:cpu-clock:1000 { print((ctx.regs.ip == reg(\"ip\"), ctx.regs.sp == reg(\"sp\"), ctx.sample_period)); exit(); }"
      ).hasPrefix("(true, true, 1000)\n"))
    #expect(
      try Tracing.output("interval:ms:1 { print(ctx.regs.ip == reg(\"ip\")); exit(); }").hasPrefix("true\n"))
  }

  @Test("a tracepoint's field of an enum prints as its enumerator") func enumFields() throws {
    let script = """
      tracepoint:timer:hrtimer_start /comm == "swt-enum"/ {
        printf("%s %d\\n", args.mode, args.mode); print(args.mode); @[args.mode] = count(); exit();
      }
      """
    let output = try Tracing.output(script, as: "swt-enum", doing: "nap 20")
    let lines = output.split(separator: "\n")
    #expect(lines.count == 3 && lines.allSatisfy { $0.contains("HRTIMER_MODE_") }, "\(output)")
  }

  @Test("a loop over a map has the values that its iterations began with") func loopValues() throws {
    #expect(
      try lines(
        """
        @a[1] = 10; for ($kv : @a) { @a[1] = 99; @b[$kv.0] = $kv.1 + 1; } @s[1] = "x"; for ($kv : @s) { @s[1] = "y"; print($kv.1); }
        @c[1] = 5; for ($kv : @c) { @c[1]++; @c[1] += 2; print(($kv.1, @c[1])); }
        """) == ["x", "(5, 8)", "@a[1]: 99", "@b[1]: 11", "@c[1]: 8", "@s[1]: y"])
  }

  @Test("what a buffer asks for beyond a string or an array is zero") func buffersBeyond() throws {
    #expect(
      try lines(
        #"$s = "ab"; $n = 6; printf("%rh|%rh|%rh|%rh\n", buf("abc", 6), buf($s, $n), buf((uint8[2])(uint16)513, 4), buf(comm, 20));"#
      )
        == [
          "61 62 63 00 00 00|61 62 00 00 00 00|01 02 00 00|73 77 74 72 61 63 65" + String(repeating: " 00", count: 13)
        ])
  }

  @Test("a record as the only key is one value") func recordKeys() throws {
    #expect(try lines("@k[(x = 1, y = 2)] = 5; @t[(1, 2)] = 6;") == ["@k[{ .x = 1, .y = 2 }]: 5", "@t[1, 2]: 6"])
  }

  @Test("parts of stats and avg are read by name, and a chart prints by key") func parts() throws {
    #expect(
      try lines(
        """
        @s[1] = stats(10); @s[1] = stats(20); @s[2] = stats(-7); @a = avg(4); @a = avg(6);
        print((@s[1].count, @s[1].average, @s[1].total, @s[2].total, @s[3].count, @a.count, @a.average, @a.total));
        @h[1] = hist(4); @h[2] = hist(8); print(@h[2]); if (@s[1].count > 1) { print("many"); } clear(@s); clear(@a); clear(@h);
        """) == [
          "(2, 15, 30, -7, 0, 2, 5, 10)", "@h[2]:", "[8, 16)                1 |\(String(repeating: "@", count: 52))|",
          "many",
        ])
    #expect(
      try Tracing.output(
        "BEGIN { @h[1] = lhist(4, 0, 10, 5); print(@h[1]); clear(@h); exit(); }", options: ["-f", "json"]
      )
      .hasPrefix(#"{"type": "hist", "data": {"@h": {"1": [{"min": 0, "max": 4, "count": 1}]}}}"#))
  }

  @Test("flags of allocations print by the kernel's names") func allocationFlags() throws {
    #expect(
      try lines(#"printf("%gr|%gr|%gr|%gr|%12gr|\n", 0xcc0, 0x820, 0xdc0, 0, 0x80000cc0);"#)
        == ["GFP_KERNEL|GFP_ATOMIC|GFP_KERNEL|__GFP_ZERO|none|GFP_KERNEL|0x80000000|"])
    let script = #"tracepoint:kmem:kmalloc { printf("%gr\n", args.gfp_flags); exit(); }"#
    #expect(try Tracing.output(script).contains("GFP_"))
  }

  @Test("%s prints numbers, pointers and buffers, and a lone percent sign is one") func plainText() throws {
    #expect(
      try lines(
        #"printf("%s|%s|%s|%5s|%x|%u\n", 5, (int8 *)0, buf("abc", 3), -7, -1, -1); printf("100%\n"); printf("1%");"#)
        == ["5|0x0|abc|   -7|ffffffff|4294967295", "100%", "1%"])
  }

  @Test("literals join, choose and test at compile time") func literals() throws {
    #expect(
      try lines(
        #"$s = "x" + "y"; print(($s, "a" + "b" + "c")); if ("") { print(1); } else { print("empty"); } print(1 ? "a" : 5);"#
      )
        == ["(xy, abc)", "empty", "a"])
  }

  @Test("the complement of an unsigned number has its width") func complements() throws {
    #expect(
      try lines("$a = (uint8)1; $b = (uint32)1; print((~(uint8)1, ~$a, ~(uint16)1, ~$b, ~(uint64)0, ~5));")
        == ["(254, 254, 65534, 4294967294, 18446744073709551615, -6)"])
  }

  @Test("pointers are apart by elements") func pointerDifferences() throws {
    #expect(
      try lines("$p = (int32 *)0x1000; $q = $p + 4; $c = (int8 *)0x1000; print(($q - $p, $p - $q, ($c + 3) - $c));")
        == ["(4, -4, 3)"])
  }

  @Test("a scalar may be declared, and printed with a divisor") func scalars() throws {
    #expect(
      try Tracing.output("let @a = hash(10); BEGIN { @a = 1; @s = sum(100); print(@s, 5, 10); clear(@s); exit(); }")
        .hasPrefix("@s: 10\n"))
  }

  @Test("names of probe types in any case") func capitals() throws {
    #expect(
      try Tracing.output(
        "Begin { print(probe); } TRACEPOINT:sched:sched_switch /comm != \"x\"/ { exit(); } eND { print(probe); }")
        == "begin\nend\n\n\n")
  }

  @Test("a command without output prints nothing") func silentCommands() throws {
    #expect(
      try Tracing.output(#"BEGIN { system("true"); system("echo x"); exit(); }"#, options: ["--unsafe"]).hasPrefix(
        "x\n"))
  }
}
