import Glibc
import TestSupport
import Testing

@Suite struct FormatCommandTests {
  private static let script = "BEGIN{printf(\"hi\\n\");} // greet\n"
  private static let formatted = "BEGIN {\n  printf(\"hi\\n\");\n} // greet\n"
  private static let broken = "BEGIN { printf( }\n"

  private func swtrace(_ words: [String], input: String = "") throws -> CommandResult {
    try run([Repository.swtrace] + words, input: input)
  }

  @Test("one file, standard input and -e are formatted to standard output") func toOutput() throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("a.bt", Self.script)
    #expect(try swtrace(["fmt", path]).output == Self.formatted)
    #expect(try swtrace(["--fmt", path]).output == Self.formatted)
    #expect(try swtrace(["fmt", "-"], input: Self.script).output == Self.formatted)
    #expect(try swtrace(["fmt", "-e", Self.script]).output == Self.formatted)
    #expect(try FileContents.text(path) == Self.script)
  }

  @Test("--in-place rewrites files, keeps their modes and follows links") func inPlace() throws {
    let folder = try TemporaryFolder()
    let first = try folder.file("a.bt", Self.script)
    let second = try folder.file("b.bt", Self.script)
    let link = folder.path + "/link.bt"
    #expect(chmod(first, 0o750) == 0 && symlink(second, link) == 0)
    let result = try swtrace(["fmt", "--in-place", first, link])
    #expect(result.ending == .exited(0) && result.output == "" && result.errors == "")
    #expect(try FileContents.text(first) == Self.formatted)
    #expect(try FileContents.text(second) == Self.formatted)
    var status = stat()
    #expect(stat(first, &status) == 0 && status.st_mode & 0o7777 == 0o750)
    #expect(lstat(link, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
    #expect(try run(["ls", "-A", folder.path]).output == "a.bt\nb.bt\nlink.bt\n")
  }

  @Test("--in-place keeps a file's other names, its owner and its mode", .root) func hardLinks() throws {
    let folder = try TemporaryFolder()
    let first = try folder.file("a.bt", Self.script)
    let second = folder.path + "/b.bt"
    let owned = try folder.file("c.bt", Self.script)
    #expect(link(first, second) == 0 && chmod(first, 0o640) == 0)
    #expect(chown(owned, 1, 2) == 0 && chmod(owned, 0o4750) == 0)
    #expect(try swtrace(["fmt", "-i", first, owned]).ending == .exited(0))
    #expect(try FileContents.text(second) == Self.formatted)
    var status = stat()
    #expect(stat(first, &status) == 0 && status.st_nlink == 2 && status.st_mode & 0o7777 == 0o640)
    #expect(stat(owned, &status) == 0 && status.st_mode & 0o7777 == 0o4750 && status.st_uid == 1 && status.st_gid == 2)
    #expect(try FileContents.text(owned) == Self.formatted)
    #expect(try run(["ls", "-A", folder.path]).output == "a.bt\nb.bt\nc.bt\n")
  }

  @Test("a script that cannot be written stays, and nothing else is left", arguments: [1, 2])
  func noRoom(names: Int) throws {
    let folder = try TemporaryFolder()
    // Formatted it exceeds the limit of 1 KiB, which it is below now.
    let script = "BEGIN{" + String(repeating: "@=1;", count: 200) + "}\n"
    let path = try folder.file("a.bt", script)
    if names == 2 { #expect(link(path, folder.path + "/b.bt") == 0) }
    let result = try run(["bash", "-c", "ulimit -f 1; '\(Repository.swtrace)' fmt -i \(path)"])
    #expect(result.ending == .exited(1))
    #expect(result.errors == "ERROR: cannot write '\(path)': File too large\n")
    #expect(try FileContents.text(path) == script)
    #expect(try run(["ls", "-A", folder.path]).output == (names == 2 ? "a.bt\nb.bt\n" : "a.bt\n"))
  }

  @Test("--check names the files that are not formatted") func check() throws {
    let folder = try TemporaryFolder()
    let bad = try folder.file("a.bt", Self.script)
    let good = try folder.file("b.bt", Self.formatted)
    let result = try swtrace(["fmt", "--check", bad, good])
    #expect(result.ending == .exited(1) && result.output == "\(bad)\n")
    #expect(try swtrace(["fmt", "--check", good]).ending == .exited(0))
    #expect(try FileContents.text(bad) == Self.script)
  }

  @Test("a script with errors is refused and left as it is, the others are formatted") func errors() throws {
    let folder = try TemporaryFolder()
    let bad = try folder.file("a.bt", Self.broken)
    let good = try folder.file("b.bt", Self.script)
    let result = try swtrace(["fmt", "-i", bad, good])
    #expect(result.ending == .exited(1))
    #expect(result.errors.hasPrefix("\(bad):1:17-18: ERROR: expected an expression, found '}'"))
    #expect(try FileContents.text(bad) == Self.broken)
    #expect(try FileContents.text(good) == Self.formatted)
  }

  @Test("a file that is not there is told") func missing() throws {
    let result = try swtrace(["fmt", "/no/such.bt"])
    #expect(result.ending == .exited(1))
    #expect(result.errors == "ERROR: cannot read '/no/such.bt': No such file or directory\n")
  }

  @Test("bytes that are not UTF-8 stay in comments and are escaped in strings") func bytes() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/a.bt"
    try FileContents.write(
      Array("// caf".utf8) + [0xe9] + Array("\nBEGIN { print(\"".utf8) + [0xe9] + Array("\"); }\n".utf8), to: path)
    #expect(try swtrace(["fmt", "-i", path]).ending == .exited(0))
    #expect(
      try FileContents.bytes(path) == Array("// caf".utf8) + [0xe9] + Array("\nBEGIN {\n  print(\"\\xe9\");\n}\n".utf8))
  }
}
