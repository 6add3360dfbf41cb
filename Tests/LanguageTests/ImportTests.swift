import Testing
import TraceLang

/// What imports bring into a script.
@Suite struct ImportTests {
  @Test("an imported file's items stand before the script's")
  func order() {
    #expect(
      run("import \"lib.bt\"; begin { two(); }", ["dir/lib.bt": "macro two() { exit(); exit(); } end { exit(); }"])
        == "probe 0 end\n  send exit()\nprobe 1 begin\n  send exit()\n  send exit()\n")
  }

  @Test("paths are relative to the file that imports")
  func relative() {
    #expect(
      run(
        "import \"sub/a.bt\"; begin { exit(); }",
        ["dir/sub/a.bt": "import \"b.bt\";", "dir/sub/b.bt": "end { exit(); }"]
      ).hasPrefix("probe 0 end\n"))
  }

  @Test("what is not beside the file that imports is looked for beside the script")
  func besideScript() {
    #expect(
      run(
        "import \"sub/a.bt\"; begin { exit(); }",
        ["dir/sub/a.bt": "import \"sub/b.bt\";", "dir/sub/b.bt": "end { exit(); }"]
      ).hasPrefix("probe 0 end\n"))
  }

  @Test("a folder imports its scripts in order of their names")
  func folders() {
    let text = run(
      "import \"lib\"; begin { $x = b; }",
      ["dir/lib/b.bt": "macro b() { a + 1 }", "dir/lib/a.bt": "macro a() { 1 }", "dir/lib/notes.txt": "no script {"])
    #expect(text.hasSuffix("$x = 2:int64\n"))
  }

  @Test("a file is imported once, also in a circle")
  func once() {
    #expect(
      run(
        "import \"a.bt\"; import \"b.bt\"; begin { $x = A; }",
        [
          "dir/a.bt": "import \"b.bt\"; enum e { A = 3 };",
          "dir/b.bt": "import \"a.bt\"; import \"main.bt\"; struct s { int x; };",
        ]
      ).hasSuffix("$x = 3:enum e\n"))
  }

  @Test("conditions and definitions reach over files")
  func directives() {
    #expect(
      run("#define WANTED\nimport \"a.bt\"; begin { $x = N; }", ["dir/a.bt": "#ifdef WANTED\n#define N 1\n#endif\n"])
        .hasSuffix("$x = 1:int64\n"))
  }

  @Test("a file that every user may write to is refused")
  func writable() {
    let text = run(
      "import \"open.bt\"; begin { exit(); }", ["dir/open.bt": "end { exit(); }"], writable: ["dir/open.bt"])
    #expect(text.hasPrefix("dir/main.bt:1:8-17: ERROR: 'dir/open.bt' is not imported: every user may write to it\n"))
  }

  @Test("a file that is not there is told")
  func missing() {
    #expect(
      run("import \"no.bt\"; begin { exit(); }", [:])
        == """
        dir/main.bt:1:8-15: ERROR: cannot import 'dir/no.bt': No such file or directory
        import "no.bt"; begin { exit(); }
               ~~~~~~~

        """)
  }

  @Test("an error in an imported file is told at its place")
  func errors() {
    let text = run("import \"a.bt\"; begin { exit(); }", ["dir/a.bt": "end {\n  exit(;\n}"])
    #expect(text.hasPrefix("dir/a.bt:2:8-9: ERROR: "))
  }

  private func run(_ text: String, _ files: [String: String], writable: Set<String> = []) -> String {
    let reader = FixedFiles(files: files.merging(["dir/main.bt": text]) { $1 }, writable: writable)
    return Compiled(text, named: "dir/main.bt", expansion: ExpansionOptions(fileReader: reader)).text
  }
}

/// Files in memory.
private struct FixedFiles: FileReader {
  let files: [String: String]
  let writable: Set<String>

  func entry(at path: String) throws(FileReaderError) -> FileEntry {
    if let text = files[path] {
      return FileEntry(contents: .file(Array(text.utf8)), isWritableByAll: writable.contains(path), identity: path)
    }
    let inside = files.keys.filter { $0.hasPrefix(path + "/") }.map { String($0.dropFirst(path.utf8.count + 1)) }
    guard !inside.isEmpty else { throw FileReaderError("No such file or directory") }
    return FileEntry(contents: .folder(inside), isWritableByAll: writable.contains(path), identity: path)
  }
}
