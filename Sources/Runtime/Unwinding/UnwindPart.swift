import Codegen

/// A part of a file's rows as programs read them: they and their index fit one element of the map.
struct UnwindPart {
  /// Of the file, multiples of a page.
  let addresses: Range<UInt64>
  let rows: ArraySlice<UnwindTable.Row>

  private static let page: UInt64 = 4096
  /// An index of half a megabyte and two of rows at most.
  private static let maximumSpan: UInt64 = 32 << 20
  private static let maximumRows = 1 << 19

  /// All parts of a table, ascending.
  static func parts(of table: UnwindTable) -> [UnwindPart] {
    var parts: [UnwindPart] = []
    var rest = table.rows[...]
    guard let first = rest.first, let last = rest.last else { return [] }
    var start = first.address / page * page
    while start < last.address {
      var end = min(start + maximumSpan, (last.address + page - 1) / page * page)
      var behind = rest.partition(from: end)
      if behind - rest.startIndex > maximumRows {
        // Rows of one page always fit: there are no more than bytes.
        end = max(start + page, rest[rest.startIndex + maximumRows].address / page * page)
        behind = rest.partition(from: end)
      }
      parts.append(UnwindPart(addresses: start..<end, rows: rest[..<behind]))
      // What holds where the next part begins is said by the last row before.
      rest = rest[max(rest.startIndex, behind - 1)...]
      start = end
    }
    return parts
  }

  /// Bytes that the rows take, and the index besides.
  var rowBytes: Int { (rows.count + 1) * UnwindStorage.rowSize }
  var size: Int { rowBytes + entries * UnwindStorage.entrySize }

  private var entries: Int {
    Int((addresses.upperBound - addresses.lowerBound) / UInt64(UnwindStorage.indexedBytes)) + 1
  }

  /// Writes the rows, and then their index.
  /// - Parameter number: that of a rule (`UnwindRule.bits`); nothing is known by rule 0.
  func write(to memory: UnsafeMutableRawPointer, number: (UInt32) -> UInt16) {
    let base = addresses.lowerBound
    var count: UInt32 = 0
    var entry = 0
    func endPages(before place: UInt64) {
      while entry < entries, UInt64(entry * UnwindStorage.indexedBytes) <= place {
        memory.storeBytes(of: count, toByteOffset: rowBytes + entry * UnwindStorage.entrySize, as: UInt32.self)
        entry += 1
      }
    }
    func write(_ number: UInt16, _ place: UInt64) {
      let row = UInt32(number) | UInt32(place % UInt64(UnwindStorage.indexedBytes)) << 16
      memory.storeBytes(of: row, toByteOffset: Int(count) * UnwindStorage.rowSize, as: UInt32.self)
      count += 1
    }
    // What holds where the part begins is said by a row before it.
    let before = rows.first.flatMap { $0.address < base ? $0.rule : nil }
    write(before.map(number) ?? 0, 0)
    for row in before == nil ? rows : rows.dropFirst() {
      endPages(before: row.address - base)
      write(number(row.rule), row.address - base)
    }
    endPages(before: addresses.upperBound - base)
  }
}

extension ArraySlice where Element == UnwindTable.Row {
  /// The index of the first row from an address on.
  fileprivate func partition(from address: UInt64) -> Int {
    var (low, high) = (startIndex, endIndex)
    while low < high {
      let middle = (low + high) / 2
      if self[middle].address < address { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
