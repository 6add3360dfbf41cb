import Differential
import ReferenceInterpreter
import Runtime
import Symbolizer
import TestSupport
import Testing
import TraceLang

/// The reference interpreter itself, where the kernel is not asked.
@Suite struct InterpreterTests {
  private func target() throws -> RecordedTarget {
    try RecordedTarget(decoding: try FileContents.bytes(Repository.root + "/Tests/Targets/x86_64.json"))
  }

  private func text(_ script: String, firings: [Int] = [], _ change: (inout Surroundings) -> Void = { _ in }) throws
    -> String
  {
    let target = try target()
    let compiled = try CompiledScript(script, target: target)
    var surroundings = Surroundings()
    change(&surroundings)
    var interpreter = Interpreter(compiled.program, target: target, surroundings: surroundings)
    interpreter.run(firings: firings)
    return PrintedText(bundle: compiled.bundle, host: NoHost()).text(interpreter.output)
  }

  @Test("a probe runs as often as it fires, and its fields are those of the record") func firings() throws {
    let target = try target()
    let name = TracepointName(category: "sched", event: "sched_switch")
    let field = try #require(target.tracepointFormat(name)?.fields.first { $0.name == "prev_pid" })
    let output = try text(
      "tracepoint:sched:sched_switch /cpu == 3/ { @[args.prev_pid] = count(); printf(\"%s\\n\", probe); }",
      firings: [0, 0]
    ) {
      $0.cpu = 3
      $0.record = [UInt8](repeating: 0, count: 64)
      $0.record[field.offset] = 42
    }
    #expect(output == "tracepoint:sched:sched_switch\ntracepoint:sched:sched_switch\n\n\n@[42]: 2\n")
  }

  @Test("nothing fires after exit but the end") func exit() throws {
    let output = try text(
      "begin { print(1); exit(); } interval:s:1 { print(2); } end { print(3); exit(); }", firings: [1])
    #expect(output == "1\n3\n\n\n")
  }

  @Test("what cannot be read is zero") func unreadable() throws {
    #expect(try text("begin { print(*(int32 *)4096); print(str(uptr(1))); }") == "0\n\n\n\n")
  }

  @Test("a loop without end is left") func endless() throws {
    let target = try target()
    let compiled = try CompiledScript("begin { $i = 0; while ($i < 1) { $j = 1; } }", target: target)
    var interpreter = Interpreter(compiled.program, target: target)
    interpreter.run()
    #expect(interpreter.isEndless)
  }
}

/// A machine that knows nothing.
private final class NoHost: HostServices {
  func tracepointID(_ name: TracepointName) throws(TargetError) -> UInt64 { throw TargetError("no tracepoints") }
  func rawTracepointTypeID(_ name: String) throws(TargetError) -> UInt32 { throw TargetError("no BTF") }
  func kernelFrames(of address: UInt64, isReturn: Bool) -> [Frame] { [] }
  func userName(_ identifier: UInt32) -> String? { nil }
}
