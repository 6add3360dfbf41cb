import TestSupport
import Testing

/// Programs that are large, and many of them: each stack is what the program knows that it is.
@Suite(.root) struct ScaleTests {
  /// What may be taken at most, in bytes; unoptimized it is 60 MB for a small script.
  private static let memory = 200 << 20

  @Test("a file of more than a gigabyte, of which little is used, is named, unwound and its types are read")
  func largeFile() throws {
    let folder = try TemporaryFolder()
    let source = try folder.file(
      "large.c",
      """
      struct large_box { int first, second; };
      #define CALLED __attribute__((noinline, noclone, noipa))
      CALLED int mark(struct large_box *box) { __asm__ volatile(""); return box->second + 1; }
      CALLED int inner(int v) { struct large_box box = {v, v + 40}; int r = mark(&box); return r * 2; }
      CALLED int outer(int v) { int r = inner(v); return r + 3; }
      int main(int count, char **words) { return outer(count) == 1; }
      """)
    let program = folder.path + "/large"
    // Segments lie so far from each other, and holes in the file between them.
    let built = try run([
      "cc", "-O2", "-g", "-fomit-frame-pointer", "-pie", "-fPIE", "-Wl,-z,max-page-size=0x20000000",
      "-Wl,-z,separate-code", "-o", program, source,
    ])
    try #require(built.ending == .exited(0), "\(built.errors)")
    let sizes = try run(["stat", "--format=%s %b", program]).output.split { $0 == " " || $0 == "\n" }.compactMap {
      Int($0)
    }
    try #require(sizes.count == 2 && sizes[0] > 1 << 30 && sizes[1] < 1000, "\(sizes)")
    let script =
      "config = { show_debug_info = false } uprobe:\(program):mark { print(args.box.second); print(dw_ustack(4)); }"
    let result = try run([Repository.swtrace, "-q", "-c", program, "-e", script])
    #expect(result.errors == "")
    let lines = result.output.split(separator: "\n").map { $0.trimmingBlanks.prefix { $0 != "+" } }
    #expect(lines == ["41", "mark", "inner", "outer", "main"])
    #expect(result.peakMemory < Self.memory)
  }

  private static let processes = 50
  private static let ways = 200

  /// Processes that call the kernel in functions `way_100`, `way_101` and so on, again and again.
  private static let source = """
    #include <signal.h>
    #include <stdio.h>
    #include <sys/prctl.h>
    #include <sys/syscall.h>
    #include <unistd.h>
    static inline __attribute__((always_inline)) long call(void) {
    #if defined(__aarch64__)
      register long number __asm__("x8") = SYS_getppid, result __asm__("x0");
      __asm__ volatile("svc #0" : "=r"(result) : "r"(number) : "memory");
    #else
      long result;
      __asm__ volatile("syscall" : "=a"(result) : "a"(SYS_getppid) : "rcx", "r11", "memory");
    #endif
      return result;
    }
    \(numbers.map { "__attribute__((noinline, noipa)) static long way_\($0)(void) { return call() + \($0); }" }.joined(separator: "\n"))
    static long all(void) { return \(numbers.map { "way_\($0)()" }.joined(separator: " + ")); }
    int main(int count, char **words) {
      if (count > 1) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (;;) { all(); usleep(50000); }
      }
      for (int process = 0; process < \(processes); process++) {
        int child = fork();
        // Another image has other addresses.
        if (child == 0) execl(words[0], words[0], "child", (char *)0);
        printf("%d\\n", child);
      }
      puts("ready");
      fflush(stdout);
      for (;;) pause();
    }
    """
  private static let numbers = 100..<100 + ways

  @Test("each of many stacks of many processes has its name") func manyStacks() throws {
    let folder = try TemporaryFolder()
    let source = try folder.file("ways.c", Self.source)
    let program = folder.path + "/ways"
    let built = try run(["cc", "-O2", "-o", program, source])
    try #require(built.ending == .exited(0), "\(built.errors)")
    let running = try RunningCommand([program])
    try running.wait { output, _ in output.contains("ready\n") }
    let pids = running.outputSoFar.split(separator: "\n").dropLast()
    try #require(pids.count == Self.processes)
    let script = """
      tracepoint:syscalls:sys_enter_getppid /comm == "ways"/ { @[pid, ustack(1)] = count(); }
      interval:ms:50 { if (len(@) >= \(Self.processes * Self.ways)) { exit(); } }
      """
    let result = try run([
      Repository.swtrace, "-q", "-e", "config = { show_debug_info = false; max_map_keys = 20000 } " + script,
    ])
    #expect(result.ending == .exited(0) && result.errors == "", "\(result.errors)")
    // "@[PID, \n        way_100+7\n]: 3"
    var found: [Substring: [Substring]] = [:]
    for entry in result.output.split(separator: "@[").dropFirst(0) {
      let lines = entry.split(separator: "\n")
      guard lines.count > 2, let pid = lines[0].split(separator: ",").first else { continue }
      found[pid, default: []].append(lines[1].drop { $0 == " " }.prefix { $0 != "+" })
    }
    #expect(Set(found.keys) == Set(pids))
    let expected = Self.numbers.map { "way_\($0)" }
    for (pid, names) in found { #expect(names.map(String.init).sorted() == expected, "\(pid)") }
    #expect(result.peakMemory < Self.memory)
  }
}

extension Substring {
  fileprivate var trimmingBlanks: Substring { drop { $0 == " " } }
}
