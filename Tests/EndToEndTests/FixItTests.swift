import TestSupport
import Testing

/// Repairs that are sure: applied, the script is right.
@Suite struct FixItTests {
  @Test(
    "a repair makes the script right",
    arguments: [
      ("begin { print(pidd); }", "begin { print(pid); }"),
      ("begin { prinft(\"x\"); }", "begin { printf(\"x\"); }"),
      ("begin { $count = 1; print($cuont); }", "begin { $count = 1; print($count); }"),
      ("begin { print((unit64)pid); }", "begin { print((uint64)pid); }"),
      (
        "struct foo { int abc; }; begin { print(((struct foo *)0)->acb); }",
        "struct foo { int abc; }; begin { print(((struct foo *)0)->abc); }"
      ),
      (
        "struct foo { int abc; }; begin { print(sizeof(struct fooo)); }",
        "struct foo { int abc; }; begin { print(sizeof(struct foo)); }"
      ),
      ("begni { @ = 1; }", nil),
      ("intervall:s:1 { @ = 1; }", "interval:s:1 { @ = 1; }"),
      ("software:page-fault:1 { @ = 1; }", "software:page-faults:1 { @ = 1; }"),
      ("config = { max_strln = 3 } begin { @ = 1; }", "config = { max_strlen = 3 } begin { @ = 1; }"),
      ("config = { missing_probes = warm } begin { @ = 1; }", "config = { missing_probes = warn } begin { @ = 1; }"),
      ("#defin X 3\nbegin { print(X); }", nil),
      ("begin { if (pid = 3) { @ = 1; } }", "begin { if (pid == 3) { @ = 1; } }"),
      ("begin { $x = 1; if ($x = 3) { @ = 1; } }", "begin { $x = 1; if ($x == 3) { @ = 1; } }"),
      ("begin { $x = 1; if ($x === 3) { @ = 1; } }", "begin { $x = 1; if ($x == 3) { @ = 1; } }"),
      ("begin /pid = 3/ { @ = 1; }", "begin /pid == 3/ { @ = 1; }"),
      ("begin { if (pid and tid) { @ = 1; } }", "begin { if (pid && tid) { @ = 1; } }"),
      ("begin { x = 3; print($x); }", "begin { $x = 3; print($x); }"),
      ("begin { let x = 3; print($x); }", "begin { let $x = 3; print($x); }"),
      ("begin { for ($i in 0..3) { @ = $i; } }", "begin { for ($i : 0..3) { @ = $i; } }"),
      ("begin { @ = 'abc'; }", "begin { @ = \"abc\"; }"),
      ("begin { @ = 'a'; }", "begin { @ = 97; }"),
      ("begin { @ = 5 print(@); }", "begin { @ = 5; print(@); }"),
      ("begin { @ = 5\nprint(@); }", "begin { @ = 5;\nprint(@); }"),
      ("begin { printf(\"%d\\n\" 3); }", "begin { printf(\"%d\\n\", 3); }"),
      ("begin { @ = 5;", "begin { @ = 5; }"),
    ] as [(String, String?)])
  func repaired(script: String, right: String?) throws {
    let fixIts = try Self.fixIts(of: script)
    let fixed = try #require(Self.apply(fixIts, to: script))
    if let right { #expect(fixed == right) }
    #expect(try Self.fixIts(of: fixed).isEmpty)
    #expect(!(try Self.diagnostics(of: fixed)).contains("\"error\""))
  }

  @Test(
    "where several things may be meant there is none",
    arguments: [
      "begin { $abcd = 1; $abce = 2; print($abcf, $abcd, $abce); }", "begin { @[pid = count(); }",
      "begin { nosuchthing(); }",
      "begin { if (pidd) { @ = 1; } }", "begin { @ = hist(3) by pid; }", "begin { $x = 3; print($q); }",
    ])
  func unsure(script: String) throws {
    #expect(try Self.fixIts(of: script).isEmpty)
  }

  private struct FixIt: Hashable {
    let line: Int
    let column: Int
    let endColumn: Int
    let replacement: String
  }

  private static func diagnostics(of script: String) throws -> String {
    let target = Repository.root + "/Tests/Targets/x86_64.json"
    return try run([Repository.swtrace, "--target", target, "-d", "maps", "-f", "json", "-e", script]).errors
  }

  private static func fixIts(of script: String) throws -> Set<FixIt> {
    let pattern =
      /"line": (\d+), "column": (\d+), "end_line": (\d+), "end_column": (\d+), "replacement": "((?:[^"\\]|\\.)*)"/
    let found = try diagnostics(of: script).matches(of: pattern).map { match in
      FixIt(
        line: try #require(Int(match.1)), column: try #require(Int(match.2)), endColumn: try #require(Int(match.4)),
        replacement: String(match.5).replacing("\\\"", with: "\""))
    }
    return Set(found)
  }

  /// The script with all repairs made, from the last to the first; `nil` when there are none.
  private static func apply(_ fixIts: Set<FixIt>, to script: String) -> String? {
    guard !fixIts.isEmpty else { return nil }
    var lines = script.split(separator: "\n", omittingEmptySubsequences: false).map { Array($0.utf8) }
    for fixIt in fixIts.sorted(by: { ($0.line, $0.column) > ($1.line, $1.column) }) {
      lines[fixIt.line - 1].replaceSubrange(fixIt.column - 1..<fixIt.endColumn - 1, with: Array(fixIt.replacement.utf8))
    }
    return lines.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\n")
  }
}
