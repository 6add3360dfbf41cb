/// A target together with the types of a script, which hide the target's own of the same names.
public final class ScriptedTarget: Target {
  private let source: any Target
  private let types: ScriptTypes

  public init(_ source: any Target, types: ScriptTypes) {
    self.source = source
    self.types = types
  }

  public func kernelType(named name: String) -> Type? { types.type(named: name) ?? source.kernelType(named: name) }

  public func layout(of record: RecordReference) -> RecordLayout? {
    types.layout(of: record) ?? source.layout(of: record)
  }

  public func enumerator(named name: String) -> EnumeratorValue? {
    types.constants[name] ?? source.enumerator(named: name)
  }

  public func enumerators(of reference: EnumReference) -> [EnumeratorName] {
    switch reference {
    case .script: types.enumerators(of: reference)
    case .btf: source.enumerators(of: reference)
    }
  }

  // MARK: The target's own answers

  public var machine: Machine { source.machine }

  public func has(_ feature: KernelFeature) -> Bool { source.has(feature) }

  public func tracepoints(category: String, event: String) throws(TargetError) -> [TracepointName] {
    try source.tracepoints(category: category, event: event)
  }

  public func tracepointFormat(_ name: TracepointName) throws(TargetError) -> TracepointFormat? {
    try source.tracepointFormat(name)
  }

  public func isKernelTracepoint(_ name: TracepointName) -> Bool { source.isKernelTracepoint(name) }

  public func syscallNumber(_ name: String) -> Int? { source.syscallNumber(name) }

  public func rawTracepoints(matching glob: String) throws(TargetError) -> [String] {
    try source.rawTracepoints(matching: glob)
  }

  public func rawTracepointArguments(_ name: String) -> [FunctionParameter]? { source.rawTracepointArguments(name) }

  public func kernelFunctions(matching glob: String, module: String?) throws(TargetError) -> [String] {
    try source.kernelFunctions(matching: glob, module: module)
  }

  public func kernelFunctionSignature(_ name: String) -> FunctionSignature? { source.kernelFunctionSignature(name) }

  public func cgroupID(path: String) -> UInt64? { source.cgroupID(path: path) }

  public var pidNamespace: PIDNamespace? { source.pidNamespace }

  public func kernelFunction(_ name: String, isCallableFrom type: KernelProgramType) -> Bool {
    source.kernelFunction(name, isCallableFrom: type)
  }

  public func kernelSymbolAddress(_ name: String) -> UInt64? { source.kernelSymbolAddress(name) }
}

extension Program {
  /// The target as this program's code sees it: with the script's own types.
  public func scoped(_ target: any Target) -> any Target {
    types.isEmpty ? target : ScriptedTarget(target, types: types)
  }
}
