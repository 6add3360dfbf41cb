import Codegen
import Symbolizer
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

  /// The functions of the kernel that an address lies in, innermost first: all but the last are inlined.
  /// - Parameter isReturn: whether a call returns there, as in all frames of a stack but the first.
  func kernelFrames(of address: UInt64, isReturn: Bool) -> [Frame]

  /// The same of a process.
  func frames(of address: UInt64, process: Int32, isReturn: Bool) -> [Frame]

  /// The last of these frames, which takes no debug information.
  func function(at address: UInt64, process: Int32) -> Frame?

  /// How code is named from now on.
  func nameCode(by settings: Bundle.SymbolSettings)

  /// Looks at a process whose symbols may be asked for when it has ended.
  /// - Parameter image: differs for each program that it runs, one after the other.
  func remember(process: Int32, image: UInt64?)

  /// The paths of a cgroup in the mounted hierarchies, "unified:/user.slice".
  func cgroupPath(_ identifier: UInt64, filter: String) -> String?

  func userName(_ identifier: UInt32) -> String?
}

extension HostServices {
  public func functionTypeID(_ function: KernelFunction) throws(TargetError) -> BTFTypeID {
    throw TargetError("this kernel's type information has no function '\(function.text)'")
  }

  public func isTraceable(_ function: KernelFunction) -> Bool? { nil }

  public func functionAddresses(_ functions: [KernelFunction]) -> [KernelFunction: UInt64] { [:] }
  public func kernelFrames(of address: UInt64) -> [Frame] { kernelFrames(of: address, isReturn: false) }
  public func frames(of address: UInt64, process: Int32) -> [Frame] {
    frames(of: address, process: process, isReturn: false)
  }
  public func frames(of address: UInt64, process: Int32, isReturn: Bool) -> [Frame] { [] }
  public func function(at address: UInt64, process: Int32) -> Frame? { frames(of: address, process: process).last }
  public func nameCode(by settings: Bundle.SymbolSettings) {}
  public func remember(process: Int32, image: UInt64?) {}
  public func cgroupPath(_ identifier: UInt64, filter: String) -> String? { nil }
}
