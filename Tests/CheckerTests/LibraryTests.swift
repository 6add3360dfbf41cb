import Testing
import TraceLang

@Suite struct LibraryTests {
  /// The dump of `@ = expression`, without what comes before the value.
  private func value(_ expression: String) -> String {
    let dump = begin("@ = \(expression);")
    return String(dump.split(separator: "\n").last { $0.hasPrefix("@ = ") }?.dropFirst(4) ?? Substring(dump))
  }

  @Test(
    "addresses in text are bytes known at compile time",
    arguments: [
      ("192.168.0.1", "bytes 192.168.0.1():uint8[4]"),
      ("::", "bytes 0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0():uint8[16]"),
      ("fe80::1:2", "bytes 254.128.0.0.0.0.0.0.0.0.0.0.0.1.0.2():uint8[16]"),
      ("1:2:3:4:5:6:7:8", "bytes 0.1.0.2.0.3.0.4.0.5.0.6.0.7.0.8():uint8[16]"),
      ("::ffff:10.0.0.1", "bytes 0.0.0.0.0.0.0.0.0.0.255.255.10.0.0.1():uint8[16]"),
      ("ff::", "bytes 0.255.0.0.0.0.0.0.0.0.0.0.0.0.0.0():uint8[16]"),
    ])
  func addresses(text: String, dump: String) { #expect(value("pton(\"\(text)\")") == dump) }

  @Test(
    "the widths in formats of times are bounded",
    arguments: [
      ("time(\"%999999999d\")", "a width in the format of time() is at most 255, not 999999999"),
      ("time(\"%H%-0300Y\")", "a width in the format of time() is at most 255, not 300"),
      (
        "print(strftime(\"%99999999999999999999d\", nsecs))",
        "a width in the format of strftime() is at most 255, not 99999999999999999999"
      ),
    ])
  func widths(call: String, error: String) {
    #expect(mistake("BEGIN { \(call); }").hasSuffix("ERROR: \(error)"))
    #expect(value("strftime(\"%255d%%999d\", nsecs)").contains("strftime"))
  }

  @Test(
    "what is no address is told",
    arguments: [
      "x", "1.2.3", "1.2.3.256", "1.2.3.4.5", "1.2.3.+4", ":::", "1:2:3:4:5:6:7", "1::2::3", "1:2:3:4:5:6:7:8:9",
      "12345::", "1:", "::g",
    ])
  func noAddress(text: String) {
    #expect(mistake("BEGIN { @ = pton(\"\(text)\"); }").hasSuffix("ERROR: '\(text)' is not an address"))
  }

  @Test(
    "an address's family follows its size",
    arguments: [
      ("ntop(pid)", "ntop(2:int32, pid:uint32):inet"),
      ("ntop(10, pton(\"::1\"))", "ntop(10:int32, bytes 0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1():uint8[16]):inet"),
      ("ntop(pton(\"1.2.3.4\"))", "ntop(2:int32, bytes 1.2.3.4():uint8[4]):inet"),
    ])
  func families(text: String, dump: String) { #expect(value(text) == dump) }

  @Test(
    "strings known at compile time are searched then",
    arguments: [
      ("strlen(\"abc\")", "3:uint64"), ("strcap(\"abc\")", "4:uint64"), ("strcap(comm)", "16:uint64"),
      ("strstr(\"hello\", \"ll\")", "2:int64"), ("strstr(\"a\", \"b\")", "-1:int64"), ("strstr(comm, \"\")", "0:int64"),
      ("strcontains(\"abc\", \"\")", "1:bool"), ("strcontains(\"abc\", \"x\")", "0:bool"),
      ("globmatch(\"abc\", \"a*c\")", "1:bool"),
    ])
  func constantStrings(text: String, dump: String) { #expect(value(text) == dump) }

  @Test(
    "other strings are searched by the program",
    arguments: [
      ("strlen(comm)", "strlen(comm:string[16]):uint64"),
      ("strlen((int8 *)pid)", "strlen(str(convert(pid:uint32):int8 *):string[1025]):uint64"),
      ("strstr(comm, \"sh\")", "strstr(comm:string[16], \"sh\":string[3]):int64"),
      ("strcontains(comm, \"sh\")", "(strstr(comm:string[16], \"sh\":string[3]):int64 s>= 0:int64):bool"),
      ("globmatch(comm, \"ba*\")", "globmatch ba*(comm:string[16]):bool"),
      ("memcmp(comm, \"sh\", 2)", "memcmp(comm:string[16], \"sh\":string[3], 2:uint64):int64"),
      ("strncmp(comm, \"sh\", pid)", "memcmp(comm:string[16], \"sh\":string[3], convert(pid:uint32):uint64):int64"),
      (
        "strncmp((int8 *)pid, \"sh\", 2)",
        "convert(!equal2(str(convert(pid:uint32):int8 *):string[3], \"sh\":string[3]):bool:bool):int64"
      ),
      ("strerror(pid)", "convert(convert(pid:uint32):int64):string"),
      ("syscall_name(0)", "convert(0:int64):string"),
    ])
  func strings(text: String, dump: String) { #expect(value(text) == dump) }

  @Test(
    "types are known at compile time",
    arguments: [
      ("is_str(comm)", "1:bool"), ("is_str(pid)", "0:bool"), ("is_integer(pid)", "1:bool"),
      ("is_integer(comm)", "0:bool"),
      ("is_unsigned_integer(pid)", "1:bool"), ("is_unsigned_integer(1)", "0:bool"), ("is_ptr((int8 *)0)", "1:bool"),
      ("is_array(pton(\"1.2.3.4\"))", "1:bool"), ("is_literal((1, \"a\"))", "1:bool"), ("is_literal(pid)", "0:bool"),
      ("default_str_length", "1024:uint64"), ("default_str_length()", "1024:uint64"), ("has_cpid", "0:bool"),
    ])
  func constants(text: String, dump: String) { #expect(value(text) == dump) }

  @Test("the command of -c is known by its process ID") func child() {
    let checked = Checked("BEGIN { @ = cpid; @b = has_cpid(); }", CheckerOptions(childPID: 42))
    #expect(checked.dump.contains("@ = 42:uint64"))
    #expect(checked.dump.contains("@b = 1:bool"))
  }

  @Test(
    "probetype is the kind of the probe",
    arguments: [
      ("BEGIN", "special"), ("interval:s:1", "interval"), ("profile:hz:9", "profile"),
      ("tracepoint:sched:sched_wakeup", "tracepoint"), ("rawtracepoint:sched_switch", "rawtracepoint"),
      ("software:page-faults:1", "software"),
    ])
  func probeTypes(probe: String, name: String) {
    #expect(program("\(probe) { @ = probetype; }").contains("@ = \"\(name)\":string"))
  }

  @Test("find is a test for the key and an assignment") func find() {
    #expect(
      begin("@m[1] = 2; let $x = 0; if (find(@m, 1, $x)) { print($x); }") == """
        map @m[int64]: int64
        variable $x: int64
        variable $find(): bool
        @m[1:int64] = 2:int64
        $x = 0:int64
        if { 2 statements; $find():bool }:bool
          send print($x:int64)
        """)
  }

  @Test("find assigns its variable") func findAssigns() {
    #expect(Checked("BEGIN { @m[1] = 2; let $x; if (find(@m, 1, $x)) { print($x); } }").report == "")
  }

  @Test(
    "stacks have a mode and a limit",
    arguments: [
      ("kstack", "kstack bpftrace 127():kstack_t"), ("ustack()", "ustack bpftrace 127():ustack_t"),
      ("kstack(3)", "kstack bpftrace 3():kstack_t"), ("ustack(perf)", "ustack perf 127():ustack_t"),
      ("kstack(raw, 5)", "kstack raw 5():kstack_t"), ("ustack(build_id, 5)", "ustack build_id 5():ustack_t"),
      ("len(kstack)", "len(kstack bpftrace 127():kstack_t):uint64"),
    ])
  func stacks(text: String, dump: String) { #expect(value(text) == dump) }

  @Test("assert is a condition with an error and an exit behind it") func assertion() {
    #expect(
      begin("assert(pid > 1, \"no\");") == """
        if (pid:uint32 u> 1:int64):bool
        else
          send errorf()
          send exit(1:int64)
        """)
  }

  @Test("a static assertion that holds leaves nothing") func staticAssertion() {
    #expect(begin("static_assert(1 < 2, \"no\"); assert_str(comm);") == "")
  }

  @Test(
    "what a function does not take is told in its own words",
    arguments: [
      ("ntop(\"abc\")", "ntop() needs an integer or an array of 4 or 16 bytes, not string[4]"),
      ("ntop(3, 1)", "ntop() knows AF_INET (2) and AF_INET6 (10), not 3"),
      ("ntop(10, 1)", "an address of AF_INET6 has 16 bytes, and this has 8"),
      ("macaddr(\"abcdef\")", "macaddr() needs an array of 6 bytes or a pointer to one, not a string in quotes"),
      ("strlen(pid)", "strlen() needs a string, an array of bytes or a pointer to one, not uint32"),
      ("strlen(username)", "strlen() cannot look into text that is only made when it prints"),
      ("memcmp(\"a\", \"b\", 3)", "this has 2 bytes, and 3 would be compared"),
      ("memcmp((int8 *)0, comm, pid)", "memcmp() of a pointer needs a number of bytes known at compile time"),
      ("globmatch(comm, comm)", "globmatch() needs a string in quotes here"),
      (
        "globmatch(comm, \"0123456789012345678901234567890123456789012345678901234567890123\")",
        "a pattern of globmatch() has at most 63 elements besides '*'"
      ),
      ("kaddr(\"none\")", "there is no kernel symbol 'none', or the kernel hides its address"),
      ("cgroupid(\"/none\")", "there is no cgroup of version 2 at '/none'"),
      ("copyin(1, 2)", "there is no function 'copyin'"),
      ("kstack(nothing)", "kstack() has no mode 'nothing'"),
      ("kstack(1, 2)", "kstack() takes a mode and then a limit"),
      ("ustack(0)", "a stack has 1 to 1024 frames, not 0"),
      ("ustack(pid)", "ustack() has no mode 'pid'"),
      ("len(comm)", "len() needs a map or a stack, not string[16]"),
      ("pid(outer)", "pid() takes init or curr_ns"),
      ("nsecs(atomic)", "nsecs() takes monotonic, boot, tai or sw_tai"),
      (
        "reg(\"ip\")",
        "reg() needs a probe that saves registers: kprobe, uprobe, usdt, profile, interval, software or hardware"
      ),
      ("func", "func is only there in kprobe, kretprobe, uprobe, uretprobe, fentry and fexit probes"),
      ("path(1)", "path() is only there in fentry, fexit and iter probes"),
      ("socket_cookie(1)", "socket_cookie() is only there in fentry, fexit, iter and rawtracepoint probes"),
      ("uaddr(\"x\")", "uaddr() needs a uprobe, uretprobe or usdt probe"),
      ("comm(1)", "comm() of another process needs bpf_task_from_pid() of the kernel, from Linux 6.2 on"),
      ("find(@m, 1, 2)", "find() needs a variable ($x) for the value"),
      ("find(@m, 1, $v)", "the variable $v must be declared before find()"),
      ("static_assert(pid == 1, \"no\")", "static_assert() needs a condition known at compile time"),
      ("ppid(1)", "ppid() needs a pointer to struct task_struct, not int64"),
      ("tseries(1, 1, 0)", "tseries() can only be assigned to a map"),
      ("str((int8 *)8, -1)", "str() needs a length of at least 0"),
      ("buf((int8 *)8, -1)", "buf() needs a length of at least 1"),
      ("strftime(\"%H\", -5)", "strftime() needs a time since the machine was started, not -5"),
      (
        "strftime(\"%H\", nsecs(monotonic))",
        "strftime() needs a time of the boot clock: the monotonic one stands still while the machine sleeps"
      ),
      ("kstack(build_id)", "kstack() has no mode 'build_id': only binaries of user space have IDs"),
      ("getopt(\"a\", 1) + getopt(\"a\", 2)", "--a has two defaults: --a=1 and --a=2"),
      ("(getopt(\"a\", 1), getopt(\"a\", \"x\"))", "--a has two defaults: --a=1 and --a=x"),
      ("getopt(\"a\", 1, \"x\") + getopt(\"a\", 1, \"y\")", "--a is described in two ways"),
    ])
  func mistakes(text: String, message: String) {
    let report = mistake("BEGIN { @m[1] = 1; print(\(text)); }")
    #expect(report.drop { $0 != "R" }.dropFirst("ROR: ".count) == message || report.hasSuffix("ERROR: \(message)"))
  }

  @Test(
    "statements that cannot be are told in their own words",
    arguments: [
      ("static_assert(1 == 2, \"one is not two\");", "one is not two"),
      ("fail(\"%s has %d, %x\", \"it\", 10, 255);", "it has 10, ff"),
      (
        "fail(\"%.2f %6.1f %e %f\", 5 / 2, -1 / 3.0, 5, (uint64)-1);",
        "2.50   -0.3 5.000000e+00 18446744073709551615.000000"
      ),
      ("fail(\"%f\", pid / 2);", "fail() takes only what is known at compile time"),
      ("assert_str(1);", "this must be a string, an array or a pointer, not int64"),
      ("override(1);", "override() is only there in kprobe probes, at the start of a function"),
      ("unwatch(\"x\");", "unwatch() needs an address, not string[2]"),
      ("@s = lhist(1, 0, 10, 20);", "lhist() has a step of 20, and its range is only 10 wide"),
      ("return \"a\";", "a probe returns an integer, not string[2]"),
      ("return (1, 2);", "a probe returns an integer, not (int64,int64)"),
      ("let $x : void;", "a variable of type void holds nothing"),
      ("debugf(\"%d%d%d%d\", 1, 2, 3, 4);", "debugf() takes 1 to 4 arguments, not 5"),
      ("debugf(\"%c\", 1);", "the kernel, which prints for debugf(), cannot print this so"),
      ("debugf(\"\u{e9}\");", "the kernel, which prints for debugf(), takes ASCII only"),
      ("join(comm);", "join() needs an array of strings such as args.argv, not string[16]"),
      ("@s = tseries(1, 0, 3);", "an interval of tseries() has 1 nanosecond or more, not 0"),
      ("@s = tseries(1, 1s, 0);", "tseries() keeps 1 to 999999 intervals, not 0"),
      ("@s = tseries(1, 1s, 5, \"mean\");", "tseries() has no function \"mean\""),
      ("@s = tseries(1, 1s, 5); @s = tseries(1, 1s, 6);", "@s gathers tseries() with other arguments"),
    ])
  func badStatements(text: String, message: String) {
    #expect(mistake("BEGIN { \(text) }").hasSuffix("ERROR: \(message)"))
  }

  @Test(
    "signals are checked",
    arguments: [
      ("signal(\"SIGFOO\")", "there is no signal 'SIGFOO'"), ("signal(99)", "a signal's number is 1 to 64, not 99"),
      ("signal_thread(comm)", "this must be an integer, not string[16]"),
    ])
  func signals(text: String, message: String) {
    let options = CheckerOptions(allowsUnsafe: true)
    let report = Checked("profile:hz:9 { \(text); }", options).report
    #expect(report.split(separator: "\n").first?.hasSuffix("ERROR: \(message)") == true)
    #expect(Checked("profile:hz:9 { signal(\"TERM\"); }", options).dump.contains("signal(15:uint32):void"))
  }

  @Test("signals need --unsafe and hit no begin probe") func unsafe() {
    #expect(mistake("profile:hz:9 { signal(9); }").hasSuffix("ERROR: signal() acts on processes and needs --unsafe"))
    let report = Checked("BEGIN { signal(9); }", CheckerOptions(allowsUnsafe: true)).report
    #expect(report.contains("ERROR: signal() would hit swtrace itself in begin and end probes"))
  }
}
