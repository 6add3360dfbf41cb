import Glibc
import TestSupport
import Testing

/// One pass over objects of the kernel.
@Suite(.root) struct IteratorTests {
  @Test("an iterator visits each task, and the run ends when it has") func tasks() throws {
    let script = """
      iter:task /ctx.task.pid == \(getpid()) && ctx->task->tgid == \(getpid())/ { printf("%s\\n", probe); @ = count(); }
      end { printf("end\\n"); }
      """
    #expect(try Tracing.output(script) == "iter:task\nend\n\n\n@: 1\n")
  }

  @Test("a pass that sends more than the ring buffer holds loses nothing") func flood() throws {
    let files = (0..<300).map { _ in fcntl(0, F_DUPFD_CLOEXEC, 0) }
    defer { for file in files { close(file) } }
    let script = """
      config = { perf_rb_pages = 1 }
      iter:task_file { printf("%s\\n", "0123456789012345678901234567890123456789"); @ = count(); }
      """
    let output = try Tracing.output(script)
    let lines = output.split(separator: "\n").count { $0.hasPrefix("0") }
    #expect(lines > files.count)
    #expect(output.hasSuffix("@: \(lines)\n"))
  }

  @Test("exit() ends the pass") func exit() throws {
    #expect(try Tracing.output("iter:task { printf(\"x\\n\"); exit(); }") == "x\n\n\n")
  }

  @Test("several passes come one after the other, and other probes go on after them") func several() throws {
    let script = """
      iter:task { @task = 1; } iter:task_vma { @area = 1; }
      interval:ms:10 /@task && @area/ { printf("both\\n"); clear(@task); clear(@area); exit(); }
      """
    #expect(try Tracing.output(script) == "both\n\n\n")
  }

  /// What a script prints for a file of this process that is named so.
  private func output(forFileNamed name: String, _ actions: String) throws -> String {
    let path = "/tmp/\(name)"
    let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    defer {
      close(file)
      unlink(path)
    }
    return try Tracing.output("iter:task_file /ctx.task.pid == \(getpid()) && ctx.fd == \(file)/ { \(actions) }")
  }

  @Test("path() is the full name of an open file") func path() throws {
    let name = "swtrace-path-\(getpid())"
    let actions = """
      $path = path(ctx.file.f_path);
      printf("%s %d %d\\n", path(ctx.file.f_path), strlen($path), $path == path(ctx.file.f_path, 64));
      """
    #expect(try output(forFileNamed: name, actions) == "/tmp/\(name) \(name.utf8.count + 5) 1\n\n\n")
  }

  @Test("path() with a size keeps the end of a longer name") func shortPath() throws {
    let name = "swtrace-path-\(getpid())"
    let actions = """
      printf("%s %s\\n", path(ctx.file.f_path, 8), path(ctx.file.f_path, 99));
      """
    #expect(try output(forFileNamed: name, actions) == "\(name.suffix(7)) /tmp/\(name)\n\n\n")
  }

  @Test("a map keyed by paths has one entry for each") func pathKeys() throws {
    let path = "/tmp/swtrace-keys-\(getpid())"
    let files = (0..<3).map { _ in open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600) }
    defer {
      for file in files { close(file) }
      unlink(path)
    }
    let script = """
      iter:task_file /ctx.task.pid == \(getpid())/ { @[path(ctx.file.f_path)] = count(); }
      end { printf("%d\\n", (uint64)@["\(path)"]); clear(@); }
      """
    #expect(try Tracing.output(script) == "3\n\n\n")
  }

  @Test("a file that is not there has no path") func noPath() throws {
    let script = """
      iter:task_vma /ctx.task.pid == \(getpid()) && ctx.vma.vm_file == 0/ { @[path(ctx.vma.vm_file.f_path)] = 1; }
      """
    #expect(try Tracing.maps(script) == "@[]: 1\n")
  }

  /// Runs commands of a shell, for which `$S` is swtrace, with a BPF file system of their own.
  private func pinning(_ commands: String) throws -> CommandResult {
    try run([
      "unshare", "--mount", "sh", "-c", "mount -t bpf bpf /sys/fs/bpf && S='\(Repository.swtrace) -q' && \(commands)",
    ])
  }

  @Test("a pinned iterator stays and runs when its file is read") func pin() throws {
    let script = """
      iter:task:list /ctx.task.pid == 2/ {
        @ = @ + 1;
        printf("%s|%4d|%-4d|%04d|%x|%X|%u|%c|100%% é|%s\\n", ctx.task.comm, 2, 3, @, (int8)-1, 255, -1, 65, "end");
      }
      """
    let result = try pinning("$S -e '\(script)' >/dev/null && cat /sys/fs/bpf/list /sys/fs/bpf/list")
    #expect(result.errors == "")
    #expect(
      result.output == """
        kthreadd|   2|3   |0001|ffffffff|FF|4294967295|A|100% é|end
        kthreadd|   2|3   |0002|ffffffff|FF|4294967295|A|100% é|end

        """)
  }

  @Test("printf() of a pinned iterator takes any number of values, and strings up to max_strlen") func wideOutput()
    throws
  {
    let long = String(repeating: "0123456789", count: 40)
    let numbers = (1...30).map(String.init)
    let script = """
      iter:task:wide /ctx.task.pid == 2/ {
        printf("\(numbers.map { _ in "%d" }.joined(separator: " "))\\n", \(numbers.joined(separator: ", ")));
        for $i : 0..3 { printf("%d: %s\\n", $i, "\(long)"); }
      }
      """
    let result = try pinning("$S -e '\(script)' >/dev/null && cat /sys/fs/bpf/wide")
    #expect(result.errors == "")
    let lines = [numbers.joined(separator: " ")] + (0..<3).map { "\($0): \(long)" }
    #expect(result.output == lines.map { $0 + "\n" }.joined())
  }

  @Test("a file that is there is left as it is, and a run that fails leaves none") func pinnedBefore() throws {
    let first = "iter:task:list { printf(\"first\"); }"
    let second = "iter:task:other { printf(\"x\"); } iter:task:list { printf(\"x\"); }"
    let commands = "$S -e '\(first)' >/dev/null; $S -e '\(second)'; echo $?; ls /sys/fs/bpf | grep -v debug"
    let result = try pinning(commands)
    #expect(
      result.errors
        == "ERROR: iter:task:list: there is '/sys/fs/bpf/list' already: remove it first, or pin to another file\n")
    #expect(result.output == "1\nlist\n")
  }

  @Test("--dry-run pins nothing") func dryPin() throws {
    let result = try pinning(
      "$S --dry-run -e 'iter:task:dry { printf(\"x\"); }' && ls /sys/fs/bpf | grep -v debug; true")
    #expect(result.errors == "")
    #expect(result.output == "")
  }

  @Test("a file outside of a BPF file system is refused with what to do") func badPlace() throws {
    let result = try pinning("$S -e 'iter:task:/tmp/swtrace-pin { printf(\"x\"); }'")
    #expect(result.ending == .exited(1))
    #expect(
      result.errors
        == "ERROR: iter:task:/tmp/swtrace-pin: '/tmp/swtrace-pin' cannot be a file of a BPF file system: one must be mounted there"
        + " (mount -t bpf bpf /sys/fs/bpf), and its names have no dots\n")
  }

  @Test("a bundle with a pinned iterator needs --unsafe") func pinnedBundle() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/b"
    let built = try run([Repository.swtrace, "build", "-o", path, "-e", "iter:task:list { printf(\"x\"); }"])
    #expect(built.ending == .exited(0))
    #expect(
      try run([Repository.swtrace, path]).errors
        == "ERROR: '\(path)' leaves a program in /sys/fs/bpf/list: run it with --unsafe\n")
  }

  @Test("the objects of an iterator are listed with their types") func listing() throws {
    let result = try run([Repository.swtrace, "-lv", "iter:task_file"])
    #expect(result.output == "iter:task_file\n    struct task_struct * task\n    uint32 fd\n    struct file * file\n")
  }
}
