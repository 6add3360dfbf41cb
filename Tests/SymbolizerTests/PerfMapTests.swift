import Glibc
import TestSupport
import Testing

@testable import Symbolizer

/// Functions that processes make while they run, and tell in /tmp/perf-PID.map.
@Suite struct PerfMapTests {
  private func described(_ text: String, _ addresses: [UInt64]) -> [String] {
    let map = PerfMap(Array(text.utf8))
    return addresses.map { address in map.function(at: address).map { "\($0.name)+\($0.offset)" } ?? "-" }
  }

  @Test("functions are found by address; what was told last counts") func lookUp() {
    #expect(
      described(
        "1000 10 first\n0x2000 20 with blanks, LazyCompile:*f\n1000 8 again\n30 x\nzz 1 y\n40 0 none\n5000 10\n6000 5 cut",
        [0xFFF, 0x1000, 0x1007, 0x1008, 0x2001, 0x201F, 0x2020, 0x6004, 0x40])
        == [
          "-", "again+0", "again+7", "-", "with blanks, LazyCompile:*f+1", "with blanks, LazyCompile:*f+31", "-",
          "cut+4", "-",
        ])
  }

  @Test("a function inside of another one is found, and what lies after it") func nested() {
    #expect(
      described("1000 100 outer\n1010 10 inner\n", [0x1000, 0x1010, 0x1020]) == ["outer+0", "inner+0", "outer+32"])
  }

  /// Maps a page, and tells in the perf map that a function begins there, of which it tells the fifth byte.
  static let writer = """
    static void write_map(const char *name, int mode) {
      char path[64];
      char *code = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
      snprintf(path, sizeof path, "/tmp/perf-%d.map", getpid());
      FILE *map = fopen(path, "a");
      if (map) { fprintf(map, "%lx 40 %s\\n", (unsigned long)code, name); fclose(map); }
      printf("%s %p\\n", name, (void *)(code + 4));
    }

    """

  private static let program = Result {
    try CompiledProgram(
      """
      #include <sys/mman.h>
      #include <signal.h>
      \(writer)
      static void more(int signal) { write_map("later", 0); fflush(stdout); }
      int main(void) { signal(SIGUSR1, more); write_map("made", 0); STAY; }
      """, "cc -O2 -o program program.c")
  }

  private func map(of running: CompiledProgram.Running) -> String { "/tmp/perf-\(running.pid).map" }

  @Test("a map is read, and read again when it has grown") func grown() throws {
    let running = try Self.program.get().start()
    defer { unlink(map(of: running)) }
    let symbolizer = Symbolizer()
    let made = try #require(try running.frames(at: "made", symbolizer).last)
    #expect(made == Frame(name: "made", offset: 4, module: Frame.Path(map(of: running).utf8)))
    running.command.signal(SIGUSR1)
    try running.command.wait { output, _ in output.contains("later 0x") && output.hasSuffix("\n") }
    let line = try #require(running.command.outputSoFar.split(separator: "\n").first { $0.hasPrefix("later") })
    let address = try #require(UInt64(line.dropFirst("later 0x".count), radix: 16))
    let deadline = Deadline()
    while symbolizer.frames(of: address, process: running.pid).isEmpty, deadline.isAhead {}
    #expect(symbolizer.frames(of: address, process: running.pid).last?.name == "later")
  }

  @Test("a map of another user is not trusted, nor one through a link, nor a pipe", .enabled(if: geteuid() == 0))
  func untrusted() throws {
    let running = try Self.program.get().start()
    let path = map(of: running)
    defer {
      unlink(path)
      unlink(path + ".kept")
    }
    #expect(try running.names(at: "made") == ["made"])
    chown(path, 12345, 12345)
    #expect(try running.names(at: "made") == [])
    chown(path, 0, 0)
    rename(path, path + ".kept")
    symlink(path + ".kept", path)
    #expect(try running.names(at: "made") == [])
    unlink(path)
    mkfifo(path, 0o600)
    #expect(try running.names(at: "made") == [])
    unlink(path)
    rename(path + ".kept", path)
    #expect(try running.names(at: "made") == ["made"])
  }
}
