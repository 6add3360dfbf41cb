/// Passes every question on to another target and remembers the answers, for a `RecordedTarget` to give again.
///
/// With each answer it is decided what a bundle must find again where it runs: no answer is kept without that.
public final class RecordingTarget: Target {
  private let source: any Target
  private(set) var facts: RecordedFacts
  /// What answers became numbers in code.
  private(set) var subjects: Set<KernelFact.Subject> = []

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

  /// What a bundle has of an answer.
  private enum Trace {
    /// A number in its code, or the choice of other code.
    case fact(KernelFact.Subject)
    /// Names of what it is attached to, which are looked up anew, or nothing but the end of compiling.
    case names
    /// What it states and checks on its own: features, the architecture's syscall numbers.
    case stated
    /// Layouts and enums, whose facts are made of all answers together.
    case types
  }

  /// Keeps an answer in the file's facts, and what a bundle has of it.
  private func kept<Answer>(_ answer: Answer, _ trace: Trace, _ keep: (inout RecordedFacts) -> Void) -> Answer {
    keep(&facts)
    switch trace {
    case .fact(let subject): subjects.insert(subject)
    case .names, .stated, .types: break
    }
    return answer
  }

  /// The same for what there may be or not: what is not there has become no number.
  private func kept<Answer>(_ answer: Answer?, _ trace: Trace, _ keep: (inout RecordedFacts) -> Void) -> Answer? {
    guard let answer else {
      keep(&facts)
      return nil
    }
    return .some(kept(answer, trace, keep))
  }

  public func has(_ feature: KernelFeature) -> Bool {
    let answer = source.has(feature)
    return kept(answer, .stated) { $0.features[feature.rawValue] = answer }
  }

  public func tracepoints(category: String, event: String) throws(TargetError) -> [TracepointName] {
    let answer = try source.tracepoints(category: category, event: event)
    return kept(answer, .names) {
      $0.tracepoints[TracepointName(category: category, event: event).question] = answer.map(\.question)
    }
  }

  public func tracepointFormat(_ name: TracepointName) throws(TargetError) -> TracepointFormat? {
    let answer = try source.tracepointFormat(name)
    return kept(answer, .fact(.tracepoint(name))) { $0.formats[name.question] = .some(answer) }
  }

  public func isKernelTracepoint(_ name: TracepointName) -> Bool {
    let answer = source.isKernelTracepoint(name)
    return kept(answer, .fact(.kernelTracepoint(name))) { $0.kernelTracepoints[name.question] = answer }
  }

  /// Not kept: the architecture tells it.
  public func syscallNumber(_ name: String) -> Int? { kept(source.syscallNumber(name), .stated) { _ in } }

  public func rawTracepoints(matching glob: String) throws(TargetError) -> [String] {
    let answer = try source.rawTracepoints(matching: glob)
    return kept(answer, .names) { $0.rawTracepoints[glob] = answer }
  }

  public func rawTracepointArguments(_ name: String) -> [FunctionParameter]? {
    let answer = source.rawTracepointArguments(name)
    return kept(answer, .fact(.rawTracepoint(name))) { $0.rawTracepointArguments[name] = answer }
  }

  public func kernelFunctions(matching glob: String, module: String?) throws(TargetError) -> [String] {
    let answer = try source.kernelFunctions(matching: glob, module: module)
    return kept(answer, .names) { $0.functions["\(module ?? ""):\(glob)"] = answer }
  }

  public func kernelFunctionSignature(_ name: String) -> FunctionSignature? {
    let answer = source.kernelFunctionSignature(name)
    return kept(answer, .fact(.function(name))) { $0.signatures[name] = answer }
  }

  public func kernelType(named name: String) -> Type? {
    let answer = source.kernelType(named: name)
    return kept(answer, .fact(.type(name))) { $0.types[name] = answer }
  }

  public func layout(of record: RecordReference) -> RecordLayout? {
    if case .tracepoint(let name) = record { return (try? tracepointFormat(name))?.layout }
    let answer = source.layout(of: record)
    return kept(answer, .types) { $0.layouts[record.question] = answer }
  }

  public func enumerator(named name: String) -> EnumeratorValue? {
    let answer = source.enumerator(named: name)
    return kept(answer, .fact(.enumerator(name))) { $0.enumerators[name] = answer }
  }

  public func enumerators(of reference: EnumReference) -> [EnumeratorName] {
    let answer = source.enumerators(of: reference)
    return kept(answer, .types) { $0.enumeratorNames[reference.question] = answer }
  }

  public func cgroupID(path: String) -> UInt64? {
    let answer = source.cgroupID(path: path)
    return kept(answer, .fact(.cgroup(path))) {
      $0.cgroups = $0.cgroups ?? [:]
      $0.cgroups?[path] = answer
    }
  }

  public var pidNamespace: PIDNamespace? {
    let answer = source.pidNamespace
    // That there is none but the initial one has become code, too.
    _ = kept(true, .fact(.pidNamespace)) { $0.pidNamespace = answer }
    return answer
  }

  public func kernelFunction(_ name: String, isCallableFrom type: KernelProgramType) -> Bool {
    let answer = source.kernelFunction(name, isCallableFrom: type)
    return kept(answer, .fact(.callable(name, type))) {
      $0.callableFunctions = $0.callableFunctions ?? [:]
      $0.callableFunctions?["\(type.rawValue):\(name)"] = answer
    }
  }

  public func kernelSymbolAddress(_ name: String) -> UInt64? {
    let answer = source.kernelSymbolAddress(name)
    return kept(answer, .fact(.symbol(name))) { $0.symbolAddresses[name] = answer }
  }
}
