/// A machine as a file tells of it: the facts that a script's compilation asked of the machine it was recorded on.
///
/// What was not asked then has no answer now: it is `nil`, false or an error that says to record again.
public final class RecordedTarget: Target {
  private let facts: RecordedFacts
  private let syscalls: SyscallTable

  public var machine: Machine { facts.machine }

  /// - Throws: when the bytes are not what `RecordingTarget.encoded()` gives, or say what no machine can be.
  public convenience init(decoding bytes: [UInt8]) throws(TargetError) {
    do {
      try self.init(JSONValue(parsing: bytes))
    } catch {
      throw TargetError("the recorded target cannot be read: \(error)")
    }
  }

  /// - Throws: as `init(decoding:)`, for a text that was parsed.
  package init(_ json: JSONValue) throws(JSONError) {
    guard let version = json["version"] else { throw JSONError("there is no \"version\"") }
    guard version == JSONValue(RecordedFacts.currentVersion) else {
      throw JSONError("it is of another version of this program")
    }
    facts = try JSONCoder.decode(RecordedFacts.self, from: json)
    try facts.check()
    syscalls = SyscallTable(facts.machine.architecture)
  }

  private func answer<Answer>(_ known: Answer?, _ question: String) throws(TargetError) -> Answer {
    guard let known else {
      throw TargetError("the recorded target does not say \(question); record it again with this script")
    }
    return known
  }

  public func has(_ feature: KernelFeature) -> Bool { facts.features[feature.rawValue] ?? false }

  public func tracepoints(category: String, event: String) throws(TargetError) -> [TracepointName] {
    let question = TracepointName(category: category, event: event).question
    return try answer(facts.tracepoints[question], "which tracepoints match \(question)")
      .compactMap { TracepointName(question: $0) }
  }

  public func tracepointFormat(_ name: TracepointName) throws(TargetError) -> TracepointFormat? {
    try answer(facts.formats[name.question], "what the fields of tracepoint:\(name.question) are")
  }

  public func isKernelTracepoint(_ name: TracepointName) -> Bool { facts.kernelTracepoints[name.question] ?? false }

  public func syscallNumber(_ name: String) -> Int? { syscalls.number(ofTracepoint: name) }

  public func rawTracepoints(matching glob: String) throws(TargetError) -> [String] {
    try answer(facts.rawTracepoints[glob], "which raw tracepoints match \(glob)")
  }

  public func rawTracepointArguments(_ name: String) -> [FunctionParameter]? { facts.rawTracepointArguments[name] }

  public func kernelFunctions(matching glob: String, module: String?) throws(TargetError) -> [String] {
    let place = module.map { " of \($0)" } ?? ""
    return try answer(facts.functions["\(module ?? ""):\(glob)"], "which functions\(place) match \(glob)")
  }

  public func kernelFunctionSignature(_ name: String) -> FunctionSignature? { facts.signatures[name] }

  public func kernelType(named name: String) -> Type? { facts.types[name] }

  public func layout(of record: RecordReference) -> RecordLayout? {
    if case .tracepoint(let name) = record { return (try? tracepointFormat(name))?.layout }
    return facts.layouts[record.question]
  }

  public func enumerator(named name: String) -> EnumeratorValue? { facts.enumerators[name] }

  public func enumerators(of reference: EnumReference) -> [EnumeratorName] {
    facts.enumeratorNames[reference.question] ?? []
  }

  public func cgroupID(path: String) -> UInt64? { facts.cgroups?[path] }

  public var pidNamespace: PIDNamespace? { facts.pidNamespace }

  public func kernelFunction(_ name: String, isCallableFrom type: KernelProgramType) -> Bool {
    facts.callableFunctions?["\(type.rawValue):\(name)"] ?? false
  }

  public func kernelSymbolAddress(_ name: String) -> UInt64? { facts.symbolAddresses[name] }
}
