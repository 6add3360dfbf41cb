import Glibc
import TestSupport
import Testing

@Suite(.root) struct LibraryTests {
  @Test("addresses as values, keys and text") func addresses() throws {
    let script = #"""
      BEGIN {
        printf("%s %s %s\n", ntop(0x0100007f), ntop(2, 0x0100007f), ntop(pton("::1")));
        $a = pton("ff02::1:2");
        print(ntop($a)); print(pton("1.2.3.4")); print(pton("1.2.3.4") == pton("1.2.3.5"));
        @[ntop(1)] = 1; @x = ntop(pton("10.0.0.1"));
        exit();
      }
      """#
    #expect(
      try Tracing.output(script) == """
        127.0.0.1 127.0.0.1 ::1
        ff02::1:2
        [1,2,3,4]
        false


        @[1.0.0.0]: 1
        @x: 10.0.0.1

        """)
  }

  @Test("an Ethernet address is read from memory") func hardware() throws {
    let script = #"""
      struct card { char id[6]; }
      tracepoint:syscalls:sys_enter_openat /comm == "swt-mac"/ { $c = (struct card *)args.filename; @[macaddr($c->id)] = count(); print(macaddr(args.filename)); }
      """#
    #expect(
      try Tracing.output(script, as: "swt-mac", doing: "open /abcde") == """
        2F:61:62:63:64:65


        @[2F:61:62:63:64:65]: 1

        """)
  }

  @Test("strings are searched, measured and compared") func strings() throws {
    let script = #"""
      tracepoint:syscalls:sys_enter_openat /comm == "swt-search"/ {
        $s = str(args.filename); @n = "abcabd"; $none = ""; @m = "abab"; @o = "ababx";
        print((strlen($s), strlen(args.filename), strlen(comm), strlen($none)));
        print((strstr($s, @n), strstr($s, @m), strstr($s, @o), strstr($s, $none), strstr($s, $s), strstr(@n, $s)));
        print((strstr($s, "c"), strstr($s, "abcabd"), strstr($s, "bdxabab"), strstr($s, "bdxababx"), strstr($s, "x")));
        print((strcontains($s, "xab"), strcontains($s, "xb"), strcontains(comm, "search")));
        print((globmatch($s, "/abc*"), globmatch($s, "/abc"), globmatch($s, "*"), globmatch($s, "*a?d*[a-c]"), globmatch($s, "[!/]*")));
        print((memcmp(@m, @o, 4), memcmp(@m, @o, 5), memcmp(@o, @m, 5), memcmp("b", "a", 1), memcmp(args.filename, "/abx", 3), memcmp(args.filename, "/abx", 4)));
        print((strncmp(@m, @o, 4), strncmp(@m, @o, 5) != 0, strncmp(args.filename, "/abx", 3), strncmp($s, @n, pid) != 0));
        exit();
      }
      """#
    let output = try Tracing.output(script, as: "swt-search", doing: "open /abcabcabdxabab")
    #expect(
      output.split(separator: "\n").prefix(7).joined(separator: "\n") == """
        (15, 15, 10, 0)
        (4, 11, -1, 0, 0, -1)
        (3, 4, 8, -1, 10)
        (true, false, true)
        (true, false, true, true, false)
        (0, -1, 1, 1, 0, -1)
        (0, true, 0, true)
        """)
  }

  @Test("strings of the full length are searched within the verifier's limits") func longStrings() throws {
    let script = #"""
      tracepoint:syscalls:sys_enter_openat /comm == "swt-long"/ {
        $a = str(args.filename); $b = str(args.filename, 1000);
        print((strstr($a, $b), strcontains($a, "hostname"), strstr($a, "x"), memcmp($a, $b, 1000), globmatch($a, "*host?ame"), strncmp($a, $b, pid)));
      }
      """#
    #expect(
      try Tracing.output(script, as: "swt-long", doing: "open /etc/hostname") == "(0, true, -1, 0, true, 0)\n\n\n")
  }

  @Test("threads are named by their numbers, where programs may ask the kernel for them") func threadNames() throws {
    for probe in [
      "tracepoint:syscalls:sys_enter_getppid", "tracepoint:raw_syscalls:sys_enter", "rawtracepoint:sys_enter",
      "tracepoint:sched:sched_process_exit",
    ] {
      let script = "\(probe) /comm == \"swt-named\"/ { print((comm(tid), comm(99999999), comm(tid) == comm)); exit(); }"
      #expect(
        try Tracing.output(script, as: "swt-named", doing: "getppid 1") == "(swt-named, N/A, true)\n\n\n", "\(probe)")
    }
    let refused = try run([Repository.swtrace, "-e", "begin { print(comm(1)); }"])
    #expect(refused.errors.contains("ERROR: comm() of another process is not there in special probes"))
  }

  @Test("debugf writes to the kernel's own trace") func kernelTrace() throws {
    let folder = try TemporaryFolder()
    let trace = try run([
      "unshare", "-m", "sh", "-c",
      #"""
      mount -t tracefs none "$1"
      "$2" -q --no-warnings -e 'begin { $s = "x"; debugf("swt-debugf %s %s %d%%", probe, $s, -5); debugf("swt-debugf 100%"); exit(); }' >/dev/null
      grep -o 'swt-debugf .*' "$1/trace" | tail -n 2
      """#, "sh", folder.path, Repository.swtrace,
    ])
    #expect(trace.output == "swt-debugf begin x -5%\nswt-debugf 100%\n")
  }

  @Test("join takes an address as a number") func joinedNumber() throws {
    let script = #"uprobe:/bin/bash:main /pid == cpid/ { join(arg1, "|"); }"#
    let result = try run([Repository.swtrace, "-q", "-c", "/bin/bash -c :", "-e", script])
    #expect(result.output == "/bin/bash|-c|:\n\n\n")
  }

  @Test("errors and system calls by name") func names() throws {
    let script = #"""
      BEGIN {
        print(strerror(2)); printf("%s|%s|%s\n", strerror(-13), syscall_name(1), syscall_name(99999)); @[strerror(1)] = 1;
        exit();
      }
      """#
    #expect(
      try Tracing.output(script) == """
        No such file or directory
        Permission denied|write|Unknown syscall


        @[Operation not permitted]: 1

        """)
  }

  @Test("a process's parent, name and command") func process() throws {
    let script = #"""
      tracepoint:syscalls:sys_enter_getppid /pid == cpid/ {
        print((has_cpid, ppid == $1, pcomm, ppid(curtask) == ppid, pcomm(curtask), pid(init) == pid, tid(curr_ns) == pid(), probetype));
      }
      """#
    let workload = try Workload.command("swt-family", "getppid 1")
    let result = try run([
      "/bin/sh", "-c", "exec \"$0\" -q -c \"$1\" -e \"$2\" $$", Repository.swtrace, workload, script,
    ])
    #expect(result.output == "(true, true, swt-family, true, swt-family, true, true, tracepoint)\n\n\n")
    #expect(result.errors == "")
  }

  @Test("find sets a variable where there is a key") func find() throws {
    let script = #"""
      BEGIN {
        @a[1] = 5; @s["k"] = "text"; @c[2] = count(); let $x; let $y; let $z; $i = 0;
        print((find(@a, 1, $x), $x)); print((find(@a, 2, $x), $x)); print((find(@a, ++$i, $x), $i));
        if (find(@s, "k", $y)) { print($y); }
        if (!find(@c, 1, $z) && find(@c, 2, $z)) { print($z); }
        clear(@a); clear(@s); clear(@c);
        exit();
      }
      """#
    #expect(
      try Tracing.output(script, options: ["--no-warnings"]) == """
        (true, 5)
        (false, 5)
        (true, 1)
        text
        1



        """)
  }

  @Test("a signal hits the process that is traced") func signal() throws {
    let script = "tracepoint:syscalls:sys_enter_getpgid /pid == cpid/ { signal(\"SIGKILL\"); @ = count(); }"
    #expect(
      try Tracing.output(
        script, as: "swt-killed", doing: "getpgid 1000", options: ["--unsafe"], status: 128 + SIGKILL)
        == "\n\n@: 1\n")
  }

  @Test("an assertion that fails ends tracing with its place") func assertion() throws {
    let result = try run([
      Repository.swtrace, "-q", "-e", "BEGIN { assert(pid > 0, \"fine\"); assert(pid == 0, \"no pid\"); print(1); }",
    ])
    #expect(result.ending == .exited(1))
    #expect(result.errors == "stdin:1:34-60: ERROR: assert failed: no pid\n")
  }

  @Test("a socket has one number as long as it is there", .root) func socketCookie() throws {
    let script = """
      rawtracepoint:inet_sock_set_state {
        $number = socket_cookie(args.sk);
        if ($number == @number) { printf("again\\n"); exit(); }
        if (pid == cpid) { @number = $number; }
      }
      end { clear(@number); }
      """
    let command = "bash -c 'exec 2>/dev/null; exec 3<>/dev/tcp/127.0.0.1/1'"
    let result = try run([Repository.swtrace, "-q", "-c", command, "-e", script])
    #expect(result.errors == "")
    #expect(result.output == "again\n\n\n")
  }

  @Test("the program clock of TAI keeps to the kernel's") func softwareTAI() throws {
    #expect(
      try Tracing.output("BEGIN { $d = nsecs(sw_tai) - nsecs(tai); print($d > -1000000 && $d < 1000000); exit(); }")
        == "true\n\n\n")
  }

  @Test("registers and the mode of the CPU where a sample hit") func registers() throws {
    let script = #"""
      profile:hz:999 /comm == "swt-regs"/ { @mode[usermode] = count(); @high = reg("ip") >> 63; exit(); }
      """#
    #expect(
      try Tracing.maps(script, as: "swt-regs", doing: "spin 300").hasPrefix("@high: "))
  }

  @Test("the paths of a cgroup") func cgroups() throws {
    #expect(try Tracing.output("BEGIN { print(cgroup_path(cgroup, \"unified\")); exit(); }").hasPrefix("unified:/"))
  }

  @Test("functions for programs are known") func kernelFunctions() throws {
    #expect(
      try Tracing.output(
        "profile:hz:99 { print((kfunc_exist(\"no_such_function\"), kfunc_allowed(\"no_such_function\"))); exit(); }"
      )
      .hasPrefix("(false, false)\n"))
  }

  @Test("the address of a kernel function is that of its symbol") func kernelAddress() throws {
    #expect(try Tracing.output("BEGIN { print(ksym(kaddr(\"vfs_read\"))); exit(); }") == "vfs_read\n\n\n")
  }

  @Test("process IDs are those of the namespace that swtrace runs in") func namespace() throws {
    let script = """
      tracepoint:syscalls:sys_enter_getpgid /comm == "swt-inner"/ { print((pid == cpid, tid == pid, pid(init) != pid)); exit(); }
      """
    let result = try run([
      "unshare", "--pid", "--fork", "--mount-proc", Repository.swtrace, "-q", "-c",
      try Workload.command("swt-inner", "getpgid 1"), "-e", script,
    ])
    #expect(result.output == "(true, true, true)\n\n\n")
    #expect(result.errors == "")
  }

  @Test("random strings are found where they are") func randomSearches() throws {
    func word(_ length: ClosedRange<Int>) -> String {
      String((0..<Int.random(in: length)).map { _ in "ab".randomElement() ?? "a" })
    }
    var script = ""
    var expected = ""
    for number in 0..<24 {
      let (text, part) = (word(0...14), word(0...4))
      script += "$t\(number) = \"\(text)\"; $p\(number) = \"\(part)\"; "
      script +=
        "print((strstr($t\(number), $p\(number)), strstr($t\(number), \"\(part)\"), memcmp($t\(number), $p\(number), nsecs)));\n"
      let (bytes, wanted) = (Array(text.utf8), Array(part.utf8))
      let start = (0...bytes.count).first { bytes[$0...].starts(with: wanted) } ?? -1
      let order = text == part ? 0 : text < part ? -1 : 1
      expected += "(\(start), \(start), \(order))\n"
    }
    #expect(try Tracing.output("BEGIN { \(script) exit(); }") == expected + "\n\n", "\(script)")
  }
}
