import TestSupport
import Testing

/// Loops end where they should, however long they are and whatever they do on the way.
@Suite(.root) struct LoopTests {
  private func output(_ body: String) throws -> String { try Tracing.output("BEGIN { \(body) exit(); }") }

  @Test("a loop that continues and breaks in every way, hundreds of times") func branching() throws {
    let body = """
      $n = 0; while ($n < @limit && $n < 400) { $n++; if ($n % 3 == 0) { continue; } if ($n > 200) { break; } @seen = count(); }
      print(($n, @seen)); clear(@seen);
      """
    #expect(try Tracing.output("BEGIN { @limit = 300; \(body) clear(@limit); exit(); }") == "(202, 134)\n\n\n")
  }

  @Test("a loop without an end of its own") func endless() throws {
    #expect(try output("$n = 0; while (1) { $n++; if ($n > 100000) { break; } } print($n);") == "100001\n\n\n")
  }

  @Test("loops in loops, by conditions that no one knows before") func nested() throws {
    let body = """
      $x = nsecs | (1 << 60); $n = 0; while ($x > 0) { $x >>= 3; $n++; $k = $n; while ($k > 0) { $k--; @ = count(); if ($k == 2) { break; } } }
      print(($n > 20, @ > $n)); clear(@);
      """
    #expect(try output(body) == "(true, true)\n\n\n")
  }

  @Test("a short loop counted up or down") func counted() throws {
    #expect(
      try output("$i = 0; while ($i < 5) { $i++; if ($i == 2) { continue; } print($i); } while ($i > 3) { print($i); $i -= 1; }")
        == "1\n3\n4\n5\n5\n4\n\n\n")
  }

  @Test("return in a loop ends the probe") func returning() throws {
    let script = "BEGIN { $i = 0; while ($i < 1000) { $i++; if ($i == 500) { print(\"half\"); exit(); return; } } print(\"not\"); }"
    #expect(try Tracing.output(script, options: ["--no-warnings"]) == "half\n\n\n")
  }

  @Test("a range that branches in every turn") func branchingRange() throws {
    #expect(
      try output("$n = 0; for $i : 0..60 { if ($i & 1) { $n += 2; } if ($i & 2) { $n++; } if ($i & 4) { continue; } $n += 100; } print($n);")
        == "3290\n\n\n")
  }
}
