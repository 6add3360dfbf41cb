import Codegen
import Glibc
import TraceLang

/// The entries of a map at one moment: keys and merged values, each of one size, one after the other.
package struct MapEntries {
  let keySize: Int
  let valueSize: Int
  private(set) var keys: [UInt8] = []
  private(set) var values: [UInt8] = []
  package private(set) var count = 0

  package init(keySize: Int, valueSize: Int) {
    self.keySize = keySize
    self.valueSize = valueSize
  }

  package mutating func append(key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
    keys.append(contentsOf: key)
    values.append(contentsOf: value)
    count += 1
  }

  mutating func append(_ others: MapEntries) {
    keys += others.keys
    values += others.values
    count += others.count
  }

  mutating func appendZeros() {
    keys.append(contentsOf: repeatElement(0, count: keySize))
    values.append(contentsOf: repeatElement(0, count: valueSize))
    count += 1
  }

  /// Gives the bytes of an entry to `body`; an entry of size 0 has an address all the same.
  package func withEntry<Result>(_ index: Int, _ body: (_ key: UnsafeRawPointer, _ value: UnsafeRawPointer) -> Result)
    -> Result
  {
    withUnsafePointer(to: UInt64(0)) { none in
      keys.withUnsafeBytes { keys in
        values.withUnsafeBytes { values in
          // An empty array's buffer may have no base.
          let key = keys.baseAddress.map { $0 + index * keySize } ?? UnsafeRawPointer(none)
          let value = values.baseAddress.map { $0 + index * valueSize } ?? UnsafeRawPointer(none)
          return body(key, value)
        }
      }
    }
  }
}

/// The order in which a map's entries print.
struct MapOrder {
  let view: MapView

  /// Indices of entries: numbers ascending by value (averages and totals for aggregations), ties and other values by
  /// key.
  func sorted(_ entries: MapEntries) -> [Int] {
    let ranks = (0..<entries.count).map { index in entries.withEntry(index) { _, value in rank(value) } }
    return (0..<entries.count).sorted { left, right in
      if ranks[left] != ranks[right] { return ranks[left] < ranks[right] }
      return entries.withEntry(left) { leftKey, _ in
        entries.withEntry(right) { rightKey, _ in compareKeys(leftKey, rightKey) < 0 }
      }
    }
  }

  /// A number that grows with the value; the same for all when values are not numbers.
  private func rank(_ value: UnsafeRawPointer) -> UInt64 {
    let (number, isSigned): (Int64, Bool)
    switch view.value {
    case .integer(let type), .enumeration(_, let type):
      number = Word.integer(value, size: type.size, signed: type.isSigned)
      isSigned = type.isSigned
    case .aggregation(let aggregation): (number, isSigned) = AggregationSummary(aggregation, value).sortKey
    case .void, .bool, .string, .buffer, .pointer, .array, .record, .tuple, .symbolic, .stack, .invalid:
      return 0
    }
    return isSigned ? UInt64(bitPattern: number) ^ (1 << 63) : UInt64(bitPattern: number)
  }

  private func compareKeys(_ left: UnsafeRawPointer, _ right: UnsafeRawPointer) -> Int {
    for field in view.keyFields {
      let order = compare(field.type, field.size, left + field.offset, right + field.offset)
      if order != 0 { return order }
    }
    return 0
  }

  private func compare(_ type: Type, _ size: Int, _ left: UnsafeRawPointer, _ right: UnsafeRawPointer) -> Int {
    switch type {
    case .integer(let type), .enumeration(_, let type):
      let a = Word.integer(left, size: type.size, signed: type.isSigned)
      let b = Word.integer(right, size: type.size, signed: type.isSigned)
      if a == b { return 0 }
      return (type.isSigned ? a < b : UInt64(bitPattern: a) < UInt64(bitPattern: b)) ? -1 : 1
    case .pointer,
      .symbolic where type.isScalar:
      let (a, b) = (Word.u64(left), Word.u64(right))
      return a == b ? 0 : a < b ? -1 : 1
    case .tuple(let elements):
      let layout = Type.tupleLayout(elements)
      for (element, offset) in zip(elements, layout.offsets) {
        let order = compare(element.type, element.type.size(), left + offset, right + offset)
        if order != 0 { return order }
      }
      return 0
    case .string:
      return Int(strncmp(left.assumingMemoryBound(to: CChar.self), right.assumingMemoryBound(to: CChar.self), size))
    case .void, .bool, .buffer, .array, .record, .symbolic, .stack, .aggregation, .invalid:
      return Int(memcmp(left, right, size))
    }
  }
}
