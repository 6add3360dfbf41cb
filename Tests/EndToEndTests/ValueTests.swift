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
}
