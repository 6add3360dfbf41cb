import Glibc
import TestSupport
import Testing

/// `-p`: one process is traced, all threads of it, and nobody else.
@Suite(.enabled(if: getuid() == 0, "needs root to load BPF programs")) struct ProcessFilterTests {
  private static let source = #"""
    #include <fcntl.h>
    #include <pthread.h>
    #include <sys/syscall.h>
    #include <sys/wait.h>
    #include <unistd.h>

    __attribute__((noinline, noipa)) long swt_step(long n) {
      syscall(SYS_getppid);
      return n;
    }

    static void *thread(void *argument) {
      for (int i = 0; i < 100; i++) swt_step(i);
      return argument;
    }

    int main(int count, char **words) {
      char go;
      if (count > 1) (void)!read(open(words[1], O_RDONLY), &go, 1);
      pthread_t threads[3];
      for (int i = 0; i < 3; i++) pthread_create(&threads[i], 0, thread, 0);
      for (int i = 0; i < 3; i++) pthread_join(threads[i], 0);
      for (int i = 0; i < 7; i++) swt_step(i);
      if (fork() == 0) {
        swt_step(0);
        _exit(0);
      }
      wait(0);
      return 0;
    }
    """#

  #if arch(x86_64)
    private static let getppid = 110
  #else
    private static let getppid = 173
  #endif

  private static let program = Result { try TestProgram(source, options: ["-pthread"]) }

  /// What a script prints of a process that calls `swt_step` 307 times, and whose child does once, while others do the same.
  /// - Parameter isBuilt: runs it as a bundle, which was compiled for any process.
  private func output(_ script: String, options: [String] = [], isBuilt: Bool = false) throws -> String {
    let program = try Self.program.get().path
    let folder = try TemporaryFolder()
    let start = folder.path + "/start"
    #expect(mkfifo(start, 0o600) == 0)
    let traced = try RunningCommand(["sh", "-c", "read go < '\(start)'; exec '\(program)'"])
    var words = options + ["-e", script.replacing("BIN", with: program)]
    if isBuilt {
      let bundle = folder.path + "/bundle"
      #expect(try run([Repository.swtrace, "build", "-o", bundle] + words).ending == .exited(0))
      words = [bundle]
    }
    let tracing = try RunningCommand([Repository.swtrace, "-p", "\(traced.pid)"] + words)
    try tracing.wait { $1.contains("Attached") }
    #expect(try run([program]).ending == .exited(0))
    #expect(try run(["sh", "-c", "echo > '\(start)'"]).ending == .exited(0))
    #expect(try traced.finish().ending == .exited(0))
    let result = try tracing.finish()
    #expect(result.ending == .exited(0))
    return result.output.split(separator: "\n").joined(separator: "\n").replacing("\(traced.pid)", with: "PID")
  }

  @Test("functions of a program", arguments: [[], ["--no-feature", "uprobe_multi"]]) func uprobes(options: [String])
    throws
  {
    let script = """
      uprobe:BIN:swt_step /arg0 >= 0/ { @enter[pid] = count(); @threads[tid] = 1; }
      uretprobe:BIN:swt_step { @return[pid] = count(); }
      end { printf("%d threads\\n", len(@threads)); clear(@threads); }
      """
    #expect(try output(script, options: options) == "4 threads\n@enter[PID]: 307\n@return[PID]: 307")
  }

  @Test("functions of a program by a bundle", arguments: [[], ["--no-feature", "uprobe_multi"]])
  func bundle(options: [String]) throws {
    let script =
      "uprobe:BIN:swt_step { @[pid] = count(); @threads[tid] = 1; } end { print(len(@threads)); clear(@threads); }"
    #expect(try output(script, options: options, isBuilt: true) == "4\n@[PID]: 307")
  }

  @Test("'*' is each binary that the process has mapped, and without -p each that some process has") func everything()
    throws
  {
    let program = try Self.program.get().path
    let folder = try TemporaryFolder()
    let start = folder.path + "/start"
    #expect(mkfifo(start, 0o600) == 0)
    let traced = try RunningCommand([program, start])
    let swt_step = "uprobe:\(program):swt_step\n"
    #expect(try run([Repository.swtrace, "-l", "-p", "\(traced.pid)", "uprobe:*:swt_step"]).output == swt_step)
    #expect(try run([Repository.swtrace, "-l", "-p", "\(traced.pid)", "uprobe:swt_step"]).output == swt_step)
    #expect(try run([Repository.swtrace, "-l", "uprobe:swt_step"]).output.isEmpty)
    #expect(try run([Repository.swtrace, "-l", "uprobe:*:swt_step"]).output.contains(swt_step))
    // Another process has no such function in what it has mapped.
    #expect(
      try run([Repository.swtrace, "-l", "-p", "\(getpid())", "uprobe:*:swt_step"]).output.contains(swt_step) == false)
    let libraries = try run([Repository.swtrace, "-l", "-p", "\(traced.pid)", "uprobe:*:getppid"]).output
    #expect(libraries.split(separator: "\n").allSatisfy { $0.contains("/libc.so.6:") } && !libraries.isEmpty)
    let tracing = try RunningCommand([
      Repository.swtrace, "-p", "\(traced.pid)", "-e", "uprobe:*:swt_step { @[probe] = count(); }",
    ])
    try tracing.wait { $1.contains("Attached") }
    #expect(try run(["sh", "-c", "echo > '\(start)'"]).ending == .exited(0))
    _ = try traced.finish()
    #expect(try tracing.finish().output == "\n\n@[uprobe:\(program):swt_step]: 307\n")
  }

  @Test("a process that has gone is told") func gone() throws {
    let ended = try RunningCommand(["true"])
    _ = try ended.finish()
    let result = try run([Repository.swtrace, "-p", "\(ended.pid)", "-e", "uprobe:libc:getppid { @ = count(); }"])
    #expect(result.ending == .exited(1))
    #expect(result.errors.contains("\(ended.pid)"), "\(result.errors)")
  }

  @Test("system calls, by tracepoints of each kind, also by a bundle", arguments: [false, true])
  func tracepoints(isBuilt: Bool) throws {
    let script = """
      tracepoint:syscalls:sys_enter_getppid { @enter[pid] = count(); }
      tracepoint:syscalls:sys_exit_getppid /args.ret > 0/ { @exit[pid] = count(); }
      rawtracepoint:sys_enter /args.id == \(Self.getppid)/ { @raw[pid] = count(); }
      """
    #expect(try output(script, isBuilt: isBuilt) == "@enter[PID]: 307\n@exit[PID]: 307\n@raw[PID]: 307")
  }

  private static let samples = """
    begin { @begin = 1; } end { @end = 1; } interval:ms:10 { @interval = 1; }
    profile:hz:999 /pid == PID/ { @profile = count(); } software:cpu-clock:1000000 /pid == PID/ { @software = count(); }
    profile:hz:999 /pid != PID/ { @strange = count(); } software:context-switches:1 /pid != PID/ { @strange = count(); }
    interval:ms:400 { exit(); }
    """

  /// What `samples` leaves, numbers above 10 as N.
  private func samples(_ process: String, _ options: [String], isBuilt: Bool = false) throws -> [String] {
    let script = Self.samples.replacing("PID", with: process)
    var words = ["-e", script]
    let folder = try TemporaryFolder()
    if isBuilt {
      words = [folder.path + "/bundle"]
      #expect(try run([Repository.swtrace, "build", "-o", words[0], "-e", script]).ending == .exited(0))
    }
    let lines = try run([Repository.swtrace, "-q"] + options + words).output.split(separator: "\n")
    return lines.map { line in
      let words = line.split(separator: " ")
      return Int(words[1]).map { $0 > 10 } ?? false ? "\(words[0]) N" : String(line)
    }
  }

  @Test("samples are those of the process of -p or -c; timers, begin and end go on") func samples() throws {
    let loop = ["sh", "-c", "while :; do :; done"]
    let busy = try [RunningCommand(loop), RunningCommand(loop)]
    let expected: Set = ["@begin: 1", "@end: 1", "@interval: 1", "@profile: N", "@software: N"]
    #expect(try Set(samples("\(busy[0].pid)", ["-p", "\(busy[0].pid)"])) == expected)
    #expect(try Set(samples("\(busy[0].pid)", ["-p", "\(busy[0].pid)"], isBuilt: true)) == expected)
    #expect(try Set(samples("cpid", ["-c", "sh -c 'while :; do :; done'"])) == expected)
    let folder = try TemporaryFolder()
    let bundle = folder.path + "/bundle"
    let sampled = """
      profile:hz:999 { @[pid] = 1; } software:cpu-clock:1000000 { @[pid] = 1; }
      interval:ms:400 { print(len(@)); clear(@); exit(); }
      """
    #expect(try run([Repository.swtrace, "build", "-o", bundle, "-e", sampled]).ending == .exited(0))
    #expect(
      try run([Repository.swtrace, "-q", "-c", "sh -c 'while :; do :; done'", bundle]).output.hasPrefix("1\n"))
    for process in busy {
      process.signal(SIGKILL)
      _ = try process.finish()
    }
  }

  @Test("of -c the functions of its process are seen, and tracepoints of all processes") func command() throws {
    let program = try Self.program.get().path
    for options in [[], ["--no-feature", "uprobe_multi"]] {
      let result = try Swtrace.output(
        """
        uprobe:\(program):swt_step { @functions = count(); }
        tracepoint:syscalls:sys_enter_getppid /comm == "traced"/ { @calls = count(); }
        """, command: program, options: options)
      #expect(result.output == "\n\n@calls: 308\n@functions: 307\n")
    }
  }

  @Test("numbers of processes are those of the namespace that swtrace runs in", arguments: [false, true])
  func namespace(isBuilt: Bool) throws {
    let program = try Self.program.get().path
    let folder = try TemporaryFolder()
    let script = """
      uprobe:\(program):swt_step { @steps = count(); }
      tracepoint:syscalls:sys_enter_getppid /comm == "traced"/ { @calls = count(); }
      """
    var words = "-e '\(script)'"
    if isBuilt {
      words = folder.path + "/bundle"
      #expect(try run([Repository.swtrace, "build", "-o", words, "-e", script]).ending == .exited(0))
    }
    let fifos = ["start", "other", "done"].map { folder.path + "/" + $0 }
    for fifo in fifos { #expect(mkfifo(fifo, 0o600) == 0) }
    let tracing = try RunningCommand([
      "unshare", "--pid", "--fork", "--mount-proc", "sh", "-c",
      """
      ('\(program)' '\(fifos[1])'; echo > '\(fifos[2])') &
      '\(program)' '\(fifos[0])' &
      exec '\(Repository.swtrace)' -p $! \(words)
      """,
    ])
    try tracing.wait { $1.contains("Attached") }
    // Another process of the namespace does the same first.
    #expect(
      try run(["sh", "-c", "echo > '\(fifos[1])'; cat '\(fifos[2])'; echo > '\(fifos[0])'"]).ending == .exited(0))
    #expect(try tracing.finish().output == "\n\n@calls: 307\n@steps: 307\n")
  }

  @Test("without either, all processes are seen") func all() throws {
    let program = try Self.program.get().path
    let tracing = try RunningCommand([Repository.swtrace, "-e", "uprobe:\(program):swt_step { @ = count(); }"])
    try tracing.wait { $1.contains("Attached") }
    for _ in 0..<2 { #expect(try run([program]).ending == .exited(0)) }
    tracing.signal(SIGINT)
    #expect(try tracing.finish().output == "\n\n@: 616\n")
  }

  @Test("a thread's number is not that of a process") func thread() throws {
    let program = try TestProgram(
      """
      #include <pthread.h>
      #include <stdio.h>
      #include <sys/syscall.h>
      #include <unistd.h>

      static void *thread(void *argument) {
        printf("%ld\\n", syscall(SYS_gettid));
        fflush(stdout);
        pause();
        return argument;
      }

      int main(void) {
        pthread_t id;
        pthread_create(&id, 0, thread, 0);
        pause();
      }
      """, options: ["-pthread"])
    let running = try RunningCommand([program.path])
    try running.wait { output, _ in output.hasSuffix("\n") }
    let number = running.outputSoFar.dropLast()
    let result = try run([Repository.swtrace, "-p", "\(number)", "-e", "interval:s:1000 { }"])
    #expect(result.errors == "ERROR: \(number) is a thread: its process is \(running.pid)\n")
    #expect(result.ending == .exited(1))
    running.signal(SIGKILL)
    _ = try running.finish()
  }
}
