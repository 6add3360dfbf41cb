import TestSupport
import Testing
import TraceLang

@testable import Codegen

/// What a bundle must find again where it runs: every answer of the machine that became code.
@Suite struct KernelFactTests {
  /// A question, how the bundle tells of its answer, and whether the answer is there to become anything.
  struct Asked: CustomTestStringConvertible, Sendable {
    let fact: String
    let ask: @Sendable (any Target) -> Void

    var testDescription: String { fact }
  }

  static let questions: [Asked] = [
    Asked(fact: "the ID of the cgroup /a") { _ = $0.cgroupID(path: "/a") },
    Asked(fact: "the PID namespace") { _ = $0.pidNamespace },
    Asked(fact: "whether perf_event programs may call bpf_f") {
      _ = $0.kernelFunction("bpf_f", isCallableFrom: .perfEvent)
    },
    Asked(fact: "the kind of tracepoint:c:e") {
      _ = $0.isKernelTracepoint(TracepointName(category: "c", event: "e"))
    },
    Asked(fact: "the record of tracepoint:c:e") {
      _ = try? $0.tracepointFormat(TracepointName(category: "c", event: "e"))
    },
    Asked(fact: "the record of tracepoint:c:e") {
      _ = $0.layout(of: .tracepoint(TracepointName(category: "c", event: "e")))
    },
    Asked(fact: "the raw tracepoint r") { _ = $0.rawTracepointArguments("r") },
    Asked(fact: "the list of arguments of btf_trace_r") { _ = $0.layout(of: .function("btf_trace_r")) },
    Asked(fact: "the function f") { _ = $0.kernelFunctionSignature("f") },
    Asked(fact: "the type t") { _ = $0.kernelType(named: "t") },
    Asked(fact: "struct s") { _ = $0.layout(of: .named("struct s")) },
    Asked(fact: "the constant C") { _ = $0.enumerator(named: "C") },
    Asked(fact: "enum e") { _ = $0.enumerators(of: .btf(object: 0, type: 5, name: "e")) },
    Asked(fact: "the constant C") { _ = $0.enumerators(of: .btf(object: 0, type: 6, name: "")) },
    Asked(fact: "the address of a") { _ = $0.kernelSymbolAddress("a") },
  ]

  private func file(_ target: AnsweringTarget, _ question: Asked) throws -> BundleFile {
    let built = try BuiltScript("BEGIN { }", target: target)
    question.ask(built.recording)
    return built.file()
  }

  @Test("what became code is asked again, and another answer refuses the bundle", arguments: questions)
  func fact(question: Asked) throws {
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
    #expect(!KernelFact.Subject.answer(.tracepoint(.format(name: name))).isNamed)
    #expect(!KernelFact.Subject.answer(.type(.layout(of: .tracepoint(name)))).isNamed)
    let switches = TracepointName(category: "sched", event: "sched_switch")
    #expect(KernelFact.Subject.answer(.tracepoint(.format(name: switches))).isNamed)
    let areNamed = built.file().facts.allSatisfy { $0.subject.isNamed }
    #expect(areNamed)
  }
}

/// A recorded machine that has all that is asked for, in two ages.
private final class AnsweringTarget: Target {
  private let source: any Target
  /// What numbers of the second age are larger by.
  var change = 0

  init(_ source: any Target) { self.source = source }

  var machine: Machine { source.machine }

  func answer(_ question: Question) throws(TargetError) -> Answer {
    switch question.nothing {
    case .flag: question.isFeature ? try source.answer(question) : .flag(change == 0)
    case .number: .number(7 + UInt64(change))
    case .names, .tracepoints, .functions, .instruction, .variables, .usdt, .debugFunction, .debugSites, .sourcePlace:
      try source.answer(question)
    case .format:
      .format(
        TracepointFormat(
          name: TracepointName(category: "c", event: "e"), id: 1,
          fields: [.init(name: "x", declaration: "int x", type: .int32, offset: 8 + change, size: 4)]))
    case .parameters: .parameters([FunctionParameter(name: "x", type: change == 0 ? .int32 : .int64)])
    case .signature: .signature(FunctionSignature(parameters: [], result: change == 0 ? .int32 : nil))
    case .type:
      if case .type(.named("enum e")) = question {
        .type(.enumeration(.btf(object: 0, type: 5, name: "e"), .uint32))
      } else {
        .type(change == 0 ? .int32 : .int64)
      }
    case .layout:
      .layout(
        RecordLayout(
          name: question.names.last ?? "", isUnion: false, size: 16,
          members: [.init(name: "x", type: .int32, offset: change)]))
    case .enumerator: .enumerator(EnumeratorValue(value: 3 + Int64(change), type: .int32))
    case .enumerators: .enumerators([EnumeratorName(name: "C", value: 3 + Int64(change))])
    case .namespace: .namespace(change == 0 ? nil : PIDNamespace(device: 1, inode: 2))
    }
  }
}

extension Question {
  fileprivate var isFeature: Bool { if case .kernel(.has) = self { true } else { false } }
}
