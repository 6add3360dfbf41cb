/// Names the functions of the kernel and of what it loads: modules, BPF programs, trampolines of ftrace and BPF.
///
/// The kernel's own do not change. What else it has is read again when an address is in none of it, or was read long ago.
final class KernelCode {
  private let symbols: KernelSymbols
  private var index: SymbolIndex?
  /// Nanoseconds of the monotonic clock: of the last reading, and before which there is no other.
  private var lastReading: UInt64 = 0
  private var nextReading: UInt64 = 0

  /// At most so much of the time is spent reading: a fiftieth.
  private static let pauseByReading: UInt64 = 50
  /// What is loaded may be gone after this time, and something else be there.
  private static let longestAge: UInt64 = 10_000_000_000

  init(_ symbols: KernelSymbols = KernelSymbols()) { self.symbols = symbols }

  /// The function that an address lies in.
  func frame(of address: UInt64) -> Frame? {
    guard let known = index else { return read().frame(of: address) }
    let found = known.frame(of: address)
    if known.isPermanent(address) { return found }
    let now = Clock.now
    guard now >= nextReading, found == nil || now - lastReading > Self.longestAge else { return found }
    return read().frame(of: address)
  }

  private func read() -> SymbolIndex {
    let start = Clock.now
    let index = SymbolIndex(symbols)
    self.index = index
    lastReading = Clock.now
    nextReading = lastReading + (lastReading - start) * Self.pauseByReading
    return index
  }
}
