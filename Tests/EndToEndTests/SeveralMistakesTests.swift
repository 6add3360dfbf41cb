import Glibc
import TestSupport
import Testing

/// One run tells all mistakes of a script, each once, and none that only follows from another.
@Suite struct SeveralMistakesTests {
  /// "line:column: message" of each error.
  private func errors(_ script: String) throws -> [String] {
    let target = Repository.root + "/Tests/Targets/x86_64.json"
    let text = try run([Repository.swtrace, "--target", target, "-d", "maps", "-e", script]).errors
    return text.split(separator: "\n").compactMap { line in
      guard let match = line.firstMatch(of: /^stdin:(\d+):(\d+)-\d+: ERROR: (.*)$/) else { return nil }
      return "\(match.1):\(match.2): \(match.3)"
    }
  }

  @Test("mistakes in one list of statements, in one expression and in other probes") func all() throws {
    let script = """
      begin {
        print($x);
        @a = nosuch;
        @b = 1 - "x";
        if (pidd) { print($q); }
        exit(1, 2);
      }
      end { @c = strr("x"); printf("%d", "x"); }
      """
    #expect(
      try errors(script) == [
        "2:9: the variable $x is used before it is assigned",
        "3:8: there is nothing named 'nosuch'",
        "4:12: '-' needs integers, not string[2]",
        "5:6: there is nothing named 'pidd'",
        "5:21: the variable $q is used before it is assigned",
        "6:3: exit() takes no or 1 argument, not 2",
        "8:12: there is no function 'strr'",
        "8:36: %d does not print string[2]",
      ])
  }

  @Test("nothing follows from a value that is not known") func cascades() throws {
    let script = """
      begin {
        $x = nosuch; $y = $x + 1; @m[$x] = 1; printf("%d %s\\n", $x, $y); @s = sum($x);
        print(str($x)); if ($x == "a") { @c = $x.field; } $x++; for ($i : 0..$x) { @k = $i; } print(@m); print(@c);
      }
      """
    #expect(try errors(script) == ["2:8: there is nothing named 'nosuch'"])
  }

  @Test("the body of a probe that is not there is checked, but not for its arguments") func missingProbe() throws {
    #expect(
      try errors("nosuch:probe { print(args.x); print($n); }") == [
        "1:1: 'nosuch' is not a probe type", "1:37: the variable $n is used before it is assigned",
      ])
  }

  @Test("syntax errors in several statements and probes") func syntax() throws {
    #expect(
      try errors("begin { @a = ; @b = 1 2; @c = 3; }\nend { if { } }\ninterval:s:1 { @d = ]; }").map { $0.prefix(4) }
        == [
          "1:14", "1:23", "2:10", "3:21",
        ])
  }

  @Test("of thousands of mistakes the first are told, with the names that are nearest") func thousands() throws {
    let calls = (0..<20_000).map { "  nosuchfunction\($0)(1);\n" }.joined()
    let folder = try TemporaryFolder()
    let script = try folder.file("a.bt", "BEGIN {\n\(calls)}\n")
    let target = Repository.root + "/Tests/Targets/x86_64.json"
    let text = try run([Repository.swtrace, "--target", target, script]).errors
    #expect(text.utf8.count < 8192)
    let lines = text.split(separator: "\n")
    #expect(lines.filter { $0.contains(": ERROR: there is no function 'nosuchfunction") }.count == 20)
    #expect(lines[3].hasPrefix("NOTE: there are ") && lines[3].split(separator: ",").count == 12)
    #expect(lines.last == "ERROR: 19980 more errors are not shown")
    let json = try run([Repository.swtrace, "-f", "json", "--target", target, script]).errors.split(separator: "\n")
    #expect(json.count == 21)
    #expect(
      json.last
        == #"{"type": "diagnostic", "data": {"severity": "error", "message": "19980 more errors are not shown"}}"#)
    #expect(
      try run([Repository.swtrace, "fmt", try folder.file("b.bt", String(repeating: "#\n", count: 1000))])
        .errors.hasSuffix("ERROR: at least 31 more errors are not shown\n"))
  }

  /// Reading a list of the kernel's for each of them would take minutes.
  @Test(
    "thousands of names that the machine does not have are told soon",
    .enabled(if: geteuid() == 0, "needs root to read the kernel's symbols"),
    arguments: [
      ("", "kprobe:nosuch@", ",", " { }"), ("", "fentry:none@:nosuch", ",", " { }"),
      ("", "kprobe:nosuch@*", ",", " { }"),
      ("", "rawtracepoint:nosuch@*", ",", " { }"), ("begin { ", "print(kaddr(\"nosuch@\"));", "", " }"),
      ("begin { ", "print(NOSUCH@);", "", " }"),
    ])
  func unknownNames(before: String, part: String, separator: String, after: String) throws {
    let parts = (0..<1000).map { part.replacing("@", with: "\($0)") }.joined(separator: separator)
    let folder = try TemporaryFolder()
    let script = try folder.file("a.bt", before + parts + after)
    let running = try RunningCommand([Repository.swtrace, "build", "-o", "/dev/null", script])
    let result = try running.finish(seconds: 60)
    #expect(result.errors.hasSuffix("ERROR: 980 more errors are not shown\n"), "\(result.errors.suffix(200))")
    #expect(result.errors.utf8.count < 12 << 10)
  }

  @Test("errors lead to what they follow from") func notes() throws {
    let script = """
      struct point { int x; };
      begin { $p = (struct point *)0; print($p->y); @m[1] = 1; @n = 1; }
      end { @m["a"] = 1; @n = "s"; $v = 1; $v = "s"; }
      """
    let text = try run([Repository.swtrace, "-e", script]).errors
    #expect(
      text == """
        stdin:2:43-44: ERROR: struct point has no field 'y'
        begin { $p = (struct point *)0; print($p->y); @m[1] = 1; @n = 1; }
                                                  ~
        NOTE: there are x
        stdin:1:8-13: NOTE: it is declared here
        struct point { int x; };
               ~~~~~
        stdin:3:10-13: ERROR: the key of @m is int64 elsewhere and string[2] here
        end { @m["a"] = 1; @n = "s"; $v = 1; $v = "s"; }
                 ~~~
        stdin:2:47-52: NOTE: it was first used here
        begin { $p = (struct point *)0; print($p->y); @m[1] = 1; @n = 1; }
                                                      ~~~~~
        stdin:3:25-28: ERROR: @n is int64 and cannot hold string[2]
        end { @m["a"] = 1; @n = "s"; $v = 1; $v = "s"; }
                                ~~~
        stdin:2:63-64: NOTE: its type was decided here
        begin { $p = (struct point *)0; print($p->y); @m[1] = 1; @n = 1; }
                                                                      ~
        stdin:3:43-46: ERROR: $v is int64 and cannot hold string[2]
        end { @m["a"] = 1; @n = "s"; $v = 1; $v = "s"; }
                                                  ~~~
        stdin:3:30-32: NOTE: its type was decided here
        end { @m["a"] = 1; @n = "s"; $v = 1; $v = "s"; }
                                     ~~

        """)
  }
}
