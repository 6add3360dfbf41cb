import Testing
import TraceLang

/// Arrays, tuples and structs as values, addresses, and the types that variables are declared with.
@Suite struct CompositeTests {
  @Test("a number becomes an array of as many bytes") func arrayCasts() {
    #expect(
      begin("$a = (uint8[8])12345; $b = (int8[])(uint32)1; $c = (uint32)$b; $d = (uint16[2])$b;") == """
        variable $a: uint8[8]
        variable $b: int8[4]
        variable $c: uint32
        variable $d: uint16[2]
        $a = convert(12345:int64):uint8[8]
        $b = convert(1:uint32):int8[4]
        $c = convert($b:int8[4]):uint32
        $d = convert($b:int8[4]):uint16[2]
        """)
  }

  @Test(
    "a cast to an array keeps the number of bytes",
    arguments: [
      ("BEGIN { $a = (uint8[4])pid * 2; }", "stdin:1:14-27: ERROR: '*' needs integers, not uint8[4]"),
      ("BEGIN { $a = (uint8[8])pid; }", "stdin:1:14-27: ERROR: uint32 has 4 bytes and uint8[8] has 8"),
      ("BEGIN { $a = (uint8[3])5; }", "stdin:1:14-25: ERROR: int64 has 8 bytes and uint8[3] has 3"),
      ("BEGIN { $a = (uint8[8])5; $b = (uint32)$a; }", "stdin:1:32-42: ERROR: uint8[8] has 8 bytes and uint32 has 4"),
      (
        "BEGIN { $a = (uint8[8])5; $b = (uint32[3])$a; }",
        "stdin:1:32-45: ERROR: uint8[8] has 8 bytes and uint32[3] has 12"
      ),
    ])
  func badArrayCasts(script: String, message: String) { #expect(mistake(script) == message) }

  @Test("composite values are compared as one type") func equality() {
    #expect(
      begin("$a = (1, \"a\") == (2, \"abc\"); $b = (uint8[8])1 != (uint8[8])2;") == """
        variable $a: bool
        variable $b: bool
        $a = equal((1:int64, "a":string[4]):(int64,string[4]), (2:int64, "abc":string[4]):(int64,string[4])):bool
        $b = !equal(convert(1:int64):uint8[8], convert(2:int64):uint8[8]):bool:bool
        """)
  }

  @Test("strings compare by their first differing byte") func stringOrder() {
    #expect(
      begin("$a = \"x\" < \"yes\";") == """
        variable $a: bool
        $a = (memcmp("x":string[2], "yes":string[4], 4:uint64):int64 s< 0:int64):bool
        """)
  }

  @Test(
    "what differs in shape is not compared",
    arguments: [
      ("BEGIN { $a = (1, 2) == (1, 2, 3); }", "(int64,int64) and (int64,int64,int64) cannot be compared with '=='"),
      ("BEGIN { $a = (1, 2) < (1, 3); }", "(int64,int64) and (int64,int64) cannot be compared with '<'"),
      ("BEGIN { $a = (uint8[8])1 == (int8[8])1; }", "uint8[8] and int8[8] cannot be compared with '=='"),
    ])
  func unlike(script: String, message: String) { #expect(mistake(script).hasSuffix("ERROR: " + message)) }

  @Test("addresses point to what a variable or map holds") func addresses() {
    #expect(
      begin("$x = (uint8)1; $p = &$x; @m = pid; $q = &@m; $y = *$p;") == """
        map @m: uint64
        variable $x: uint8
        variable $p: uint8 *
        variable $q: uint64 *
        variable $y: uint8
        $x = 1:uint8
        $p = &$x:uint8 *
        @m = convert(pid:uint32):uint64
        $q = &@m:uint64 *
        $y = *$p:uint8 *:uint8
        """)
  }

  @Test(
    "only variables and maps without keys have addresses",
    arguments: [
      (
        "BEGIN { $p = &5; }",
        "stdin:1:15-16: ERROR: '&' gives the address of a variable ($x) or of a map without keys (@x)"
      ),
      ("BEGIN { @a[1] = 1; $p = &@a; }", "stdin:1:26-28: ERROR: @a is used with a key elsewhere, but not here"),
      (
        "BEGIN { @a = count(); $p = &@a; }",
        "stdin:1:28-31: ERROR: @a gathers count() on each CPU and has no single address"
      ),
      ("BEGIN { $p = &$x; }", "stdin:1:15-17: ERROR: the variable $x is used before it is assigned"),
    ])
  func badAddresses(script: String, message: String) { #expect(mistake(script) == message) }

  @Test("a declared type stays what it is") func declared() {
    #expect(
      begin("let $y : uint8 = 255; $y++; $y = pid; let $t : (uint8, string[5]) = (1, \"ab\");") == """
        variable $y: uint8
        variable $t: (uint8,string[5])
        $y = 255:uint8
        poststep($y, 1):uint8
        $y = convert(pid:uint32):uint8
        $t = (1:uint8, "ab":string[5]):(uint8,string[5])
        """)
  }

  @Test(
    "what a declared type cannot hold is told",
    arguments: [
      ("BEGIN { let $y : uint8 = 300; }", "stdin:1:26-29: ERROR: 300 does not fit $y, which is uint8"),
      ("BEGIN { let $y : uint8; $y = -1; }", "stdin:1:30-32: ERROR: -1 is below 0 and $y is uint8"),
      (
        "BEGIN { let $y : string[4] = \"toolong\"; }", "stdin:1:30-39: ERROR: $y is string[4] and cannot hold string[8]"
      ),
      ("BEGIN { let $y : uint8; $y = \"x\"; }", "stdin:1:30-33: ERROR: $y is uint8 and cannot hold string[2]"),
      ("BEGIN { let $p : uint8 * = 5; }", "stdin:1:28-29: ERROR: $p is uint8 * and cannot hold int64"),
    ])
  func misfits(script: String, message: String) { #expect(mistake(script) == message) }

  @Test("print(args) is a record of the fields") func arguments() {
    #expect(
      program("tracepoint:sched:sched_exec { print(args); }") == """
        probe 0 tracepoint:sched:sched_exec
          send print((str(arguments.filename:int8 *):string[1025], arguments.pid:int32):(filename=string[1025],pid=int32))

        """)
  }
}
