import TraceLang

/// What running and printing a bundle asks of the machine.
public protocol HostServices: AnyObject {
  /// The number that perf_event_open takes for a tracepoint (`events/CATEGORY/EVENT/id` of tracefs).
  func tracepointID(_ name: TracepointName) throws(TargetError) -> UInt64

  /// The kernel BTF's type ID of the typedef `btf_trace_NAME`.
  func rawTracepointTypeID(_ name: String) throws(TargetError) -> UInt32

  /// Where the kernel's BTF, or its module's, has a function.
  func functionTypeID(_ function: KernelFunction) throws(TargetError) -> BTFTypeID

  /// Whether ftrace can stop at a function; `nil` where this machine does not say.
  func isTraceable(_ function: KernelFunction) -> Bool?

  /// Where functions lie; those that the machine does not have, or whose addresses it hides, are left out.
  func functionAddresses(_ functions: [KernelFunction]) -> [KernelFunction: UInt64]

  /// The function or object of the kernel that an address lies in.
  func kernelSymbol(at address: UInt64) -> SymbolPosition?

  /// The function of a process that an address lies in.
  func userSymbol(at address: UInt64, process: Int32) -> SymbolPosition?

  /// Looks at a process whose symbols may be asked for when it has ended.
  func remember(process: Int32)

  /// The paths of a cgroup in the mounted hierarchies, "unified:/user.slice".
  func cgroupPath(_ identifier: UInt64, filter: String) -> String?

  func userName(_ identifier: UInt32) -> String?
}

/// An address told by the symbol before it.
public struct SymbolPosition: Hashable, Sendable {
  public let name: String
  /// Bytes from the symbol's start.
  public let offset: UInt64
  /// The module or binary, when told in output ("perf" stacks).
  public let module: String?

  public init(name: String, offset: UInt64, module: String? = nil) {
    self.name = name
    self.offset = offset
    self.module = module
  }
}

extension HostServices {
  public func functionTypeID(_ function: KernelFunction) throws(TargetError) -> BTFTypeID {
    throw TargetError("this kernel's type information has no function '\(function.text)'")
  }

  public func isTraceable(_ function: KernelFunction) -> Bool? { nil }

  public func functionAddresses(_ functions: [KernelFunction]) -> [KernelFunction: UInt64] { [:] }
  public func userSymbol(at address: UInt64, process: Int32) -> SymbolPosition? { nil }
  public func remember(process: Int32) {}
  public func cgroupPath(_ identifier: UInt64, filter: String) -> String? { nil }
}
