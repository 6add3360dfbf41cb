import CLibBPF
import Glibc
import TestSupport
import Testing

/// Watching memory of a process, and events that the processor counts.
@Suite(.root) struct ProcessorTests {
  /// Maps a page at 0x10000000, writes its first word 5 times, has a thread write it 3 times and a child once, and reads
  /// the second 4 times.
  private static let source = #"""
    #include <pthread.h>
    #include <sys/mman.h>
    #include <sys/wait.h>
    #include <unistd.h>

    static volatile long *words = (long *)0x10000000;

    static void *write_thrice(void *unused) {
      for (int index = 0; index < 3; index++) words[0] = index;
      return unused;
    }

    int main(void) {
      mmap((void *)words, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
      for (int index = 0; index < 5; index++) words[0] = index;
      pthread_t thread;
      pthread_create(&thread, NULL, write_thrice, NULL);
      pthread_join(thread, NULL);
      for (int index = 0; index < 4; index++) (void)words[1];
      if (fork() == 0) {
        words[0] = 1;
        _exit(0);
      }
      wait(NULL);
      return 0;
    }
    """#

  /// Whether this machine has debug registers: virtual ones may lack them.
  private static let hasBreakpoints: Bool = {
    var word = 0
    return withUnsafePointer(to: &word) { pointer in
      let event = swtrace_breakpoint_open(UInt64(UInt(bitPattern: pointer)), 8, 2, 0, -1)
      if event >= 0 { close(event) }
      return event >= 0
    }
  }()

  private func program(_ folder: borrowing TemporaryFolder) throws -> String {
    let text = try folder.file("watched.c", Self.source)
    let path = folder.path + "/watched"
    #expect(try run(["cc", "-O1", "-pthread", "-o", path, text]).ending == .exited(0))
    return path
  }

  private func maps(_ script: String) throws -> String {
    let folder = try TemporaryFolder()
    let result = try run([Repository.swtrace, "-q", "-c", try program(folder), "-e", script])
    #expect(result.ending == .exited(0))
    #expect(result.errors == "")
    return result.output
  }

  @Test("writes of the traced process and its threads, not of its children", .enabled(if: hasBreakpoints))
  func writes() throws {
    #expect(
      try maps("watchpoint:0x10000000:8:w { @[comm, probe] = count(); }") == """


        @[watched, watchpoint:0x10000000:8:w]: 8

        """)
  }

  @Test("reads and writes of a part", .enabled(if: hasBreakpoints)) func reads() throws {
    #expect(try maps("w:0x10000008:4:rw { @ = count(); }") == "\n\n@: 4\n")
  }

  @Test("a process that is there, by -p", .enabled(if: hasBreakpoints)) func process() throws {
    let folder = try TemporaryFolder()
    let sleeper = try RunningCommand(["sleep", "1000"])
    defer { sleeper.signal(SIGKILL) }
    let path = try program(folder)
    let tracing = try RunningCommand([
      Repository.swtrace, "-p", "\(sleeper.pid)", "-e", "watchpoint:0x10000000:8:w { @ = count(); }",
    ])
    try tracing.wait { $1.contains("Attached") }
    #expect(try run([path]).ending == .exited(0))
    sleeper.signal(SIGTERM)
    #expect(try tracing.finish().output == "\n\n")
  }

  /// Writes 1 to the first word, waits for a file, and writes both words 3 times.
  private static let waiting = #"""
    #include <sys/mman.h>
    #include <unistd.h>

    int main(int count, char **words) {
      volatile long *memory = mmap((void *)0x10000000, 4096, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
      memory[0] = 1;
      while (access(words[1], F_OK) != 0) usleep(1000);
      for (int index = 0; index < 3; index++) memory[0] = memory[1] = index;
      return 0;
    }
    """#

  @Test(
    "unwatch takes the watchpoints at its address away, whatever they are for, and no others",
    .enabled(if: hasBreakpoints), arguments: ["0x10000000", "(void *)0x10000000"]) func unwatch(address: String) throws
  {
    let folder = try TemporaryFolder()
    let text = try folder.file("waiting.c", Self.waiting)
    let (path, sign) = (folder.path + "/waiting", folder.path + "/sign")
    #expect(try run(["cc", "-O1", "-o", path, text]).ending == .exited(0))
    let script = """
      w:0x10000000:8:w { @first = count(); unwatch(\(address)); unwatch(0x20000000); system("touch \(sign)"); }
      w:0x10000000:4:rw { @part = count(); }
      w:0x10000008:8:w { @second = count(); }
      """
    let result = try run([Repository.swtrace, "-q", "--unsafe", "-c", "\(path) \(sign)", "-e", script])
    #expect(result.output.split(separator: "\n") == ["@first: 1", "@part: 1", "@second: 3"], "\(result)")
    #expect(result.errors == "")
  }

  @Test("more watchpoints than the processor has are refused together", .enabled(if: hasBreakpoints))
  func tooMany() throws {
    let script = (0..<20).map { "watchpoint:0x\(String(0x1000_0000 + $0 * 8, radix: 16)):8:w { @ = count(); }" }
      .joined(separator: "\n")
    let result = try run([Repository.swtrace, "-c", "true", "-e", script])
    #expect(result.ending == .exited(1))
    #expect(result.errors.contains("all of the processor's debug registers are in use"))
  }

  @Test("an event that the processor does not count is told, and nothing is traced") func counters() throws {
    let result = try run([
      Repository.swtrace, "-q", "-e",
      "hardware:cycles:1000000 { exit(); } interval:s:20 { printf(\"late\\n\"); exit(); }", "-c", "sleep 20",
    ])
    // Where there are counters, they count.
    if result.ending == .exited(0) { return }
    #expect(result.ending == .exited(1))
    #expect(result.output == "")
    #expect(
      result.errors == """
        ERROR: hardware:cycles:1000000: this machine's processor does not count that; virtual machines often have no \
        counters at all

        """)
    #expect(
      try Tracing.output(
        "config = { missing_probes = \"ignore\" } hardware:cycles { } interval:ms:1 { printf(\"on\\n\"); exit(); }")
        == "on\n\n\n")
  }
}
