import TraceLang

/// A machine with one tracepoint and a few kernel types.
final class StubTarget: Target {
  var features: Set<KernelFeature> = Set(KernelFeature.allCases)
  var architecture = Machine.Architecture.x86_64
  /// Those of the kernel besides KERNEL_THREE.
  var enumerators: [String: Int64] = [:]

  var machine: Machine {
    Machine(
      architecture: architecture, isLittleEndian: true, possibleCPUs: 4, pageSize: 4096, kernelRelease: "6.12.0")
  }

  private static let switches = TracepointName(category: "sched", event: "sched_switch")
  private static let prevState = TracepointFormat.Field(
    name: "prev_state", declaration: "long prev_state", type: .int64, offset: 8, size: 8)

  func answer(_ question: Question) -> Answer {
    switch question {
    case .kernel(.has(let feature)): .flag(features.contains(feature))
    case .tracepoint(.matching(let category, let event)):
      .tracepoints(Glob(category).matches("sched") && Glob(event).matches("sched_switch") ? [Self.switches] : [])
    case .tracepoint(.format(let name)): .format(TracepointFormat(name: name, id: 1, fields: [Self.prevState]))
    case .tracepoint(.isKernel(let name)): .flag(name.category == "sched")
    case .type(.named(let name)): .type(features.contains(.btf) ? type(named: name) : nil)
    case .type(.layout(let record)): .layout(findLayout(of: record))
    case .type(.enumerator("KERNEL_THREE")):
      .enumerator(features.contains(.btf) ? EnumeratorValue(value: 3, type: .uint32) : nil)
    case .type(.enumerator(let name)):
      .enumerator(enumerators[name].map { EnumeratorValue(value: $0, type: .uint32) })
    case .kernel, .tracepoint, .function, .type, .process, .binary, .debug: question.nothing
    }
  }

  private func type(named name: String) -> Type? {
    switch name {
    case "struct task_struct": .record(.btf(object: 0, type: 1, name: "task_struct"))
    case "struct node": .record(Self.node)
    case "union slot": .record(.btf(object: 0, type: 4, name: "slot"))
    case "kernel_word": .uint16
    default: nil
    }
  }

  /// A struct of a list; BTF has it twice, as it does where the kernel's files differ in what they know of it.
  private static let node = RecordReference.btf(object: 0, type: 2, name: "node")
  private static let twin = RecordReference.btf(object: 0, type: 3, name: "node")

  private func findLayout(of record: RecordReference) -> RecordLayout? {
    switch record {
    case Self.node, Self.twin, .named("struct node"):
      RecordLayout(
        name: "node", isUnion: false, size: 64,
        members: [
          RecordLayout.Member(name: "next", type: .pointer(.record(Self.node), .kernel), offset: 0),
          RecordLayout.Member(name: "twin", type: .pointer(.record(Self.twin), .kernel), offset: 8),
          RecordLayout.Member(
            name: "task", type: .pointer(.record(.btf(object: 0, type: 1, name: "task_struct")), .kernel), offset: 16),
          RecordLayout.Member(name: "back", type: .pointer(.pointer(.record(Self.twin), .kernel), .kernel), offset: 24),
          RecordLayout.Member(name: "all", type: .array(.pointer(.record(Self.twin), .kernel), count: 2), offset: 32),
          RecordLayout.Member(
            name: "slot", type: .pointer(.record(.btf(object: 0, type: 4, name: "slot")), .kernel), offset: 48),
          RecordLayout.Member(name: "name", type: .pointer(.int8, .user), offset: 56),
        ])
    case .btf(_, 4, _), .named("union slot"):
      RecordLayout(
        name: "slot", isUnion: true, size: 8,
        members: [
          RecordLayout.Member(name: "node", type: .pointer(.record(Self.twin), .kernel), offset: 0),
          RecordLayout.Member(name: "word", type: .uint64, offset: 0),
        ])
    case .btf(_, 1, _), .named("struct task_struct"):
      RecordLayout(
        name: "task_struct", isUnion: false, size: 16,
        members: [
          RecordLayout.Member(name: "pid", type: .int32, offset: 4),
          RecordLayout.Member(name: "stamp", type: .uint64, offset: 8),
        ])
    case .btf, .named, .script, .tracepoint, .function, .debug, .parameters: nil
    }
  }
}
