/// A target that answers some questions itself and leaves all others to another one.
public protocol TargetOverlay: Target {
  var source: any Target { get }
}

extension TargetOverlay {
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

  public func kernelType(named name: String) -> Type? { source.kernelType(named: name) }

  public func layout(of record: RecordReference) -> RecordLayout? { source.layout(of: record) }

  public func enumerator(named name: String) -> EnumeratorValue? { source.enumerator(named: name) }

  public func enumerators(of reference: EnumReference) -> [EnumeratorName] { source.enumerators(of: reference) }

  public func cgroupID(path: String) -> UInt64? { source.cgroupID(path: path) }

  public var pidNamespace: PIDNamespace? { source.pidNamespace }

  public func kernelFunction(_ name: String, isCallableFrom type: KernelProgramType) -> Bool {
    source.kernelFunction(name, isCallableFrom: type)
  }

  public func kernelSymbolAddress(_ name: String) -> UInt64? { source.kernelSymbolAddress(name) }
}
