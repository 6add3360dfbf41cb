/// Names the code at addresses of processes and of the kernel.
///
/// It reads this machine's files and those of the processes, all of which may be strangers': what hangs is not waited for,
/// what is kept is bounded, and no network is asked. One thread uses it at a time.
public final class Symbolizer {
  private var userSymbols = UserSymbols()
  private lazy var kernelSymbols = SymbolIndex(KernelSymbols())

  public init() {}

  /// The functions that an address of a process lies in, innermost first: all but the last are inlined. Empty where nothing
  /// is known.
  public func frames(of address: UInt64, process: Int32) -> [Frame] {
    userSymbols.frame(of: address, process: process).map { [$0] } ?? []
  }

  /// The same of the kernel.
  public func kernelFrames(of address: UInt64) -> [Frame] { kernelSymbols.frame(of: address).map { [$0] } ?? [] }

  /// The function of the symbol table that an address of a process lies in, without what was inlined and its source.
  public func function(at address: UInt64, process: Int32) -> Frame? {
    userSymbols.frame(of: address, process: process)
  }

  /// Notes what a process has mapped now, for addresses that are asked for when it has ended.
  /// - Returns: false when it is gone or was looked at just before.
  @discardableResult
  public func remember(process: Int32) -> Bool { userSymbols.remember(process) }
}
