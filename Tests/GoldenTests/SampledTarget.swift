import TraceLang

/// Another target with few `sys_exit_*` tracepoints, as the formats of all would fill the recorded file.
final class SampledTarget: Target {
  private let source: any Target

  init(_ source: any Target) { self.source = source }

  private static let kept: Set<String> = [
    "sys_exit_brk", "sys_exit_close", "sys_exit_execve", "sys_exit_futex", "sys_exit_mmap", "sys_exit_open",
    "sys_exit_openat", "sys_exit_pread64", "sys_exit_read", "sys_exit_write",
  ]

  func tracepoints(category: String, event: String) throws(TargetError) -> [TracepointName] {
    let names = try source.tracepoints(category: category, event: event)
    guard Glob(event).literal == nil else { return names }
    return names.filter { !$0.event.hasPrefix("sys_exit_") || Self.kept.contains($0.event) }
  }

  /// With the kernel's version only, not the name of its build.
  var machine: Machine {
    let machine = source.machine
    return Machine(
      architecture: machine.architecture, isLittleEndian: machine.isLittleEndian, possibleCPUs: machine.possibleCPUs,
      pageSize: machine.pageSize, kernelRelease: String(machine.kernelRelease.prefix { $0 != "-" }))
  }

  func has(_ feature: KernelFeature) -> Bool { source.has(feature) }
  func tracepointFormat(_ name: TracepointName) throws(TargetError) -> TracepointFormat? {
    try source.tracepointFormat(name)
  }
  func isKernelTracepoint(_ name: TracepointName) -> Bool { source.isKernelTracepoint(name) }
  func syscallNumber(_ name: String) -> Int? { source.syscallNumber(name) }
  func rawTracepoints(matching glob: String) throws(TargetError) -> [String] {
    try source.rawTracepoints(matching: glob)
  }
  func rawTracepointArguments(_ name: String) -> [FunctionParameter]? { source.rawTracepointArguments(name) }
  func kernelFunctions(matching glob: String, module: String?) throws(TargetError) -> [String] {
    try source.kernelFunctions(matching: glob, module: module)
  }
  func kernelFunctionSignature(_ name: String) -> FunctionSignature? { source.kernelFunctionSignature(name) }
  func kernelType(named name: String) -> Type? { source.kernelType(named: name) }
  func layout(of record: RecordReference) -> RecordLayout? { source.layout(of: record) }
  func enumerator(named name: String) -> EnumeratorValue? { source.enumerator(named: name) }
  func enumerators(of reference: EnumReference) -> [EnumeratorName] { source.enumerators(of: reference) }
  func kernelSymbolAddress(_ name: String) -> UInt64? { source.kernelSymbolAddress(name) }
}
