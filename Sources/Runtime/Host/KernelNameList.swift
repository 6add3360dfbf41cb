import Glibc
import TraceLang

/// A symbol of the kernel, or a function of ftrace's list; its bytes are valid while it is looked at.
struct KernelName {
  let name: UnsafeRawBufferPointer
  /// Empty for the kernel itself.
  let module: UnsafeRawBufferPointer
  /// 0 where it is not told.
  var address: UInt64 = 0
  var isText = true
}

/// A list of the kernel's that is read from a file, for names to be looked for. The first few times the file is read, which
/// takes no memory; from then on a table is kept of it, so that thousands of names take no longer than some.
final class KernelNameList {
  private static let readingsBeforeTable = 4

  private let read: ((KernelName) -> Bool) throws(TargetError) -> Void
  private var readings = 0
  private var table: Table?

  /// - Parameter read: gives all names in the file's order, until it is told to stop by false.
  init(_ read: @escaping ((KernelName) -> Bool) throws(TargetError) -> Void) { self.read = read }

  /// Calls `body` with each name that matches, in any order, until it returns false.
  func forEach(matching glob: Glob, _ body: (KernelName) -> Bool) throws(TargetError) {
    let isAnyWanted = glob.matchesAnything
    func take(_ entry: KernelName) -> Bool { isAnyWanted || glob.matches(entry.name) ? body(entry) : true }
    if let table = try currentTable() {
      glob.prefix.withUnsafeBytes { table.forEach(in: table.entries[table.range(startingWith: $0)], take) }
    } else {
      try read(take)
    }
  }

  /// Calls `body` with each of one name, in the file's order, until it returns false.
  func forEach(named name: String, _ body: (KernelName) -> Bool) throws(TargetError) {
    let wanted = Array(name.utf8)
    if let table = try currentTable() {
      wanted.withUnsafeBytes { table.forEach(in: table.entries[table.range(of: $0)], body) }
    } else {
      try read { entry in entry.name.hasSameBytes(as: wanted) ? body(entry) : true }
    }
  }

  private func currentTable() throws(TargetError) -> Table? {
    if let table { return table }
    readings += 1
    if readings <= Self.readingsBeforeTable { return nil }
    table = try Table(read)
    return table
  }
}

extension KernelNameList {
  private struct Table {
    struct Entry {
      let address: UInt64
      let start: UInt32
      let nameLength: UInt16
      let moduleLength: UInt16
      let isText: Bool
    }

    /// Ascending by name; those of one name in the file's order.
    private(set) var entries: [Entry] = []
    /// Each entry's name and then its module's.
    private var text: [UInt8] = []

    init(_ read: ((KernelName) -> Bool) throws(TargetError) -> Void) throws(TargetError) {
      var entries: [Entry] = []
      var text: [UInt8] = []
      try read { entry in
        entries.append(
          Entry(
            address: entry.address, start: UInt32(truncatingIfNeeded: text.count),
            nameLength: UInt16(clamping: entry.name.count), moduleLength: UInt16(clamping: entry.module.count),
            isText: entry.isText))
        text += entry.name.prefix(Int(UInt16.max))
        text += entry.module.prefix(Int(UInt16.max))
        return true
      }
      text.withUnsafeBytes { text in
        entries.sort { left, right in
          let order = Self.name(of: left, in: text).order(to: Self.name(of: right, in: text))
          return order < 0 || order == 0 && left.start < right.start
        }
      }
      self.entries = entries
      self.text = text
    }

    func forEach(in entries: ArraySlice<Entry>, _ body: (KernelName) -> Bool) {
      text.withUnsafeBytes { text in
        for entry in entries {
          let end = Int(entry.start) + Int(entry.nameLength)
          let module = UnsafeRawBufferPointer(rebasing: text[end..<end + Int(entry.moduleLength)])
          let name = KernelName(
            name: Self.name(of: entry, in: text), module: module, address: entry.address, isText: entry.isText)
          guard body(name) else { return }
        }
      }
    }

    /// Where the entries of a name are.
    func range(of name: UnsafeRawBufferPointer) -> Range<Int> { range { $0.order(to: name) } }

    func range(startingWith prefix: UnsafeRawBufferPointer) -> Range<Int> {
      range { UnsafeRawBufferPointer(rebasing: $0.prefix(prefix.count)).order(to: prefix) }
    }

    /// Where the entries are whose names have the order 0; those before have lower ones, those behind higher ones.
    private func range(by order: (UnsafeRawBufferPointer) -> Int) -> Range<Int> {
      text.withUnsafeBytes { text in
        let start = entries.firstIndex(in: 0) { order(Self.name(of: $0, in: text)) >= 0 }
        return start..<entries.firstIndex(in: start) { order(Self.name(of: $0, in: text)) > 0 }
      }
    }

    private static func name(of entry: Entry, in text: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
      UnsafeRawBufferPointer(rebasing: text[Int(entry.start)..<Int(entry.start) + Int(entry.nameLength)])
    }
  }
}

extension Array {
  /// The first index from `start` on that is `after`, as all behind it are; the count when none is.
  fileprivate func firstIndex(in start: Int, where isAfter: (Element) -> Bool) -> Int {
    var (low, high) = (start, count)
    while low < high {
      let middle = (low + high) / 2
      if isAfter(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

extension UnsafeRawBufferPointer {
  /// Below, at or above 0 as memcmp(3) orders them, a beginning before what it begins.
  fileprivate func order(to other: UnsafeRawBufferPointer) -> Int {
    let common = Swift.min(count, other.count)
    guard common > 0, let start = baseAddress, let otherStart = other.baseAddress else { return count - other.count }
    let order = Int(memcmp(start, otherStart, common))
    return order != 0 ? order : count - other.count
  }

  func hasSameBytes(as other: [UInt8]) -> Bool { other.withUnsafeBytes { hasSameBytes(as: $0) } }
}
