import CLibBPF
import Glibc
import TestSupport
import Testing

/// What holds for a long time: memory, counts, and that nothing is left. `make soak` takes ten minutes for what the tests do
/// in some seconds.
@Suite(.root, .serialized) struct SoakTests {
  private static let seconds = getenv("SWTRACE_SOAK_SECONDS").flatMap { Int(String(cString: $0)) } ?? 10
  private static let callsARound = 50_000
  /// What memory may grow by after the first half of the time, in bytes: little once it has come to what it needs.
  private static let growth = seconds < 60 ? 64 << 20 : 8 << 20

  // Stacks of others' programs would have their symbols read, which is memory that depends on what runs beside the test.
  private static let script = #"""
    config = { max_map_keys = 20000 }
    tracepoint:syscalls:sys_enter_getppid /comm == "swt-soak"/ { @calls = count(); @by[nsecs % 10000, comm] = count(); }
    tracepoint:syscalls:sys_enter_openat { @names[str(args.filename), pid] = count(); printf("%s %s\n", comm, str(args.filename)); }
    profile:hz:299 { @kernel[kstack, comm] = count(); }
    profile:hz:299 /comm == "swt-soak"/ { @stacks[kstack, ustack, comm] = count(); }
    interval:ms:50 { print(@by); clear(@by); print(@names, 10); time("%H:%M:%S\n"); }
    interval:ms:150 { print(@stacks); clear(@stacks); print(@kernel); clear(@kernel); clear(@names); @times = tseries(cpu, 1s, 10); @sizes = hist(rand); }
    end { clear(@by); clear(@names); clear(@stacks); clear(@kernel); clear(@times); clear(@sizes); }
    """#

  @Test("memory stays as it is and counts are exact", arguments: ["text", "json"]) func flat(format: String) throws {
    let folder = try TemporaryFolder()
    let fifo = folder.path + "/output"
    #expect(mkfifo(fifo, 0o600) == 0)
    let reader = try RunningCommand(["sh", "-c", "tail -n 3 < '\(fifo)'"])
    let tracing = try RunningCommand([Repository.swtrace, "-f", format, "-o", fifo, "-e", Self.script])
    let attached = ContinuousClock.now
    try tracing.wait { _, errors in
      format == "json" ? KernelObjects.held(by: tracing.pid).links.count > 0 : errors.contains("Attached")
    }
    // JSON says on its output that it has begun, which nobody can wait for here.
    if format == "json" { while ContinuousClock.now < attached + .seconds(2) { usleep(1000) } }
    var samples: [Int] = []
    let end = ContinuousClock.now + .seconds(Self.seconds)
    var rounds = 0
    while ContinuousClock.now < end {
      _ = try run([Workload.path.get(), "swt-soak", "getppid", "\(Self.callsARound)", "open", "/etc/hostname"])
      rounds += 1
      samples.append(try residentMemory(of: tracing.pid))
    }
    tracing.signal(SIGINT)
    #expect(try tracing.finish(seconds: 120).ending == .exited(0))
    let calls = rounds * Self.callsARound
    let output = try reader.finish().output
    #expect(output.contains(format == "json" ? "\"@calls\": \(calls)}" : "@calls: \(calls)\n"))
    let early = samples.prefix(samples.count / 2 + 1).max() ?? 0
    let late = samples.suffix(samples.count / 3 + 1).max() ?? 0
    #expect(late <= early + Self.growth, "\(samples.map { $0 >> 20 })")
  }

  /// In bytes.
  private func residentMemory(of pid: pid_t) throws -> Int {
    let words = try FileContents.text("/proc/\(pid)/statm").split(separator: " ")
    return try #require(Int(words[1])) * sysconf(Int32(_SC_PAGESIZE))
  }

  @Test("killed at any moment it leaves no program, link, map, mount or process") func killed() throws {
    let before = KernelObjects.Everything()
    let mounts = KernelObjects.mounts
    var random = SplitMix(seed: UInt64(getpid()))
    let end = ContinuousClock.now + .seconds(Self.seconds)
    repeat {
      let tracing = try RunningCommand([
        Repository.swtrace, "-c", "sleep 98765", "-e", Self.script,
      ])
      usleep(UInt32.random(in: 0...80_000, using: &random))
      tracing.signal(SIGKILL)
      #expect(try tracing.finish().ending == .killed(SIGKILL))
    } while ContinuousClock.now < end
    let deadline = Deadline()
    while !KernelObjects.Everything().isSubset(of: before), deadline.isAhead {}
    #expect(KernelObjects.Everything().isSubset(of: before))
    #expect(KernelObjects.mounts == mounts)
    while try isRunning("sleep 98765") || isRunning("swtrace-closing"), deadline.isAhead {}
    #expect(try !isRunning("sleep 98765"))
    #expect(try !isRunning("swtrace-closing"))
  }

  private func isRunning(_ command: String) throws -> Bool {
    try run(["pgrep", "-f", "^\(command)$"]).ending == .exited(0)
  }
}

extension KernelObjects {
  /// All programs, links and maps of the kernel by their numbers.
  struct Everything {
    let programs = KernelObjects.programs
    let links = KernelObjects.links
    let maps = KernelObjects.all(bpf_map_get_next_id)

    func isSubset(of other: Everything) -> Bool {
      programs.isSubset(of: other.programs) && links.isSubset(of: other.links) && maps.isSubset(of: other.maps)
    }
  }
}
