import Glibc
import TestSupport
import Testing

/// The scripts of examples/ with workloads whose part of the output is known.
@Suite(.root) struct ExampleTests {
  /// The lines that an example prints while the workload runs.
  private func output(
    _ example: String, as name: String, doing actions: String, parameters: [String] = [], options: [String] = []
  ) throws -> [Substring] {
    let path = "\(Repository.root)/examples/\(example).bt"
    let result = try run(
      [Repository.swtrace, "-q"] + options + ["-c", try Workload.command(name, actions), path] + parameters)
    #expect(result.ending == .exited(0))
    #expect(result.errors == "")
    return result.output.split(separator: "\n")
  }

  /// The count of the line "KEY: count".
  private func count(_ lines: [Substring], _ key: String) -> Int? {
    lines.first { $0.hasPrefix(key + ": ") }.flatMap { Int($0.dropFirst(key.utf8.count + 2)) }
  }

  /// The lines of the histogram under a title.
  private func histogram(_ lines: [Substring], _ title: String) -> [Substring] {
    Array((lines.firstIndex(of: "\(title):").map { lines[($0 + 1)...] } ?? []).prefix { $0.hasSuffix("|") })
  }

  private func total(_ histogram: [Substring]) -> Int { Histogram.total(histogram.joined(separator: "\n")) }

  @Test("every example starts as a program, says what it prints, and has a test") func all() throws {
    let names = FileContents.names(in: Repository.root + "/examples", extension: "bt")
    #expect(names.count >= 14)
    let tests = try FileContents.text(#filePath)
    for name in names {
      let text = try FileContents.text("\(Repository.root)/examples/\(name).bt")
      #expect(text.hasPrefix("#!/usr/bin/env swtrace\n// "), "\(name)")
      #expect(text.contains("\n//     "), "\(name)")
      #expect(access("\(Repository.root)/examples/\(name).bt", X_OK) == 0, "\(name)")
      #expect(tests.contains("(\"\(name)\", as: ") || tests.contains("examples/\(name).bt"), "\(name)")
    }
  }

  @Test func syscallCounts() throws {
    let lines = try output("syscall-counts", as: "swt-e1", doing: "getppid 5000")
    #expect((count(lines, "@[tracepoint:syscalls:sys_enter_getppid]") ?? 0) >= 5000)
    #expect(lines.allSatisfy { $0.hasPrefix("@[tracepoint:syscalls:sys_enter_") })
  }

  @Test func syscallsByProcess() throws {
    #expect(count(try output("syscalls-by-process", as: "swt-e2", doing: "getppid 5000"), "@[swt-e2]") == 5001)
  }

  @Test func syscallLatency() throws {
    let lines = try output("syscall-latency", as: "swt-e3", doing: "nap 20")
    #expect(total(histogram(lines, "@usecs")) >= 20)
    #expect(!lines.contains { $0.hasPrefix("@start") })
  }

  @Test func syscallTime() throws {
    let lines = try output("syscall-time", as: "swt-e4", doing: "nap 20")
    #expect((count(lines, "@usecs[tracepoint:syscalls:sys_exit_nanosleep]") ?? 0) >= 20_000)
    #expect(!lines.contains { $0.hasPrefix("@start") })
  }

  @Test func execCounts() throws {
    let lines = try output("exec-counts", as: "swt-e5", doing: "exec \(try Workload.path.get())")
    // The command itself, and the program it turns into; without its arguments that one ends at once.
    #expect(lines.contains { $0.hasPrefix("@[") && $0.hasSuffix(", swtrace-workloa]: 2") })
  }

  @Test func newProcesses() throws {
    let lines = try output("new-processes", as: "swt-e6", doing: "exec /bin/true")
    #expect(lines.first == "PID      FROM             ARGUMENTS")
    // What another CPU starts meanwhile may come between a line's two records.
    #expect(lines.contains { $0.contains(" swt-e6           ") })
    #expect(lines.contains { $0.hasSuffix("first second word third") })
  }

  @Test func opens() throws {
    let lines = try output("opens", as: "swt-e7", doing: "open /etc/hostname open /no/such/file")
    #expect(lines.first == "PID      COMM             RESULT FILE")
    #expect(lines.contains { $0.hasSuffix(" swt-e7                5 /etc/hostname") })
    #expect(lines.contains { $0.hasSuffix(" swt-e7               -2 /no/such/file") })
  }

  @Test func readSizes() throws {
    let lines = try output("read-sizes", as: "swt-e8", doing: "read 0 read 600 read 700 badread 5")
    let histogram = histogram(lines, "@bytes[swt-e8]")
    #expect(total(histogram) == 3)
    #expect(histogram.first == "[0]                    1 |@@@@@@@@@@@@@@@@@@@@@@@@@@                          |")
    #expect(histogram.last == "[512, 1K)              2 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|")
  }

  @Test func writeSizes() throws {
    let lines = try output("write-sizes", as: "swt-e9", doing: "write 1000 write 1000 write 5000")
    #expect(total(histogram(lines, "@bytes")) >= 3)
    #expect(histogram(lines, "@bytes").last?.hasPrefix("[1K, ...)") == true)
  }

  @Test func failedSyscalls() throws {
    let lines = try output("failed-syscalls", as: "swt-e10", doing: "badread 30 open /no/such/file read 5")
    #expect(
      lines.filter { $0.contains("[swt-e10,") } == [
        "@failed[swt-e10, tracepoint:syscalls:sys_exit_openat, 2]: 1",
        "@failed[swt-e10, tracepoint:syscalls:sys_exit_read, 9]: 30",
      ])
  }

  @Test func syscallsOfProcess() throws {
    // A process that waits to be told is traced from its side.
    let folder = try TemporaryFolder()
    let fifo = folder.path + "/go"
    mkfifo(fifo, 0o600)
    let child = try RunningCommand([
      "/bin/sh", "-c", "read go < \(fifo); exec \(try Workload.path.get()) swt-e11 getppid 123",
    ])
    let tracing = try RunningCommand([
      Repository.swtrace, "-p", "\(child.pid)", "\(Repository.root)/examples/syscalls-of-process.bt", "\(child.pid)",
    ])
    try tracing.wait { $1.contains("Attached") }
    try FileContents.write("go\n", to: fifo)
    let lines = try tracing.finish().output.split(separator: "\n")
    #expect(lines.first == "System calls of process \(child.pid); Ctrl-C ends.")
    #expect(count(lines, "@[tracepoint:syscalls:sys_enter_getppid]") == 123)
  }

  @Test("the example of one process asks for the process") func syscallsOfNoProcess() throws {
    let result = try run([Repository.swtrace, "-q", "\(Repository.root)/examples/syscalls-of-process.bt"])
    #expect(result.ending == .exited(1))
    #expect(result.output == "Give a process ID: swtrace syscalls-of-process.bt PID\n\n\n")
  }

  @Test func runQueueSwitches() throws {
    let lines = try output("run-queue-switches", as: "swt-e12", doing: "nap 50")
    // A nap that is over before the task has left its CPU is no switch.
    #expect((count(lines, "@to[swt-e12]") ?? 0) >= 40)
    #expect(lines.contains { $0.hasPrefix("@cpu[") })
  }

  @Test func runQueueLatency() throws {
    let lines = try output("run-queue-latency", as: "swt-e13", doing: "nap 50")
    #expect(total(histogram(lines, "@usecs")) >= 40)
  }

  @Test func pageFaults() throws {
    let lines = try output("page-faults", as: "swt-e14", doing: "touch 3000")
    #expect((3000...3020).contains(count(lines, "@[swt-e14]") ?? 0))
  }

  @Test func cpuSamples() throws {
    let lines = try output("cpu-samples", as: "swt-e15", doing: "spin 1000")
    let line = try #require(lines.first { $0.contains(", swt-e15]: ") })
    #expect((5...120).contains(Int(line.split(separator: " ").last ?? "") ?? 0))
  }

  @Test func cpuStacks() throws {
    let lines = try output("cpu-stacks", as: "swt-e19", doing: "spin 1000", options: ["-f", "folded"])
    let samples = lines.filter { $0.hasPrefix("swt-e19;") }.compactMap {
      $0.split(separator: " ").last.flatMap { Int($0) }
    }
    #expect((5...120).contains(samples.reduce(0, +)))
  }

  @Test func offCPUStacks() throws {
    let lines = try output("off-cpu-stacks", as: "swt-e20", doing: "nap 50", options: ["-f", "folded"])
    let naps = lines.filter { $0.hasPrefix("swt-e20;") && $0.contains("nanosleep_[k];") && $0.contains("schedule_[k]") }
    let microseconds = naps.compactMap { $0.split(separator: " ").last.flatMap { Int($0) } }.reduce(0, +)
    // 50 naps of a millisecond, of which some are over before the task has left its CPU.
    #expect(microseconds >= 20_000)
    #expect(lines.allSatisfy { $0.split(separator: " ").last.flatMap { Int($0) } != nil })
  }

  @Test func signals() throws {
    #expect(count(try output("signals", as: "swt-e16", doing: "signal 23 signal 23"), "@[swt-e16, 23, swt-e16]") == 2)
  }

  @Test func blockIO() throws {
    let lines = try output("block-io", as: "swt-e17", doing: "getppid 1")
    #expect(lines.allSatisfy { $0.hasPrefix("@bytes[") || $0.hasSuffix("|") })
  }

  @Test func pageAllocations() throws {
    let lines = try output("page-allocations", as: "swt-e18", doing: "touch 3000 spin 1600")
    #expect(lines.first.map { $0.dropFirst(2).hasPrefix(":") && $0.contains(" pages: ") } == true)
    #expect((count(lines, "@by[swt-e18]") ?? 0) >= 3000)
  }
}
