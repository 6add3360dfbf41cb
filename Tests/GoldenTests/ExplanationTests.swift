import Glibc
import TestSupport
import Testing
import TraceLang

@testable import Codegen

/// What `swtrace explain` tells of scripts on recorded machines, as text and as JSON, byte for byte.
///
/// `SWTRACE_RENEW_GOLDENS=listings swift test --filter ExplanationTests` writes what is kept anew.
@Suite struct ExplanationTests {
  private static let setting = getenv("SWTRACE_RENEW_GOLDENS").map { String(cString: $0) }
  private static let renews = setting == "listings"
  private static let folder = GoldenScript.folder + "/Explained"

  /// A script, and the machine of Tests/Targets that it is explained for.
  struct Case: Sendable, CustomTestStringConvertible {
    let path: String
    var machine = "x86_64"

    var testDescription: String { "\(path) on \(machine)" }

    var name: String { String(path.split(separator: "/").last ?? "") }
  }

  private static let cases =
    ["everything", "functions", "syscalls"].map { Case(path: "Explained/\($0)") } + [Case(path: "Scripts/iterator")]
    + ["usdt", "uprobe-names", "kprobe-latency"].map { Case(path: "Scripts/5.10/\($0)", machine: "5.10") }
    + ["watchpoint", "syscalls"].map { Case(path: "Scripts/6.1-arm64/\($0)", machine: "6.1-arm64") }

  private static func explanation(of example: Case) throws -> Explanation {
    let script = GoldenScript(name: example.name, path: "\(GoldenScript.folder)/\(example.path).bt")
    return try explanation(of: script, on: example.machine)
  }

  private static func explanation(of script: GoldenScript, on machine: String) throws -> Explanation {
    let target = RecordingTarget(try recorded(machine))
    let checked = try script.program(on: target)
    let program = try #require(checked.program, "\(checked.report)")
    let compilation = try Compiler(target: target).compile(program, sources: checked.sources)
    return Explanation(checked, program, compilation, target: target)
  }

  private static func recorded(_ machine: String) throws -> RecordedTarget {
    try RecordedTarget(decoding: try FileContents.bytes("\(Repository.root)/Tests/Targets/\(machine).json"))
  }

  /// What a script without a file is told.
  private static func explanation(of text: String, on target: any Target) throws -> Explanation {
    let target = RecordingTarget(target)
    var frontEnd = FrontEnd(target: target)
    frontEnd.options.allowsUnsafe = true
    let checked = frontEnd.check(SourceFile(name: "stdin", text: text))
    guard let program = checked.program else { return Explanation(incomplete: checked, target.machine) }
    let compilation = try Compiler(target: target).compile(program, sources: checked.sources)
    return Explanation(checked, program, compilation, target: target)
  }

  private static func json(_ explanation: Explanation) throws -> String {
    String(decoding: try JSONCoder.encode(explanation, .pretty(width: 120)), as: UTF8.self) + "\n"
  }

  @Test("what unwinding keeps is told as that, and loses no output") func unwinding() throws {
    let text = "interval:s:1 { @[dw_ustack] = count(); }"
    let told = try Self.explanation(of: text, on: try Self.recorded("x86_64"))
    let words = told.buffers.map(\.buffer)
    #expect(words.count { $0 == "what frames of processes are found by" } == 1, "\(words)")
    #expect(words.count { $0 == "processes whose addresses are taken" } == 1, "\(words)")
    #expect(!words.contains("output that waits to be printed") && !told.losses.contains { $0.hasPrefix("output") })
    // Eight parts of 4 MiB hold rows.
    #expect(told.buffers.contains { $0.buffer == "what frames of processes are found by" && $0.memory > 32 << 20 })
  }

  @Test("the explanation is the one that is kept", .enabled(if: setting == nil), arguments: cases)
  func kept(example: Case) throws {
    let explanation = try Self.explanation(of: example)
    for (ending, actual) in [("txt", explanation.text), ("json", try Self.json(explanation))] {
      let path = "\(Self.folder)/\(example.machine)-\(example.name).\(ending)"
      if actual != (try FileContents.text(path)) { Issue.record("\(try Difference(from: path, to: actual))") }
    }
  }

  @Test("renewal", .enabled(if: renews, "set SWTRACE_RENEW_GOLDENS to renew the explanations"), arguments: cases)
  func renewal(example: Case) throws {
    let explanation = try Self.explanation(of: example)
    let path = "\(Self.folder)/\(example.machine)-\(example.name)"
    try FileContents.write(explanation.text, to: path + ".txt")
    try FileContents.write(try Self.json(explanation), to: path + ".json")
  }

  @Test("every script of the golden tests is explained in a page", arguments: GoldenScript.all)
  func all(script: GoldenScript) throws {
    let explanation = try Self.explanation(of: script, on: "x86_64")
    #expect(explanation.text.split(separator: "\n", omittingEmptySubsequences: false).count < 80)
    #expect(explanation.unknown.isEmpty)
    #expect(!explanation.probes.isEmpty)
    for probe in explanation.probes where probe.count != 0 { #expect(!probe.mechanisms.isEmpty, "\(probe.probe)") }
  }

  @Test("a script whose programs read memory of processes is said to", arguments: GoldenScript.all)
  func userMemory(script: GoldenScript) throws {
    let target = RecordingTarget(try Self.recorded("x86_64"))
    let checked = try script.program(on: target)
    let program = try #require(checked.program)
    let compilation = try Compiler(target: target).compile(program, sources: checked.sources)
    let reads = compilation.optimized.contains { module in
      module.functions.flatMap(\.blocks).flatMap(\.instructions).contains { instruction in
        switch instruction.operation {
        case .call(.probeReadUser, _), .call(.probeReadUserString, _): true
        default: false
        }
      }
    }
    let isSaid = Explanation(checked, program, compilation, target: target).reads.contains {
      $0.memory.contains("user")
    }
    #expect(isSaid || !reads)
  }

  @Test("where the machine does not tell, the attach points are explained and what is missing is named")
  func unknown() throws {
    let explanation = try Self.explanation(
      of: "begin { @x = 1; } tracepoint:nosuch:event, tracepoint:nosuch:other { @[args.a] = count(); }",
      on: try Self.recorded("one-liner"))
    #expect(
      explanation.text.split(separator: "\n", omittingEmptySubsequences: false).dropFirst().joined(separator: "\n")
        == """

        Attaches to
          begin
            runs once, before all else is attached
          tracepoint:nosuch:event: not known
          tracepoint:nosuch:other: not known
            fires at a tracepoint of the kernel

        Is not known
          stdin:1:19-42: the recorded target does not say which tracepoints match nosuch:event; record it again with this script
          stdin:1:44-67: the recorded target does not say which tracepoints match nosuch:other; record it again with this script

        """)
    #expect(explanation.probes.map(\.count) == [1, nil, nil])
    #expect(explanation.programs == nil && explanation.memory == nil)
  }

  @Test(
    "what needs --unsafe is named with its place",
    arguments: [
      ("begin { system(\"x\"); }", "stdin:1:9-15: system() runs commands"),
      (
        "kprobe:0xffffffff81000000 { @ = 1; }",
        "stdin:1:1-26: kprobe:0xffffffff81000000 may bring the machine down: nobody knows whether an instruction begins there"
      ),
      ("tracepoint:syscalls:sys_enter_openat { signal(9); }", "stdin:1:40-49: signal() acts on processes"),
    ])
  func risks(script: String, line: String) throws {
    let explanation = try Self.explanation(of: script, on: try Self.recorded("x86_64"))
    #expect(explanation.text.contains("\nNeeds --unsafe\n  \(line)\n"), "\(explanation.text)")
  }

  @Test(
    "capabilities are those that the script needs and no others",
    arguments: [
      ("begin { @ = 1; }", ["CAP_BPF", "CAP_PERFMON"]),
      ("begin { print(ksym(1)); }", ["CAP_BPF", "CAP_PERFMON", "CAP_SYSLOG"]),
      ("tracepoint:syscalls:sys_enter_openat { @ = 1; }", ["CAP_BPF", "CAP_PERFMON", "CAP_DAC_READ_SEARCH"]),
    ])
  func capabilities(script: String, names: [String]) throws {
    #expect(try Self.explanation(of: script, on: try Self.recorded("x86_64")).needs.capabilities == names)
  }

  @Test("a bundle is explained without its script") func bundle() throws {
    let target = RecordingTarget(try Self.recorded("x86_64"))
    var frontEnd = FrontEnd(target: target)
    frontEnd.options.allowsUnsafe = true
    let script = "begin { printf(\"%d\\n\", pid); system(\"x\"); @x[pid] = 1; } interval:s:1 { print(@x); }"
    let checked = frontEnd.check(SourceFile(name: "stdin", text: script))
    let compilation = try Compiler(target: target).compile(
      try #require(checked.program), sources: checked.sources)
    let explanation = try Explanation(BundleFile(compilation, target: target), name: "x.swb")
    #expect(
      explanation.text == """
        x.swb, for Linux 6.18.44 on x86_64 with 2 CPUs: 2 BPF programs, 2 hooks, 599 kB of kernel memory

        Attaches to
          begin
            swtrace itself runs it
          interval:s:1
            a perf event on one CPU, every 1 s

        Keeps in the kernel
          @x[uint32] = int64                     321 kB     hash map, 4096 keys, preallocated
          counters, and the rest of their pages  8 kB
          output that waits to be printed        270 kB
          constants and tables                   520 bytes

        Prints
          printf("%d\\n")
          print(@x)
          at the end: @x

        Runs commands
          x

        Needs --unsafe
          it runs commands

        May lose
          output, while more than 256 kB of it wait to be printed
          keys of @x beyond 4096

        Needs
          root, or CAP_BPF, CAP_PERFMON
          of the kernel, as planned for this one: ring buffers (5.8), the current task with its type (5.11), version 4 of the \
        instruction set (6.6)
          as they are on this machine: the PID namespace

        Is not known
          what it reads: a bundle does not have its script

        """)
  }

  @Test("each way to hook is told apart") func mechanisms() {
    let function = KernelFunction("vfs_read", module: KernelFunction.kernel)
    let site = UprobeSite(path: "/bin/sh", offset: 1, isReturn: true)
    let sites = UprobeSites(path: "/bin/sh", isReturn: false)
    let points: [(Hook.Point, Load)] = [
      (.begin, .rawTracepoint), (.perfEvent(.clock(.period(1500), on: .one)), .perfEvent),
      (.perfEvent(.clock(.frequency(99))), .perfEvent),
      (.perfEvent(PerfEvent(.hardware, config: 1, .period(1_000_000))), .perfEvent),
      (.breakpoint(Breakpoint(address: 16, length: 8, access: .write)), .perfEvent),
      (.tracepoint(TracepointName(category: "a", event: "b")), .tracepoint),
      (.rawTracepoint("b"), .rawTracepoint), (.rawTracepoint("b"), .tracingRawTracepoint("b")),
      (.uprobe(site), .kprobe), (.uprobes(sites), Load(.kprobe, .uprobeMulti)),
      (.kprobe(.function(function, offset: 0), .exit, cookie: 0), .kprobe),
      (.kprobeMulti([function], .entry, cookies: [0]), .kprobeMulti),
      (.kprobeSession([function], cookies: [0]), .kprobeSession),
      (.trampoline, Load(.tracing, .function(function, .entry))), (.iterator, Load(.tracing, .iterator("task"))),
      (.pinnedIterator("/x"), Load(.tracing, .iterator("task"))),
    ]
    #expect(
      points.map { $0.mechanism($1) }.joined(separator: "\n") == """
        swtrace itself runs it
        a perf event on one CPU, every 1500 ns
        a perf event on each CPU, 99 times a second
        a perf event on each CPU, every 1000000 events
        a debug register of the processor, for 8 bytes at 0x10
        a perf event of each tracepoint, with its record
        a raw tracepoint, without a record
        a raw tracepoint, without a record, with types from BTF
        a breakpoint and a perf event of each place, at the return
        breakpoints, and a link (uprobe_multi) of each file
        a kprobe and a perf event of each place, at the return
        a link to many functions (kprobe_multi)
        a link to many functions, at entry and return (kprobe_session)
        a trampoline of each function
        the kernel runs it for each object, once
        the kernel runs it for each object whenever its file is read
        """)
  }
}
