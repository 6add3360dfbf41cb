import Glibc
import TestSupport

/// Writes ELF files with one symbol table, of either class and byte order.
struct ELFBuilder {
  var is64Bit = true
  var isBigEndian = false
  /// Address, size and the name's place in `names`.
  var symbols: [(address: UInt64, size: UInt64, name: UInt32)] = []
  var names: [UInt8] = [0]
  /// What the headers claim in place of what is there.
  var claimedSymbolBytes: UInt64?
  var claimedNameBytes: UInt64?
  /// How often the symbol table is listed.
  var tables = 1
  /// Where the loaded segment of the whole file begins.
  static let base: UInt64 = 0x40_0000

  mutating func add(_ name: String, at address: UInt64, size: UInt64) {
    symbols.append((address, size, UInt32(names.count)))
    names += Array(name.utf8) + [0]
  }

  var bytes: [UInt8] {
    var output = Output(isBigEndian: isBigEndian, is64Bit: is64Bit)
    let (header, segment, section, symbol) = is64Bit ? (64, 56, 64, 24) : (52, 32, 40, 16)
    let sections = header + segment
    let table = sections + section * (2 + tables)
    let strings = table + symbol * symbols.count
    output.bytes = [0x7F, 0x45, 0x4C, 0x46, is64Bit ? 2 : 1, isBigEndian ? 2 : 1, 1] + [UInt8](repeating: 0, count: 9)
    output.half(3)
    output.half(62)
    output.word(1)
    for value in [0, header, sections] { output.address(UInt64(value)) }
    output.word(0)
    for value in [header, segment, 1, section, 2 + tables, 0] { output.half(UInt16(value)) }
    let end = UInt64(strings + names.count)
    output.word(1)
    if is64Bit { output.word(5) }
    for value in [0, Self.base, 0, end, end] { output.address(value) }
    if !is64Bit { output.word(5) }
    output.address(0x1000)
    output.bytes += [UInt8](repeating: 0, count: section)
    for _ in 0..<tables {
      output.section(
        type: 2, offset: table, size: claimedSymbolBytes ?? UInt64(symbol * symbols.count), link: UInt32(1 + tables),
        entrySize: symbol)
    }
    output.section(type: 3, offset: strings, size: claimedNameBytes ?? UInt64(names.count), link: 0, entrySize: 0)
    for one in symbols {
      output.word(one.name)
      if !is64Bit {
        output.address(one.address)
        output.address(one.size)
      }
      output.bytes += [0x12, 0]
      output.half(1)
      if is64Bit {
        output.address(one.address)
        output.address(one.size)
      }
    }
    return output.bytes + names
  }

  private struct Output {
    let isBigEndian: Bool
    let is64Bit: Bool
    var bytes: [UInt8] = []

    mutating func half(_ value: UInt16) { append(value) }
    mutating func word(_ value: UInt32) { append(value) }
    mutating func address(_ value: UInt64) { if is64Bit { append(value) } else { append(UInt32(clamping: value)) } }

    mutating func section(type: UInt32, offset: Int, size: UInt64, link: UInt32, entrySize: Int) {
      word(0)
      word(type)
      for value in [0, 0, UInt64(offset), size] { address(value) }
      word(link)
      word(0)
      address(1)
      address(UInt64(entrySize))
    }

    private mutating func append(_ value: some FixedWidthInteger) {
      withUnsafeBytes(of: isBigEndian ? value.bigEndian : value.littleEndian) { bytes += $0 }
    }
  }
}

/// A file that only its descriptor leads to.
final class AnonymousFile {
  let descriptor: Int32

  init(_ bytes: [UInt8]) throws {
    var template = Array("/tmp/swtrace-test-XXXXXX".utf8CString)
    descriptor = mkstemp(&template)
    unlink(template)
    guard write(descriptor, bytes, bytes.count) == bytes.count else { throw Failure.cannotWrite }
  }

  deinit { close(descriptor) }

  enum Failure: Error {
    case cannotWrite
  }
}
