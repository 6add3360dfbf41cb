import Codegen

/// A part of a file's rows as programs read them: they and their index fit one element of the map.
struct UnwindPart {
  /// Of the file, multiples of a page.
  let addresses: Range<UInt64>
  let rows: ArraySlice<UnwindTable.Row>

  private static let page: UInt64 = 4096
  /// An index of a megabyte and two of rows at most.
  private static let maximumSpan: UInt64 = 32 << 20
  private static let maximumRows = 1 << 18

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
  var size: Int { rowBytes + (entries * UnwindStorage.entrySize + 7) / 8 * 8 }

  private var entries: Int {
    Int((addresses.upperBound - addresses.lowerBound) / UInt64(UnwindStorage.indexedBytes)) + 2
  }

  /// Writes the rows, and then their index.
  func write(to memory: UnsafeMutableRawPointer) {
    var count: UInt32 = 0
    var places: [UInt32] = []
    func write(_ place: UInt32, _ rule: UInt32) {
      memory.storeBytes(of: place, toByteOffset: Int(count) * UnwindStorage.rowSize, as: UInt32.self)
      memory.storeBytes(of: rule, toByteOffset: Int(count) * UnwindStorage.rowSize + 4, as: UInt32.self)
      places.append(place)
      count += 1
    }
    let base = addresses.lowerBound
    if rows.first.map({ $0.address > base }) ?? true { write(0, UnwindRule(.unknown).bits ?? 0) }
    for row in rows { write(row.address <= base ? 0 : UInt32(truncatingIfNeeded: row.address - base), row.rule) }
    var row = 0
    for entry in 0..<entries {
      let place = UInt64(entry * UnwindStorage.indexedBytes)
      while row < places.count, UInt64(places[row]) <= place { row += 1 }
      memory.storeBytes(of: UInt32(row), toByteOffset: rowBytes + entry * UnwindStorage.entrySize, as: UInt32.self)
    }
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
