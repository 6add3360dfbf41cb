import Glibc
import Runtime
import TestSupport
import Testing

/// What a user sees of files that are no scripts, or that never end.
@Suite struct BadFileTests {
  @Test("a file that is not there, and a folder") func noFile() throws {
    let missing = try run([Repository.swtrace, "/no/such/file.bt"])
    #expect(missing.ending == .exited(1))
    #expect(missing.errors == "ERROR: cannot read '/no/such/file.bt': No such file or directory\n")
    let folder = try run([Repository.swtrace, "/usr"])
    #expect(folder.ending == .exited(1))
    #expect(folder.errors == "ERROR: cannot read '/usr': Is a directory\n")
  }

  @Test("what never ends is not read as a script", arguments: ["/dev/zero", "-"]) func endless(path: String) throws {
    let result = try run(["/bin/sh", "-c", "ulimit -v 400000; '\(Repository.swtrace)' \(path) < /dev/zero"])
    #expect(result.ending == .exited(1))
    #expect(result.errors == "ERROR: cannot read '\(path)': it is longer than 16 MB\n")
  }

  @Test("a script through a FIFO, whose writer is not disturbed", .root) func fifo() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/fifo"
    #expect(mkfifo(path, 0o600) == 0)
    let writer = try RunningCommand(["/bin/sh", "-c", "echo 'BEGIN { print(\"read\"); exit(); }' > \(path)"])
    #expect(try run([Repository.swtrace, "-q", path]).output == "read\n\n\n")
    #expect(try writer.finish().ending == .exited(0))
  }

  @Test("a device as an import or a header is refused") func devices() throws {
    let folder = try TemporaryFolder()
    let imports = try run([Repository.swtrace, try folder.file("a.bt", "import \"/dev/zero\";\nBEGIN { exit(); }\n")])
    #expect(imports.ending == .exited(1))
    #expect(imports.errors.contains(":1:8-19: ERROR: cannot import '/dev/zero': it is neither a file nor a folder\n"))
    #expect(mkfifo(folder.path + "/fifo.h", 0o600) == 0)
    for header in ["/dev/zero", "fifo.h"] {
      let script = try folder.file("b.bt", "#include \"\(header)\"\nBEGIN { print(FOO); exit(); }\n")
      let result = try run([Repository.swtrace, script])
      #expect(result.ending == .exited(1))
      #expect(result.errors.contains(":1:1-"))
      #expect(result.errors.contains(": ERROR: the header '\(header)' is a device or a pipe, not a file\n"))
    }
  }

  @Test(
    "a header that never ends, hangs or swells is named, and the preprocessor is gone",
    arguments: [
      ("#include \"/dev/zero\"\n", "out of memory"),
      ("#if 1\n" + String(repeating: "#include \"evil.h\"\n", count: 200) + "#endif\n", "it writes more than 16 MB"),
    ])
  func evilHeader(text: String, reason: String) throws {
    let folder = try TemporaryFolder()
    _ = try folder.file("evil.h", text)
    let script = try folder.file("a.bt", "#include <stddef.h>\n#include \"evil.h\"\nBEGIN { print(FOO); exit(); }\n")
    let result = try run([Repository.swtrace, script])
    #expect(result.ending == .exited(1))
    let lines = result.errors.split(separator: "\n")
    #expect(lines.count == 4)
    #expect(
      lines[0].hasPrefix("\(script):2:1-18: ERROR: 'FOO' must come from a header, and the C preprocessor fails: "))
    #expect(lines[0].contains(reason))
    #expect(lines[3] == "NOTE: it was reading '\(folder.path)/evil.h'")
  }

  @Test("control characters in the name of a script do not reach the terminal") func controlCharacters() throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("a\u{1b}[31m.bt", "BEGIN { exot(); }\n")
    for words in [[path], ["fmt", path], ["fmt", "--check", path], ["build", "-o", "-", path], ["/no\u{1b}[31m"]] {
      let result = try run([Repository.swtrace] + words)
      #expect(!result.errors.utf8.contains(0x1b))
    }
    #expect(
      try run([Repository.swtrace, path]).errors.hasPrefix("\(folder.path)/a\\x1b[31m.bt:1:9-13: ERROR: there is no "))
  }

  @Test("binary garbage as a program") func garbage() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/garbage"
    try FileContents.write([0x7f, 0x45, 0x4c, 0x46, 0, 1, 0xff, 0xfe, 0x0a, 0x80], to: path)
    let result = try run([Repository.swtrace, path])
    #expect(result.ending == .exited(1))
    #expect(
      result.errors == """
        \(path):1:1-2: ERROR: this is not a script: byte 0x7f at offset 0
        \u{fffd}ELF\u{fffd}\u{fffd}\u{fffd}\u{fffd}
        ~

        """)
  }

  @Test("10 MB of '('") func parentheses() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/deep"
    try FileContents.write([UInt8](repeating: UInt8(ascii: "("), count: 10_000_000), to: path)
    let result = try run([Repository.swtrace, path])
    #expect(result.ending == .exited(1))
    #expect(
      result.errors == """
        \(path):1:257-258: ERROR: nested too deeply: at most 256 levels are allowed
        ...\(String(repeating: "(", count: 160))...
        \(String(repeating: " ", count: 63))~

        """)
  }
}
