import TestSupport
import Testing

@testable import TraceLang

/// A machine with a handful of facts.
private final class SmallTarget: Target {
  let machine = Machine(
    architecture: .x86_64, isLittleEndian: true, possibleCPUs: 2, pageSize: 4096, kernelRelease: "6.18.4")
  let task = RecordReference.btf(object: 0, type: 114, name: "task_struct")

  func has(_ feature: KernelFeature) -> Bool { feature == .ringBuffer }
  func tracepoints(category: String, event: String) -> [TracepointName] {
    [TracepointName(category: "syscalls", event: "sys_enter_open")]
  }
  func tracepointFormat(_ name: TracepointName) -> TracepointFormat? {
    guard name.event == "sys_enter_open" else { return nil }
    let field = TracepointFormat.Field(name: "fd", declaration: "int fd", type: .int64, offset: 16, size: 8)
    return TracepointFormat(name: name, id: 7, fields: [field])
  }
  func isKernelTracepoint(_ name: TracepointName) -> Bool { name.category == "sched" }
  func syscallNumber(_ name: String) -> Int? { 2 }
  func rawTracepoints(matching glob: String) -> [String] { ["sched_switch"] }
  func rawTracepointArguments(_ name: String) -> [FunctionParameter]? {
    [FunctionParameter(name: "preempt", type: .bool)]
  }
  func kernelFunctions(matching glob: String, module: String?) -> [String] { ["vfs_read", "vfs_write"] }
  func kernelFunctionSignature(_ name: String) -> FunctionSignature? {
    FunctionSignature(parameters: [], result: .int64)
  }
  func kernelType(named name: String) -> Type? { name == "struct task_struct" ? .record(task) : nil }
  func layout(of record: RecordReference) -> RecordLayout? {
    RecordLayout(
      name: record.name, isUnion: false, size: 8,
      members: [
        RecordLayout.Member(
          name: "flag", type: .uint32, offset: 4, bitField: RecordLayout.BitField(shift: 3, width: 1))
      ])
  }
  func enumerator(named name: String) -> EnumeratorValue? { EnumeratorValue(value: -1, type: .int32) }
  func enumerators(of reference: EnumReference) -> [EnumeratorName] { [EnumeratorName(name: "A", value: 1)] }
  func kernelSymbolAddress(_ name: String) -> UInt64? { 0xffff_ffff_8100_0000 }
  func cgroupID(path: String) -> UInt64? { path == "/cgroup" ? 7 : nil }
  var pidNamespace: PIDNamespace? { PIDNamespace(device: 4, inode: 99) }
  func kernelFunction(_ name: String, isCallableFrom type: KernelProgramType) -> Bool { type == .perfEvent }
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
    #expect(
      String(decoding: try recorder.encoded(), as: UTF8.self) == """
        {
          "version": 1,
          "machine": {"architecture": "x86_64", "isLittleEndian": true, "possibleCPUs": 2, "pageSize": 4096, "kernelRelease": "6.18.4"},
          "features": {},
          "tracepoints": {"syscalls:sys_enter_*": ["syscalls:sys_enter_open"]},
          "formats": {},
          "kernelTracepoints": {},
          "rawTracepoints": {},
          "rawTracepointArguments": {},
          "functions": {},
          "signatures": {},
          "types": {"struct task_struct": {"record": {"_0": {"btf": {"object": 0, "type": 114, "name": "task_struct"}}}}},
          "layouts": {},
          "enumerators": {},
          "enumeratorNames": {},
          "symbolAddresses": {}
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
    (#"{"version":1}"#, "the recorded target cannot be read: there is no \"machine\""),
  ])
  func whatIsNoRecordingIsRefused(text: String, message: String) {
    #expect(throws: TargetError(message)) { try RecordedTarget(decoding: Array(text.utf8)) }
  }

  /// A recording with some facts besides those of every machine.
  private func recording(_ facts: String, machine: String = #""possibleCPUs": 2, "pageSize": 4096"#) -> [UInt8] {
    let empty = [
      "features", "tracepoints", "formats", "kernelTracepoints", "rawTracepoints", "rawTracepointArguments",
      "functions",
      "signatures", "types", "layouts", "enumerators", "enumeratorNames", "symbolAddresses",
    ].filter { !facts.contains("\"\($0)\"") }.map { "\"\($0)\": {}" }
    return Array(
      """
      {"version": 1, "machine": {"architecture": "x86_64", "isLittleEndian": true, \(machine), "kernelRelease": "6"},
      \((empty + (facts.isEmpty ? [] : [facts])).joined(separator: ", "))}
      """.utf8)
  }

  private static let integer = #"{"integer": {"_0": {"bits": 32, "isSigned": true}}}"#

  private static func layout(_ members: String, size: Int = 8) -> String {
    #""layouts": {"struct x": {"name": "x", "isUnion": false, "size": \#(size), "members": [\#(members)]}}"#
  }

  @Test(
    "a fact that no machine has is named",
    arguments: [
      (
        #""types": {"t": {"integer": {"_0": {"bits": 3, "isSigned": true}}}}"#,
        "the type t: there are no integers of 3 bits"
      ),
      (
        #""types": {"t": {"string": {"capacity": 9223372036854775807}}}"#,
        "the type t: there are no strings of 9223372036854775807 bytes"
      ),
      (
        #""types": {"t": {"array": {"_0": \#(integer), "count": 1152921504606846976}}}"#,
        "the type t: there are no arrays of 1152921504606846976 elements of 4 bytes"
      ),
      (
        #""types": {"t": {"array": {"_0": \#(integer), "count": -1}}}"#,
        "the type t: there are no arrays of -1 elements of 4 bytes"
      ),
      (#""types": {"t": {"timestamp": {}}}"#, "the type t: a machine has no type timestamp"),
      (
        layout(#"{"name": "m", "type": \#(integer), "offset": 5}"#),
        "the layout of struct x: the member 'm' lies outside of it"
      ),
      (
        layout(#"{"name": "m", "type": \#(integer), "offset": -4}"#),
        "the layout of struct x: the member 'm' lies outside of it"
      ),
      (
        layout(#"{"name": "m", "type": \#(integer), "offset": 0, "bitField": {"shift": 30, "width": 3}}"#),
        "the layout of struct x: the member 'm' has bits that its type does not have"
      ),
      (layout("", size: -1), "the layout of struct x: its size cannot be"),
      (
        layout(#"{"name": "", "type": {"record": {"_0": {"named": {"_0": "struct x"}}}}, "offset": 0}"#),
        "the layout of struct x: it contains itself"
      ),
      (#""enumerators": {"A": {"value": 1, "type": {"void": {}}}}"#, "the constant A is no integer"),
      (
        #""formats": {"a:b": {"name": {"category": "a", "event": "b"}, "id": 1, "fields": [{"name": "f", "declaration": "int f", "type": \#(integer), "offset": 9223372036854775807, "size": 4, "isDataLocation": false, "isRelative": false}]}}"#,
        "the format of tracepoint:a:b: the field 'f' lies outside of the record"
      ),
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

  @Test func damagedRecordingsNeverTrap() throws {
    let recorder = RecordingTarget(SmallTarget())
    _ = try interrogate(recorder)
    let bytes = try recorder.encoded()
    var random = SplitMix(seed: 4)
    for _ in 0..<2000 { _ = try? RecordedTarget(decoding: random.damaged(bytes)) }
  }
}
