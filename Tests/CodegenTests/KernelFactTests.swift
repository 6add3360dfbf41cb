import TestSupport
import Testing
import TraceLang

@testable import Codegen

/// What a bundle must find again where it runs: every answer of the machine that became code.
@Suite struct KernelFactTests {
  /// A question, how the bundle tells of its answer, and whether the answer is there to become anything.
  struct Question: CustomTestStringConvertible, Sendable {
    let fact: String
    let ask: @Sendable (any Target) -> Void

    var testDescription: String { fact }
  }

  static let questions: [Question] = [
    Question(fact: "the ID of the cgroup /a") { _ = $0.cgroupID(path: "/a") },
    Question(fact: "the PID namespace") { _ = $0.pidNamespace },
    Question(fact: "whether programs may call bpf_f") { _ = $0.kernelFunction("bpf_f", isCallableFrom: .perfEvent) },
    Question(fact: "the kind of tracepoint:c:e") {
      _ = $0.isKernelTracepoint(TracepointName(category: "c", event: "e"))
    },
    Question(fact: "the record of tracepoint:c:e") {
      _ = try? $0.tracepointFormat(TracepointName(category: "c", event: "e"))
    },
    Question(fact: "the record of tracepoint:c:e") {
      _ = $0.layout(of: .tracepoint(TracepointName(category: "c", event: "e")))
    },
    Question(fact: "the raw tracepoint r") { _ = $0.rawTracepointArguments("r") },
    Question(fact: "the list of arguments of btf_trace_r") { _ = $0.layout(of: .function("btf_trace_r")) },
    Question(fact: "the function f") { _ = $0.kernelFunctionSignature("f") },
    Question(fact: "the type t") { _ = $0.kernelType(named: "t") },
    Question(fact: "struct s") { _ = $0.layout(of: .named("struct s")) },
    Question(fact: "the constant C") { _ = $0.enumerator(named: "C") },
    Question(fact: "enum e") { _ = $0.enumerators(of: .btf(object: 0, type: 5, name: "e")) },
    Question(fact: "the constant C") { _ = $0.enumerators(of: .btf(object: 0, type: 6, name: "")) },
    Question(fact: "the address of a") { _ = $0.kernelSymbolAddress("a") },
  ]

  private func file(_ target: AnsweringTarget, _ question: Question) throws -> BundleFile {
    let built = try BuiltScript("BEGIN { }", target: target)
    question.ask(built.recording)
    return built.file()
  }

  @Test("what became code is asked again, and another answer refuses the bundle", arguments: questions)
  func fact(question: Question) throws {
    let target = AnsweringTarget(try BuiltScript.recordedTarget())
    let file = try file(target, question)
    _ = try file.fitted(to: target)
    target.change = 1
    do throws(BundleError) {
      _ = try file.fitted(to: target)
      Issue.record("the bundle runs with another answer")
    } catch {
      #expect(error.message.contains("), \(question.fact) "), "\(error.message)")
    }
  }

  @Test("names that are looked up anew, and what a bundle states on its own, are no facts") func noFacts() throws {
    let target = AnsweringTarget(try BuiltScript.recordedTarget())
    let recording = RecordingTarget(target)
    _ = recording.has(.ringBuffer)
    _ = try? recording.tracepoints(category: "c", event: "*")
    _ = try? recording.rawTracepoints(matching: "*")
    _ = try? recording.kernelFunctions(matching: "*", module: nil)
    _ = recording.syscallNumber("read")
    #expect(recording.kernelFacts() == [])
  }

  @Test("facts survive being recorded: a bundle for a recorded machine runs on the machine") func recorded() throws {
    let target = AnsweringTarget(try BuiltScript.recordedTarget())
    for question in Self.questions {
      let first = RecordingTarget(target)
      question.ask(first)
      let recorded = RecordingTarget(try RecordedTarget(decoding: first.encoded()))
      question.ask(recorded)
      for fact in recorded.kernelFacts() { #expect(fact.holds(on: target), "\(question.fact)") }
      #expect(!recorded.kernelFacts().isEmpty, "\(question.fact)")
    }
  }

  @Test("a fact that is asked by a path to some other file is refused") func paths() throws {
    let built = try BuiltScript("BEGIN { }")
    let name = TracepointName(category: "../..", event: "etc")
    #expect(!KernelFact.Subject.tracepoint(name).isNamed)
    #expect(KernelFact.Subject.tracepoint(TracepointName(category: "sched", event: "sched_switch")).isNamed)
    let areNamed = built.file().facts.allSatisfy { $0.subject.isNamed }
    #expect(areNamed)
  }
}

/// A machine that has all that is asked for, in two ages.
private final class AnsweringTarget: TargetOverlay {
  let source: any Target
  /// What numbers of the second age are larger by.
  var change = 0

  init(_ source: any Target) { self.source = source }

  func cgroupID(path: String) -> UInt64? { 7 + UInt64(change) }
  var pidNamespace: PIDNamespace? { change == 0 ? nil : PIDNamespace(device: 1, inode: 2) }
  func kernelFunction(_ name: String, isCallableFrom type: KernelProgramType) -> Bool { change == 0 }
  func isKernelTracepoint(_ name: TracepointName) -> Bool { change == 0 }
  func tracepointFormat(_ name: TracepointName) throws(TargetError) -> TracepointFormat? {
    TracepointFormat(
      name: name, id: 1, fields: [.init(name: "x", declaration: "int x", type: .int32, offset: 8 + change, size: 4)])
  }
  func rawTracepointArguments(_ name: String) -> [FunctionParameter]? {
    [FunctionParameter(name: "x", type: change == 0 ? .int32 : .int64)]
  }
  func kernelFunctionSignature(_ name: String) -> FunctionSignature? {
    FunctionSignature(parameters: [], result: change == 0 ? .int32 : nil)
  }
  func kernelType(named name: String) -> Type? {
    name == "enum e" ? .enumeration(.btf(object: 0, type: 5, name: "e"), .uint32) : change == 0 ? .int32 : .int64
  }
  func layout(of record: RecordReference) -> RecordLayout? {
    if case .tracepoint(let name) = record { return (try? tracepointFormat(name))?.layout }
    return RecordLayout(
      name: record.name, isUnion: false, size: 16, members: [.init(name: "x", type: .int32, offset: change)])
  }
  func enumerator(named name: String) -> EnumeratorValue? { EnumeratorValue(value: 3 + Int64(change), type: .int32) }
  func enumerators(of reference: EnumReference) -> [EnumeratorName] {
    [EnumeratorName(name: "C", value: 3 + Int64(change))]
  }
  func kernelSymbolAddress(_ name: String) -> UInt64? { 0xffff_ffff_8100_0000 + UInt64(change) }
}
