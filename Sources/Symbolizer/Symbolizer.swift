/// Names the code at addresses of processes and of the kernel.
///
/// It reads this machine's files and those of the processes, all of which may be strangers': what hangs is not waited for,
/// what is kept is bounded, and no network is asked. One thread uses it at a time.
public final class Symbolizer {
  /// How code is named.
  public struct Options: Sendable {
    /// Whether mangled names of C++, Rust, D and Swift are shown as their sources have them.
    public var demangles = true
    /// Whether frames have places in sources, and functions that became part of others, as far as debug information tells.
    public var showsSource = true
    /// Which processes share what is known.
    public var cache = Cache.perProcess
    package internal(set) var debugFiles = DebugFileSearch()

    public init() {}

    /// Folders in which what was stripped from binaries is looked for before the usual ones: absolute, or relative to a
    /// binary's folder. A "+" before one asks that the checksum of a binary's link be right, too.
    public mutating func setDebugFolders(_ folders: [Frame.Path]) {
      debugFiles = DebugFileSearch(folders: folders.map { DebugFileSearch.Folder($0.bytes) })
    }

    public enum Cache: Sendable {
      /// Each process is known by itself, and files by what they are.
      case perProcess
      /// What a process has mapped is taken for what all have that run the same file, as is so without address space
      /// layout randomization.
      case perProgram
      /// Nothing is kept beyond what was asked for last.
      case none
    }
  }

  public let options: Options
  private let userSymbols: UserSymbols
  private let kernelCode = KernelCode()

  public init(options: Options = Options()) {
    self.options = options
    userSymbols = UserSymbols(options)
  }

  package var debugFiles: DebugFileSearch { options.debugFiles }

  /// The functions that an address of a process lies in, innermost first: all but the last are inlined. Empty where nothing
  /// is known.
  /// - Parameter isReturn: whether a call returns there, as in all frames of a stack but the first: the call is what counts,
  ///   which may be the last of its function and of its line.
  public func frames(of address: UInt64, process: Int32, isReturn: Bool = false) -> [Frame] {
    guard isReturn else { return userSymbols.frames(of: address, process: process, showsSource: options.showsSource) }
    let callers = userSymbols.frames(of: address &- 1, process: process, showsSource: options.showsSource)
    if callers.contains(where: { $0.name != nil }) { return callers.map(\.afterCall) }
    // What a signal handler returns to was never called: nothing comes before it.
    return userSymbols.frames(of: address, process: process, showsSource: options.showsSource)
  }

  /// The same of the kernel.
  public func kernelFrames(of address: UInt64, isReturn: Bool = false) -> [Frame] {
    guard let frame = kernelCode.frame(of: isReturn ? address &- 1 : address) else { return [] }
    return [isReturn ? frame.afterCall : frame]
  }

  /// The function that an address of a process lies in, without what was inlined and its source.
  public func function(at address: UInt64, process: Int32) -> Frame? {
    userSymbols.frames(of: address, process: process, showsSource: false).last
  }

  /// Notes what a process has mapped now, for addresses that are asked for when it has ended.
  /// - Parameter image: differs for each program that the process runs, one after the other, where the caller knows.
  /// - Returns: false when it is gone or was looked at just before.
  @discardableResult
  public func remember(process: Int32, image: UInt64? = nil) -> Bool { userSymbols.remember(process, image: image) }
}
