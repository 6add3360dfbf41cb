import Glibc

/// Bytes on their way to a file descriptor; grows as needed and keeps its memory.
package final class OutputBuffer {
  package private(set) var count = 0
  private var capacity: Int
  private var base: UnsafeMutablePointer<UInt8>

  package init(capacity: Int = 1 << 16) {
    self.capacity = capacity
    base = .allocate(capacity: capacity)
  }

  deinit { base.deallocate() }

  var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: base, count: count) }

  package var text: String { String(decoding: bytes, as: UTF8.self) }

  package func removeAll() { count = 0 }

  /// Forgets the first `length` bytes.
  func removeFirst(_ length: Int) {
    count -= length
    memmove(base, base + length, count)
  }

  /// Forgets what came after the first `count` bytes.
  func truncate(to count: Int) { self.count = min(count, self.count) }

  @inline(__always)
  private func reserve(_ additional: Int) {
    if count + additional > capacity { grow(additional) }
  }

  @inline(never)
  private func grow(_ additional: Int) {
    let larger = max(capacity * 2, count + additional)
    let moved = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
    moved.update(from: base, count: count)
    base.deallocate()
    base = moved
    capacity = larger
  }

  @inline(__always)
  func append(_ byte: UInt8) {
    reserve(1)
    base[count] = byte
    count += 1
  }

  @inline(__always)
  func append(_ start: UnsafeRawPointer, count length: Int) {
    reserve(length)
    memcpy(base + count, start, length)
    count += length
  }

  func append(_ bytes: UnsafeRawBufferPointer) {
    if let start = bytes.baseAddress { append(start, count: bytes.count) }
  }

  package func append(_ bytes: [UInt8]) { bytes.withUnsafeBytes { append($0) } }

  func append(_ text: StaticString) { append(text.utf8Start, count: text.utf8CodeUnitCount) }

  package func append(text: String) {
    var text = text
    text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
  }

  func append(repeating byte: UInt8, count length: Int) {
    guard length > 0 else { return }
    reserve(length)
    memset(base + count, Int32(byte), length)
    count += length
  }

  func append(decimal value: Int64) {
    if value < 0 { append(UInt8(ascii: "-")) }
    append(decimal: value.magnitude)
  }

  func append(decimal value: UInt64) {
    // The last digit is written first: from the end of room for twice the longest number, then moved to its place.
    reserve(2 * Self.longestDecimal)
    let end = count + 2 * Self.longestDecimal
    var position = end
    var rest = value
    while rest >= 100 {
      let pair = UInt32(truncatingIfNeeded: rest % 100)
      rest /= 100
      position -= 2
      put(pair, at: position)
    }
    if rest >= 10 {
      position -= 2
      put(UInt32(truncatingIfNeeded: rest), at: position)
    } else {
      position -= 1
      base[position] = UInt8(truncatingIfNeeded: rest) &+ UInt8(ascii: "0")
    }
    memcpy(base + count, base + position, end - position)
    count += end - position
  }

  /// Digits of the largest 64-bit number.
  private static let longestDecimal = 20

  /// Writes two digits.
  @inline(__always)
  private func put(_ pair: UInt32, at position: Int) {
    base[position] = UInt8(truncatingIfNeeded: pair / 10) &+ UInt8(ascii: "0")
    base[position + 1] = UInt8(truncatingIfNeeded: pair % 10) &+ UInt8(ascii: "0")
  }

  /// Digits without a prefix.
  func append(hex value: UInt64, upper: Bool = false) {
    let length = max(1, (64 - value.leadingZeroBitCount + 3) / 4)
    reserve(length)
    let letters: UInt8 = (upper ? UInt8(ascii: "A") : UInt8(ascii: "a")) - 10
    for index in 0..<length {
      let digit = UInt8(truncatingIfNeeded: value >> UInt64((length - 1 - index) * 4)) & 15
      base[count + index] = digit < 10 ? digit + UInt8(ascii: "0") : digit + letters
    }
    count += length
  }

  /// Two lower-case digits.
  func append(hexByte byte: UInt8) {
    if byte < 16 { append(UInt8(ascii: "0")) }
    append(hex: UInt64(byte))
  }

  /// Moves the bytes from `start` on to a field of `width`, padded with blanks on one side.
  func pad(from start: Int, width: Int, leftAligned: Bool) {
    let length = count - start
    guard length < width else { return }
    let padding = width - length
    append(repeating: UInt8(ascii: " "), count: padding)
    if leftAligned { return }
    memmove(base + start + padding, base + start, length)
    memset(base + start, Int32(UInt8(ascii: " ")), padding)
  }
}
