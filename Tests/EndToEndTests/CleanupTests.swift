import CLibBPF
import Glibc
import TestSupport
import Testing

/// What a run leaves behind: nothing, however it ends.
///
/// Other tests load programs meanwhile, so programs and links are told by names that only these scripts make.
@Suite(.root, .serialized) struct CleanupTests {
  private static let script = """
    tracepoint:syscalls:sys_enter_* { @[probe] = count(); }
    tracepoint:sched:sched_switch { @switches = count(); }
    profile:hz:99 { @samples = count(); }
    interval:s:1 { @seconds++; }
    """

  @Test("nothing stays after a signal", arguments: [SIGINT, SIGTERM, SIGKILL]) func signal(number: Int32) throws {
    let before = KernelObjects.mounts
    let tracing = try RunningCommand([Repository.swtrace, "-e", Self.script])
    try tracing.wait { $1.contains("Attached") }
    let held = KernelObjects.held(by: tracing.pid)
    #expect(held.programs.count >= 4)
    #expect(held.links.count >= 1)
    tracing.signal(number)
    let result = try tracing.finish()
    #expect(result.ending == (number == SIGKILL ? .killed(SIGKILL) : .exited(0)))
    #expect(number == SIGKILL || result.output.contains("@switches: "))
    #expect(KernelObjects.goAway(held))
    #expect(KernelObjects.mounts == before)
  }

  @Test("nothing stays after the script's exit") func exit() throws {
    let tracing = try RunningCommand([
      Repository.swtrace, "-e", Self.script + "tracepoint:syscalls:sys_enter_getppid /comm == \"swt-bye\"/ { exit(); }",
    ])
    try tracing.wait { $1.contains("Attached") }
    let held = KernelObjects.held(by: tracing.pid)
    #expect(held.programs.count >= 4)
    _ = try run([Workload.path.get(), "swt-bye", "getppid", "1"])
    #expect(try tracing.finish().ending == .exited(0))
    #expect(KernelObjects.goAway(held))
  }

  @Test("nothing stays of a thousand probes when the tracer is killed while it attaches them") func attaching() throws {
    // Events that hardly ever happen: what matters is that each is opened.
    let points = (1...1000).map { "software:alignment-faults:\($0)" }.joined(separator: ",")
    let folder = try TemporaryFolder()
    let script = try folder.file("thousand.bt", points + " { @ = count(); } interval:s:1000 { }\n")
    var interrupted: KernelObjects.Held?
    // It may have attached all before it is stopped; then once more.
    for opened in stride(from: 900, to: 90, by: -50) where interrupted == nil {
      let tracing = try RunningCommand([
        "sh", "-c", "ulimit -n $(ulimit -H -n); exec \"$0\" \"$1\"", Repository.swtrace, script,
      ])
      try tracing.wait { _, errors in KernelObjects.openFiles(of: tracing.pid) >= opened || !errors.isEmpty }
      tracing.signal(SIGSTOP)
      let held = KernelObjects.held(by: tracing.pid)
      if tracing.errorsSoFar.isEmpty { interrupted = held }
      tracing.signal(SIGKILL)
      #expect(try tracing.finish().ending == .killed(SIGKILL))
      #expect(KernelObjects.goAway(held))
    }
    #expect(try #require(interrupted).programs.count >= 1)
  }

  @Test("a signal while a thousand probes are attached ends the run then, and its end is an orderly one")
  func interruptedAttaching() throws {
    let points = (1...1000).map { "software:alignment-faults:\($0)" }.joined(separator: ",")
    let folder = try TemporaryFolder()
    let script = try folder.file(
      "thousand.bt", "begin { printf(\"begin\\n\"); } end { printf(\"end\\n\"); }\n" + points + " { @ = count(); }\n")
    var isInterrupted = false
    // It may have attached all before it is stopped; then once more.
    for opened in stride(from: 900, to: 90, by: -50) where !isInterrupted {
      let tracing = try RunningCommand([
        "sh", "-c", "ulimit -n $(ulimit -H -n); exec \"$0\" -c 'sh -c \"echo child\"' \"$1\"", Repository.swtrace,
        script,
      ])
      try tracing.wait { _, errors in KernelObjects.openFiles(of: tracing.pid) >= opened || !errors.isEmpty }
      tracing.signal(SIGSTOP)
      isInterrupted = tracing.errorsSoFar.isEmpty
      tracing.signal(SIGINT)
      tracing.signal(SIGCONT)
      let result = try tracing.finish()
      guard isInterrupted else { continue }
      #expect(result.ending == .exited(0))
      #expect(result.output == "begin\nend\n\n\n")
      #expect(result.errors == "")
    }
    #expect(isInterrupted)
  }

  @Test("the child of -c ends when the tracer is interrupted") func child() throws {
    let tracing = try RunningCommand([
      Repository.swtrace, "-c", "sh -c 'echo $$; exec sleep 1000'", "-e",
      "END { printf(\"end\\n\"); } interval:s:1000 {}",
    ])
    try tracing.wait { output, _ in output.hasSuffix("\n") }
    let child = try #require(pid_t(tracing.outputSoFar.dropLast()))
    tracing.signal(SIGINT)
    #expect(try tracing.finish().output == "\(child)\nend\n\n\n")
    #expect(kill(child, 0) != 0)
  }

  @Test("a C preprocessor that hangs goes with the tracer", arguments: [SIGINT, SIGTERM, SIGKILL])
  func preprocessor(number: Int32) throws {
    let folder = try TemporaryFolder()
    // It waits for a writer of the pipe, which never comes.
    #expect(mkfifo(folder.path + "/fifo.h", 0o600) == 0)
    _ = try folder.file("outer.h", "#include \"fifo.h\"\n")
    let script = try folder.file("a.bt", "#include \"outer.h\"\nBEGIN { print(SWT_NOWHERE); exit(); }\n")
    let tracing = try RunningCommand([Repository.swtrace, script])
    try tracing.wait { _, _ in KernelObjects.processes(naming: folder.path).count >= 3 }
    tracing.signal(number)
    #expect(try tracing.finish().ending == .killed(number))
    let deadline = Deadline()
    while !KernelObjects.processes(naming: folder.path).isEmpty, deadline.isAhead {}
    #expect(KernelObjects.processes(naming: folder.path) == [])
  }

  @Test("tracefs is not mounted for others") func mounts() throws {
    let before = KernelObjects.mounts
    _ = try Tracing.output("tracepoint:syscalls:sys_enter_* { @[probe] = count(); } interval:ms:10 { exit(); }")
    #expect(KernelObjects.mounts == before)
  }
}

/// BPF programs and links by their numbers in the kernel.
enum KernelObjects {
  struct Held {
    var programs: Set<UInt32> = []
    var links: Set<UInt32> = []
  }

  /// The mounted tracefs and debugfs file systems.
  static var mounts: [Substring] {
    let text = (try? FileContents.text("/proc/self/mounts")) ?? ""
    return text.split(separator: "\n").filter { $0.contains(" tracefs ") || $0.contains(" debugfs ") }
  }

  /// The processes that have a text among their words.
  static func processes(naming text: String) -> [pid_t] {
    guard let stream = opendir("/proc") else { return [] }
    defer { closedir(stream) }
    var found: [pid_t] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      guard let pid = pid_t(name), let words = try? FileContents.text("/proc/\(name)/cmdline") else { continue }
      if words.contains(text) { found.append(pid) }
    }
    return found
  }

  /// How many descriptors a process has.
  static func openFiles(of pid: pid_t) -> Int {
    guard let stream = opendir("/proc/\(pid)/fd") else { return 0 }
    defer { closedir(stream) }
    var count = 0
    while readdir(stream) != nil { count += 1 }
    return count
  }

  /// What the descriptors of a process hold (Kernel: Documentation/filesystems/proc.rst, fdinfo).
  static func held(by pid: pid_t) -> Held {
    var held = Held()
    for descriptor in 0..<1024 {
      guard let text = try? FileContents.text("/proc/\(pid)/fdinfo/\(descriptor)") else { continue }
      let fields = text.split(separator: "\n").map { $0.split(separator: "\t") }
      func number(_ name: String) -> UInt32? {
        fields.first { $0.first == "\(name):" }.flatMap { UInt32($0.last ?? "") }
      }
      if let link = number("link_id") {
        held.links.insert(link)
      } else if let program = number("prog_id") {
        held.programs.insert(program)
      }
    }
    return held
  }

  /// Waits until the kernel has none of them, which it may free a moment after their last holder ended.
  static func goAway(_ held: Held) -> Bool {
    let deadline = Deadline()
    while deadline.isAhead {
      if held.programs.isDisjoint(with: programs), held.links.isDisjoint(with: links) { return true }
    }
    return false
  }

  static var programs: Set<UInt32> { all(bpf_prog_get_next_id) }
  static var links: Set<UInt32> { all(bpf_link_get_next_id) }

  static func all(_ next: (UInt32, UnsafeMutablePointer<UInt32>?) -> Int32) -> Set<UInt32> {
    var found: Set<UInt32> = []
    var id: UInt32 = 0
    while next(id, &id) == 0 { found.insert(id) }
    return found
  }
}
