import Testing

@testable import TraceLang

/// A kind of question with an example: two answers that differ in what counts.
enum QuestionKind: CaseIterable {
  case feature, symbolAddress
  case tracepoints, format, isKernel, rawTracepoints, rawArguments
  case functions, typedFunctions, signature, isCallable, iterators, programs
  case type, namedLayout, numberedLayout, argumentsLayout, scriptLayout, tracepointLayout
  case enumerator, enumerators, scriptEnumerators
  case cgroup, pidNamespace
  case binaries, binaryFunctions, sourceFunctions, fileOffset, codeAddress, instruction, variables
  case usdt
  case debugInformation, missingDebugInformation, debugFunction, debugSites, debugSourceSites, sourceLine, sourceFiles
  case debugType, debugEnumerator, debugLayout, parametersLayout, debugEnumerators

  /// Every question is of a kind: a new case of `Question` does not compile without an example below.
  init(_ question: Question) {
    self =
      switch question {
      case .kernel(.has): .feature
      case .kernel(.symbolAddress): .symbolAddress
      case .tracepoint(.matching): .tracepoints
      case .tracepoint(.format): .format
      case .tracepoint(.isKernel): .isKernel
      case .tracepoint(.rawMatching): .rawTracepoints
      case .tracepoint(.rawArguments): .rawArguments
      case .function(.matching): .functions
      case .function(.typed): .typedFunctions
      case .function(.iterators): .iterators
      case .function(.ofPrograms): .programs
      case .function(.signature): .signature
      case .function(.isCallable): .isCallable
      case .type(.named): .type
      case .type(.layout(.named)): .namedLayout
      case .type(.layout(.btf)): .numberedLayout
      case .type(.layout(.function)): .argumentsLayout
      case .type(.layout(.script)): .scriptLayout
      case .type(.layout(.tracepoint)): .tracepointLayout
      case .type(.enumerator): .enumerator
      case .type(.enumerators(.btf)), .type(.enumerators(.named)): .enumerators
      case .type(.enumerators(.script)): .scriptEnumerators
      case .process(.cgroupID): .cgroup
      case .process(.pidNamespace): .pidNamespace
      case .binary(.files): .binaries
      case .binary(.functions): .binaryFunctions
      case .binary(.sourceFunctions): .sourceFunctions
      case .binary(.fileOffset): .fileOffset
      case .binary(.instruction): .instruction
      case .binary(.address): .codeAddress
      case .binary(.variables): .variables
      case .binary(.usdt): .usdt
      case .debug(.isThere): .debugInformation
      case .debug(.missing): .missingDebugInformation
      case .debug(.function): .debugFunction
      case .debug(.sites): .debugSites
      case .debug(.sourceSites): .debugSourceSites
      case .debug(.line): .sourceLine
      case .debug(.sources): .sourceFiles
      case .debug(.type): .debugType
      case .debug(.enumerator): .debugEnumerator
      case .type(.layout(.debug)): .debugLayout
      case .type(.layout(.parameters)): .parametersLayout
      case .type(.enumerators(.debug)): .debugEnumerators
      }
  }

  struct Example {
    let question: Question
    let answers: [Answer]
    /// How the facts of a bundle tell of it; `nil` where it needs none.
    let fact: String?

    init(_ question: Question, _ answers: [Answer], fact: String?) {
      self.question = question
      self.answers = answers
      self.fact = fact
    }
  }

  var example: Example {
    let switches = TracepointName(category: "sched", event: "sched_switch")
    let layouts = [0, 4].map { Answer.layout(Self.layout(offset: $0)) }
    let constants = [1, 2].map { Answer.enumerators([EnumeratorName(name: "A", value: $0)]) }
    return switch self {
    case .feature: Example(.kernel(.has(feature: .loop)), [.flag(true), .flag(false)], fact: nil)
    case .symbolAddress:
      Example(.kernel(.symbolAddress(name: "_text")), [.number(.max), .number(1)], fact: "the address of _text")
    case .tracepoints:
      Example(
        .tracepoint(.matching(category: "sched", event: "*")), [.tracepoints([switches]), .tracepoints([])], fact: nil)
    case .format:
      Example(
        .tracepoint(.format(name: switches)), [8, 12].map { .format(Self.format(switches, offset: $0)) },
        fact: "the record of tracepoint:sched:sched_switch")
    case .isKernel:
      Example(
        .tracepoint(.isKernel(name: switches)), [.flag(true), .flag(false)],
        fact: "the kind of tracepoint:sched:sched_switch")
    case .rawTracepoints: Example(.tracepoint(.rawMatching(glob: "*")), [.names(["a"]), .names([])], fact: nil)
    case .rawArguments:
      Example(
        .tracepoint(.rawArguments(name: "sched_switch")),
        [.int32, .bool].map { .parameters([FunctionParameter(name: "a", type: $0)]) },
        fact: "the raw tracepoint sched_switch")
    case .functions:
      Example(.function(.matching(glob: "vfs_*", module: "ext4")), [.names(["vfs_read"]), .names([])], fact: nil)
    case .typedFunctions:
      Example(.function(.typed(glob: "vfs_*", module: "ext4")), [.names(["ext4:vfs_read"]), .names([])], fact: nil)
    case .iterators: Example(.function(.iterators(glob: "*")), [.names(["task"]), .names([])], fact: nil)
    case .programs: Example(.function(.ofPrograms), [.names(["7:count"]), .names([])], fact: nil)
    case .signature:
      Example(
        .function(.signature(name: "vfs_read")),
        [.signature(FunctionSignature(parameters: [FunctionParameter(name: "a", type: .bool)], result: .int64))]
          + [.signature(nil)], fact: "the function vfs_read")
    case .isCallable:
      Example(
        .function(.isCallable(name: "bpf_f", type: .perfEvent)), [.flag(true), .flag(false)],
        fact: "whether perf_event programs may call bpf_f")
    case .type: Example(.type(.named(name: "pid_t")), [.type(.int32), .type(.int64)], fact: "the type pid_t")
    case .namedLayout: Example(.type(.layout(of: .named("struct s"))), layouts, fact: "struct s")
    case .numberedLayout:
      Example(.type(.layout(of: .btf(object: 1, type: 7, name: "s"))), layouts, fact: "struct s")
    case .argumentsLayout:
      Example(.type(.layout(of: .function("vfs_read"))), layouts, fact: "the list of arguments of vfs_read")
    case .scriptLayout: Example(.type(.layout(of: .script(0, name: "s"))), layouts, fact: nil)
    case .tracepointLayout: Example(.type(.layout(of: .tracepoint(switches))), layouts, fact: nil)
    case .enumerator:
      Example(
        .type(.enumerator(name: "A")), [-1, 1].map { .enumerator(EnumeratorValue(value: $0, type: .int32)) },
        fact: "the constant A")
    case .enumerators: Example(.type(.enumerators(of: .btf(object: 0, type: 3, name: "e"))), constants, fact: "enum e")
    case .scriptEnumerators: Example(.type(.enumerators(of: .script(0, name: "e"))), constants, fact: nil)
    case .cgroup:
      Example(.process(.cgroupID(path: "/a")), [.number(7), .number(8)], fact: "the ID of the cgroup /a")
    case .binaries: Example(.binary(.files(name: "libc")), [.names(["/lib/libc.so.6"]), .names([])], fact: nil)
    case .binaryFunctions:
      Example(
        .binary(.functions(path: "/bin/a", glob: "m*")),
        [4096, 8192].map { .functions([BinaryFunction(name: "main", offset: $0, size: 4)]) },
        fact: "the functions m* of /bin/a")
    case .sourceFunctions:
      Example(
        .binary(.sourceFunctions(path: "/bin/a", glob: "ns::f")),
        [4096, 8192].map {
          .functions([BinaryFunction(name: "_ZN2ns1fEi", demangled: "ns::f(int)", offset: $0, size: 4)])
        }, fact: "the C++ functions ns::f of /bin/a")
    case .fileOffset:
      Example(
        .binary(.fileOffset(path: "/bin/a", address: 16)), [.number(16), .number(0)],
        fact: "the place of address 16 in /bin/a")
    case .instruction:
      Example(
        .binary(.instruction(path: "/bin/a", offset: 17)), [.instruction(.start), .instruction(.inside)],
        fact: "the instruction at +17 in /bin/a")
    case .codeAddress:
      Example(
        .binary(.address(path: "/bin/a", offset: 16)), [.number(4112), .number(8208)],
        fact: "the address of place 16 of /bin/a")
    case .variables:
      Example(
        .binary(.variables(path: "/bin/a", glob: "x")),
        [4, 8].map { .variables([BinaryVariable(name: "x", address: 4096, size: $0, place: .relative)]) },
        fact: "the variables x of /bin/a")
    case .usdt:
      Example(
        .binary(.usdt(path: "/bin/a")),
        ["-4@%edi", "4@%edi"].map {
          .usdt([USDTSite(provider: "a", name: "b", offset: 16, semaphore: 24, arguments: $0)])
        }, fact: "the USDT probes of /bin/a")
    case .debugInformation: Example(.debug(.isThere(path: "/bin/a")), [.flag(true), .flag(false)], fact: nil)
    case .missingDebugInformation:
      Example(.debug(.missing(path: "/bin/a", offset: 16)), [.names(["it is in 'a.dwo'"]), .names([])], fact: nil)
    case .debugFunction:
      Example(
        .debug(.function(path: "/bin/a", offset: 16, inlined: "f")),
        [ParameterPlace.registers(["di"]), .memory(register: "sp", displacement: 8)].map {
          let parameter = DebugParameter(name: "x", type: .int32, declared: "int", place: $0)
          return .debugFunction(DebugFunction(name: "f", parameters: [parameter], result: .bool))
        }, fact: "the function at +16 in /bin/a (f)")
    case .debugSites:
      Example(
        .debug(.sites(path: "/bin/a", name: "f")),
        [true, false].map { .debugSites([DebugSite(name: "f", demangled: nil, offset: 16, isInlined: $0)]) },
        fact: "what debug information of /bin/a has of f")
    case .debugSourceSites:
      Example(
        .debug(.sourceSites(path: "/bin/a", name: "ns::f")),
        [16, 32].map { .debugSites([DebugSite(name: "f", demangled: "ns::f()", offset: $0, isInlined: true)]) },
        fact: "what debug information of /bin/a has of ns::f in the source")
    case .sourceLine:
      Example(
        .debug(.line(path: "/bin/a", file: "a.c", line: 7, column: 3)),
        [16 as UInt64, 32].map {
          let site = DebugSite(name: "f", demangled: nil, offset: $0, isInlined: false)
          return .sourcePlace(SourcePlace(files: ["/src/a.c"], sites: [site], near: [8]))
        }, fact: "the code of a.c:7:3 in /bin/a")
    case .sourceFiles: Example(.debug(.sources(path: "/bin/a")), [.names(["/src/a.c"]), .names([])], fact: nil)
    case .debugType:
      Example(
        .debug(.type(path: "/bin/a", name: "x_t")), [.type(.int32), .type(.int64)], fact: "the type x_t of /bin/a")
    case .debugEnumerator:
      Example(
        .debug(.enumerator(path: "/bin/a", name: "A")),
        [1, 2].map { .enumerator(EnumeratorValue(value: $0, type: .uint32)) }, fact: "the constant A of /bin/a")
    case .debugLayout:
      Example(
        .type(.layout(of: .debug(binary: "/bin/a", entry: 7, name: "s"))), layouts, fact: "type 7 of /bin/a (s)")
    case .parametersLayout:
      Example(.type(.layout(of: .parameters(binary: "/bin/a", offset: 16, inlined: nil))), layouts, fact: nil)
    case .debugEnumerators:
      Example(
        .type(.enumerators(of: .debug(binary: "/bin/a", entry: 9, name: "e"))), constants,
        fact: "the constants of type 9 of /bin/a (e)")
    case .pidNamespace:
      Example(
        .process(.pidNamespace), [.namespace(nil), .namespace(PIDNamespace(device: 4, inode: 99))],
        fact: "the PID namespace")
    }
  }

  fileprivate static func layout(offset: Int) -> RecordLayout {
    RecordLayout(
      name: "s", isUnion: false, size: 8, members: [RecordLayout.Member(name: "x", type: .uint32, offset: offset)])
  }

  private static func format(_ name: TracepointName, offset: Int) -> TracepointFormat {
    let field = TracepointFormat.Field(name: "x", declaration: "int x", type: .int32, offset: offset, size: 4)
    return TracepointFormat(name: name, id: 7, fields: [field])
  }
}

/// A machine with a few answers, and nothing of all else.
private final class Answers: Target {
  let machine = Machine(
    architecture: .x86_64, isLittleEndian: true, possibleCPUs: 2, pageSize: 4096, kernelRelease: "6.18.4")
  private let known: [Question: Answer]

  init(_ known: [Question: Answer]) { self.known = known }

  func answer(_ question: Question) -> Answer { known[question] ?? question.nothing }
}

/// What holds for every question there is.
@Suite struct QuestionTests {
  private func recording(_ question: Question, _ answer: Answer) throws -> RecordingTarget {
    let recording = RecordingTarget(Answers([question: answer]))
    #expect(try recording.answer(question) == answer)
    return recording
  }

  @Test("the examples are of all kinds, and no two have the same words", arguments: QuestionKind.allCases)
  func examples(kind: QuestionKind) {
    let example = kind.example
    #expect(QuestionKind(example.question) == kind)
    #expect(QuestionKind.allCases.filter { $0.example.question.description == example.question.description } == [kind])
    #expect(example.answers.count == 2 && example.answers[0] != example.answers[1])
    for answer in example.answers { #expect(answer.shape == example.question.nothing.shape) }
  }

  @Test("a recorded answer is the machine's, be it that there is nothing", arguments: QuestionKind.allCases)
  func recorded(kind: QuestionKind) throws {
    let question = kind.example.question
    for answer in kind.example.answers + [question.nothing] {
      let encoded = try recording(question, answer).encoded()
      let again = RecordingTarget(try RecordedTarget(decoding: encoded))
      #expect(try again.answer(question) == answer)
      #expect(try again.encoded() == encoded)
    }
  }

  @Test("questions and answers survive JSON", arguments: QuestionKind.allCases)
  func json(kind: QuestionKind) throws {
    let question = kind.example.question
    #expect(try JSONCoder.decode(Question.self, from: JSONCoder.encode(question)) == question)
    for answer in kind.example.answers + [question.nothing] {
      #expect(try JSONCoder.decode(Answer.self, from: JSONCoder.encode(answer)) == answer)
    }
  }

  @Test("an answer of another question's shape is refused when it is read", arguments: QuestionKind.allCases)
  func wrongShape(kind: QuestionKind) throws {
    let question = kind.example.question
    let shape = question.nothing.shape
    for other in QuestionKind.allCases.map({ $0.example.answers[0] }) where other.shape != shape {
      let encoded = try recording(question, other).encoded()
      let message =
        "the recorded target cannot be read: \(question.description): the answer is of the kind "
        + "'\(other.shape.rawValue)' and not '\(shape.rawValue)'"
      #expect(throws: TargetError(message)) { try RecordedTarget(decoding: encoded) }
    }
  }

  @Test(
    "another answer is another fingerprint, and none where a bundle has none of it", arguments: QuestionKind.allCases)
  func fingerprint(kind: QuestionKind) throws {
    let example = kind.example
    let facts = try example.answers.map { try recording(example.question, $0).kernelFacts() }
    let expected = example.fact.map { [$0] } ?? []
    for facts in facts { #expect(facts.map(\.subject.description) == expected) }
    #expect(facts[0].isEmpty || facts[0] != facts[1])
    if case .type = example.question.trace { return }
    for (index, answer) in example.answers.enumerated() {
      for fact in facts[index] {
        #expect(fact.holds(on: Answers([example.question: answer])))
        #expect(!fact.holds(on: Answers([example.question: example.answers[1 - index]])))
      }
    }
  }

  @Test("a struct without a name is found again through the one it is in, whatever its number")
  func unnamed() throws {
    let facts = try recordingOfUnnamed(number: 7, offset: 0).kernelFacts()
    #expect(facts.map(\.subject.description) == ["struct s", "a struct in struct s"])
    for fact in facts { #expect(fact.holds(on: try recordingOfUnnamed(number: 9, offset: 0))) }
    let moved = try recordingOfUnnamed(number: 7, offset: 4)
    #expect(facts.filter { !$0.holds(on: moved) }.map(\.subject.description) == ["a struct in struct s"])
  }

  /// Of a struct with one without a name in it, which the kernel knows by a number.
  private func recordingOfUnnamed(number: UInt32, offset: Int) throws -> RecordingTarget {
    let inner = RecordReference.btf(object: 0, type: number, name: "")
    let outer = RecordLayout(
      name: "s", isUnion: false, size: 8, members: [RecordLayout.Member(name: "", type: .record(inner), offset: 0)])
    let target = Answers([
      .type(.layout(of: .named("struct s"))): .layout(outer),
      .type(.layout(of: inner)): .layout(QuestionKind.layout(offset: offset)),
    ])
    let recording = RecordingTarget(target)
    for reference in [.named("struct s"), inner] { #expect(recording.layout(of: reference) != nil) }
    return recording
  }

  @Test("a front door whose answer is of another shape throws or finds nothing, and never traps")
  func damagedDoors() {
    for other in QuestionKind.allCases.map({ $0.example.answers[0] }) {
      let target = Shapeless(other)
      let errors: Set<String> = [
        "the target's answer to this is of another kind: which tracepoints match a:*",
        "the target's answer to this is of another kind: which raw tracepoints match r*",
        "the target's answer to this is of another kind: which functions match f*",
        "the target's answer to this is of another kind: the record of tracepoint:a:b",
      ]
      var said: Set<String> = []
      func ask(_ body: () throws(TargetError) -> Void) {
        do throws(TargetError) { try body() } catch { said.insert(error.message) }
      }
      ask { () throws(TargetError) in _ = try target.tracepoints(category: "a", event: "*") }
      ask { () throws(TargetError) in _ = try target.rawTracepoints(matching: "r*") }
      ask { () throws(TargetError) in _ = try target.kernelFunctions(matching: "f*", module: nil) }
      ask { () throws(TargetError) in
        _ = try target.tracepointFormat(TracepointName(category: "a", event: "b"))
      }
      switch other.shape {
      case .names, .tracepoints, .format: #expect(said.isSubset(of: errors) && said.count < errors.count)
      case .flag, .number, .parameters, .signature, .type, .layout, .enumerator, .enumerators, .namespace, .functions,
        .instruction, .variables, .usdt, .debugFunction, .debugSites, .sourcePlace:
        #expect(said == errors)
      }
      if other.shape != .layout { #expect(target.layout(of: .named("struct s")) == nil) }
      if other.shape != .flag { #expect(!target.has(.loop)) }
    }
  }
}

/// A machine that says the same to everything.
private final class Shapeless: Target {
  let machine = Machine(
    architecture: .x86_64, isLittleEndian: true, possibleCPUs: 2, pageSize: 4096, kernelRelease: "6.18.4")
  private let all: Answer

  init(_ answer: Answer) { all = answer }

  func answer(_ question: Question) -> Answer { all }
}
