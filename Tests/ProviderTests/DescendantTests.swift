import Glibc
import TestSupport
import Testing

/// `--follow` and `descendant()`: what descends from a process is seen, from its first instruction, and nobody else.
@Suite(.enabled(if: getuid() == 0, "needs root to load BPF programs")) struct DescendantTests {
  /// Each of its processes calls `swt_turn` and asks for its parent, once: the first one; its child, by fork; a thread of that;
  /// that one's child by vfork, which becomes this program again; and a daemon whose parents have ended before.
  private static let source = #"""
    #include <fcntl.h>
    #include <pthread.h>
    #include <string.h>
    #include <sys/prctl.h>
    #include <sys/syscall.h>
    #include <sys/wait.h>
    #include <unistd.h>

    __attribute__((noinline, noipa)) void swt_turn(const char *name) {
      prctl(PR_SET_NAME, name);
      syscall(SYS_getppid);
    }

    static void *thread(void *argument) {
      swt_turn("swt-thread");
      return argument;
    }

    int main(int count, char **words) {
      if (count > 1 && strcmp(words[1], "again") == 0) {
        swt_turn("swt-again");
        return 0;
      }
      char go;
      if (count > 1) (void)!read(open(words[1], O_RDONLY), &go, 1);
      int gone[2], alive[2];
      (void)!pipe(gone);
      (void)!pipe(alive);
      swt_turn("swt-first");
      if (fork() == 0) {
        swt_turn("swt-child");
        pthread_t other;
        pthread_create(&other, 0, thread, 0);
        pthread_join(other, 0);
        if (vfork() == 0) {
          execl("/proc/self/exe", "again", "again", (char *)0);
          _exit(1);
        }
        wait(0);
        if (fork() == 0) {
          if (fork() == 0) {
            setsid();
            // Until those before it have ended.
            close(gone[1]);
            (void)!read(gone[0], &go, 1);
            swt_turn("swt-daemon");
          }
          _exit(0);
        }
        wait(0);
        _exit(0);
      }
      wait(0);
      close(gone[1]);
      // Until the daemon has ended, too.
      close(alive[1]);
      (void)!read(alive[0], &go, 1);
      return 0;
    }
    """#

  private static let program = Result { try TestProgram(source, options: ["-pthread"]) }

  private static let script = """
    tracepoint:syscalls:sys_enter_getppid /strncmp(comm, "swt-", 4) == 0/ { @calls[comm] = count(); }
    uprobe:BIN:swt_turn { @turns = count(); }
    tracepoint:sched:sched_process_exit /strncmp(comm, "swt-", 4) == 0/ { @ends = count(); }
    end { clear(@ends); }
    """

  private func ordered(_ output: String) -> [String] {
    output.split(separator: "\n").map(String.init).sorted()
  }

  private static let everything = [
    "@calls[swt-again]: 1", "@calls[swt-child]: 1", "@calls[swt-daemon]: 1", "@calls[swt-first]: 1",
    "@calls[swt-thread]: 1", "@turns: 5",
  ]

  @Test("a command's descendants are seen, and no others") func command() throws {
    let program = try Self.program.get().path
    let folder = try TemporaryFolder()
    let fifo = folder.path + "/go"
    #expect(mkfifo(fifo, 0o600) == 0)
    // The same runs beside it, and is not seen.
    let tracing = try RunningCommand([
      Repository.swtrace, "--follow", "-c", "\(program) \(fifo)", "-e", Self.script.replacing("BIN", with: program),
    ])
    try tracing.wait { $1.contains("Attached 4 probes") }
    #expect(try run([program]).ending == .exited(0))
    #expect(try run(["sh", "-c", "echo > '\(fifo)'"]).ending == .exited(0))
    #expect(ordered(try tracing.finish().output) == Self.everything)
  }

  @Test("a process's descendants are seen, of which some are there before", arguments: [false, true])
  func process(isInNamespace: Bool) throws {
    let program = try Self.program.get().path
    let folder = try TemporaryFolder()
    let fifo = folder.path + "/go"
    #expect(mkfifo(fifo, 0o600) == 0)
    let script = Self.script.replacing("BIN", with: program)
    // A grandchild of the traced one waits when tracing begins.
    let words = """
      sh -c '(sh -c "\(program) \(fifo); true"; true); true' &
      sleep 0.3
      exec '\(Repository.swtrace)' --follow -p $! -e '\(script)'
      """
    let shell = ["bash", "-c", words]
    let tracing = try RunningCommand(
      isInNamespace ? ["unshare", "--pid", "--fork", "--mount-proc"] + shell : shell)
    try tracing.wait { $1.contains("Attached 4 probes") }
    #expect(try run([program]).ending == .exited(0))
    #expect(try run(["sh", "-c", "echo > '\(fifo)'"]).ending == .exited(0))
    #expect(ordered(try tracing.finish().output) == Self.everything)
  }

  @Test("predicates ask for the descendants of several processes") func predicates() throws {
    let folder = try TemporaryFolder()
    let fifos = ["first", "second"].map { folder.path + "/" + $0 }
    for fifo in fifos { #expect(mkfifo(fifo, 0o600) == 0) }
    let first = try RunningCommand(["sh", "-c", "read go < '\(fifos[0])'; sleep 0.01; /bin/true; exit 0"])
    let second = try RunningCommand(["sh", "-c", "read go < '\(fifos[1])'; /bin/true; exit 0"])
    let script = """
      tracepoint:sched:sched_process_exec /comm == "true" || comm == "sleep"/ {
        @first[comm] = sum(descendant($1)); @second[comm] = sum(descendant($2)); @both = sum(descendant(\(getpid())));
      }
      interval:hz:50 { if (@ends == 2) { exit(); } }
      tracepoint:sched:sched_process_exit /pid == $1 || pid == $2/ { @ends++; }
      END { clear(@ends); }
      """
    let tracing = try RunningCommand([Repository.swtrace, "-e", script, "\(first.pid)", "\(second.pid)"])
    try tracing.wait { $1.contains("Attached 4 probes") }
    for fifo in fifos { #expect(try run(["sh", "-c", "echo > '\(fifo)'"]).ending == .exited(0)) }
    #expect(
      ordered(try tracing.finish().output) == [
        "@both: 3", "@first[sleep]: 1", "@first[true]: 1", "@second[sleep]: 0", "@second[true]: 1",
      ])
  }

  @Test("a process that has ended is forgotten, and nothing of it is printed, cleared or listed") func forgotten()
    throws
  {
    let script = """
      interval:ms:20 /descendant(\(getpid()))/ { @never = 1; }
      tracepoint:sched:sched_process_exec /descendant(\(getpid())) && comm == "true"/ { @n++; if (@n == 100) { exit(); } }
      """
    let tracing = try RunningCommand([Repository.swtrace, "-f", "json", "-e", script])
    try tracing.wait { output, _ in output.contains("attached_probes") }
    #expect(try run(["sh", "-c", "for i in $(seq 100); do /bin/true; done"]).ending == .exited(0))
    let output = try tracing.finish().output
    #expect(output.contains(#""@n": 100"#))
    #expect(!output.contains("followed"))
    let listed = try run([Repository.swtrace, "-l", "-e", script]).output
    #expect(listed == "interval:ms:20\ntracepoint:sched:sched_process_exec\n")
  }

  @Test("they are not what --probe-filter takes away") func filtered() throws {
    let tracing = try RunningCommand([
      Repository.swtrace, "--follow", "-c", "/bin/sh -c '/bin/true; /bin/true'", "--probe-filter", "exec", "-e",
      "tracepoint:sched:sched_process_exec { @[comm] = count(); } tracepoint:sched:sched_process_exit { @no = count(); }",
    ])
    #expect(ordered(try tracing.finish().output) == ["@[sh]: 1", "@[true]: 2"])
  }

  @Test(
    "misuse is told",
    arguments: [
      ("begin { print(descendant(1)); }", "descendant() asks about the current process, which is swtrace here"),
      ("interval:s:1 { print(descendant(pid)); }", "descendant() needs a number known at compile time here"),
      ("interval:s:1 { print(descendant(-5)); }", "-5 is no process ID"),
      ("interval:s:1 { print(descendant()); }", "descendant() takes 1 argument, not 0"),
    ])
  func misuse(script: String, message: String) throws {
    let result = try run([Repository.swtrace, "-e", script])
    #expect(result.ending == .exited(1))
    #expect(result.errors.contains("ERROR: \(message)\n"))
    #expect(result.errors.contains("stdin:1:"))
  }

  @Test("--follow needs a process, and a script") func options() throws {
    let alone = try run([Repository.swtrace, "--follow", "-e", "begin { }"])
    #expect(alone.ending == .exited(1))
    #expect(alone.errors.contains("--follow needs a process: -c or -p"))
    let folder = try TemporaryFolder()
    let bundle = folder.path + "/bundle"
    #expect(try run([Repository.swtrace, "build", "-o", bundle, "-e", "begin { }"]).ending == .exited(0))
    let built = try run([Repository.swtrace, "--follow", "-p", "1", bundle])
    #expect(built.ending == .exited(1))
    #expect(built.errors.contains("is a bundle, whose filter is of one process"))
  }

  @Test("more processes than there is room for are refused, one by one up to 64") func ancestors() throws {
    func script(_ count: Int) -> String {
      "interval:s:1 { $x = " + (1...count).map { "descendant(\($0))" }.joined(separator: " || ") + "; print($x); }"
    }
    #expect(try run([Repository.swtrace, "--dry-run", "-e", script(64)]).ending == .exited(0))
    let result = try run([Repository.swtrace, "--dry-run", "-e", script(65)])
    #expect(result.ending == .exited(1))
    #expect(result.errors.contains("the script asks for the descendants of more than 64 processes"))
  }
}
