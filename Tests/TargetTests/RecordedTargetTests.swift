import TestSupport
import Testing

@testable import TraceLang

/// A machine with a handful of facts.
private final class SmallTarget: Target {
  let machine = Machine(
    architecture: .x86_64, isLittleEndian: true, possibleCPUs: 2, pageSize: 4096, kernelRelease: "6.18.4")

  func answer(_ question: Question) -> Answer {
    switch question {
    case .kernel(.has(let feature)): .flag(feature == .ringBuffer)
    case .kernel(.symbolAddress): .number(0xffff_ffff_8100_0000)
    case .tracepoint(.matching): .tracepoints([TracepointName(category: "syscalls", event: "sys_enter_open")])
    case .tracepoint(.format(let name)): .format(name.event == "sys_enter_open" ? format(name) : nil)
    case .tracepoint(.isKernel(let name)): .flag(name.category == "sched")
    case .tracepoint(.rawMatching): .names(["sched_switch"])
    case .tracepoint(.rawArguments): .parameters([FunctionParameter(name: "preempt", type: .bool)])
    case .binary, .debug: question.nothing
    case .function(.matching): .names(["vfs_read", "vfs_write"])
    case .function(.typed): .names(["vfs_read"])
    case .function(.iterators): .names(["task"])
    case .function(.ofPrograms): .names(["7:count"])
    case .function(.signature): .signature(FunctionSignature(parameters: [], result: .int64))
    case .function(.isCallable(_, let type)): .flag(type == .perfEvent)
    case .type(.named("struct task_struct")): .type(.record(.btf(object: 0, type: 114, name: "task_struct")))
    case .type(.named): .type(nil)
    case .type(.layout(let record)): .layout(layout(record.name))
    case .type(.enumerator): .enumerator(EnumeratorValue(value: -1, type: .int32))
    case .type(.enumerators): .enumerators([EnumeratorName(name: "A", value: 1)])
    case .process(.cgroupID(let path)): .number(path == "/cgroup" ? 7 : nil)
    case .process(.pidNamespace): .namespace(PIDNamespace(device: 4, inode: 99))
    }
  }

  private func format(_ name: TracepointName) -> TracepointFormat {
    let field = TracepointFormat.Field(name: "fd", declaration: "int fd", type: .int64, offset: 16, size: 8)
    return TracepointFormat(name: name, id: 7, fields: [field])
  }

  private func layout(_ name: String) -> RecordLayout {
    RecordLayout(
      name: name, isUnion: false, size: 8,
      members: [
        RecordLayout.Member(
          name: "flag", type: .uint32, offset: 4, bitField: RecordLayout.BitField(shift: 3, width: 1))
      ])
  }
}

@Suite struct RecordedTargetTests {
  /// Asks one question of each kind.
  private func interrogate(_ target: any Target) throws -> String {
    let name = TracepointName(category: "syscalls", event: "sys_enter_open")
    let task = RecordReference.btf(object: 0, type: 114, name: "task_struct")
    let answers: [Any?] = [
      target.machine, target.has(.ringBuffer), target.has(.loop),
      try target.tracepoints(category: "syscalls", event: "sys_enter_*"), try target.tracepointFormat(name),
      try target.tracepointFormat(TracepointName(category: "no", event: "such")), target.syscallNumber("open"),
      try target.rawTracepoints(matching: "sched_*"), target.rawTracepointArguments("sched_switch"),
      try target.kernelFunctions(matching: "vfs_*", module: nil), target.kernelFunctionSignature("vfs_read"),
      try target.typedKernelFunctions(matching: "vfs_*", module: nil), try target.iterators(matching: "*"),
      try target.programFunctions(),
      target.kernelType(named: "struct task_struct"), target.kernelType(named: "struct nosuch"),
      target.layout(of: task), target.enumerator(named: "A"),
      target.enumerators(of: .btf(object: 0, type: 3, name: "e")), target.kernelSymbolAddress("_text"),
      target.cgroupID(path: "/cgroup"), target.cgroupID(path: "/none"), target.pidNamespace,
      target.kernelFunction("f", isCallableFrom: .perfEvent), target.kernelFunction("f", isCallableFrom: .tracepoint),
    ]
    return answers.map { $0.map { "\($0)" } ?? "nil" }.joined(separator: "\n")
  }

  @Test func aRecordingAnswersWhatTheMachineAnswered() throws {
    let recorder = RecordingTarget(SmallTarget())
    let expected = try interrogate(recorder)
    #expect(try interrogate(RecordedTarget(decoding: recorder.encoded())) == expected)
  }

  @Test func theSameQuestionsInAnotherOrderGiveTheSameBytes() throws {
    let first = RecordingTarget(SmallTarget())
    let second = RecordingTarget(SmallTarget())
    let features = KernelFeature.allCases
    for feature in features { _ = first.has(feature) }
    for feature in features.reversed() { _ = second.has(feature) }
    #expect(try first.encoded() == second.encoded())
  }

  @Test func theFileHoldsJustWhatWasAsked() throws {
    let recorder = RecordingTarget(SmallTarget())
    _ = try recorder.tracepoints(category: "syscalls", event: "sys_enter_*")
    _ = recorder.kernelType(named: "struct task_struct")
    _ = recorder.kernelType(named: "struct no")
    _ = recorder.kernelType(named: "struct no")
    #expect(
      String(decoding: try recorder.encoded(), as: UTF8.self) == """
        {
          "version": 2,
          "machine": {"architecture": "x86_64", "isLittleEndian": true, "possibleCPUs": 2, "pageSize": 4096, "kernelRelease": "6.18.4"},
          "answers": [
            {"question": {"type": {"named": {"name": "struct no"}}}, "answer": {"type": null}},
            {
              "question": {"type": {"named": {"name": "struct task_struct"}}},
              "answer": {"type": {"record": {"_0": {"btf": {"object": 0, "type": 114, "name": "task_struct"}}}}}
            },
            {"question": {"tracepoint": {"matching": {"category": "syscalls", "event": "sys_enter_*"}}}, "answer": {"tracepoints": ["syscalls:sys_enter_open"]}}
          ]
        }

        """)
  }

  @Test func whatWasNotAskedIsAnErrorThatSaysWhatToDo() throws {
    let target = try RecordedTarget(decoding: RecordingTarget(SmallTarget()).encoded())
    #expect(
      throws: TargetError(
        "the recorded target does not say which tracepoints match sched:*; record it again with this script")
    ) { try target.tracepoints(category: "sched", event: "*") }
    #expect(target.kernelType(named: "struct file") == nil)
    #expect(!target.has(.btf))
  }

  @Test func theLayoutOfATracepointComesFromItsRecordedFormat() throws {
    let recorder = RecordingTarget(SmallTarget())
    let name = TracepointName(category: "syscalls", event: "sys_enter_open")
    let layout = recorder.layout(of: .tracepoint(name))
    #expect(layout?.members.map(\.name) == ["fd"])
    #expect(try RecordedTarget(decoding: recorder.encoded()).layout(of: .tracepoint(name)) == layout)
  }

  @Test(arguments: [
    ("x", "the recorded target cannot be read: expected a value (byte 0)"),
    ("{}", "the recorded target cannot be read: there is no \"version\""),
    (#"{"version":99}"#, "the recorded target cannot be read: it is of another version of this program"),
    (#"{"version":1}"#, "the recorded target cannot be read: it is of another version of this program"),
    (#"{"version":2}"#, "the recorded target cannot be read: there is no \"machine\""),
  ])
  func whatIsNoRecordingIsRefused(text: String, message: String) {
    #expect(throws: TargetError(message)) { try RecordedTarget(decoding: Array(text.utf8)) }
  }

  /// A recording of some answers.
  private func recording(_ answers: String, machine: String = #""possibleCPUs": 2, "pageSize": 4096"#) -> [UInt8] {
    Array(
      """
      {"version": 2, "machine": {"architecture": "x86_64", "isLittleEndian": true, \(machine), "kernelRelease": "6"},
      "answers": [\(answers)]}
      """.utf8)
  }

  private static let integer = #"{"integer": {"_0": {"bits": 32, "isSigned": true}}}"#

  private static func type(_ type: String) -> String {
    #"{"question": {"type": {"named": {"name": "t"}}}, "answer": {"type": \#(type)}}"#
  }

  private static func layout(_ members: String, size: Int = 8) -> String {
    #"{"question": {"type": {"layout": {"of": {"named": {"_0": "struct x"}}}}}, "#
      + #""answer": {"layout": {"name": "x", "isUnion": false, "size": \#(size), "members": [\#(members)]}}}"#
  }

  @Test(
    "a fact that no machine has is named",
    arguments: [
      (
        type(#"{"integer": {"_0": {"bits": 3, "isSigned": true}}}"#),
        "the type t: there are no integers of 3 bits"
      ),
      (
        type(#"{"string": {"capacity": 9223372036854775807}}"#),
        "the type t: there are no strings of 9223372036854775807 bytes"
      ),
      (
        type(#"{"array": {"_0": \#(integer), "count": 1152921504606846976}}"#),
        "the type t: there are no arrays of 1152921504606846976 elements of 4 bytes"
      ),
      (
        type(#"{"array": {"_0": \#(integer), "count": -1}}"#),
        "the type t: there are no arrays of -1 elements of 4 bytes"
      ),
      (type(#"{"symbolic": {"_0": {"timestamp": {}}}}"#), "the type t: a machine has no type timestamp"),
      (
        layout(#"{"name": "m", "type": \#(integer), "offset": 5}"#),
        "struct x: the member 'm' lies outside of it"
      ),
      (
        layout(#"{"name": "m", "type": \#(integer), "offset": -4}"#),
        "struct x: the member 'm' lies outside of it"
      ),
      (
        layout(#"{"name": "m", "type": \#(integer), "offset": 0, "bitField": {"shift": 30, "width": 3}}"#),
        "struct x: the member 'm' has bits that its type does not have"
      ),
      (layout("", size: -1), "struct x: its size cannot be"),
      (
        layout(#"{"name": "", "type": {"record": {"_0": {"named": {"_0": "struct x"}}}}, "offset": 0}"#),
        "struct x: it contains itself"
      ),
      (
        #"{"question": {"type": {"enumerator": {"name": "A"}}}, "answer": {"enumerator": {"value": 1, "type": {"void": {}}}}}"#,
        "the constant A is no integer"
      ),
      (
        #"{"question": {"tracepoint": {"format": {"name": {"category": "a", "event": "b"}}}}, "answer": {"format": {"name": {"category": "a", "event": "b"}, "id": 1, "fields": [{"name": "f", "declaration": "int f", "type": \#(integer), "offset": 9223372036854775807, "size": 4, "isDataLocation": false, "isRelative": false}]}}}"#,
        "the record of tracepoint:a:b: the field 'f' lies outside of the record"
      ),
      (
        #"{"question": {"type": {"named": {"name": "t"}}}, "answer": {"flag": true}}"#,
        "the type t: the answer is of the kind 'flag' and not 'type'"
      ),
      (
        #"{"question": {"type": {"named": {"name": "t"}}}, "answer": {"flag": true, "type": null}}"#,
        "an answer is of one kind in answers.0.answer"
      ),
      (
        #"{"question": {}, "answer": {"flag": true}}"#,
        "a question has one topic in answers.0.question"
      ),
      (
        #"{"question": {"tracepoint": {"matching": {"category": "a", "event": "*"}}}, "answer": {"tracepoints": ["a"]}}"#,
        "'a' is no tracepoint in answers.0.answer.tracepoints"
      ),
      (type("null") + "," + type(#"{"bool": {}}"#), "it answers twice: the type t in answers"),
    ])
  func impossibleFacts(fact: String, message: String) {
    #expect(throws: TargetError("the recorded target cannot be read: \(message)")) {
      try RecordedTarget(decoding: recording(fact))
    }
  }

  @Test(
    "a machine that cannot be is named",
    arguments: [
      (#""possibleCPUs": 0, "pageSize": 4096"#, "a machine has no 0 CPUs (machine.possibleCPUs)"),
      (#""possibleCPUs": 100000, "pageSize": 4096"#, "a machine has no 100000 CPUs (machine.possibleCPUs)"),
      (#""possibleCPUs": 1, "pageSize": 5000"#, "there are no pages of 5000 bytes (machine.pageSize)"),
    ])
  func impossibleMachines(machine: String, message: String) {
    #expect(throws: TargetError("the recorded target cannot be read: \(message)")) {
      try RecordedTarget(decoding: recording("", machine: machine))
    }
    #expect(throws: Never.self) { try RecordedTarget(decoding: recording("")) }
  }

  @Test("the recorded targets of the repository are as they are written", arguments: ["x86_64", "one-liner"])
  func repository(name: String) throws {
    let bytes = try FileContents.bytes("\(Repository.root)/Tests/Targets/\(name).json")
    let facts = try JSONCoder.decode(RecordedFacts.self, from: bytes)
    let recorder = RecordingTarget(try RecordedTarget(decoding: bytes))
    for (question, answer) in facts.answers { #expect(try recorder.answer(question) == answer) }
    #expect(try recorder.encoded() == bytes)
  }

  @Test func damagedRecordingsNeverTrap() throws {
    let recorder = RecordingTarget(SmallTarget())
    _ = try interrogate(recorder)
    let bytes = try recorder.encoded()
    var random = SplitMix(seed: 4)
    for _ in 0..<2000 { _ = try? RecordedTarget(decoding: random.damaged(bytes)) }
  }
}
