/// A property of a kernel that compiled code relies on, as a fingerprint that can be taken again of another kernel.
///
/// Numbers that a kernel may give anew without a change of meaning (BTF type IDs, tracepoint IDs) are not part of it.
public struct KernelFact: Hashable, Sendable, Codable {
  public enum Subject: Hashable, Sendable, Codable {
    /// A struct or union by its C name, or one without a name that is reached through members by their index.
    case layout(String, path: [Int])
    /// The fields of a tracepoint's records.
    case tracepoint(TracepointName)
    /// Whether the raw tracepoint of its event's name fires with a tracepoint.
    case kernelTracepoint(TracepointName)
    case rawTracepoint(String)
    case function(String)
    /// The words that `args` has in probes of a function or, as "btf_trace_NAME", of a raw tracepoint.
    case arguments(String)
    /// Whether programs of a type may call a function.
    case callable(String, KernelProgramType)
    /// A typedef or the like: "pid_t".
    case type(String)
    case enumerator(String)
    /// The value alone of a constant of an enum that has no name.
    case enumeratorValue(String)
    /// An enum by its C name.
    case enumeration(String)
    case symbol(String)
    /// The cgroup at a path.
    case cgroup(String)
    /// The PID namespace of whoever runs it.
    case pidNamespace
  }

  public let subject: Subject
  public let fingerprint: UInt64

  /// Whether a kernel is the same in this respect.
  public func holds(on target: any Target) -> Bool { Fingerprint.of(subject.text(on: target).utf8) == fingerprint }
}

extension KernelFact.Subject {
  /// For messages: "struct task_struct".
  public var description: String {
    switch self {
    case .layout(let name, let path): path.isEmpty ? name : "a struct in \(name)"
    case .tracepoint(let name): "the record of tracepoint:\(name.category):\(name.event)"
    case .kernelTracepoint(let name): "the kind of tracepoint:\(name.category):\(name.event)"
    case .rawTracepoint(let name): "the raw tracepoint \(name)"
    case .function(let name): "the function \(name)"
    case .arguments(let name): "the list of arguments of \(name)"
    case .callable(let name, _): "whether programs may call \(name)"
    case .type(let name): "the type \(name)"
    case .enumerator(let name), .enumeratorValue(let name): "the constant \(name)"
    case .enumeration(let name): name
    case .symbol(let name): "the address of \(name)"
    case .cgroup(let path): "the ID of the cgroup \(path)"
    case .pidNamespace: "the PID namespace"
    }
  }

  /// What a target says of the subject, in words that do not depend on numbers of one kernel; "" when it knows nothing.
  func text(on target: any Target) -> String {
    switch self {
    case .layout(let name, let path): Self.layout(name, path, target).map(Self.text) ?? ""
    case .tracepoint(let name): (try? target.tracepointFormat(name)).map(Self.text) ?? ""
    case .kernelTracepoint(let name): "\(target.isKernelTracepoint(name))"
    case .rawTracepoint(let name): target.rawTracepointArguments(name).map(Self.text) ?? ""
    case .function(let name):
      target.kernelFunctionSignature(name).map { Self.text($0.parameters) + " \($0.result?.description ?? "")" } ?? ""
    case .arguments(let name): target.layout(of: .function(name)).map(Self.text) ?? ""
    case .callable(let name, let type): "\(target.kernelFunction(name, isCallableFrom: type))"
    case .type(let name):
      target.kernelType(named: name).map { $0.innermostRecord == nil ? $0.description : "record" } ?? ""
    case .enumerator(let name): target.enumerator(named: name).map { "\($0.value) \($0.type.description)" } ?? ""
    case .enumeratorValue(let name): (target.enumerator(named: name)?.value).map(String.init) ?? ""
    case .enumeration(let name):
      if case .enumeration(let reference, _) = target.kernelType(named: name) {
        Self.text(target.enumerators(of: reference))
      } else {
        ""
      }
    case .symbol(let name): target.kernelSymbolAddress(name).map(String.init) ?? ""
    case .cgroup(let path): target.cgroupID(path: path).map(String.init) ?? ""
    case .pidNamespace: target.pidNamespace.map { "\($0.device) \($0.inode)" } ?? "initial"
    }
  }

  private static func layout(_ name: String, _ path: [Int], _ target: any Target) -> RecordLayout? {
    guard var layout = target.layout(of: .named(name)) else { return nil }
    for index in path {
      guard layout.members.indices.contains(index), let inner = layout.members[index].type.innermostRecord,
        let next = target.layout(of: inner)
      else { return nil }
      layout = next
    }
    return layout
  }

  static func text(_ layout: RecordLayout) -> String {
    let members = layout.members.map { member in
      let bits = member.bitField.map { " bits \($0.shift) \($0.width)" } ?? ""
      return "\(member.name) \(member.type.description) \(member.offset)\(bits) \(member.location?.rawValue ?? "")"
    }
    return "\(layout.isUnion) \(layout.size) " + members.joined(separator: ";")
  }

  static func text(_ enumerators: [EnumeratorName]) -> String {
    enumerators.map { "\($0.name) \($0.value)" }.joined(separator: ";")
  }

  private static func text(_ format: TracepointFormat) -> String {
    format.fields.map {
      "\($0.declaration) \($0.type.description) \($0.offset) \($0.size) \($0.isDataLocation) \($0.isRelative)"
    }.joined(separator: ";")
  }

  private static func text(_ parameters: [FunctionParameter]) -> String {
    parameters.map { "\($0.name) \($0.type.description)" }.joined(separator: ";")
  }
}

extension RecordingTarget {
  /// The features that were asked for, and whether there are.
  public var askedFeatures: [KernelFeature: Bool] {
    var features: [KernelFeature: Bool] = [:]
    for (name, has) in facts.features {
      if let feature = KernelFeature(rawValue: name) { features[feature] = has }
    }
    return features
  }

  /// The properties of the kernel that what was asked so far relies on, in an order that does not depend on that of
  /// the questions.
  ///
  /// All structs whose layout was asked for count, with all their members: the size of one and the offsets of others
  /// may have become numbers in the code.
  public func kernelFacts() -> [KernelFact] {
    var texts: [KernelFact.Subject: String] = [:]
    for subject in subjects { texts[subject] = subject.text(on: self) }
    for (question, layout) in facts.layouts { add(layout, question, &texts) }
    for (question, names) in facts.enumeratorNames {
      let words = question.split(separator: " ")
      guard words.first == "btf" else { continue }
      if words.count == 4 {
        texts[.enumeration("enum \(words[3])")] = KernelFact.Subject.text(names)
      } else {
        for name in names { texts[.enumeratorValue(name.name)] = String(name.value) }
      }
    }
    return texts.map {
      (key: "\($0.key)", fact: KernelFact(subject: $0.key, fingerprint: Fingerprint.of($0.value.utf8)))
    }
    .sorted { $0.key < $1.key }.map(\.fact)
  }

  private func add(_ layout: RecordLayout, _ question: String, _ texts: inout [KernelFact.Subject: String]) {
    let words = question.split(separator: " ")
    let name: String
    switch words.first {
    case "btf":
      // Those without a name are found through the struct they are in.
      guard words.count == 4 else { return }
      name = "\(layout.isUnion ? "union" : "struct") \(words[3])"
    case "function":
      texts[.arguments(String(question.dropFirst("function ".count)))] = KernelFact.Subject.text(layout)
      return
    case "script", "tracepoint": return
    default: name = question
    }
    func walk(_ layout: RecordLayout, _ path: [Int]) {
      texts[.layout(name, path: path)] = KernelFact.Subject.text(layout)
      for (index, member) in layout.members.enumerated() {
        guard let inner = member.type.innermostRecord, case .btf(_, _, "") = inner,
          let next = facts.layouts[inner.question], path.count < 8
        else { continue }
        walk(next, path + [index])
      }
    }
    walk(layout, [])
  }
}

extension Type {
  /// The struct a value is, or is an array of or a pointer to.
  fileprivate var innermostRecord: RecordReference? {
    switch self {
    case .record(let reference): reference
    case .array(let element, _): element.innermostRecord
    case .pointer(let target, _): target.innermostRecord
    case .void, .bool, .integer, .string, .buffer, .enumeration, .tuple, .probeName, .kernelSymbol, .userSymbol, .stack,
      .inet, .macAddress, .username, .timestamp, .cgroupPath, .errorName, .syscallName, .aggregation, .invalid:
      nil
    }
  }
}
