import TestSupport
import Testing

@Suite(.root) struct StackTests {
  @Test("kernel stacks print names in three modes") func modes() throws {
    let script =
      "BEGIN { print(kstack(3)); print(kstack(perf, 3)); print(kstack(raw, 2)); print(len(kstack(2))); exit(); }"
    let lines = try Tracing.output(script).split(separator: "\n")
    try #require(lines.count == 9)
    #expect(lines[1] == lines[4].drop { $0 != " " }.dropFirst().description.indented)
    #expect(lines[1].hasPrefix("        __bpf_prog_test_run_raw_tp+"))
    #expect(lines[3].hasPrefix("\tffff"))
    #expect(lines[6].hasPrefix("ffff"))
    #expect(lines[8] == "2")
  }

  @Test("stacks by build ID name places of binaries") func buildIDs() throws {
    let folder = try TemporaryFolder()
    let source = try folder.file(
      "place.c", "__attribute__((noinline)) void place(void) { __asm__(\"\"); } int main(void) { place(); }\n")
    let program = folder.path + "/placed"
    let built = try run([
      "cc", "-O1", "-Wl,--build-id=0x0123456789abcdef0123456789abcdef01234567", "-o", program, source,
    ])
    try #require(built.ending == .exited(0))
    let result = try run([
      Repository.swtrace, "-q", "-c", program, "-e",
      "uprobe:\(program):place { print(ustack(build_id, 1)); @[ustack(build_id, 1), len(ustack(build_id, 1))] = count(); }",
    ])
    let lines = result.output.split(separator: "\n").filter { !$0.isEmpty }
    try #require(lines.count == 4, "\(result.output)\(result.errors)")
    #expect(lines[0].hasPrefix("0123456789abcdef0123456789abcdef01234567 0x"))
    #expect(lines[1] == "@[" && lines[2] == lines[0] && lines[3] == ", 1]: 1")
  }

  @Test("equal stacks are one key") func keys() throws {
    let script =
      "tracepoint:syscalls:sys_enter_getppid /pid == cpid/ { @k[kstack(4)] = count(); @u[ustack] = count(); }"
    let maps = try Tracing.maps(script, as: "swt-stack", doing: "getppid 7")
    #expect(maps.split(separator: "\n").filter { $0.hasPrefix("@k[") }.count == 1)
    #expect(maps.contains("]: 7\n"))
    #expect(!maps.contains("]: 1\n"))
  }

  @Test("functions of a process that has ended are named") func users() throws {
    let folder = try TemporaryFolder()
    let source = try folder.file(
      "leaf.c",
      """
      #include <time.h>
      static long now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec * 1000 + t.tv_nsec / 1000000; }
      __attribute__((noinline)) long leaf(void) { volatile long x = 0; for (long i = 0; i < 1000000; i++) x += i; return x; }
      __attribute__((noinline)) long middle(void) { return leaf() + 1; }
      int main(void) { long sum = 0; for (long end = now() + 500; now() < end;) sum += middle(); return sum == 1; }
      """)
    let program = folder.path + "/leafy"
    for options in [["-no-pie"], ["-pie", "-fPIE"]] {
      let built = try run(
        ["cc", "-O1", "-fno-omit-frame-pointer", "-fno-optimize-sibling-calls", "-o", program, source] + options)
      try #require(built.ending == .exited(0))
      let result = try run([
        Repository.swtrace, "-q", "-c", program, "-e",
        "profile:hz:99 /pid == cpid/ { @[ustack(perf, 3)] = count(); @ip[usym(reg(\"ip\"))] = count(); }",
      ])
      #expect(result.errors == "")
      let lines = result.output.split(separator: "\n")
      #expect(lines.contains { $0.contains(" leaf+") && $0.hasSuffix("(\(program))") })
      #expect(lines.contains { $0.contains(" middle+") })
      #expect(lines.contains { $0.contains(" main+") })
      #expect(lines.contains { $0.hasPrefix("@ip[leaf]: ") })
    }
  }

  @Test("time series print a chart") func series() throws {
    let output = try Tracing.maps(
      "config = { unstable_tseries = enable } BEGIN { @s = tseries(5, 1s, 3, \"max\"); @s = tseries(3, 1s, 3, \"max\"); exit(); }"
    )
    #expect(output.contains("                   4                                                   6\n"))
    #expect(output.contains(" |                         *                         | 5\n"))
  }
}

extension String {
  /// As a frame is indented.
  fileprivate var indented: String { "        \(self)" }
}
