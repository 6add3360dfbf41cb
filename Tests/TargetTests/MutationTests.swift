import TargetMutation
import TestSupport
import Testing
import TraceLang

/// What `make fuzz` does many times over, for a few mutations.
@Suite struct MutationTests {
  private static let scripts = [
    ("task", "profile:hz:99 { @[curtask.comm, curtask.pid] = count(); }"),
    ("tracepoint", "tracepoint:sched:sched_switch { @[args.prev_comm, args.next_pid] = sum(args.prev_state); }"),
    ("syscall", "tracepoint:syscalls:sys_enter_openat { printf(\"%s %d\", str(args.filename), args.flags); }"),
    ("raw", "rawtracepoint:sched_switch { $p = args.prev; @[$p.comm] = hist($p.se.sum_exec_runtime); @s = *$p.mm; }"),
    ("cells", "tracepoint:syscalls:sys_enter_* { @[probe, cpu] = count(); @a[args.__syscall_nr] = ncpus; }"),
  ]

  @Test("no fact that a file may hold traps the compiler") func mutations() throws {
    let scripts = Self.scripts.map { SourceFile(name: $0.0, text: $0.1) }
    let targets = try MutatedTargets(
      scripts: scripts, machine: FileContents.bytes(Repository.root + "/Tests/Targets/x86_64.json"))
    try #require(targets.count > 0)
    var outcomes: [MutatedTargets.Outcome: Int] = [:]
    for number in 0..<2000 { outcomes[targets.outcome(of: UInt64(number)), default: 0] += 1 }
    for outcome in MutatedTargets.Outcome.allCases { #expect(outcomes[outcome] ?? 0 > 20, "\(outcome)") }
  }
}
