/// The kernel's text symbols ordered by address, for naming addresses.
struct SymbolIndex {
  private struct Entry {
    let address: UInt64
    let nameStart: UInt32
    let nameLength: UInt16
    let moduleLength: UInt16
  }

  /// Ascending by address.
  private var entries: [Entry] = []
  /// Each entry's name and then its module's.
  private var text: [UInt8] = []

  /// The kernel's own code, from its linker script's first symbol to the last (Kernel: include/asm-generic/sections.h).
  private var ownCode: Range<UInt64> = 0..<0

  /// The code after a module's last symbol is the module's up to here.
  private static let longestFunction: UInt64 = 64 << 10

  /// Reads all text symbols; empty when the kernel hides addresses from this user.
  init(_ symbols: KernelSymbols) {
    var entries: [Entry] = []
    var text: [UInt8] = []
    var (start, end): (UInt64, UInt64) = (0, 0)
    // Unreadable symbols leave addresses unnamed, which prints them as numbers.
    _ = symbols.read { line in
      guard line.isText, let address = line.address, address != 0 else { return true }
      if start == 0, line.name.elementsEqual("_stext".utf8) { start = address }
      if end == 0, line.name.elementsEqual("_etext".utf8) { end = address }
      entries.append(
        Entry(
          address: address, nameStart: UInt32(truncatingIfNeeded: text.count),
          nameLength: UInt16(clamping: line.name.count), moduleLength: UInt16(clamping: line.module.count)))
      text.append(contentsOf: line.name.prefix(Int(UInt16.max)))
      text.append(contentsOf: line.module.prefix(Int(UInt16.max)))
      return true
    }
    entries.sort { $0.address < $1.address }
    self.entries = entries
    self.text = text
    if start < end { ownCode = start..<end }
  }

  /// Whether what is at an address stays there.
  func isPermanent(_ address: UInt64) -> Bool { ownCode.contains(address) }

  /// The symbol an address lies in: the last one that starts at or before it.
  func frame(of address: UInt64) -> Frame? {
    var low = 0
    var high = entries.count
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].address <= address { low = middle + 1 } else { high = middle }
    }
    guard low > 0 else { return nil }
    let entry = entries[low - 1]
    // Sizes are not told: what is far behind a module's last function is not the module's.
    if !isPermanent(address), address - entry.address > Self.longestFunction,
      low == entries.count || module(of: entries[low]) != module(of: entry)
    {
      return nil
    }
    let start = Int(entry.nameStart)
    let end = start + Int(entry.nameLength)
    let module = module(of: entry)
    return Frame(
      name: String(decoding: text[start..<end], as: UTF8.self), offset: address - entry.address,
      module: module.isEmpty ? nil : Frame.Path(module))
  }

  private func module(of entry: Entry) -> ArraySlice<UInt8> {
    let start = Int(entry.nameStart) + Int(entry.nameLength)
    return text[start..<start + Int(entry.moduleLength)]
  }
}
