import Glibc
import TestSupport
import Testing

/// `-l`: the probes of this machine and of scripts.
@Suite(.enabled(if: getuid() == 0, "needs root to read tracefs")) struct ListTests {
  private func list(_ words: String...) throws -> String { try run([Repository.swtrace] + words).output }

  @Test("BPF programs of another swtrace are listed with their numbers, and no bundle can be made of them", .root)
  func programs() throws {
    func output(_ words: String) throws -> CommandResult {
      // The inner swtrace runs while the outer one traces.
      try run([
        Repository.swtrace, "-q", "-c", "\(Repository.swtrace) \(words)", "-e",
        "tracepoint:sched:sched_process_exit /pid == 0/ { print(1); }",
      ])
    }
    let listed = try output("-l fentry:bpf:sched_process_e")
    let line = try #require(listed.output.split(separator: "\n").first)
    #expect(line.hasPrefix("fentry:bpf:"))
    #expect(line.hasSuffix(":sched_process_e"))
    let built = try output("build -o /dev/null -e 'f:bpf:sched_process_e { exit(); }'")
    #expect(built.errors.contains("which a bundle finds nowhere else: run the script itself"))
  }

  @Test("a pattern's probes, sorted") func pattern() throws {
    #expect(
      try list("-l", "tracepoint:syscalls:*_openat") == """
        tracepoint:syscalls:sys_enter_openat
        tracepoint:syscalls:sys_exit_openat

        """)
    #expect(try list("--list", "t:signal:*,rt:sched_switch").hasSuffix("signal_generate\nrawtracepoint:sched_switch\n"))
    #expect(try list("-l", "*sys_enter_nanosleep") == "tracepoint:syscalls:sys_enter_nanosleep\n")
    #expect(try list("-l", "SOFTWARE:cpu-c*") == "software:cpu-clock:\n")
    #expect(try list("-l", "software:") == list("-l", "software:*"))
    #expect(try list("-l", "s:cpu-*").split(separator: "\n") == ["software:cpu-clock:", "software:cpu-migrations:"])
  }

  @Test("all probes, and all of a provider") func all() throws {
    let providers = Set(
      try list("-l").split(separator: "\n").compactMap { $0.split(separator: ":").first.map(String.init) })
    #expect(
      providers == [
        "interval", "profile", "software", "hardware", "self", "tracepoint", "rawtracepoint", "kprobe", "kretprobe",
        "fentry", "fexit", "iter",
      ])
    #expect(try list("-l", "software").split(separator: "\n").count == 14)
  }

  @Test("events and units, to which a count is to be added") func events() throws {
    #expect(
      try list("-l", "interval:*,profile:*s:") == """
        interval:hz:
        interval:ms:
        interval:s:
        interval:us:
        profile:ms:
        profile:s:
        profile:us:

        """)
    #expect(try list("-l", "self:*") == "self:signal:SIGUSR1\n")
    #expect(
      try list("-l", "*ware:b*") == """
        software:bpf-output:
        hardware:backend-stalls:
        hardware:branch-instructions:
        hardware:branch-load-misses:
        hardware:branch-loads:
        hardware:branch-misses:
        hardware:branches:
        hardware:bus-cycles:

        """)
  }

  @Test("types of the kernel by name, and what they hold with -v") func types() throws {
    #expect(try list("-l", "struct list_hea?") == "struct list_head\n")
    #expect(try list("-l", "enum hrtimer_restar*") == "enum hrtimer_restart\n")
    #expect(try list("-l", "struct *").split(separator: "\n").count > 1000)
    #expect(
      try list("-lv", "struct list_head") == """
        vmlinux: struct list_head {
        \tstruct list_head *next;
        \tstruct list_head *prev;
        };


        """)
    #expect(
      try list("-lv", "enum hrtimer_restart") == """
        vmlinux: enum hrtimer_restart {
        \tHRTIMER_NORESTART = 0,
        \tHRTIMER_RESTART = 1,
        };


        """)
    #expect(try list("-lv", "union bpf_attr").hasPrefix("vmlinux: union bpf_attr {\n\tstruct {\n\t\t__u32 map_type;"))
  }

  @Test("a list is written while it is made: its reader may leave before its end") func streaming() throws {
    let result = try run(["sh", "-c", "'\(Repository.swtrace)' -l | head -n 1 | wc -l"])
    #expect(result.output == "1\n")
    #expect(result.errors == "")
  }

  @Test("the arguments of probes with -v, without the fields that all tracepoints have") func arguments() throws {
    #expect(
      try list("-lv", "tracepoint:syscalls:sys_enter_openat") == """
        tracepoint:syscalls:sys_enter_openat
            int __syscall_nr
            int dfd
            const char * filename
            int flags
            umode_t mode

        """)
  }

  @Test("the probes of a script") func script() throws {
    let text = "begin { @ = 1; } tracepoint:signal:*, interval:s:1 { @ = 2; }"
    let probes = "begin\ntracepoint:signal:signal_deliver\ntracepoint:signal:signal_generate\ninterval:s:1\n"
    #expect(try list("-l", "-e", text) == probes)
    let folder = try TemporaryFolder()
    #expect(try list("-l", try folder.file("script.bt", text)) == probes)
  }

  @Test("the space between members of a struct, and attributes") func padding() throws {
    #expect(
      try list("-lv", "struct old_timespec32, struct css_task_iter").contains(
        "\n};\n\nvmlinux: struct css_task_iter {\n"))
    #expect(
      try list("-lv", "struct task_struct").split(separator: "\n").contains { $0.hasPrefix("\tlong: ") })
    #expect(try list("-lv", "struct *").contains("\n} __attribute__((packed));\n\n"))
  }

  @Test("names of types stand among patterns of probes, with blanks anywhere") func mixed() throws {
    #expect(
      try list("-l", " struct   list_head , enum hrtimer_restart,tracepoint:sched:sched_switch") == """
        struct list_head
        enum hrtimer_restart
        tracepoint:sched:sched_switch

        """)
  }

  @Test("options for tracing mean nothing to a list, wherever they stand") func otherOptions() throws {
    let probes = "tracepoint:syscalls:sys_enter_openat\n"
    let pattern = "tracepoint:syscalls:sys_enter_openat"
    #expect(try list("-q", "-f", "json", "--unsafe", "-l", pattern, "-B", "none", "--dry-run", "-o", "/x") == probes)
    #expect(try list("-e", "\(pattern) { print($1); }", "-l") == probes)
    #expect(try list("-vlp1", pattern).hasPrefix(probes + "    int __syscall_nr\n"))
    let folder = try TemporaryFolder()
    _ = try folder.file("x.h", "#define NAME 1\n")
    #expect(try list("-l", "-I", folder.path, "--include", "x.h", "-e", "\(pattern) { print(NAME); }") == probes)
  }

  @Test("with -p, '*' is each binary of the process") func binariesOfProcess() throws {
    let sleeper = try RunningCommand(["/bin/sleep", "1000"])
    defer { sleeper.signal(SIGKILL) }
    for option in [["-p", "\(sleeper.pid)"], ["--pid=\(sleeper.pid)"]] {
      let listed = try run([Repository.swtrace, "-l"] + option + ["uprobe:*:malloc"]).output
      #expect(listed.contains("libc.so.6:malloc\n"))
    }
    let script = try run([Repository.swtrace, "-l", "-p", "\(sleeper.pid)", "-e", "uprobe:*:malloc { }"]).output
    #expect(script.contains("libc.so.6:malloc\n"))
  }

  @Test("a script may come through a pipe") func pipe() throws {
    let result = try run(["bash", "-c", "'\(Repository.swtrace)' -l <(echo 'begin { exit(); }')"])
    #expect(result.output == "begin\n")
  }

  @Test("a pattern that nothing matches is told, and no failure as in bpftrace") func nothing() throws {
    let none = try run([Repository.swtrace, "-l", "nosuch:*"])
    #expect(none.ending == .exited(0))
    #expect(none.errors == "WARNING: nothing matches 'nosuch:*'\n")
    #expect(
      try run([Repository.swtrace, "-l", "struct nosuch*"]).errors == "WARNING: nothing matches 'struct nosuch*'\n")
    #expect(try run([Repository.swtrace, "-l", "--no-warnings", "nosuch:*"]).errors == "")
  }

  @Test("a pattern that looks like a file, which there is not", arguments: ["nosuch.bt", "./nosuch", "/no/such"])
  func noFile(name: String) throws {
    #expect(
      try run([Repository.swtrace, "-l", name]).errors == """
        WARNING: '\(name)' is not a file that there is: it is taken for a pattern
        WARNING: nothing matches '\(name)'

        """)
  }

  @Test("a script that is wrong") func wrongScript() throws {
    let wrong = try run([Repository.swtrace, "-l", "-e", "begn { }"])
    #expect(wrong.ending == .exited(1))
    #expect(wrong.errors.contains("ERROR: 'begn' is not a probe type"))
  }
}
