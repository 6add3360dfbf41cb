import Glibc
import TestSupport
import Testing

@testable import Runtime
@testable import TraceLang

/// Debug information that is cut off, overwritten, or made to lead nowhere: it is read to an end, whatever it says.
@Suite struct DamagedDebugInformationTests {
  private static let source = #"""
    enum color { RED, GREEN = 5 };
    typedef struct node { struct node *next; int list[2][3]; unsigned narrow : 3; union { char text[4]; long number; }; } node_t;
    static inline __attribute__((always_inline)) int part(int v, node_t *n) { return v + n->list[1][2] + n->narrow; }
    int work(const node_t *n, enum color c, node_t by_value, double d) { return part(c, (node_t *)n) + (int)d; }
    void _start(void) { node_t n = {0}; work(&n, GREEN, n, 1.0); for (;;) ; }
    """#

  /// A small executable with debug information, as bytes.
  private static func small(_ options: [String]) throws -> [UInt8] {
    let folder = try TemporaryFolder()
    let path = folder.path + "/program"
    let text = try folder.file("program.c", source)
    try DebugProgram.tool(
      ["cc", "-O1", "-nostdlib", "-static", "-no-pie", "-fno-stack-protector", "-Wl,--build-id=none"] + options
        + ["-o", path, text])
    return try FileContents.bytes(path)
  }

  /// Asks all there is to ask of a file; what it answers is no matter.
  private func askAll(_ bytes: [UInt8], in folder: TemporaryFolder) throws {
    let path = folder.path + "/file"
    // Another file: what is mapped of the last one stays.
    unlink(path)
    try FileContents.write(bytes, to: path)
    guard let target = try? HostTarget() else { return }
    for question: BinaryQuestion in [.functions(path: path, glob: "*"), .sourceFunctions(path: path, glob: "*")] {
      guard case .functions(let functions?)? = try? target.answer(.binary(question)) else { continue }
      for function in functions.prefix(8) {
        guard let found = target.debugFunction(in: path, at: function.offset) else { continue }
        for type in found.parameters.map(\.type) + [found.result].compactMap({ $0 }) { follow(type, target, depth: 0) }
      }
    }
    for name in ["struct node", "node_t", "enum color", "union x", "absent"] {
      if let type = target.debugType(in: path, named: name) { follow(type, target, depth: 0) }
    }
    _ = target.debugEnumerator(in: path, named: "GREEN")
    for site in (try? target.debugSites(of: path, named: "part", inSource: false)) ?? [] {
      _ = target.debugFunction(in: path, at: site.offset, inlined: site.name)
    }
    _ = try? target.sourcePlace(in: path, "program.c", 3, 0)
  }

  private func follow(_ type: Type, _ target: HostTarget, depth: Int) {
    guard depth < 6 else { return }
    if case .record(let record) = type {
      for member in target.layout(of: record)?.members ?? [] {
        #expect(member.offset >= 0 && member.offset <= 1 << 28)
        follow(member.type, target, depth: depth + 1)
      }
    }
    if case .enumeration(let reference, _) = type { _ = target.enumerators(of: reference) }
    for element in type.elements { follow(element, target, depth: depth + 1) }
  }

  @Test("the same file undamaged has answers", arguments: [["-g"], ["-gdwarf-4"]]) func whole(options: [String]) throws
  {
    let folder = try TemporaryFolder()
    let path = folder.path + "/file"
    try FileContents.write(try Self.small(options), to: path)
    let target = try HostTarget()
    let work = try #require(try target.functions(of: path, matching: "work")?.first)
    #expect(target.debugFunction(in: path, at: work.offset)?.parameters.map(\.name) == ["n", "c", "by_value", "d"])
    #expect(try target.debugSites(of: path, named: "part", inSource: false).map(\.isInlined) == [true])
    #expect(try target.sourcePlace(in: path, "program.c", 3, 0)?.sites.isEmpty == false)
  }

  @Test("a file that ends anywhere", arguments: [["-g"], ["-gdwarf-4"]]) func cut(options: [String]) throws {
    let bytes = try Self.small(options)
    let folder = try TemporaryFolder()
    for length in stride(from: 0, to: bytes.count, by: 7) {
      try askAll(Array(bytes[..<length]), in: folder)
    }
  }

  @Test("a section that ends anywhere, or in which a byte is another", arguments: [["-g"], ["-gdwarf-4"]])
  func overwritten(options: [String]) throws {
    let bytes = try Self.small(options)
    let folder = try TemporaryFolder()
    let whole = folder.path + "/whole"
    try FileContents.write(bytes, to: whole)
    for section in try Self.sections(of: whole) where section.name.hasPrefix(".debug_") {
      for place in stride(from: section.start, to: section.end, by: 3) {
        var damaged = bytes
        damaged[place] = [0, 0xFF, damaged[place] ^ 1, damaged[place] &+ 1][place % 4]
        try askAll(damaged, in: folder)
        guard place % 4 == 0 else { continue }
        var cut = bytes
        for index in place..<section.end { cut[index] = 0 }
        try askAll(cut, in: folder)
      }
    }
  }

  private static func sections(of path: String) throws -> [(name: String, start: Int, end: Int)] {
    let text = try run(["readelf", "-SW", path]).output
    return text.split(separator: "\n").compactMap { line in
      let words = line.drop { $0 != "]" }.dropFirst().split(separator: " ")
      guard words.count > 4, let start = Int(words[3], radix: 16), let size = Int(words[4], radix: 16) else {
        return nil
      }
      return (String(words[0]), start, start + size)
    }
  }

  // MARK: - What compilers do not make

  /// Information with one unit, whose entries the lines of assembler say; labels are places in it.
  private static func handmade(_ entries: String) throws -> (path: String, folder: TemporaryFolder) {
    let folder = try TemporaryFolder()
    let abbreviations = [
      // number, tag, has children, (attribute, form)...
      "1, 0x11, 1, 0x03, 0x08, 0x11, 0x01, 0x12, 0x06", "2, 0x2e, 1, 0x03, 0x08, 0x11, 0x01, 0x12, 0x06",
      "3, 0x05, 0, 0x03, 0x08, 0x49, 0x13", "4, 0x0f, 0, 0x49, 0x13", "5, 0x16, 0, 0x03, 0x08, 0x49, 0x13",
      "6, 0x13, 1, 0x03, 0x08, 0x0b, 0x06", "7, 0x0d, 0, 0x03, 0x08, 0x49, 0x13, 0x38, 0x06",
      "8, 0x24, 0, 0x03, 0x08, 0x0b, 0x0b, 0x3e, 0x0b", "9, 0x01, 1, 0x49, 0x13", "10, 0x21, 0, 0x2f, 0x06",
      "11, 0x0b, 1",
      "12, 0x2e, 0, 0x03, 0x08, 0x20, 0x0b",
    ].map { "  .uleb128 \($0), 0, 0" }.joined(separator: "\n")
    let text = try folder.file(
      "made.s",
      """
      .globl _start
      .type _start, @function
      _start:
        nop
        ret
      .Lend:
      .size _start, .Lend - _start
      .section .debug_abbrev, "", @progbits
      \(abbreviations)
        .uleb128 0
      .section .debug_info, "", @progbits
      .Lunit:
        .long .Lafter - .Lbegin
      .Lbegin:
        .short 4
        .long 0
        .byte 8
        .uleb128 1
        .asciz "made.c"
        .quad _start
        .long .Lend - _start
      \(entries)
        .uleb128 0
      .Lafter:
      """)
    let path = folder.path + "/made"
    try DebugProgram.tool(["cc", "-nostdlib", "-static", "-no-pie", "-Wl,--build-id=none", "-o", path, text])
    return (path, folder)
  }

  private static func function(_ types: [String]) -> String {
    let parameters = types.enumerated().map { "  .uleb128 3\n  .asciz \"p\($0)\"\n  .long \($1) - .Lunit" }
    return """
        .uleb128 2
        .asciz "_start"
        .quad _start
        .long .Lend - _start
      \(parameters.joined(separator: "\n"))
        .uleb128 0

      """
  }

  private func parameters(_ entries: String) throws -> [Type] {
    let (path, folder) = try Self.handmade(entries)
    return try withExtendedLifetime(folder) {
      let target = try HostTarget()
      let functions = try #require(try target.functions(of: path, matching: "_start"))
      let function = try #require(functions.first)
      let found = try #require(target.debugFunction(in: path, at: function.offset))
      for parameter in found.parameters { follow(parameter.type, target, depth: 0) }
      return found.parameters.map(\.type)
    }
  }

  @Test("types that are made of themselves") func circles() throws {
    let types = try parameters(
      Self.function(["pointer", "name", "record"]) + """
        pointer:
          .uleb128 4
          .long pointer - .Lunit
        name:
          .uleb128 5
          .asciz "name_t"
          .long name - .Lunit
        record:
          .uleb128 6
          .asciz "itself"
          .long 8
          .uleb128 7
          .asciz "inner"
          .long record - .Lunit
          .long 0
          .uleb128 7
          .asciz ""
          .long record - .Lunit
          .long 0
          .uleb128 7
          .asciz "beyond"
          .long pointer - .Lunit
          .long 4
          .uleb128 0

        """)
    #expect(types.count == 3)
    #expect(types[1] == .uint64)
    guard case .record = types[2], case .pointer = types[0] else {
      Issue.record("\(types)")
      return
    }
  }

  @Test("names of names of names, and arrays of arrays without end") func depth() throws {
    let names = (0..<5000).map { "n\($0):\n  .uleb128 5\n  .asciz \"n\"\n  .long n\($0 + 1) - .Lunit" }
    let types = try parameters(
      Self.function(["n0", "a0", "n4999"]) + names.joined(separator: "\n") + """

        n5000:
          .uleb128 8
          .asciz "int"
          .byte 4
          .byte 5
        a0:
          .uleb128 9
          .long a0 - .Lunit
        \((0..<100).map { _ in "  .uleb128 10\n  .long 0x7fffffff" }.joined(separator: "\n"))
          .uleb128 0

        """)
    #expect(types.count == 3 && types[2] == .int32)
  }

  @Test("records of records, each twice the one before, are left out where they are too many") func wide() throws {
    let records = (1..<28).map { number in
      """
      r\(number):
        .uleb128 6
        .asciz "r\(number)"
        .long 8
        .uleb128 7
        .asciz "a"
        .long r\(number - 1) - .Lunit
        .long 0
        .uleb128 7
        .asciz ""
        .long r\(number - 1) - .Lunit
        .long 0
        .uleb128 0
      """
    }
    let types = try parameters(
      Self.function(["r27", "r3"]) + "r0:\n  .uleb128 8\n  .asciz \"long\"\n  .byte 8\n  .byte 5\n"
        + records.joined(separator: "\n") + "\n")
    #expect(types.count == 2)
  }

  @Test("a function with ten thousand parameters has as many as a script may use") func many() throws {
    let types = try parameters(
      Self.function(Array(repeating: "word", count: 10000)) + """
        word:
          .uleb128 8
          .asciz "int"
          .byte 4
          .byte 5

        """)
    #expect(types == Array(repeating: .int32, count: 1024))
  }

  @Test("what libdw crashes over is told with the file's name, once and for all that is asked of it") func crash()
    throws
  {
    // libdw calls itself for each block in a block, until the stack ends.
    let (path, folder) = try Self.handmade(
      """
        .uleb128 12
        .asciz "part"
        .byte 1
        .uleb128 2
        .asciz "_start"
        .quad _start
        .long .Lend - _start
        .fill 1000000, 1, 11
        .fill 1000000, 1, 0
        .uleb128 0

      """)
    try withExtendedLifetime(folder) {
      let message = "the debug information of '\(path)' is damaged: libdw, which reads it, crashed"
      let target = try HostTarget()
      #expect(target.debugFunction(in: path, at: 0x1000)?.name == "_start")
      #expect(throws: TargetError(message)) { try target.debugSites(of: path, named: "part", inSource: false) }
      for _ in 0..<2 {
        #expect(throws: TargetError(message)) { try target.answer(.debug(.isThere(path: path))) }
        #expect(throws: TargetError(message)) { try target.sourcePlace(in: path, "made.c", 1, 0) }
      }
      #expect(try target.functions(of: path, matching: "*")?.map(\.name) == ["_start"])
      let refused = try run([Repository.swtrace, "build", "-o", "/dev/null", "-e", "uprobe:\(path):part { exit(); }"])
      #expect(refused.ending == .exited(1))
      #expect(refused.errors.hasPrefix("stdin:1:"))
      #expect(refused.errors.contains(message))
    }
  }
}
