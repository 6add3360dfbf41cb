import Testing
import TraceLang

@Suite struct StatementTests {
  @Test(arguments: [
    ("$x = 1;", "(assign ($x) (integer 1))"), ("@m[1] += 2", "(assign + (index (@m) (integer 1)) (integer 2))"),
    ("@ <<= 3;", "(assign << (@) (integer 3))"), ("_ = f();", "(discard (call f))"),
    ("return;", "(return)"), ("return 1", "(return (integer 1))"), ("break; continue", "(break)\n(continue)"),
    ("f(1)", "(do (call f (integer 1)))"), (";;;", ""), ("{ { 1 } }", "(block (block (do (integer 1))))"),
  ])
  func simpleStatements(text: String, dump: String) {
    #expect(statements(text) == dump)
  }

  @Test func ifMayChain() {
    #expect(
      statements("if (a) { b } else if c { } else { d; }")
        == "(if (name a) (block (do (name b))) (if (name c) (block) (block (do (name d)))))")
  }

  @Test func loopsTakeMapsAndRanges() {
    #expect(
      statements("for ($kv : @m) { } for $i : 0..$n { } for ($i : a..b) { }")
        == "(for $kv (@m) (block))\n(for $i (range (integer 0) ($n)) (block))\n"
        + "(for $i (range (name a) (name b)) (block))")
  }

  @Test func whileAndUnroll() {
    #expect(
      statements("while ($i < 5) { $i++ } unroll(3) { } unroll $1 { }")
        == "(while (< ($i) (integer 5)) (block (do (postfix ++ ($i)))))\n(unroll (integer 3) (block))\n"
        + "(unroll ($1) (block))")
  }

  @Test func statementsThatEndInABlockNeedNoSemicolon() {
    #expect(
      statements("if (a) { } while (b) { } { } c")
        == "(if (name a) (block))\n(while (name b) (block))\n(block)\n(do (name c))")
  }

  @Test func aMissingSemicolonAtALineEndIsTheOnlyError() {
    #expect(Parsed("BEGIN { $x = 1\n $y = 2\n }").messages == ["expected ';' after the statement"])
  }

  @Test(arguments: [
    ("5 = 5;", "only variables and maps can be assigned"),
    ("x = 5;", "cannot assign to 'x': variables start with '$', maps with '@'"),
    ("$x.a = 1;", "fields cannot be assigned: tuples, records and structs do not change; make a new value"),
    ("let @a = hash(1);", "maps are declared outside of probes, as in 'let @a = hash(10);'"),
    ("for ($x : 5) { }", "'for' needs a map or a range such as '0..10'"),
    ("else { }", "this 'else' belongs to no 'if'"),
  ])
  func misuseIsExplained(text: String, message: String) {
    #expect(statements(text) == message)
  }

  @Test func allErrorsAreReportedAtOnce() {
    let parsed = Parsed("BEGIN { $x = ; f(; @a[ = 1; ok(); } kprobe f { } END { 1 +; }")
    #expect(parsed.messages.count == 5)
  }

  @Test func aBranchOfABrokenIfIsNotReportedAgain() {
    #expect(Parsed("BEGIN { if (a) f(); else g(); }").messages.count == 1)
  }

  @Test func misspelledKeywordsAreRecognised() {
    let notes = ["whlie (1) { }", "retrun 1;", "elif (1) { }"].map { text in
      Parsed("BEGIN { \(text) }").diagnostics.all.first?.notes.first?.message
    }
    #expect(notes == ["did you mean 'while'?", "did you mean 'return'?", "did you mean 'else if'?"])
  }
}
