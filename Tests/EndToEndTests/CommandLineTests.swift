import Glibc
import TestSupport
import Testing

@Suite(.root) struct CommandLineTests {
  @Test("-d time tells how long each stage took") func stageTimes() throws {
    let target = Repository.root + "/Tests/Targets/one-liner.json"
    let script = "tracepoint:syscalls:sys_enter_* { @[probe] = count(); }"
    let output = try run([Repository.swtrace, "--target", target, "-d", "time", "-e", script]).output
    let lines = output.split(separator: "\n")
    #expect(lines.map { $0.split(separator: " ")[0] } == ["==", "parse", "expand", "check", "warn", "compile", "all"])
    #expect(lines.dropFirst().allSatisfy { $0.hasSuffix(" ms") })
  }

  @Test("the script's exit status is the program's", arguments: [Int32(0), 1, 7, 255]) func status(of number: Int32)
    throws
  {
    #expect(try Tracing.output("BEGIN { exit(\(number)); }", status: number) == "\n\n")
  }

  @Test("the number of probes is told unless -q is given") func attached() throws {
    let result = try run([Repository.swtrace, "-e", "BEGIN { exit(); } interval:s:1 { }"])
    #expect(result.errors == "Attached 2 probes\n")
    #expect(try run([Repository.swtrace, "-q", "-e", "BEGIN { exit(); }"]).errors == "")
  }

  @Test("a script from a file, from standard input and by its first line") func sources() throws {
    let folder = try TemporaryFolder()
    let script = "BEGIN { printf(\"%d %s\\n\", $1, str($2)); exit(); }\n"
    let path = try folder.program(
      "script.bt", copying: try folder.file("text", "#!\(Repository.swtrace) -q\n" + script))
    #expect(try run([path, "5", "word"]).output == "5 word\n\n\n")
    #expect(try run([Repository.swtrace, "-q", path, "5", "word"]).output == "5 word\n\n\n")
    #expect(try run([Repository.swtrace, "-q", "-", "5", "word"], input: script).output == "5 word\n\n\n")
  }

  @Test("positional parameters") func parameters() throws {
    let script = #"BEGIN { printf("%d %d %s %d [%s]\n", $#, $1, str($2), $3, str($4)); exit(); }"#
    #expect(
      try Tracing.output(script, options: ["--no-warnings"], parameters: ["0x10", "a b", "--", "-3"])
        == "3 16 a b -3 []\n\n\n")
  }

  @Test("a parameter in an attach point and a predicate") func parameterInProbe() throws {
    let maps = try Tracing.maps(
      "tracepoint:syscalls:sys_enter_$1 /comm == str($2)/ { @ = count(); }", as: "swt-param", doing: "getppid 6",
      parameters: ["getppid", "swt-param"])
    #expect(maps == "@: 6\n")
  }

  @Test("-c runs a command until it ends, its output and quotes kept") func command() throws {
    let result = try run([
      Repository.swtrace, "-q", "-c", "sh -c 'echo \"a  b\"; exit 3'", "-e",
      "END { printf(\"end\\n\"); } interval:s:1000 {}",
    ])
    #expect(result.ending == .exited(3))
    #expect(result.output == "a  b\nend\n\n\n")
  }

  @Test("a command of -c that is killed ends the run") func killedCommand() throws {
    let result = try run([
      Repository.swtrace, "-q", "-c", "sh -c 'kill -9 $$'", "-e", "END { printf(\"end\\n\"); } interval:s:1000 {}",
    ])
    #expect(result.ending == .exited(128 + SIGKILL))
    #expect(result.output == "end\n\n\n")
  }

  @Test("the status of exit() comes before that of a command") func exitStatus() throws {
    let workload = try Workload.command("swt-status", "getppid 1")
    let result = try run([
      Repository.swtrace, "-q", "-c", "sh -c '\(workload); exit 3'", "-e",
      "tracepoint:syscalls:sys_enter_getppid /comm == \"swt-status\"/ { exit(5); }",
    ])
    #expect(result.ending == .exited(5))
  }

  @Test("a command of -c that is not there is told") func noCommand() throws {
    let result = try run([Repository.swtrace, "-c", "/no/such/command", "-e", "BEGIN { }"])
    #expect(result.ending == .exited(1))
    #expect(result.errors == "ERROR: the command /no/such/command does not exist or is not executable\n")
  }

  @Test("-p traces until a process ends") func process() throws {
    let sleeper = try RunningCommand(["/bin/sleep", "1000"])
    let tracing = try RunningCommand([
      Repository.swtrace, "-p", "\(sleeper.pid)", "-e", "END { printf(\"end\\n\"); }",
    ])
    try tracing.wait { $1.contains("Attached") }
    sleeper.signal(SIGKILL)
    let result = try tracing.finish()
    #expect(result.ending == .exited(0))
    #expect(result.output == "end\n\n\n")
  }

  @Test("-p of no process is told") func noProcess() throws {
    let result = try run([Repository.swtrace, "-p", "4194305", "-e", "END { }"])
    #expect(result.ending == .exited(1))
    #expect(result.errors == "ERROR: there is no process 4194305\n")
  }

  @Test("-o writes to a file") func outputFile() throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("out", "what was there before, which is longer")
    let result = try run([Repository.swtrace, "-q", "-o", path, "-e", "BEGIN { printf(\"x\\n\"); @ = 1; exit(); }"])
    #expect(result.output == "")
    #expect(try FileContents.text(path) == "x\n\n\n@: 1\n")
  }

  @Test("-o leaves a file as it is when the script does not load, and for --dry-run") func keptOutputFile() throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("out", "kept\n")
    let script = "BEGIN { exit(); }"
    let unloadable = try run(["bash", "-c", "ulimit -n 8; '\(Repository.swtrace)' -q -o \(path) -e '\(script)'"])
    #expect(unloadable.ending == .exited(1))
    #expect(try run([Repository.swtrace, "-q", "--dry-run", "-o", path, "-e", script]).ending == .exited(0))
    #expect(try FileContents.text(path) == "kept\n")
    let shown = try run([
      "/bin/sh", "-c", "'\(Repository.swtrace)' -q -o /dev/stdout -e 'BEGIN { printf(\"x\"); exit(); }' | cat",
    ])
    #expect(shown.output == "x\n\n")
  }

  @Test(
    "output that cannot be written is a failure",
    arguments: [
      "--version", "-V", "--help", "fmt --help", "help", "-l tracepoint:sched:*", "fmt -e BEGIN{}",
      "-d maps --dry-run -e BEGIN{}",
      "build -o - -e BEGIN{}", "--target Tests/Targets/x86_64.json -e BEGIN{}", "-e BEGIN{} -- --help",
    ])
  func fullOutput(words: String) throws {
    let words = words.split(separator: " ").map { "'\($0)'" }.joined(separator: " ")
    let full = try run(["/bin/sh", "-c", "cd '\(Repository.root)'; '\(Repository.swtrace)' \(words) > /dev/full"])
    #expect(full.ending == .exited(1))
    #expect(full.errors.hasSuffix("ERROR: cannot write to standard output: No space left on device\n"))
    let closed = try run(["/bin/sh", "-c", "cd '\(Repository.root)'; '\(Repository.swtrace)' \(words) >&-"])
    #expect(closed.ending == .exited(1))
    #expect(closed.errors.hasSuffix("ERROR: cannot write to standard output: Bad file descriptor\n"))
    let unread = try run([
      "bash", "-c", "trap '' PIPE; cd '\(Repository.root)'; { '\(Repository.swtrace)' \(words); echo $? >&2; } | :",
    ])
    #expect(unread.errors.filter { !$0.isWhitespace } == "1" || unread.errors.filter { !$0.isWhitespace } == "0")
  }

  @Test(
    "a file that cannot be written is a failure, and no part of one is left", arguments: ["build", "record-target"])
  func fullFile(command: String) throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/new"
    let script = "tracepoint:syscalls:sys_enter_* { @[probe] = count(); }"
    let full = try run([Repository.swtrace, command, "-o", "/dev/full", "-e", script])
    #expect(full.ending == .exited(1))
    #expect(full.errors == "ERROR: cannot write '/dev/full': No space left on device\n")
    for old in [nil, "old"] {
      if let old { _ = try folder.file("new", old) }
      let limited = try run([
        "bash", "-c", "ulimit -f 1; '\(Repository.swtrace)' \(command) -o \(path) -e '\(script)'",
      ])
      #expect(limited.ending == .exited(1))
      #expect(limited.errors == "ERROR: cannot write '\(path)': File too large\n")
      #expect(try run(["ls", "-A", folder.path]).output == (old == nil ? "" : "new\n"))
      if let old { #expect(try FileContents.text(path) == old) }
    }
  }

  @Test("without /proc the arguments are there") func noProc() throws {
    let result = try run([
      "unshare", "-m", "/bin/sh", "-c",
      "mount -t tmpfs none /proc && '\(Repository.swtrace)' -q -e 'BEGIN { print($1); exit(); }' 7",
    ])
    #expect(result.ending == .exited(0))
    #expect(result.output == "7\n\n\n")
  }

  @Test("a quote of -c that is not closed is told") func unclosedQuote() throws {
    let result = try run([Repository.swtrace, "-c", "sh -c 'exit 3", "-e", "BEGIN { }"])
    #expect(result.ending == .exited(1))
    #expect(result.errors == "ERROR: the command of -c has a ' that is not closed: sh -c 'exit 3\n")
  }

  @Test("--dry-run attaches and prints nothing") func dryRun() throws {
    let result = try run([
      Repository.swtrace, "--dry-run", "-q", "-e",
      "BEGIN { printf(\"x\\n\"); } tracepoint:syscalls:sys_enter_* { @[probe] = count(); }",
    ])
    #expect(result.ending == .exited(0))
    #expect(result.output == "")
    #expect(result.errors == "")
  }

  @Test("settings of the script and of the environment, which comes first") func settings() throws {
    let script = "config = { print_maps_on_exit = false } BEGIN { @ = 1; exit(); }"
    #expect(try Tracing.output(script) == "\n\n")
    let result = try run([Repository.swtrace, "-q", "-e", script], environment: ["BPFTRACE_PRINT_MAPS_ON_EXIT=1"])
    #expect(result.output == "\n\n@: 1\n")
  }

  @Test("a reader that goes away ends the run") func closedPipe() throws {
    let script = "'interval:ms:5 { printf(\"%d\\n\", nsecs); }'"
    let result = try run(["/bin/sh", "-c", "'\(Repository.swtrace)' -q -e \(script) | head -n 2 | wc -l"])
    #expect(result.output.filter { !$0.isWhitespace } == "2")
  }

  @Test("a recorded machine compiles what this one compiles") func recordedTarget() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/target.json"
    let script =
      "tracepoint:syscalls:sys_exit_read /args.ret > 0/ { @[comm] = sum(args.ret); } interval:s:1 { exit(); }"
    #expect(try run([Repository.swtrace, "record-target", "-o", path, "-e", script]).ending == .exited(0))
    let here = try run([Repository.swtrace, "--dry-run", "-q", "-d", "bpf,maps", "-e", script])
    let there = try run([Repository.swtrace, "--target", path, "-d", "bpf,maps", "-e", script])
    #expect(there.ending == .exited(0))
    #expect(there.output == here.output)
    #expect(there.output.hasPrefix("== bpf\n"))
  }

  @Test("warnings are told unless --no-warnings is given") func warnings() throws {
    let script = "BEGIN { exit(); @ = 1; }"
    let told = try run([Repository.swtrace, "-q", "-e", script])
    #expect(told.errors.hasPrefix("stdin:1:17-22: WARNING: this is never reached\n"))
    #expect(told.ending == .exited(0))
    #expect(try run([Repository.swtrace, "-q", "--no-warnings", "-e", script]).errors == "")
  }

  @Test("--no-warnings silences warnf, and not errorf", arguments: ["text", "json"]) func silencedWarnings(
    format: String
  )
    throws
  {
    let script = #"BEGIN { warnf("low"); errorf("bad"); exit(); }"#
    let told = try run([Repository.swtrace, "-q", "-f", format, "-e", script])
    #expect((told.output + told.errors).contains("low") && (told.output + told.errors).contains("bad"))
    let silent = try run([Repository.swtrace, "-q", "-f", format, "--no-warnings", "-e", script])
    #expect(!(silent.output + silent.errors).contains("low") && (silent.output + silent.errors).contains("bad"))
  }

  @Test("warnings and failures are JSON with -f json") func jsonDiagnostics() throws {
    let warned = try run([Repository.swtrace, "-q", "-f", "json", "-e", "BEGIN { $x = 1; exit(); }"])
    #expect(
      warned.errors
        == #"{"type": "diagnostic", "data": {"severity": "warning", "message": "$x is assigned and never read", "#
        + #""file": "stdin", "line": 1, "column": 9, "end_line": 1, "end_column": 11, "notes": [{"message": "#
        + #""remove it, or write '_' for a value that is computed for nothing"}], "fixits": [{"file": "stdin", "#
        + #""line": 1, "column": 9, "end_line": 1, "end_column": 11, "replacement": "_"}]}}"# + "\n")
    let failed = try run([Repository.swtrace, "-f", "json", "/no/such/file.bt"])
    #expect(
      failed.errors
        == #"{"type": "diagnostic", "data": {"severity": "error", "#
        + #""message": "cannot read '/no/such/file.bt': No such file or directory"}}"# + "\n")
  }

  @Test("--help behind '--' shows a script's parameters") func scriptHelp() throws {
    let script = #"BEGIN { print((getopt("count", 3, "how many"), getopt("loud"))); exit(); }"#
    let result = try run([Repository.swtrace, "-e", script, "--", "--help"])
    #expect(result.ending == .exited(0))
    #expect(
      result.output == """
        Options of the script, behind '--', with their defaults:
          --count=3  how many
          --loud

        """)
  }

  @Test("-I and --include") func headers() throws {
    let folder = try TemporaryFolder()
    _ = try folder.file("answer.h", "#define ANSWER 42\nstruct pair { int a; int b; };\n")
    let script = "BEGIN { print((ANSWER, sizeof(struct pair))); exit(); }"
    #expect(
      try Tracing.output(script, options: ["-I", folder.path, "--include", "answer.h"]) == "(42, 8)\n\n\n")
    #expect(try Tracing.output("#include \"answer.h\"\n" + script, options: ["-I", folder.path]) == "(42, 8)\n\n\n")
  }

  @Test("-p counts what its process does, in every provider, while another is as busy") func busyProcesses() throws {
    func busy(_ name: String) throws -> RunningCommand {
      try RunningCommand(Workload.command(name, "spin 100000").split(separator: " ").map(String.init))
    }
    let (traced, other) = (try busy("swt-traced"), try busy("swt-other"))
    defer { for process in [traced, other] { process.signal(SIGKILL) } }
    let script = """
      profile:hz:999 { @[comm] = count(); } software:cpu-clock:1000000 { @[comm] = count(); }
      software:context-switches:1 { @[comm] = count(); } tracepoint:sched:sched_switch { @[comm] = count(); }
      rawtracepoint:sched_switch { @[comm] = count(); } tracepoint:syscalls:sys_enter_* { @[comm] = count(); }
      profile:hz:999 { @samples = count(); if (@samples > 100) { exit(); } }
      """
    let result = try run([Repository.swtrace, "-q", "-p", "\(traced.pid)", "-e", script])
    let keys = result.output.split(separator: "\n").filter { $0.hasPrefix("@[") }
    #expect(keys.count == 1 && keys[0].hasPrefix("@[swt-traced]: "), "\(result.output)\(result.errors)")
    #expect(other.pid > 0)
  }
}
