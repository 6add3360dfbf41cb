import CElfutils
import Codegen
import Glibc
import Symbolizer
import TestSupport
import Testing

@testable import Runtime

@Suite struct UnwindTableTests {
  private func table(_ path: String) throws -> UnwindTable? {
    let file = open(path, O_RDONLY)
    try #require(file >= 0)
    defer { close(file) }
    return DebugImage(descriptor: file).flatMap { UnwindTable($0) }
  }

  private func rule(_ table: UnwindTable, at address: UInt64) -> UInt32? {
    table.rows.last { $0.address <= address }?.rule
  }

  @Test("rules survive being packed in 32 bits") func bits() throws {
    var random = SplitMix(seed: 7)
    for _ in 0..<10_000 {
      var rule = UnwindRule(try #require(UnwindRule.Frame.allCases.randomElement(using: &random)))
      rule.framePointer = try #require(UnwindRule.FramePointer.allCases.randomElement(using: &random))
      rule.hasReturnAddress = Bool.random(using: &random)
      rule.offset = Int.random(in: -40000...40000, using: &random) * 8
      rule.otherOffset = Int.random(in: -600...600, using: &random) * 8
      let fits = (-32768...32767).contains(rule.offset / 8) && (-512...511).contains(rule.otherOffset / 8)
      guard let bits = rule.bits else {
        #expect(!fits)
        continue
      }
      #expect(fits)
      let number = Int32(bitPattern: bits)
      #expect(bits & 7 == rule.frame.rawValue && bits >> 3 & 3 == rule.framePointer.rawValue)
      #expect((bits >> 5 & 1 == 1) == rule.hasReturnAddress)
      #expect(Int(Int16(truncatingIfNeeded: bits >> 6)) * 8 == rule.offset && Int(number >> 22) * 8 == rule.otherOffset)
    }
    var odd = UnwindRule(.stackPointer)
    odd.offset = 12
    #expect(odd.bits == nil)
  }

  @Test("the C library's rows say what readelf says", .enabled(if: isX86)) func library() throws {
    let path = try #require(Self.libraryPath)
    let table = try #require(try table(path))
    #expect(zip(table.rows, table.rows.dropFirst()).allSatisfy { $0.address < $1.address })
    let text = try run(["readelf", "--debug-dump=frames-interp", "--wide", path]).output
    var compared = 0
    for line in text.split(separator: "\n") {
      let fields = line.split(separator: " ")
      guard fields.count > 2, fields[0].count == 16, let address = UInt64(fields[0], radix: 16), address > 0,
        fields.last == "c-8", let register = ["rsp+", "rbp+"].first(where: { fields[1].hasPrefix($0) }),
        let offset = Int(fields[1].dropFirst(4))
      else { continue }
      var expected = UnwindRule(register == "rsp+" ? .stackPointer : .framePointer)
      expected.offset = offset
      let found = try #require(rule(table, at: address))
      let mask: UInt32 = 0x3f_ffc7
      #expect(found & mask == (expected.bits ?? 0) & mask, "\(line)")
      compared += 1
    }
    #expect(compared > 10_000)
  }

  @Test("parts are searched as programs search them") func parts() throws {
    var random = SplitMix(seed: 3)
    for spread in [1, 8, 200, 5000, 60000] {
      var rows: [UnwindTable.Row] = []
      var address = UInt64.random(in: 0x1000...0x9000, using: &random)
      for _ in 0..<20_000 {
        rows.append(.init(address: address, rule: UInt32.random(in: 1...1000, using: &random)))
        address += UInt64.random(in: 1...UInt64(spread), using: &random)
      }
      rows.append(.init(address: address, rule: 0))
      let parts = UnwindPart.parts(of: UnwindTable(rows: rows))
      #expect(zip(parts, parts.dropFirst()).allSatisfy { $0.addresses.upperBound == $1.addresses.lowerBound })
      for part in parts {
        #expect(part.size <= UnwindStorage.elementSize)
        let memory = UnsafeMutableRawPointer.allocate(byteCount: part.size, alignment: 8)
        defer { memory.deallocate() }
        part.write(to: memory) { UInt16($0) }
        for _ in 0..<500 {
          let place = UInt64.random(in: part.addresses, using: &random)
          let expected = rows.last { $0.address <= place }?.rule ?? 0
          #expect(search(memory, part, place) == expected)
        }
        for row in part.rows.prefix(200) where part.addresses.contains(row.address) {
          #expect(search(memory, part, row.address) == row.rule)
        }
      }
      #expect(parts.last.map { $0.addresses.upperBound >= address } == true)
    }
  }

  /// As a program does: an index, then halves without branches.
  private func search(_ memory: UnsafeRawPointer, _ part: UnwindPart, _ place: UInt64) -> UInt32 {
    let relative = Int(place - part.addresses.lowerBound)
    let entry = part.rowBytes + relative / UnwindStorage.indexedBytes * UnwindStorage.entrySize
    let low = Int(memory.load(fromByteOffset: entry, as: UInt32.self))
    let high = Int(memory.load(fromByteOffset: entry + 4, as: UInt32.self))
    var (start, count) = (low - 1, high - low + 1)
    for _ in 0..<9 {
      let half = count / 2
      let row = memory.load(fromByteOffset: (start + half) * UnwindStorage.rowSize, as: UInt32.self)
      if half == 0 || Int(row >> 16 & 0xff) <= relative % UnwindStorage.indexedBytes { start += half }
      count -= half
    }
    #expect(count == 1)
    return memory.load(fromByteOffset: start * UnwindStorage.rowSize, as: UInt32.self) & 0xffff
  }

  @Test("files of every length, and with any byte damaged, are read or refused") func damage() throws {
    let folder = try TemporaryFolder()
    let source = try folder.file(
      "small.c", "int second(int x) { return x; } void _start(void) { second(1); second(2); }")
    let path = folder.path + "/small"
    try #require(try run(["cc", "-O1", "-nostdlib", "-static", "-o", path, source]).ending == .exited(0))
    #expect(try table(path) != nil)
    let whole = try FileContents.bytes(path)
    for length in 0..<whole.count {
      try FileContents.write(Array(whole[..<length]), to: path)
      _ = try table(path)
    }
    var random = SplitMix(seed: 1)
    for _ in 0..<4000 {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      try FileContents.write(bytes, to: path)
      _ = try table(path)
    }
  }

  private static var libraryPath: String? {
    ["/lib/x86_64-linux-gnu/libc.so.6", "/lib64/libc.so.6", "/usr/lib/libc.so.6"].first { access($0, R_OK) == 0 }
  }
}

#if arch(x86_64)
  private let isX86 = true
#else
  private let isX86 = false
#endif
