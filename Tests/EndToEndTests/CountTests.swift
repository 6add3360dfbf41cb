import TestSupport
import Testing

@Suite(.root) struct CountTests {
  @Test("every call of one syscall is counted") func oneSyscall() throws {
    let maps = try Tracing.maps(
      #"tracepoint:syscalls:sys_enter_getppid /comm == "swt-one"/ { @ = count(); }"#, as: "swt-one",
      doing: "getppid 12345")
    #expect(maps == "@: 12345\n")
  }

  @Test("a wildcard counts each syscall under its own name") func wildcard() throws {
    let maps = try Tracing.maps(
      #"tracepoint:syscalls:sys_enter_* /comm == "swt-wild"/ { @[probe] = count(); }"#, as: "swt-wild",
      doing: "getppid 300 getpgid 200 badread 100")
    #expect(
      maps == """
        @[tracepoint:syscalls:sys_enter_exit_group]: 1
        @[tracepoint:syscalls:sys_enter_read]: 100
        @[tracepoint:syscalls:sys_enter_getpgid]: 200
        @[tracepoint:syscalls:sys_enter_getppid]: 300

        """)
  }

  @Test("a wildcard inside of a name") func innerWildcard() throws {
    let maps = try Tracing.maps(
      #"tracepoint:syscalls:sys_e*_getp?id /comm == "swt-inner"/ { @[probe] = count(); }"#, as: "swt-inner",
      doing: "getppid 30 getpgid 20")
    #expect(
      maps == """
        @[tracepoint:syscalls:sys_enter_getpgid]: 20
        @[tracepoint:syscalls:sys_exit_getpgid]: 20
        @[tracepoint:syscalls:sys_enter_getppid]: 30
        @[tracepoint:syscalls:sys_exit_getppid]: 30

        """)
  }

  @Test("< and > may stand for the braces") func angles() throws {
    let maps = try Tracing.maps(
      #"tracepoint:syscalls:sys_enter_getppid, t:syscalls:sys_enter_getpgid /comm == "swt-angle"/ < @[probe] = count(); >"#,
      as: "swt-angle", doing: "getppid 3 getpgid 2")
    #expect(
      maps == """
        @[tracepoint:syscalls:sys_enter_getpgid]: 2
        @[tracepoint:syscalls:sys_enter_getppid]: 3

        """)
  }

  @Test("blocks on the same hook all run, each with its own predicate") func sameHook() throws {
    let script = #"""
      tracepoint:syscalls:sys_enter_getppid /comm == "swt-same"/ { @first = count(); }
      tracepoint:syscalls:sys_enter_* /comm == "swt-same"/ { @second[probe] = count(); }
      tracepoint:syscalls:sys_enter_getppid /comm == "swt-same" && @first > 10/ { @third = count(); }
      """#
    #expect(
      try Tracing.maps(script, as: "swt-same", doing: "getppid 40") == """
        @first: 40
        @second[tracepoint:syscalls:sys_enter_exit_group]: 1
        @second[tracepoint:syscalls:sys_enter_getppid]: 40
        @third: 30

        """)
  }

  @Test("counts by name and by process") func keys() throws {
    let script = #"""
      tracepoint:raw_syscalls:sys_enter /comm == "swt-keys"/ {
        @name[comm] = count();
        @process[pid == tid, comm] = count();
      }
      """#
    #expect(
      try Tracing.maps(script, as: "swt-keys", doing: "getppid 500") == """
        @name[swt-keys]: 501
        @process[true, swt-keys]: 501

        """)
  }

  @Test("the process ID is the one the user sees") func processID() throws {
    let running = try RunningCommand([
      Repository.swtrace, "-q", "-c", try Workload.command("swt-pid", "getppid 77"), "-e",
      #"tracepoint:syscalls:sys_enter_getppid /comm == "swt-pid"/ { @[pid, tid] = count(); }"#,
    ])
    let result = try running.finish()
    let line = try #require(result.output.split(separator: "\n").first)
    let numbers = line.split { !$0.isNumber }.compactMap { Int32($0) }
    #expect(numbers.count == 3)
    #expect(numbers.first == numbers.dropFirst().first)
    #expect(numbers.last == 77)
    #expect((numbers.first ?? 0) > running.pid)
  }

  @Test("sys_exit gives results") func results() throws {
    let script = #"""
      tracepoint:syscalls:sys_exit_read /comm == "swt-ret"/ { @[args.ret] = count(); @old[args->ret] = count(); }
      """#
    #expect(
      try Tracing.maps(script, as: "swt-ret", doing: "read 17 read 17 read 4 badread 3") == """
        @[4]: 1
        @[17]: 2
        @[-9]: 3
        @old[4]: 1
        @old[17]: 2
        @old[-9]: 3

        """)
  }

  @Test("sys_enter gives arguments") func arguments() throws {
    let maps = try Tracing.maps(
      #"tracepoint:syscalls:sys_enter_read /comm == "swt-args" && args.count >= 10/ { @ = sum(args.count); }"#,
      as: "swt-args", doing: "read 9 read 10 read 1000")
    #expect(maps == "@: 1010\n")
  }

  @Test("steps whose value is used lose none on several CPUs, as those whose value is not") func steps() throws {
    let script = #"""
      rawtracepoint:sys_enter /comm == "swt-steps" && arg1 == 110/ {
        $before = @used++; $after = --@down[1]; @unused++; if ($before > $after) { @added += 1; }
      }
      """#
    let work = try Workload.command("swt-steps", "getppid 60000")
    let maps = try Tracing.maps(script, options: ["-c", "sh -c '\(work) & \(work) & wait'"])
    #expect(maps == "@added: 120000\n@down[1]: -120000\n@unused: 120000\n@used: 120000\n")
  }

  @Test("raw tracepoints see the same calls") func rawTracepoint() throws {
    let maps = try Tracing.maps(
      #"rawtracepoint:sys_enter /comm == "swt-raw"/ { @[args.id == 110] = count(); @arg[arg1 == 110] = count(); }"#,
      as: "swt-raw", doing: "getppid 64")
    #expect(maps == "@[false]: 1\n@[true]: 64\n@arg[false]: 1\n@arg[true]: 64\n")
  }

  @Test(
    "syscall tracepoints do not see 32-bit calls, as the kernel has it",
    .enabled(if: Workload.hasIA32, "this kernel takes no 32-bit system calls"))
  func compatibility() throws {
    let script = #"""
      tracepoint:syscalls:sys_enter_* /comm == "swt-ia32"/ { @enter[probe] = count(); }
      tracepoint:syscalls:sys_exit_* /comm == "swt-ia32"/ { @exit[probe] = count(); }
      tracepoint:raw_syscalls:sys_enter /comm == "swt-ia32" && args.id == 64/ { @raw = count(); }
      """#
    #expect(
      try Tracing.maps(script, as: "swt-ia32", doing: "int80 50 getppid 3") == """
        @enter[tracepoint:syscalls:sys_enter_exit_group]: 1
        @enter[tracepoint:syscalls:sys_enter_getppid]: 3
        @exit[tracepoint:syscalls:sys_exit_prctl]: 1
        @exit[tracepoint:syscalls:sys_exit_getppid]: 3
        @raw: 50

        """)
  }

  @Test("page faults by software event") func pageFaults() throws {
    let maps = try Tracing.maps(
      #"software:page-faults:1 /comm == "swt-fault"/ { @ = count(); }"#, as: "swt-fault", doing: "touch 2000")
    let count = try #require(Int(maps.dropFirst(3).dropLast()))
    // Its stack and data take a few more.
    #expect((2000...2020).contains(count))
  }

  @Test("two runs at once do not disturb each other") func together() throws {
    func start(_ name: String, _ count: Int) throws -> RunningCommand {
      try RunningCommand([
        Repository.swtrace, "-q", "-c", try Workload.command(name, "getppid \(count)"), "-e",
        "tracepoint:syscalls:sys_enter_* /comm == \"\(name)\"/ { @[probe] = count(); }",
      ])
    }
    let running = [try start("swt-left", 1000), try start("swt-right", 2000)]
    let outputs = try running.map { try $0.finish().output }
    #expect(outputs[0].hasSuffix("sys_enter_getppid]: 1000\n"))
    #expect(outputs[1].hasSuffix("sys_enter_getppid]: 2000\n"))
  }
}
