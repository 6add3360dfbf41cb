/// Passes every question on to another target and remembers the answers, for a `RecordedTarget` to give again.
public final class RecordingTarget: Target {
  private let source: any Target
  private(set) var facts: RecordedFacts

  public var machine: Machine { facts.machine }

  public init(_ source: any Target) {
    self.source = source
    facts = RecordedFacts(machine: source.machine)
  }

  /// What was asked so far and the answers, as JSON sorted by question; the same questions give the same bytes.
  public func encoded() throws(TargetError) -> [UInt8] {
    do {
      return try JSONCoder.encode(facts, .pretty(width: 160)) + [UInt8(ascii: "\n")]
    } catch {
      throw TargetError("the target cannot be written: \(error)")
    }
  }

  public func has(_ feature: KernelFeature) -> Bool {
    let answer = source.has(feature)
    facts.features[feature.rawValue] = answer
    return answer
  }

  public func tracepoints(category: String, event: String) throws(TargetError) -> [TracepointName] {
    let answer = try source.tracepoints(category: category, event: event)
    facts.tracepoints[TracepointName(category: category, event: event).question] = answer.map(\.question)
    return answer
  }

  public func tracepointFormat(_ name: TracepointName) throws(TargetError) -> TracepointFormat? {
    let answer = try source.tracepointFormat(name)
    facts.formats[name.question] = .some(answer)
    return answer
  }

  public func isKernelTracepoint(_ name: TracepointName) -> Bool {
    let answer = source.isKernelTracepoint(name)
    facts.kernelTracepoints[name.question] = answer
    return answer
  }

  /// Not kept: the architecture tells it.
  public func syscallNumber(_ name: String) -> Int? { source.syscallNumber(name) }

  public func rawTracepoints(matching glob: String) throws(TargetError) -> [String] {
    let answer = try source.rawTracepoints(matching: glob)
    facts.rawTracepoints[glob] = answer
    return answer
  }

  public func rawTracepointArguments(_ name: String) -> [FunctionParameter]? {
    let answer = source.rawTracepointArguments(name)
    facts.rawTracepointArguments[name] = answer
    return answer
  }

  public func kernelFunctions(matching glob: String, module: String?) throws(TargetError) -> [String] {
    let answer = try source.kernelFunctions(matching: glob, module: module)
    facts.functions["\(module ?? ""):\(glob)"] = answer
    return answer
  }

  public func kernelFunctionSignature(_ name: String) -> FunctionSignature? {
    let answer = source.kernelFunctionSignature(name)
    facts.signatures[name] = answer
    return answer
  }

  public func kernelType(named name: String) -> Type? {
    let answer = source.kernelType(named: name)
    facts.types[name] = answer
    return answer
  }

  public func layout(of record: RecordReference) -> RecordLayout? {
    if case .tracepoint(let name) = record { return (try? tracepointFormat(name))?.layout }
    let answer = source.layout(of: record)
    facts.layouts[record.question] = answer
    return answer
  }

  public func enumerator(named name: String) -> EnumeratorValue? {
    let answer = source.enumerator(named: name)
    facts.enumerators[name] = answer
    return answer
  }

  public func enumerators(of reference: EnumReference) -> [EnumeratorName] {
    let answer = source.enumerators(of: reference)
    facts.enumeratorNames[reference.question] = answer
    return answer
  }

  public func cgroupID(path: String) -> UInt64? {
    let answer = source.cgroupID(path: path)
    facts.cgroups = facts.cgroups ?? [:]
    facts.cgroups?[path] = answer
    return answer
  }

  public var pidNamespace: PIDNamespace? {
    facts.pidNamespace = source.pidNamespace
    return facts.pidNamespace
  }

  public func kernelFunction(_ name: String, isCallableFrom type: KernelProgramType) -> Bool {
    let answer = source.kernelFunction(name, isCallableFrom: type)
    facts.callableFunctions = facts.callableFunctions ?? [:]
    facts.callableFunctions?["\(type.rawValue):\(name)"] = answer
    return answer
  }

  public func kernelSymbolAddress(_ name: String) -> UInt64? {
    let answer = source.kernelSymbolAddress(name)
    facts.symbolAddresses[name] = answer
    return answer
  }
}
