import Glibc
import TestSupport
import Testing

/// A signal ends a run soon, whatever it is doing.
@Suite(.root) struct InterruptionTests {
  private func attached(_ script: String, options: [String] = [], writingTo descriptor: Int32? = nil) throws
    -> RunningCommand
  {
    let tracing = try RunningCommand(
      [Repository.swtrace, "--unsafe"] + options + ["-e", script], writingTo: descriptor)
    try tracing.wait { $1.contains("Attached") }
    return tracing
  }

  @Test("queued commands are dropped and counted; end and maps come", arguments: [SIGINT, SIGTERM, SIGHUP])
  func queuedCommands(number: Int32) throws {
    let tracing = try attached(
      """
      interval:ms:1 { @ticks++; system("echo started; sleep 1000"); }
      end { printf("end\\n"); clear(@ticks); @kept = 1; }
      """)
    try tracing.wait { output, _ in output.contains("started") }
    tracing.signal(number)
    let result = try tracing.finish()
    #expect(result.ending == .exited(0))
    #expect(result.output == "started\n\nend\n\n\n@kept: 1\n")
    #expect(result.errors.contains("ERROR: ended 'echo started; sleep 1000', which was still running\n"))
    let warning = /WARNING: 0 queued events and [1-9][0-9]* queued actions? were dropped to end at once\n/
    #expect(result.errors.contains(warning))
  }

  @Test("what a command started in the background is not waited for") func background() throws {
    #expect(
      try Tracing.output("begin { system(\"sleep 1000 & echo $!\"); exit(); }", options: ["--unsafe"])
        .split(separator: "\n").allSatisfy { kill(pid_t($0) ?? 0, SIGTERM) == 0 })
  }

  @Test("a command that closes its output is waited for") func closedOutput() throws {
    let path = try TemporaryFolder().path
    let script =
      "begin { system(\"exec >&- 2>&-; sleep 0.2; mkdir -p \(path); echo done > \(path)/x\"); cat(\"\(path)/x\"); exit(); }"
    #expect(try Tracing.output(script, options: ["--unsafe"]) == "done\n\n\n")
    _ = try run(["rm", "-r", path])
  }

  @Test("a reader that takes nothing does not keep it", arguments: [SIGINT, SIGTERM, SIGHUP])
  func stuckReader(number: Int32) throws {
    let ends = try OutputEnds(.pipe)
    let tracing = try attached(
      #"interval:ms:1 { for ($i : 0..1000) { printf("%100d\n", $i); } } end { printf("end\n"); }"#,
      writingTo: ends.descriptor)
    try tracing.wait { _, errors in errors.contains("Attached") && ends.isFull }
    tracing.signal(number)
    let result = try tracing.finish()
    #expect(result.ending == .exited(1))
    let error = /ERROR: could not write the output: its reader took nothing; [0-9]+ lines \([0-9]+ bytes\) were lost\n/
    #expect(result.errors.contains(error))
  }

  @Test("files that cat waits for do not keep it") func waitingFile() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/fifo"
    #expect(mkfifo(path, 0o600) == 0)
    let writer = open(path, O_RDWR)
    defer { close(writer) }
    let tracing = try attached("begin { printf(\"begun\\n\"); cat(\"\(path)\"); } interval:s:1000 { }")
    tracing.signal(SIGTERM)
    #expect(try tracing.finish().ending == .exited(0))
  }

  @Test("the second signal kills") func secondSignal() throws {
    let tracing = try attached(
      "end { printf(\"end\\n\"); } interval:s:1000 { }",
      options: [
        "-c", "sh -c 'trap \"\" TERM; echo started; sleep 1000'",
      ])
    try tracing.wait { output, _ in output == "started\n" }
    let deadline = Deadline()
    repeat { tracing.signal(SIGINT) } while deadline.isAhead && !tracing.isOver
    #expect(try tracing.finish().ending == .killed(SIGINT))
  }

  @Test("SIGUSR1 prints the maps, and tracing goes on") func printing() throws {
    let tracing = try attached("begin { @x = 5; @y[1] = count(); } interval:s:1000 { }")
    tracing.signal(SIGUSR1)
    try tracing.wait { output, _ in output == "@x: 5\n@y[1]: 1\n" }
    tracing.signal(SIGINT)
    #expect(try tracing.finish().output == "@x: 5\n@y[1]: 1\n\n\n@x: 5\n@y[1]: 1\n")
  }

  @Test("SIGUSR1 that comes during a command of system() is not lost") func duringCommand() throws {
    let script = #"""
      self:signal:SIGUSR1 { print("signal"); exit(); } interval:s:20 { print("late"); exit(); }
      begin { system("kill -USR1 $PPID"); }
      """#
    #expect(try Tracing.output(script, options: ["--unsafe"]) == "signal\n\n\n")
  }

  @Test("SIGUSR1 runs the programs that are for it, each time, and prints no maps of its own")
  func ownSignal() throws {
    let tracing = try attached(
      """
      begin { @x = 5; }
      self:signal:SIGUSR1 { @x++; printf("%d %s\\n", @x, probe); }
      self:signal:SIGUSR1 /@x == 7/ { exit(); }
      """)
    tracing.signal(SIGUSR1)
    try tracing.wait { output, _ in output == "6 self:signal:SIGUSR1\n" }
    tracing.signal(SIGUSR1)
    let result = try tracing.finish()
    #expect(result.output == "6 self:signal:SIGUSR1\n7 self:signal:SIGUSR1\n\n\n@x: 7\n")
    #expect(result.ending == .exited(0))
  }

  @Test("nohup is respected") func hangUp() throws {
    let tracing = try RunningCommand([
      "nohup", Repository.swtrace, "-e", "begin { @x = 5; } interval:s:1000 { }",
    ])
    try tracing.wait { $1.contains("Attached") }
    tracing.signal(SIGHUP)
    tracing.signal(SIGUSR1)
    try tracing.wait { output, _ in output == "@x: 5\n" }
    tracing.signal(SIGINT)
    #expect(try tracing.finish().ending == .exited(0))
  }
}
