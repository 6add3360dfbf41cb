import Codegen
import Glibc
import Runtime
import Testing

@testable import TraceLang

/// What all providers have in common.
@Suite struct CatalogTests {
  /// An attach point of each provider that every machine has.
  private static let examples = [
    "begin": "begin", "end": "end", "interval": "interval:s:1", "profile": "profile:hz:99",
    "software": "software:faults:10",
    "hardware": "hardware:cycles:1000", "self": "self:signal:SIGUSR1",
    "watchpoint": "watchpoint:0x10000000:8:w", "asyncwatchpoint": "asyncwatchpoint:0x10000000:8:w",
    "tracepoint": "tracepoint:sched:sched_switch", "rawtracepoint": "rawtracepoint:sched_switch",
    "uprobe": "uprobe:/bin/bash:main", "uretprobe": "uretprobe:/bin/bash:main",
    "kprobe": "kprobe:vfs_read", "kretprobe": "kretprobe:vfs_read",
    "fentry": "fentry:vmlinux:vfs_read", "fexit": "fexit:vmlinux:vfs_read", "iter": "iter:task",
    "test": "test:one", "bench": "bench:one",
  ]

  private func program(_ text: String) throws -> (program: Program?, report: String) {
    let checked = try ProbeScript.checked(text)
    return (checked.program, checked.report)
  }

  @Test("no two providers have a name in common") func names() {
    let names = Provider.catalog.flatMap(\.names)
    #expect(Set(names).count == names.count)
  }

  @Test(
    "each name of a provider attaches its example, which has the traits and the builtins of its type",
    .enabled(if: getuid() == 0, "needs root to read tracefs"), arguments: Provider.catalog.map(\.name))
  func examples(name: String) throws {
    let provider = try #require(Provider.named(name))
    // No machine has a binary with such probes for certain.
    let usdt = name == "usdt" ? "usdt:\(try USDTTests.program.get().path):app:step" : nil
    let example = try #require(usdt ?? Self.examples[name], "no example of \(name)")
    #expect(!provider.summary.isEmpty && !provider.summary.hasSuffix("."))
    for spelling in provider.names {
      let (program, report) = try program(
        example.replacing(name, with: spelling, maxReplacements: 1) + " { @ = count(); }")
      let probe = try #require(program?.probes.first, "\(report)")
      #expect(program?.probeNames == [example])
      #expect(probe.traits.typeName == (["begin", "end", "self"].contains(name) ? "special" : name))
      #expect(!probe.traits.programTypes.isEmpty)
      for builtin in Builtin.catalog {
        #expect(builtin.places.admits(probe.traits) == builtin.places.include(name), "\(builtin.name)")
      }
    }
  }

  @Test(
    "what a provider lists it also matches", .enabled(if: getuid() == 0, "needs root to read tracefs"),
    arguments: Provider.catalog.map(\.name))
  func listings(name: String) throws {
    let search = ProbeSearch(try HostTarget())
    var listed: [String] = []
    try search.probes(matching: name + ":*") { listed.append($0.name) }
    #expect(Set(listed).count == listed.count)
    // BPF programs come and go with those who loaded them.
    let lasting = listed.filter { !$0.hasPrefix("\(name):bpf:") }
    for probe in [lasting.first, lasting.last].compactMap({ $0 }) {
      #expect(probe.hasPrefix(name + ":"))
      // A count is to follow a colon.
      let (program, report) = try program(probe + (probe.hasSuffix(":") ? "1" : "") + " { @ = count(); }")
      #expect(program != nil, "\(report)")
    }
  }

  // MARK: Decisions

  @Test("what fires on every CPU has the pace of events: a ring buffer for floods, and members of the task by loads")
  func pace() throws {
    for (example, pace) in [
      ("begin", ProbeTraits.Pace.once), ("interval:s:1", .timer), ("profile:hz:99", .event),
      ("software:faults:10", .event), ("rawtracepoint:sched_switch", .event),
    ] {
      let (program, report) = try program("\(example) { printf(\"%s\", comm); }")
      let checked = try #require(program, "\(report)")
      #expect(checked.probes[0].traits.pace == pace)
      let sources = SourceMap(SourceFile(name: "", text: ""))
      let bundle = try Compiler(target: try HostTarget()).compile(checked, sources: sources).bundle
      let ring = try #require(bundle.maps.first { $0.kind == .ringBuffer })
      #expect(ring.maxEntries == (pace == .event ? 1024 : 64) * 4096)
    }
  }

  @Test("kfunc_allowed() holds for the type of program that a body becomes which calls functions of the kernel")
  func callableFunctions() throws {
    let tracepoint = Tracepoint(name: TracepointName(category: "sched", event: "sched_switch")).traits
    #expect(tracepoint.programTypes == [.tracepoint])
    #expect(Tracepoint(name: TracepointName(category: "syscalls", event: "x")).traits.programTypes == [.tracing])
    let target = CallTarget(try HostTarget(), allowed: [.rawTracepoint])
    var diagnostics = Diagnostics()
    let text = """
      tracepoint:sched:sched_switch { @a = kfunc_allowed("f"); } interval:s:1 { @b = kfunc_allowed("f"); }
      """
    let sources = SourceMap(SourceFile(name: "stdin", text: text))
    let script = parse(SourceID(0), in: sources, diagnostics: &diagnostics)
    func values() throws -> [TypedExpression.Kind] {
      let program = try #require(check(script, target: target, diagnostics: &diagnostics))
      return program.probes.compactMap {
        if case .assign(_, let value) = $0.body[0].kind { value.kind } else { nil }
      }
    }
    #expect(try values() == [.integer(0), .integer(0)])
    target.allowed = [.tracepoint]
    #expect(try values() == [.integer(1), .integer(0)])
  }
}

/// A machine where programs of some types may call functions.
private final class CallTarget: Target {
  private let source: any Target
  var allowed: Set<ProgramType>

  init(_ source: any Target, allowed: Set<ProgramType>) {
    self.source = source
    self.allowed = allowed
  }

  var machine: Machine { source.machine }

  func answer(_ question: Question) throws(TargetError) -> Answer {
    guard case .function(.isCallable(_, let type)) = question else { return try source.answer(question) }
    return .flag(allowed.contains(type))
  }
}
