import Testing

@testable import Symbolizer

@Suite struct MemoryMapsTests {
  private func maps(_ lines: [String]) -> MemoryMaps {
    MemoryMaps { body in
      for line in lines where !Array(line.utf8).withUnsafeBytes(body) { return }
    }
  }

  @Test("code of files is found by address") func lookUp() throws {
    let maps = maps([
      "1000-2000 r--p 00000000 08:01 7                          /usr/bin/x",
      "2000-4000 r-xp 00001000 08:01 7                          /usr/bin/x",
      "4000-5000 rwxp 00000000 00:00 0 ",
      "6000-7000 r-xp 00000000 fd:1f 18446744073709551615       /tmp/a b\\012c (deleted)",
      "7000-8000 r-xp 00000000 00:00 0                          [vdso]",
    ])
    #expect(
      [0x1000, 0x2000, 0x3FFF, 0x4000, 0x5FFF, 0x6000, 0x7000].map { maps.mapping(at: $0)?.offset }
        == [nil, 0x1000, 0x1000, nil, nil, 0, nil])
    let last = try #require(maps.mapping(at: 0x6FFF))
    #expect(last.name == "6000-7000")
    #expect(last.file == MemoryMaps.File(major: 0xfd, minor: 0x1f, inode: .max))
    #expect(String(decoding: maps.path(of: last), as: UTF8.self) == "/tmp/a b\\012c (deleted)")
  }

  @Test(
    "a line that is none is passed over",
    arguments: [
      "", "1000", "1000-", "2000-1000 r-xp 0 08:01 7 /x", "1000-2000 r-x 0 08:01 7 /x", "1000-2000 r-xp 0 0801 7 /x",
      "fffffffffffffffff-1 r-xp 0 08:01 7 /x", "1000-2000 r-xp 0 08:01 99999999999999999999999 /x",
      "1000-2000 r-xp 0 08:01 7",
    ])
  func garbage(line: String) {
    #expect(maps([line]).mappings.isEmpty)
  }

  @Test("mappings in disorder are passed over") func disorder() {
    #expect(maps(["3000-4000 r-xp 0 08:01 7 /x", "1000-2000 r-xp 0 08:01 7 /x"]).mappings.count == 1)
  }

  @Test("no more is read than the limit") func long() {
    let path = String(repeating: "p", count: 60_000)
    let maps = maps(
      (0..<1000).map {
        "\(String($0 * 2 + 1, radix: 16))000-\(String($0 * 2 + 2, radix: 16))000 r-xp 0 08:01 \($0) /\(path)"
      })
    #expect(maps.mappings.count < 150)
    #expect(maps.length < MemoryMaps.maximumLength + 70_000)
  }
}
