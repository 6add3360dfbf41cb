import Testing
import TraceLang

@Suite struct ProbeTests {
  @Test("a block is one body for all its tracepoints when it does not look at args") func one() {
    #expect(
      program("tracepoint:sched:sched_wakeup, tracepoint:sched:sched_exec { @ = count(); }") == """
        map @: count_t
        probe 0 tracepoint:sched:sched_wakeup and 1 more
          @ <- count_t

        """)
  }

  @Test("tracepoints of system calls, whose pointers are the user's, get a body of their own") func spaces() {
    #expect(
      program("tracepoint:syscalls:sys_enter_*, tracepoint:sched:sched_wakeup { @ = count(); }") == """
        map @: count_t
        probe 0 tracepoint:syscalls:sys_enter_openat and 2 more
          @ <- count_t
        probe 1 tracepoint:sched:sched_wakeup
          @ <- count_t

        """)
  }

  @Test("tracepoints whose used fields lie alike share a program") func sharedLayout() {
    #expect(
      program("tracepoint:syscalls:sys_enter_read, tracepoint:syscalls:sys_enter_write { @[probe] = sum(args.count); }")
        == """
        map @[string]: sum_t
        probe 0 tracepoint:syscalls:sys_enter_read and 1 more
          @[probeName:string] <- sum_t arguments.count:uint64

        """)
  }

  @Test("tracepoints whose used fields lie apart get a program each") func ownLayout() {
    #expect(
      program("tracepoint:sched:sched_* { @[args.pid] = count(); }") == """
        map @[int32]: count_t
        probe 0 tracepoint:sched:sched_exec
          @[arguments.pid:int32] <- count_t
        probe 1 tracepoint:sched:sched_wakeup
          @[arguments.pid:int32] <- count_t

        """)
  }

  @Test("a field that some of the tracepoints do not have is told") func missingField() {
    #expect(
      Checked("tracepoint:sched:sched_* { @[args.prio] = count(); }").report == """
        stdin:1:35-39: ERROR: tracepoint:sched:sched_exec has no field 'prio'
        tracepoint:sched:sched_* { @[args.prio] = count(); }
                                          ~~~~
        NOTE: there are filename, pid

        """)
  }

  @Test("fields have the types of the format; pointers of syscalls are the user's") func fields() {
    #expect(
      program("tracepoint:syscalls:sys_enter_openat { @f = args.filename; @d = args.dfd; @s = str(args.filename, 8); }")
        == """
        map @f: int8 *
        map @d: int64
        map @s: string[8]
        probe 0 tracepoint:syscalls:sys_enter_openat
          @f = arguments.filename:int8 *
          @d = convert(arguments.dfd:int32):int64
          @s = str(arguments.filename:int8 *):string[8]

        """)
  }

  @Test("probe compared with a name is a comparison of numbers") func comparison() {
    let list = "tracepoint:syscalls:sys_enter_read, tracepoint:syscalls:sys_enter_write"
    #expect(
      program("\(list) { if (probe == \"tracepoint:syscalls:sys_enter_write\") { @ = count(); } }") == """
        map @: count_t
        probe 0 tracepoint:syscalls:sys_enter_read and 1 more
          if (convert(probeName:string):uint64 u== 1:uint64):bool
            @ <- count_t

        """)
  }

  @Test("probe compared with a name that is known is a constant") func constantComparison() {
    #expect(
      program("BEGIN { @a = probe == \"begin\"; @b = probe == \"end\"; @c = probe != \"end\"; }") == """
        map @a: bool
        map @b: bool
        map @c: bool
        probe 0 begin
          @a = 1:bool
          @b = 0:bool
          @c = !0:bool:bool

        """)
  }

  @Test("predicates") func predicate() {
    #expect(
      program("tracepoint:syscalls:sys_exit_read /args.ret > 0 && pid == 1/ { @ = sum(args.ret); }") == """
        map @: sum_t
        probe 0 tracepoint:syscalls:sys_exit_read
          predicate ((arguments.ret:int64 s> 0:int64):bool && (pid:uint32 u== 1:int64):bool):bool
          @ <- sum_t arguments.ret:int64

        """)
  }

  @Test("the short names of probes, and parameters in them") func names() {
    #expect(
      program(
        "t:syscalls:sys_enter_$1 { @ = count(); } i:s:1 { } p:hz:99 { } rt:sys_enter { } s:cs:1 { }",
        parameters: ["read"])
          == """
          map @: count_t
          probe 0 tracepoint:syscalls:sys_enter_read
            @ <- count_t
          probe 1 interval:s:1
          probe 2 profile:hz:99
          probe 3 rawtracepoint:sys_enter
          probe 4 software:cs:1

          """)
  }

  @Test("a parameter may be a whole attach point, or its start") func wholeAttachPoint() {
    #expect(
      program("$1 { } $2:hz:99 { }", parameters: ["t:syscalls:sys_enter_read", "profile"]) == """
        probe 0 tracepoint:syscalls:sys_enter_read
        probe 1 profile:hz:99

        """)
  }

  @Test(
    "attach points that cannot be are told",
    arguments: [
      ("tracepoint:syscalls { }", "stdin:1:1-20: ERROR: tracepoint: needs a category and an event"),
      ("$1 { }", "stdin:1:1-3: ERROR: '$1' stands for a probe here, and the script was given none"),
      ("interval:s:0 { }", "stdin:1:12-13: ERROR: '0' is not a number above 0"),
      ("interval:s:99999999999999999999 { }", "stdin:1:12-32: ERROR: '99999999999999999999' is not a number above 0"),
      ("interval:ns:999 { }", "stdin:1:13-16: ERROR: this time is too short: a timer takes 1us or more"),
      ("profile:999ns { }", "stdin:1:9-14: ERROR: this time is too short: a timer takes 1us or more"),
      ("interval:s:9999999999999999999 { }", "stdin:1:12-31: ERROR: this time is too long"),
      ("profile:hz { }", "stdin:1:1-11: ERROR: profile: 'hz' is not a time such as 100ms"),
      ("software:fault:1 { }", "stdin:1:10-15: ERROR: 'fault' is not a software event"),
      ("rawtracepoint:sched_swich { }", "stdin:1:15-26: ERROR: there is no raw tracepoint 'sched_swich'"),
      ("BEGIN:x { }", "stdin:1:1-8: ERROR: begin: takes nothing after it"),
      (
        "interval:s:1 { print(arg0); }",
        "stdin:1:22-26: ERROR: arg0 is only there in rawtracepoint, kprobe, uprobe and usdt probes"
      ),
    ])
  func mistakes(text: String, message: String) { #expect(mistake(text) == message) }

  @Test("what is missing is an error, a warning or nothing, as configured") func missing() {
    let block = "tracepoint:sched:nothing, tracepoint:sched:sched_exec { @ = count(); }"
    #expect(Checked(block).program == nil)
    let warned = Checked("config = { missing_probes = warn } " + block)
    #expect(warned.program?.probes.first?.attachPoints.count == 1)
    #expect(warned.report.contains("WARNING: there is no tracepoint 'sched:nothing'"))
    let ignored = Checked("config = { missing_probes = ignore } " + block)
    #expect(ignored.program != nil)
    #expect(ignored.report == "")
  }
}
