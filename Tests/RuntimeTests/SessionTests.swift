import CLibBPF
import Codegen
import Glibc
import Testing
import TraceLang

@testable import Runtime

@Suite(.root) struct SessionTests {
  private static let line = Format(segments: [
    .argument(Format.Directive(.decimal), Field(offset: 0, size: 8, type: .int64)), .literal([10]),
  ])

  private func bundle(programs: [ProgramSpec], points: [Hook.Point]) -> Bundle {
    var bundle = Bundle(settings: .init(possibleCPUs: 2))
    bundle.maps = [.ring(), .data()]
    bundle.actions = [.printf(Self.line), .exit]
    bundle.programs = programs
    bundle.hooks = points.enumerated().map { Hook(program: $0.offset, point: $0.element, title: "\($0.element)") }
    return bundle
  }

  private func emitting(_ number: Int32) -> HandProgram {
    HandProgram().emitting(action: 0, numbers: [number], ring: 0)
  }

  private static let scalarCount = MapView(
    name: "@c", key: nil, keySize: 0, keyFields: [], valueSize: 8,
    content: .aggregation(
      .count,
      .slots(MapView.Slots(map: 1, offset: 64, cpuStride: 0, size: 8, domain: .scalar, presence: 128))))

  @Test("begin comes first, exit drops what follows, and end comes last") func order() throws {
    let begin = emitting(1).emitting(action: 1, numbers: [3], ring: 0).emitting(action: 0, numbers: [2], ring: 0)
    let live = try LiveSession(
      bundle(programs: [emitting(9).spec("swt_o_end"), begin.spec("swt_o_begin")], points: [.end, .begin]))
    live.start()
    let (status, output) = try live.finish()
    #expect(status == 3)
    #expect(output == "1\n9\n\n\n")
  }

  @Test("what follows an exit in begin is dropped where something is attached, too") func exitBeforeTracing() throws {
    let begin = emitting(1).emitting(action: 1, numbers: [3], ring: 0).emitting(action: 0, numbers: [2], ring: 0)
    let live = try LiveSession(
      bundle(
        programs: [begin.spec("swt_x_begin"), emitting(9).spec("swt_x_late", .perfEvent)],
        points: [.begin, .perfEvent(.clock(.period(3_600_000_000_000), on: .one))]))
    live.start()
    let (status, output) = try live.finish()
    #expect(status == 3)
    #expect(output == "1\n\n\n")
  }

  @Test("what begin printed is there when something cannot be attached") func attachFailure() throws {
    let live = try LiveSession(
      bundle(
        programs: [emitting(1).spec("swt_fail_begin"), emitting(2).spec("swt_fail")],
        points: [.begin, .rawTracepoint("swt_no_such_tracepoint")]))
    live.start()
    #expect(throws: RuntimeError.self) { try live.finish() }
    #expect(live.output == "1\n")
  }

  @Test("the same run in JSON") func json() throws {
    let begin = emitting(1).emitting(action: 1, numbers: [0], ring: 0)
    let live = try LiveSession(bundle(programs: [begin.spec("swt_json")], points: [.begin]), format: .json)
    live.start()
    #expect(try live.finish().output == "{\"type\": \"printf\", \"data\": \"1\\n\"}\n")
  }

  @Test("a raw tracepoint counts every call") func exactCount() throws {
    let number = Int32(SYS_getppid)
    let counter = HandProgram.onSystemCall(number, of: getpid()).counting(map: 1, offset: 64)
    var bundle = bundle(
      programs: [counter.spec("swt_exact"), emitting(7).spec("swt_exact_i", .perfEvent)],
      points: [.rawTracepoint("sys_enter"), .perfEvent(.clock(.period(1_000_000), on: .one))])
    bundle.views = [Self.scalarCount]
    let live = try LiveSession(bundle)
    live.start()
    while !live.output.contains("7") { usleep(1000) }
    for _ in 0..<12345 { _ = getppid() }
    live.signal(SIGINT)
    #expect(try live.finish().output.hasSuffix("\n\n@c: 12345\n"))
  }

  @Test("a record that is shorter than what its action reads prints nothing") func shortRecords() throws {
    var bundle = bundle(
      programs: [emitting(1).emitting(action: 1, numbers: [0], ring: 0).spec("swt_short")], points: [.begin])
    bundle.actions[0] = .print(Field(offset: 1 << 29, size: 8, type: .uint64))
    let live = try LiveSession(bundle)
    live.start()
    #expect(try live.finish() == (0, "\n\n"))
  }

  @Test("an interval fires and its exit ends the run") func interval() throws {
    let program = emitting(5).emitting(action: 1, numbers: [0], ring: 0)
    let live = try LiveSession(
      bundle(
        programs: [program.spec("swt_interval", .perfEvent)],
        points: [.perfEvent(.clock(.period(10_000_000), on: .one))]))
    live.start()
    #expect(try live.finish() == (0, "5\n\n\n"))
  }

  @Test("profile fires on every CPU") func profile() throws {
    let program = HandProgram().counting(map: 1, offset: 64)
    var bundle = bundle(
      programs: [
        program.spec("swt_profile", .perfEvent),
        emitting(1).emitting(action: 1, numbers: [0], ring: 0).spec("swt_profile_i", .perfEvent),
      ], points: [.perfEvent(.clock(.frequency(999))), .perfEvent(.clock(.period(200_000_000), on: .one))])
    bundle.views = [Self.scalarCount]
    let live = try LiveSession(bundle)
    live.start()
    let output = try live.finish().output
    let count = try #require(output.split(separator: " ").last.flatMap { Int($0.dropLast()) })
    #expect(count > 50)
  }

  @Test("every signal to end prints the maps", arguments: [SIGINT, SIGTERM, SIGHUP]) func signals(number: Int32) throws
  {
    let name = "swt_sig\(number)"
    var bundle = bundle(
      programs: [
        HandProgram().counting(map: 1, offset: 64).spec(name), emitting(7).spec("swt_sig_i", .perfEvent),
        emitting(9).spec("swt_sig_end"),
      ],
      points: [.rawTracepoint("sys_enter"), .perfEvent(.clock(.period(1_000_000), on: .one)), .end])
    bundle.views = [Self.scalarCount]
    let live = try LiveSession(bundle)
    live.start()
    // A signal that comes before all is attached leaves out what is not.
    while !live.output.contains("7") { usleep(1000) }
    live.signal(number)
    live.signal(number)
    let output = try live.finish().output
    #expect(output.contains("\n9\n\n\n@c: "))
    #expect(KernelPrograms.become(0, named: name))
  }

  @Test("nothing is left when the process is killed") func killed() async throws {
    await #expect(processExitsWith: .signal(SIGKILL)) {
      var bundle = Bundle(settings: .init(possibleCPUs: 2))
      bundle.maps = [.ring(), .data()]
      bundle.programs = [HandProgram().counting(map: 1, offset: 64).spec("swt_killed")]
      bundle.hooks = [Hook(program: 0, point: .rawTracepoint("sys_enter"), title: "")]
      let live = try LiveSession(bundle)
      live.start()
      if KernelPrograms.become(1, named: "swt_killed") { kill(getpid(), SIGKILL) }
    }
    #expect(KernelPrograms.become(0, named: "swt_killed"))
  }

  @Test("the command runs once all is attached, and its end ends the run") func command() throws {
    var bundle = bundle(
      programs: [HandProgram().counting(map: 1, offset: 64).spec("swt_command"), emitting(9).spec("swt_command_e")],
      points: [.rawTracepoint("sched_process_exec"), .end])
    bundle.views = [Self.scalarCount]
    let live = try LiveSession(bundle, command: "/bin/sh -c 'exec true'")
    live.start()
    let output = try live.finish().output
    #expect(output.hasPrefix("9\n\n\n@c: "))
    #expect(!output.hasSuffix("@c: 0\n"))
  }

  @Test("a command that is not there is told before anything is loaded") func noCommand() throws {
    #expect(throws: RuntimeError.unavailable("the command nonexist does not exist or is not executable")) {
      try LiveSession(bundle(programs: [], points: []), command: "nonexist a")
    }
  }

  @Test("an unknown raw tracepoint is told by the probe's name") func unknownTracepoint() throws {
    let live = try LiveSession(bundle(programs: [emitting(1).spec("swt_unknown")], points: [.rawTracepoint("no_such")]))
    live.start()
    #expect(throws: RuntimeError.self) { try live.finish() }
  }

  @Test("each hook that cannot be attached is told with its reason") func severalFailures() throws {
    let live = try LiveSession(
      bundle(
        programs: [emitting(1).spec("swt_a"), emitting(2).spec("swt_b")],
        points: [.rawTracepoint("no_such"), .rawTracepoint("nor_this")]))
    live.start()
    do {
      _ = try live.finish()
      Issue.record("they were attached")
    } catch let error as RuntimeError {
      #expect(error.description == "2 probes could not be attached")
      #expect(
        error.details == [
          "rawTracepoint(\"no_such\"): this kernel has no raw tracepoint no_such",
          "rawTracepoint(\"nor_this\"): this kernel has no raw tracepoint nor_this",
        ])
    }
  }

  @Test("a refused program is told by the script's line") func refusal() throws {
    let object = ProgramObject(
      instructions: [Assembly.move(0, 0), Assembly.load(0, 3, 0), Assembly.exit], relocations: [],
      lines: [
        .init(instruction: 0, line: SourceLine(source: 0, line: 1, column: 1)),
        .init(instruction: 1, line: SourceLine(source: 0, line: 2, column: 5)),
      ], functions: [])
    var bundle = Bundle(settings: .init(possibleCPUs: 2))
    bundle.programs = [ProgramSpec(name: "swt_bad", load: .rawTracepoint, object: object, title: "begin")]
    let live = try LiveSession(bundle)
    live.start()
    do {
      _ = try live.finish()
      Issue.record("the kernel took it")
    } catch RuntimeError.refused(let refusal) {
      #expect(refusal.instruction == 1)
      #expect(refusal.line?.line == 2)
      #expect(refusal.description == "line 2, column 5: the kernel refused the program of begin: R3 !read_ok")
      #expect(refusal.log.contains("processed"))
    }
  }

  @Test("lost records are counted and told") func lost() throws {
    var flood = HandProgram()
    for number in 0..<300 {
      flood = flood.emitting(action: 0, number: Int32(number), ring: 0, lost: 1, offset: 8)
    }
    var bundle = bundle(programs: [flood.spec("swt_flood"), timer("swt_flood_i")], points: [.begin, Self.soon])
    bundle.maps[0] = .ring(size: 4096)
    bundle.words[.lostEvents] = MapView.Place(map: 1, offset: 8)
    let live = try LiveSession(bundle, format: .json)
    live.start()
    let lines = try live.finish().output.split(separator: "\n")
    let printed = lines.filter { $0.contains("printf") }.count
    #expect(lines.contains("{\"type\": \"lost_events\", \"data\": {\"events\": \(300 - printed)}}"))
  }

  private static let soon = Hook.Point.perfEvent(.clock(.period(10_000_000), on: .one))

  /// Ends the run.
  private func timer(_ name: String) -> ProgramSpec {
    HandProgram().emitting(action: 1, numbers: [0], ring: 0).spec(name, .perfEvent)
  }

  @Test("a tracepoint's program sees every CPU though its event is of one") func everyCPU() throws {
    let host = try HostTarget()
    let counter = HandProgram.inProcess(getpid()).counting(map: 1, offset: 64)
    var bundle = bundle(
      programs: [counter.spec("swt_tp", .tracepoint), emitting(7).spec("swt_tp_i", .perfEvent)],
      points: [
        .tracepoint(TracepointName(category: "syscalls", event: "sys_enter_getpgrp")),
        .perfEvent(.clock(.period(1_000_000), on: .one)),
      ])
    bundle.views = [Self.scalarCount]
    let live = try LiveSession(bundle, host: host)
    live.start()
    while !live.output.contains("7") { usleep(1000) }
    let cpus = OnlineCPUs.numbers()
    for cpu in cpus {
      #expect(swtrace_pin_thread(cpu) == 0)
      for _ in 0..<1000 { _ = getpgrp() }
    }
    live.signal(SIGINT)
    #expect(try live.finish().output.hasSuffix("\n\n@c: \(cpus.count * 1000)\n"))
  }

  @Test("a raw tracepoint with BTF is attached by its type") func tracing() throws {
    let host = try HostTarget()
    let counter = HandProgram.onSystemCall(Int32(SYS_getegid), of: getpid()).counting(map: 1, offset: 64)
    var bundle = bundle(
      programs: [
        counter.spec("swt_tracing", .tracingRawTracepoint("sys_enter")), emitting(7).spec("swt_tracing_i", .perfEvent),
      ], points: [.rawTracepoint(""), .perfEvent(.clock(.period(1_000_000), on: .one))])
    bundle.views = [Self.scalarCount]
    let live = try LiveSession(bundle, host: host)
    live.start()
    while !live.output.contains("7") { usleep(1000) }
    for _ in 0..<777 { _ = getegid() }
    live.signal(SIGINT)
    #expect(try live.finish().output.hasSuffix("\n\n@c: 777\n"))
  }
}
