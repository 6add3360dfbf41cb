import Testing
import TraceLang

/// The warnings about a script on a `StubTarget`, as the user reads them.
func warnings(_ text: String, parameters: [String] = []) -> String {
  var frontEnd = FrontEnd(target: StubTarget())
  frontEnd.options = CheckerOptions(parameters: parameters)
  return frontEnd.check(SourceFile(name: "stdin", text: text)).report
}

/// The messages of warnings alone, one on a line: "column: message".
private func messages(_ actions: String, parameters: [String] = []) -> [String] {
  warnings(actions.contains("begin") ? actions : "begin { \(actions) }", parameters: parameters).split(separator: "\n")
    .filter { $0.contains("WARNING: ") || $0.contains("ERROR: ") }
    .compactMap { $0.split(separator: ":", maxSplits: 4).last.map { $0.dropFirst().description } }
}

@Suite struct WarningTests {
  @Test("a key that is never given has nothing to copy") func nothingToCopy() {
    #expect(messages("@h[1] = hist(2); @g = @h[2];").count { $0.contains("there is nothing to copy") } == 1)
    #expect(messages("@h[1] = hist(2); @g[2] = @h[1]; @h[3] = @g[2];") == [])
  }

  // MARK: What prints and what is compared

  @Test("a map that prints in a loop") func printsInLoops() {
    let told = "in a loop, a map may print as a later iteration leaves it: it is read when the record arrives"
    #expect(messages("@m[1] = 1; for ($i : 0..3) { print(@m); } while (@m[1]) { print(@m, 5); }") == [told, told])
    #expect(messages("@m[1] = 1; for ($i : 0..3) { print(@m[$i]); } print(@m);") == [])
  }

  @Test("a parameter that is not given") func missingParameters() {
    let told = "the script is given no parameter $2: it is 0, or empty as a text"
    #expect(messages("print($2); print(str($2));", parameters: ["1"]) == [told, told])
    #expect(messages("print($1); print(str($1)); print($#);", parameters: ["1"]) == [])
  }

  @Test("pointers to different types that are compared") func pointers() {
    let (a, b) = ("$a = (int32 *)curtask;", "$b = (int8 *)curtask;")
    #expect(messages("\(a) \(b) print($a == $b);") == ["this compares pointers to different types"])
    #expect(messages("\(a) \(b) print($a == (int32 *)$b); print($a != (void *)$b); print($a == 0);") == [])
  }

  @Test("a string that a number leaves nothing of") func literalTails() {
    #expect(messages("print(\"abc\" + 2); print(1 + \"abc\"); print(\"\" + 0);") == [])
    #expect(messages("print(\"abc\" + 3);") == ["the string has 3 bytes: nothing is left of it"])
  }

  // MARK: Variables and macros

  @Test("a variable that is assigned and never read, with what can stand there") func unread() {
    #expect(
      warnings("begin { $x = nsecs; }") == """
        stdin:1:9-11: WARNING: $x is assigned and never read
        begin { $x = nsecs; }
                ~~
                _
        NOTE: remove it, or write '_' for a value that is computed for nothing

        """)
    #expect(
      warnings("begin { let $x: uint8 = 3; $x = 4; $x++; $x += $x; }") == """
        stdin:1:13-15: WARNING: $x is assigned and never read
        begin { let $x: uint8 = 3; $x = 4; $x++; $x += $x; }
                    ~~

        """)
  }

  @Test("a declaration that nothing follows, and one that gets no value") func declared() {
    #expect(messages("let $x;") == ["$x is declared and never used"])
    #expect(messages("let $x: uint8; print($x);") == ["$x is never assigned a value: it stays zero or empty"])
  }

  @Test(
    "reads of every form count",
    arguments: [
      "print($x);", "@ = $x;", "@[$x] = 1;", "if ($x) { @ = 1; }", "while ($x) { break; }", "print(sizeof($x));",
      "let $y: typeof($x) = 3; print($y);", "print((typeof($x))3);", "unroll(2) { @ = $x; }", "_ = $x;",
      "for ($i : 0..$x) { @ = 1; }", "@ = { let $y = 2; $y + $x };", "if comptime (false) { print($x); }", "@ = &$x;",
    ])
  func reads(statement: String) {
    #expect(messages("$x = 1; \(statement)") == [])
  }

  @Test("a loop's variable need not be read") func loopVariable() {
    #expect(messages("for ($i : 0..3) { @ = count(); } @m[1] = 1; for ($kv : @m) { @n = count(); }") == [])
  }

  @Test("a macro's own variable is told at its place, if no call reads it") func macroVariable() {
    #expect(
      warnings("macro m() { let $x = 1; 2 } begin { print(m()); print(m()); }") == """
        stdin:1:17-19: WARNING: $x is assigned and never read
        macro m() { let $x = 1; 2 } begin { print(m()); print(m()); }
                        ~~
                    _
        NOTE: remove it, or write '_' for a value that is computed for nothing

        """)
    #expect(messages("macro m($x) { $x = 1; } begin { $y = 0; m($y); print($y); }") == [])
  }

  @Test("a macro that nothing calls") func macro() {
    #expect(
      messages("macro used() { 1 } macro unused() { used() } begin { }") == [
        "the macro 'unused' is never called, so its body is not checked"
      ])
  }

  // MARK: Control flow

  @Test("what stands behind the end of a block, with that end") func unreachable() {
    #expect(
      warnings("begin { exit(); @ = 1; @ = 2; }") == """
        stdin:1:17-22: WARNING: this is never reached
        begin { exit(); @ = 1; @ = 2; }
                        ~~~~~
        stdin:1:9-15: NOTE: exit() ends the block here
        begin { exit(); @ = 1; @ = 2; }
                ~~~~~~

        """)
  }

  @Test(
    "every way to end a block",
    arguments: [
      "return; @ = 1;", "while (pid) { break; @ = 1; }", "for ($i : 0..3) { continue; @ = 1; }",
      "if (pid) { return; } else { exit(); } @ = 1;", "{ return; } @ = 1;", "while (1) { @ = 1; } print(1);",
    ])
  func ends(statements: String) {
    #expect(messages(statements).contains("this is never reached"))
  }

  @Test(
    "a way to go on is no end",
    arguments: [
      "if (pid) { return; } @ = 1;", "if (pid) { exit(); } else if (tid) { return; } @ = 1;",
      "while (1) { if (pid) { break; } } @ = 1;", "for ($i : 0..3) { break; } @ = 1;",
    ])
  func goesOn(statements: String) {
    #expect(messages(statements) == [])
  }

  @Test("conditions that are written as constants") func constants() {
    #expect(messages("if (0) { @ = 1; }") == ["the condition is always false: what is behind it never runs"])
    #expect(messages("if (1 + 1 == 2) { @ = 1; }") == ["the condition is always true: the 'if' can be left out"])
    #expect(messages("if (true) { @ = 1; } else { @ = 2; }") == ["the condition is always true: the 'else' never runs"])
    #expect(messages("while (0) { @ = 1; }") == ["the condition is always false: this loop never runs"])
    #expect(messages("begin /0/ { }") == ["the predicate is always false: these actions never run"])
    #expect(messages("begin /1/ { }") == ["the predicate is always true: it can be left out"])
  }

  @Test("constants that are named or given from outside are switches, not mistakes") func switches() {
    #expect(messages("#define DEBUG 0\nbegin { if (DEBUG) { @ = 1; } }") == [])
    #expect(
      messages("if ($1) { @ = 1; } if ($# > 2) { @ = 1; } if (getopt(\"x\")) { @ = 1; }", parameters: ["1"]) == [])
    #expect(messages("if comptime (sizeof(uint64) == 4) { @ = 1; }") == [])
  }

  @Test("loops that never end") func endless() {
    #expect(messages("while (1) { @++; }") == ["this loop never ends: there is no 'break' or 'return' in it"])
    #expect(
      messages("$i = 0; while ($i < 10) { @++; }") == ["this loop never ends once it runs: nothing in it changes $i"])
    #expect(
      messages("while (true) { while (1) { break; } }") == [
        "this loop never ends: there is no 'break' or 'return' in it"
      ])
  }

  @Test(
    "loops that may end",
    arguments: [
      "while (1) { if (pid) { break; } }", "while (1) { if (pid) { return; } }", "while (1) { exit(); }",
      "$i = 0; while ($i < 10) { $i++; }", "$i = 0; while ($i < 10) { $i = $i + 1; }", "while (nsecs < 10) { @++; }",
      "@i = 0; while (@i < 10) { @i++; }",
    ])
  func ending(statements: String) {
    #expect(messages(statements) == [])
  }

  @Test("shifts by more bits than there are") func shifts() {
    #expect(messages("@ = nsecs << 64;") == ["a shift by 64 shifts by 0: the count is taken modulo 64"])
    #expect(messages("@ = 1; @ >>= 70;") == ["a shift by 70 shifts by 6: the count is taken modulo 64"])
    #expect(messages("@ = nsecs << 63; @ = nsecs >> 0;") == [])
  }

  // MARK: Values

  @Test("comparisons that the type decides") func ranges() {
    #expect(
      warnings("begin { if (pid < 0) { @ = 1; } }") == """
        stdin:1:12-21: WARNING: this is always false
        begin { if (pid < 0) { @ = 1; } }
                   ~~~~~~~~~
        stdin:1:13-16: NOTE: this is uint32 and is between 0 and 4294967295
        begin { if (pid < 0) { @ = 1; } }
                    ~~~

        """)
    #expect(messages("@ = nsecs >= 0;") == ["this is always true"])
    #expect(messages("@ = 0 > nsecs;") == ["this is always false"])
    #expect(messages("@ = (uint8)pid == 256;") == ["this is always false"])
    #expect(messages("@ = (int8)pid > -129;") == ["this is always true"])
    #expect(messages("@ = pid == -1;") == ["this is always false"])
  }

  @Test("comparisons that depend on the value") func openComparisons() {
    #expect(
      messages(
        """
        @a = pid > 0; @b = nsecs <= 0; @c = (uint8)pid == 255; @d = (int8)pid < -127; @e = nsecs == -1;
        @f = (int64)pid < 0; @g = pid < 4294967295;
        """) == [])
  }

  @Test("a comparison counts as decided only if it is so in every call of a macro") func macroComparison() {
    #expect(messages("macro neg(x) { x < 0 } begin { print(neg(pid)); print(neg((int64)pid)); }") == [])
    let long = "macro neg(x) { let $y = x; $y < 0 }"
    #expect(messages("\(long) begin { print(neg(pid)); print(neg((int64)pid)); }") == [])
    #expect(messages("\(long) begin { print(neg(pid)); print(neg(tid)); }") == ["this is always false"])
  }

  @Test("texts that do not fit what they are compared with") func texts() {
    #expect(
      warnings("begin /comm == \"a-name-of-20-letters\"/ { }") == """
        stdin:1:16-38: WARNING: these are never equal: the text has 20 bytes
        begin /comm == "a-name-of-20-letters"/ { }
                       ~~~~~~~~~~~~~~~~~~~~~~
        stdin:1:8-12: NOTE: this holds at most 15 bytes
        begin /comm == "a-name-of-20-letters"/ { }
               ~~~~

        """)
    #expect(messages("@ = comm == \"fifteen-letters\"; @ = strncmp(comm, \"a-name-of-20-letters\", 15) == 0;") == [])
  }

  @Test("names of probes that the block has not") func probeNames() {
    #expect(
      warnings("begin { if (probe == \"begni\") { @ = 1; } }") == """
        stdin:1:22-29: WARNING: no probe of this block is named 'begni': this is always false
        begin { if (probe == "begni") { @ = 1; } }
                             ~~~~~~~
                             "begin"
        NOTE: did you mean 'begin'?

        """)
    #expect(messages("begin { @ = probe == \"begin\"; }") == [])
  }

  @Test("casts to the type a value has") func casts() {
    #expect(
      warnings("begin { @ = (uint64)nsecs; }") == """
        stdin:1:13-21: WARNING: this cast does nothing: the value already is uint64
        begin { @ = (uint64)nsecs; }
                    ~~~~~~~~
                    --------

        """)
    #expect(messages("@ = (uint32)nsecs; @ = (int64)5; $x = 1; @ = (int64)$x; @ = (uint64)@;") == [])
  }

  @Test("signed and unsigned values in one comparison or division") func signs() {
    #expect(
      warnings("begin { $a = (int32)-5; if ($a < nsecs) { @ = 1; } }") == """
        stdin:1:28-40: WARNING: this compares a signed and an unsigned value: both are taken as signed
        begin { $a = (int32)-5; if ($a < nsecs) { @ = 1; } }
                                   ~~~~~~~~~~~~
        stdin:1:29-31: NOTE: this is int32
        begin { $a = (int32)-5; if ($a < nsecs) { @ = 1; } }
                                    ~~
        stdin:1:34-39: NOTE: this is uint64; cast one of them to say what is meant
        begin { $a = (int32)-5; if ($a < nsecs) { @ = 1; } }
                                         ~~~~~

        """)
    #expect(
      messages("$a = -5; @ = $a / nsecs; @ = nsecs % $a;") == [
        "this divides a signed and an unsigned value: both are taken as signed",
        "this divides a signed and an unsigned value: both are taken as signed",
      ])
  }

  @Test(
    "signs that are no matter",
    arguments: [
      "@start = nsecs; @ = (nsecs - @start) / 1000; if (nsecs - @start > nsecs) { @ = 1; }",
      "$d = nsecs - 5; if ($d > nsecs) { @ = 1; }", "$a = -5; @ = $a == nsecs;", "$a = -5; @ = $a < pid;",
      "$a = -5; @ = (uint64)$a < nsecs;", "@ = nsecs > 5;",
    ])
  func sameSigns(statements: String) {
    #expect(messages(statements) == [])
  }

  @Test("keys that a map is never given") func keys() {
    #expect(messages("@m[1] = 1; delete(@m, 2);") == ["@m never gets this key: there is nothing to delete"])
    #expect(messages("@m[\"a\"] = 1; @ = @m[\"b\"];") == ["@m never gets this key: reading it gives zero"])
    #expect(
      messages("@m[1, 2] = 1; if (has_key(@m, (1, 3))) { @ = 1; }") == ["@m never gets this key: this is always false"])
    #expect(messages("@m[1] = 1; delete(@m, 1); @n[pid] = 1; delete(@n, 2); @k[1]++; @ = @k[1];") == [])
  }

  // MARK: Scripts

  @Test("a block is warned of once, however many probes it is for") func once() {
    #expect(messages("begin, end, interval:s:1 { $x = 1; if (pid < 0) { @ = 1; } }").count == 2)
  }

  @Test("settings that have no effect any more") func obsolete() {
    #expect(
      messages("config = { unstable_map_decl = enable } begin { }") == [
        "unstable_map_decl has no effect any more: it can be left out"
      ])
  }
}
