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
  func kernelFrames(of address: UInt64) -> [Frame]

  /// The same of a process.
  func frames(of address: UInt64, process: Int32) -> [Frame]

  /// The last of these frames, which takes no debug information.
  func function(at address: UInt64, process: Int32) -> Frame?

  /// How code is named from now on.
  func nameCode(by settings: Bundle.SymbolSettings)

  /// Looks at a process whose symbols may be asked for when it has ended.
  func remember(process: Int32)

  /// The same of all processes, as far as they are new.
  func rememberProcesses()

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
  public func frames(of address: UInt64, process: Int32) -> [Frame] { [] }
  public func function(at address: UInt64, process: Int32) -> Frame? { frames(of: address, process: process).last }
  public func nameCode(by settings: Bundle.SymbolSettings) {}
  public func remember(process: Int32) {}
  public func rememberProcesses() {}
  public func cgroupPath(_ identifier: UInt64, filter: String) -> String? { nil }
}

extension HostServices {
  /// The functions that a call was made in, by the address that it returns to, innermost first.
  ///
  /// A call may be the last instruction of its line, of its inlined function and of its function, so the byte before the
  /// address decides. Offsets are those of the address.
  func callers(of address: UInt64, process: Int32) -> [Frame] {
    // What a signal handler returns to was not called: it begins a function of its own.
    let exact = frames(of: address, process: process)
    if let function = exact.last, function.offset == 0, Self.signalReturns.contains(function.name ?? "") {
      return exact
    }
    return frames(of: address &- 1, process: process).map { frame in
      var frame = frame
      frame.offset += 1
      return frame
    }
  }

  /// glibc's and musl's names of the code that ends a signal handler, and the kernel's of its own.
  private static var signalReturns: Set<String> { ["__restore_rt", "__restore", "__kernel_rt_sigreturn"] }
}
