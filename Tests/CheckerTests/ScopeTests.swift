import Testing
import TraceLang

@Suite struct ScopeTests {
  @Test("a variable lives in its block and those inside") func blocks() {
    #expect(
      begin("let $x = 3; if (pid) { let $y: uint16 = 5; $x = $y; }") == """
        variable $x: int64
        variable $y: uint16
        $x = 3:int64
        if pid:uint32
          $y = 5:uint16
          $x = convert($y:uint16):int64
        """)
    #expect(
      mistake("BEGIN { if (pid) { let $x = 1; } print($x); }")
        == "stdin:1:40-42: ERROR: the variable $x is used before it is assigned")
  }

  @Test("a variable that a block assigns first and the probe reads later is the probe's own") func hoisted() {
    #expect(
      begin("if (pid) { $y = 5; } $x = 3; if (pid) { $x = $y; }") == """
        variable $y: int64
        variable $x: int64
        $y = 0:int64
        if pid:uint32
          $y = 5:int64
        $x = 3:int64
        if pid:uint32
          $x = $y:int64
        """)
  }

  @Test("probes do not share variables, and each has its own types") func probes() {
    #expect(
      program("BEGIN { $x = 1; } END { $x = \"s\"; }") == """
        probe 0 begin
          variable $x: int64
          $x = 1:int64
        probe 1 end
          variable $x: string[2]
          $x = "s":string[2]

        """)
  }

  @Test("a declaration without a value starts as zero") func zero() {
    #expect(
      begin("let $x; $x = \"abc\"; let $z: int8;") == """
        variable $x: string[4]
        variable $z: int8
        $x = "":string[4]
        $x = "abc":string[4]
        $z = 0:int8
        """)
  }

  @Test("a declaration that hides another is warned of") func hiding() {
    #expect(
      Checked("BEGIN { let $x = 1; if (pid) { let $x = 2; } }").report == """
        stdin:1:36-38: WARNING: $x hides a variable of the same name
        BEGIN { let $x = 1; if (pid) { let $x = 2; } }
                                           ~~
        stdin:1:13-15: NOTE: the other one is here
        BEGIN { let $x = 1; if (pid) { let $x = 2; } }
                    ~~

        """)
  }

  @Test("loops have variables of their own") func loops() {
    #expect(
      begin("for ($i : 0..3) { @[$i] = count(); } while (pid) { break; }") == """
        map @[int64]: count_t
        variable $i: int64
        for $i in 0:int64..<3:int64
          @[$i:int64] <- count_t
        while pid:uint32
          break
        """)
    #expect(mistake("BEGIN { for ($i : 0..3) { } print($i); }").contains("$i is used before it is assigned"))
  }

  @Test("all keys of a map join to one type") func keys() {
    #expect(
      begin("@s[\"a\"] = 1; @s[\"longer\"] = 2; @n[(uint8)1, \"x\"] = 1; @n[pid, \"xyz\"] = 2;") == """
        map @s[string[7]]: int64
        map @n[(uint32,string[4])]: int64
        @s["a":string[7]] = 1:int64
        @s["longer":string[7]] = 2:int64
        @n[(1:uint32, "x":string[4]):(uint32,string[4])] = 1:int64
        @n[(pid:uint32, "xyz":string[4]):(uint32,string[4])] = 2:int64
        """)
  }

  @Test("settings change types and limits") func settings() {
    let checked = Checked("config = { max_map_keys = 5; max_strlen = 10 } BEGIN { @[str(0)] = 1; }")
    #expect(checked.program?.configuration.maxMapKeys == 5)
    #expect(checked.program?.maps.first?.maxEntries == 5)
    #expect(checked.program?.maps.first?.key == .string(capacity: 11))
  }

  @Test(
    "settings that cannot be are told",
    arguments: [
      ("max_map_keys = 0", "max_map_keys is a number from 1 to 1073741824, not '0'"),
      ("max_map_keys = many", "max_map_keys is a number from 1 to 1073741824, not 'many'"),
      ("missing_probes = no", "missing_probes is one of error, warn and ignore, not 'no'"),
      ("print_maps_on_exit = 7", "print_maps_on_exit is true or false, not '7'"),
    ])
  func badSettings(setting: String, message: String) {
    let text = mistake("config = { \(setting) } BEGIN { }")
    #expect(text.hasSuffix(": ERROR: \(message)"), "\(text)")
  }

  @Test("declared maps have their kind and size") func declaredMaps() {
    let checked = Checked("let @m = lruhash(7); BEGIN { @m[1] = 2; }")
    #expect(checked.program?.maps.first?.maxEntries == 7)
    #expect(checked.program?.maps.first?.declaredKind == .lruhash)
    #expect(mistake("let @m = tree(7); BEGIN { @m[1] = 2; }").hasSuffix("'tree' is not a kind of map"))
  }

  @Test("a script of declarations only has nothing to trace") func nothing() {
    #expect(mistake("config = { max_strlen = 10 }").contains("ERROR: "))
  }
}
