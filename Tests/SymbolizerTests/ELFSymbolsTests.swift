import Glibc
import TestSupport
import Testing

@testable import Symbolizer

@Suite struct ELFSymbolsTests {
  private func symbols(_ bytes: [UInt8]) throws -> ELFSymbols? {
    let file = try AnonymousFile(bytes)
    return ELFSymbols(descriptor: file.descriptor)
  }

  @Test("functions of either class and byte order are found", arguments: [true, false], [true, false])
  func forms(is64Bit: Bool, isBigEndian: Bool) throws {
    var file = ELFBuilder(is64Bit: is64Bit, isBigEndian: isBigEndian)
    file.add("second", at: ELFBuilder.base + 0x40, size: 0x10)
    file.add("first", at: ELFBuilder.base + 0x20, size: 0x20)
    let symbols = try #require(try symbols(file.bytes))
    let found = [0x1F, 0x20, 0x3F, 0x40, 0x4F, 0x50].map { offset in
      symbols.function(atFileOffset: offset).map { "\($0.name)+\($0.offset)" } ?? "none"
    }
    #expect(found == ["none", "first+0", "first+31", "second+0", "second+15", "none"])
  }

  @Test("symbols that share a name keep it once, and it is cut when asked for") func shared() throws {
    var file = ELFBuilder()
    file.names = [0] + [UInt8](repeating: UInt8(ascii: "n"), count: 60_000) + [0]
    file.symbols = (0..<100_000).map { (ELFBuilder.base + UInt64($0), 1, 1) }
    let symbols = try #require(try symbols(file.bytes))
    #expect(symbols.cost < 2_000_000)
    #expect(symbols.function(atFileOffset: 99)?.name == String(repeating: "n", count: ELFSymbolTable.maximumNameLength))
  }

  @Test("what a file claims to have takes no memory and no time") func sparse() throws {
    var file = ELFBuilder()
    file.add("only", at: ELFBuilder.base + 0x20, size: 0x20)
    file.claimedSymbolBytes = 1 << 62
    file.claimedNameBytes = .max
    #expect(try symbols(file.bytes)?.function(atFileOffset: 0x20)?.name == "only")
    file.tables = 60_000
    let long = try AnonymousFile(file.bytes)
    ftruncate(long.descriptor, 1 << 40)
    let symbols = try #require(ELFSymbols(descriptor: long.descriptor))
    #expect(symbols.cost < 1_000_000)
  }

  @Test("a name behind the end of the names is none") func name() throws {
    var file = ELFBuilder()
    file.symbols = [(ELFBuilder.base, 8, 1), (ELFBuilder.base + 8, 8, .max), (ELFBuilder.base + 16, 8, 2)]
    file.names = Array("\0ab".utf8)
    let symbols = try #require(try symbols(file.bytes))
    #expect([0, 8, 16].map { symbols.function(atFileOffset: $0)?.name } == ["ab", nil, "b"])
  }

  @Test("damaged files never trap") func damaged() throws {
    var random = SplitMix(seed: 11)
    var accepted = 0
    for round in 0..<4000 {
      var file = ELFBuilder(is64Bit: round % 2 == 0, isBigEndian: round % 4 > 1)
      for index in 0..<4 { file.add("f\(index)", at: ELFBuilder.base + UInt64(index * 16), size: 16) }
      guard let symbols = try symbols(random.damaged(file.bytes)) else { continue }
      accepted += 1
      for offset in [0, 17, 48, UInt64.max] { _ = symbols.function(atFileOffset: offset) }
    }
    #expect(accepted > 2000)
  }

  @Test("a file that is not ELF has no symbols", arguments: ["", "\u{7F}ELF", "root:x:0:0\n"]) func notELF(text: String)
    throws
  {
    #expect(try symbols(Array(text.utf8)) == nil)
  }

  @Test("the build ID is found behind other notes") func buildID() throws {
    var bytes = ELFBuilder().bytes
    let notes: [UInt8] =
      [4, 0, 0, 0, 4, 0, 0, 0, 3, 0, 0, 0] + Array("XYZ\0".utf8) + [9, 9, 9, 9]
      + [4, 0, 0, 0, 3, 0, 0, 0, 3, 0, 0, 0] + Array("GNU\0".utf8) + [0xAB, 0x01, 0xFF, 0]
    // The first table becomes one of notes at the end of the file.
    let section = 64 + 56 + 64
    bytes[section + 4] = 7
    for (index, byte) in withUnsafeBytes(of: UInt64(bytes.count), Array.init).enumerated() {
      bytes[section + 24 + index] = byte
    }
    bytes[section + 32] = UInt8(notes.count)
    let file = try AnonymousFile(bytes + notes)
    #expect(ELFFile(descriptor: file.descriptor)?.buildID == [0xAB, 0x01, 0xFF])
  }
}
