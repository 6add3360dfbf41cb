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
      try output(
        "$i = 0; while ($i < 5) { $i++; if ($i == 2) { continue; } print($i); } while ($i > 3) { print($i); $i -= 1; }")
        == "1\n3\n4\n5\n5\n4\n\n\n")
  }

  @Test("return in a loop ends the probe") func returning() throws {
    let script =
      "BEGIN { $i = 0; while ($i < 1000) { $i++; if ($i == 500) { print(\"half\"); exit(); return; } } print(\"not\"); }"
    #expect(try Tracing.output(script, options: ["--no-warnings"]) == "half\n\n\n")
  }

  @Test("a range that branches in every turn") func branchingRange() throws {
    #expect(
      try output(
        "$n = 0; for $i : 0..60 { if ($i & 1) { $n += 2; } if ($i & 2) { $n++; } if ($i & 4) { continue; } $n += 100; } print($n);"
      )
        == "3290\n\n\n")
  }

  @Test("a range that is reversed or empty has no iterations, one below zero has its own") func ranges() throws {
    #expect(
      try output("for ($i : 10..(-10)) { print($i); } for ($i : 5..5) { print($i); } for ($i : -2..1) { print($i); }")
        == "-2\n-1\n0\n\n\n")
  }

  private static let stopped =
    "WARNING: 1 loops were stopped after 8388608 iterations, the most that the kernel allows\n"

  @Test(
    "a loop that the kernel stops is counted",
    arguments: [
      ("for ($i : 0..8388608) { $n++; }", 8_388_608, false),
      ("for ($i : 0..8388609) { $n++; }", 8_388_608, true),
      ("for ($i : 0..8388609) { $n++; if ($n == 5000) { break; } }", 5000, false),
      ("for ($i : 0..8388609) { $n++; continue; }", 8_388_608, true),
      ("$e = pid * 0 + 8388608; for ($i : 0..$e) { $n++; }", 8_388_608, false),
      // Of a length that does not fit 32 bits, and one that does not fit 63.
      ("$e = pid * 0 + 4294967301; for ($i : 0..$e) { $n++; }", 8_388_608, true),
      ("for ($i : (-9223372036854775807)..9223372036854775807) { $n++; }", 8_388_608, true),
      ("while ($n < 8388608) { $n++; }", 8_388_608, false),
      ("while ($n < 8388609) { $n++; }", 8_388_608, true),
      ("while ($n < 8388609) { $n++; if ($n == 8388608) { break; } }", 8_388_608, false),
    ])
  func stopped(loop: String, iterations: Int, isStopped: Bool) throws {
    let script = "begin { $n = (uint64)0; \(loop) print($n); exit(); }"
    let result = try run([Repository.swtrace, "-q", "--no-warnings", "-e", script])
    #expect(result.output == "\(iterations)\n\n\n")
    #expect(result.errors == (isStopped ? Self.stopped : ""))
  }

  @Test("return leaves a loop that would be stopped") func returningFromLong() throws {
    let script =
      "begin { for ($i : 0..8388609) { if ($i == 5000) { exit(); } @ = count(); } } end { print(@); clear(@); }"
    #expect(try Tracing.output(script, options: ["--no-warnings"]) == "@: 5000\n\n\n")
  }
}
