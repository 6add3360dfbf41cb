import Glibc

/// The functions that a process made while it runs, as it tells them in a text of lines "START SIZE NAME", both numbers in
/// hexadecimal (Linux: tools/perf/Documentation/jit-interface.txt).
package struct PerfMap: Sendable {
  private struct Entry {
    let start: UInt64
    let size: UInt32
    let nameLength: UInt32
    let name: UInt32
  }

  /// Ascending by start; of those with one start the one that was told last.
  private var entries: [Entry] = []
  private var names: [UInt8] = []

  /// More text is not read.
  static let maximumLength = 32 << 20
  private static let maximumNameLength = 4096
  /// So many functions before an address are looked at for one that it lies in.
  private static let maximumNesting = 16

  package init(_ text: [UInt8]) {
    text.withUnsafeBytes { text in
      for line in text.prefix(Self.maximumLength).split(separator: UInt8(ascii: "\n")) { take(line) }
    }
    let order = entries.indices.sorted { (entries[$0].start, $0) < (entries[$1].start, $1) }
    var sorted: [Entry] = []
    sorted.reserveCapacity(order.count)
    for index in order {
      if sorted.last?.start == entries[index].start { sorted.removeLast() }
      sorted.append(entries[index])
    }
    entries = sorted
  }

  /// The memory it takes, in bytes.
  package var cost: Int { entries.count * MemoryLayout<Entry>.stride + names.count }

  private mutating func take(_ line: Slice<UnsafeRawBufferPointer>) {
    var rest = line
    guard let start = Self.number(&rest), let size = Self.number(&rest), size > 0, !rest.isEmpty else { return }
    let name = rest.prefix(Self.maximumNameLength)
    entries.append(
      Entry(
        start: start, size: UInt32(clamping: size), nameLength: UInt32(name.count), name: UInt32(names.count)))
    names += name
  }

  /// A number and the blank after it.
  private static func number(_ text: inout Slice<UnsafeRawBufferPointer>) -> UInt64? {
    if text.starts(with: "0x".utf8) { text = text.dropFirst(2) }
    guard let end = text.firstIndex(of: UInt8(ascii: " ")), end > text.startIndex, end - text.startIndex <= 16 else {
      return nil
    }
    var value: UInt64 = 0
    for byte in text[..<end] {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt64(byte - UInt8(ascii: "0"))
      case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt64(byte - UInt8(ascii: "a") + 10)
      case UInt8(ascii: "A")...UInt8(ascii: "F"): value = value << 4 | UInt64(byte - UInt8(ascii: "A") + 10)
      default: return nil
      }
    }
    text = text[(end + 1)...]
    return value
  }

  /// The function that an address lies in, and how far from its start.
  package func function(at address: UInt64) -> (name: String, offset: UInt64)? {
    var low = 0
    var high = entries.count
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].start <= address { low = middle + 1 } else { high = middle }
    }
    for entry in entries[max(0, low - Self.maximumNesting)..<low].reversed()
    where address - entry.start < UInt64(entry.size) {
      let name = names[Int(entry.name)..<Int(entry.name) + Int(entry.nameLength)]
      return (String(decoding: name, as: UTF8.self), address - entry.start)
    }
    return nil
  }
}
