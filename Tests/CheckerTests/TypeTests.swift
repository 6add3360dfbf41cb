import Testing
import TraceLang

@Suite struct TypeTests {
  @Test("literals are signed 64-bit numbers unless they do not fit") func literals() {
    #expect(
      begin("@a = 0x10; @b = 1e3; @c = 1_000; @d = 18446744073709551615; @e = true; @f = 5ms;") == """
        map @a: int64
        map @b: int64
        map @c: int64
        map @d: uint64
        map @e: bool
        map @f: int64
        @a = 16:int64
        @b = 1000:int64
        @c = 1000:int64
        @d = -1:uint64
        @e = 1:bool
        @f = 5000000:int64
        """)
  }

  @Test("enumerators are numbers of their type") func enumerators() {
    #expect(begin("$x = ANSWER;") == "variable $x: uint32\n$x = 42:uint32")
  }

  @Test("a string variable holds the longest of its values") func strings() {
    #expect(
      begin("$x = \"a\"; $x = \"longer\"; @s = \"a\"; @s = \"abc\";") == """
        map @s: string[4]
        variable $x: string[7]
        $x = "a":string[7]
        $x = "longer":string[7]
        @s = "a":string[4]
        @s = "abc":string[4]
        """)
  }

  @Test("a variable takes the wider of its integer types, but constants follow it") func promotion() {
    #expect(
      begin("$x = (uint8)1; $x = pid; $y = (int32)1; $y = 5; $z = (uint8)1; $z = 300;") == """
        variable $x: uint32
        variable $y: int32
        variable $z: int64
        $x = 1:uint32
        $x = pid:uint32
        $y = 1:int32
        $y = 5:int32
        $z = 1:int64
        $z = 300:int64
        """)
  }

  @Test("a use before the assignment that decides the type has that type too") func fixpoint() {
    #expect(
      program("END { $x = @a; } BEGIN { @a = (uint64)pid; }") == """
        map @a: uint64
        probe 0 end
          variable $x: uint64
          $x = @a:uint64
        probe 1 begin
          @a = convert(pid:uint32):uint64

        """)
  }

  @Test("maps keep integers with 64 bits") func mapValues() {
    #expect(
      begin("@a = (int8)-1; @b = pid; @c = (1, (uint8)2);").split(separator: "\n").prefix(3) == [
        "map @a: int64", "map @b: uint64", "map @c: (int64,uint8)",
      ])
  }

  @Test("aggregations read as numbers of their sign") func aggregations() {
    #expect(
      begin("@c = count(); @s = sum(-pid); @u = sum(pid); $a = @c; $b = @s; $c = @u;") == """
        map @c: count_t
        map @s: sum_t
        map @u: sum_t
        variable $a: uint64
        variable $b: int64
        variable $c: uint64
        @c <- count_t
        @s <- sum_t -convert(pid:uint32):int64:int64
        @u <- sum_t convert(pid:uint32):uint64
        $a = @c:uint64
        $b = @s:int64
        $c = @u:uint64
        """)
  }

  @Test("casts cut constants and convert the rest") func casts() {
    #expect(
      begin("$a = (uint8)300; $b = (int8)200; $c = (int16)pid; $d = (struct pair *)0; $e = (uint64)$d;") == """
        variable $a: uint8
        variable $b: int8
        variable $c: int16
        variable $d: struct pair *
        variable $e: uint64
        $a = 44:uint8
        $b = -56:int8
        $c = convert(pid:uint32):int16
        $d = convert(0:int64):struct pair *
        $e = convert($d:struct pair *):uint64
        """)
  }

  @Test("members of structs; arrays of characters are strings") func members() {
    let dump = begin("$p = (struct pair *)0; $a = $p->first; $b = $p->name; $c = $p.small;")
    #expect(
      dump.split(separator: "\n").prefix(4) == [
        "variable $p: struct pair *", "variable $a: int32", "variable $b: string[8]", "variable $c: uint16",
      ])
  }

  @Test("sizes and offsets are known at compile time") func sizes() {
    #expect(
      begin("$a = sizeof(uint16); $b = sizeof(struct pair); $c = offsetof(struct pair, name);") == """
        variable $a: uint64
        variable $b: uint64
        variable $c: uint64
        $a = 2:uint64
        $b = 16:uint64
        $c = 4:uint64
        """)
  }

  @Test("tuples and their elements") func tuples() {
    #expect(
      begin("$t = (1, \"x\", (2, pid)); @ = $t.2.1; $u = $t.1;").split(separator: "\n").prefix(3) == [
        "map @: uint64", "variable $t: (int64,string[2],(int64,uint32))", "variable $u: string[2]",
      ])
  }

  @Test("positional parameters are numbers where they spell one") func parameters() {
    #expect(
      begin("@a = $1; @b = $2; @c = str($1); @d = $#; @e = $9; @f = str($9);", parameters: ["0x10", "word"]) == """
        map @a: int64
        map @b: string[5]
        map @c: string[5]
        map @d: int64
        map @e: int64
        map @f: string[1]
        @a = 16:int64
        @b = "word":string[5]
        @c = "0x10":string[5]
        @d = 2:int64
        @e = 0:int64
        @f = "":string[1]
        """)
  }

  @Test("both sides of ?: become one type") func ternary() {
    #expect(
      begin("$a = pid ? \"yes\" : \"n\"; $b = pid ? 1 : cpu;") == """
        variable $a: string[4]
        variable $b: uint32
        $a = (pid:uint32 ? "yes":string[4] : "n":string[4]):string[4]
        $b = (pid:uint32 ? 1:uint32 : cpu:uint32):uint32
        """)
    #expect(
      mistake("BEGIN { $a = pid ? \"s\" : 1; }")
        == "stdin:1:14-27: ERROR: the two sides are string[2] and int64; they must be of one type")
  }

  @Test(
    "what a map gathers is copied and merged to one that gathers the same, and read as a number by others",
    arguments: [
      ("@h[1] = hist(1); @g = @h[1];", "@g <- copy @h[1:int64]"),
      ("@h[1] = hist(1); @g += @h[1];", "@g <- merge @h[1:int64]"),
      ("@h[1] = stats(1); @g[comm] = @h[2];", "@g[comm:string[16]] <- copy @h[2:int64]"),
      ("@c[1] = count(); @c[2] += @c[1];", "@c[2:int64] <- merge @c[1:int64]"),
      ("@d = count(); @c[1] = count(); @d = @c[1];", "@d <- copy @c[1:int64]"),
      ("@c[1] = count(); @d = @c[1];", "@d = @c[1:int64]:uint64"), ("@c = count(); @d += @c;", "@d += @c:uint64"),
      ("@s = sum(-1); @u = sum((uint64)1); @s += @u;", "@s <- merge @u"),
      ("@s = tseries(1, 1s, 5); @t = @s;", "@t <- copy @s"),
    ])
  func copies(body: String, dump: String) {
    let text = begin(body)
    #expect(text.split(separator: "\n").last.map(String.init) == dump, "\(text)")
  }

  @Test("a map that gathers is known as one before the statement that says so") func copiesBefore() {
    #expect(begin("@d[1] = @c[1]; @c[1] = count(); @d[2] = count();").contains("@d[1:int64] <- copy @c[1:int64]"))
    #expect(begin("@g = @h; @h = hist(1);").contains("map @g: hist_t"))
    let loop = begin("@h[1] = hist(1); for ($kv : @h) { @all += $kv.1; @last = $kv.1; }")
    #expect(
      loop.contains("@all <- merge @h[$kv:(int64,hist_t).0:int64]") || loop.contains("@all <- merge @h[$kv.0:int64]"))
    #expect(loop.contains("@last <- copy @h["))
    let signs = begin("@m = min(-1); @n = min((uint64)1); @n += @m;")
    #expect(signs.contains("map @m: min_t") && signs.contains("@n <- merge @m"))
  }

  @Test(
    "what does not fit is told",
    arguments: [
      ("$x = 1; $x = \"s\";", "$x is int64 and cannot hold string[2]"),
      ("@x = (1, 2); @x = (1, 2, 3);", "@x is (int64,int64) and cannot hold (int64,int64,int64)"),
      ("@x = count(); @x = sum(1);", "@x gathers count() and not sum()"),
      ("@x = lhist(1, 0, 10, 1); @x = lhist(1, 0, 20, 1);", "@x gathers lhist() with other arguments"),
      ("@x = 1; @x = count();", "@x is int64 and cannot gather count()"),
      ("@x = hist(1); $y = @x + 1;", "@x gathers hist() and has no single value; print(@x) shows it"),
      ("@x = hist(1); @y = lhist(1, 0, 10, 1); @y = @x;", "@y gathers lhist(), and @x hist()"),
      ("@x = hist(1); @y = hist(1, 2); @y += @x;", "@y gathers hist() with other arguments than @x"),
      ("@x = count(); @y = hist(1); @y += @x;", "@y gathers hist(), and @x count()"),
      ("@x = hist(1); @y = 1; @y += @x;", "@y is int64 and cannot gather hist()"),
      ("@x = hist(1); @y = hist(2); @y -= @x;", "@x gathers hist() and has no single value; print(@x) shows it"),
      ("@x = tseries(1, 1s, 5); @y += @x;", "what tseries() gathers can be copied, but not merged"),
      ("@x[1] = hist(1); @y = @x;", "@x is used with a key elsewhere, but not here"),
      ("@x = count(); @x++;", "@x gathers count() and cannot be stepped"),
      ("$x = comm + 1;", "'+' needs integers, not string[16]"),
      ("$x = -comm;", "'-' needs an integer, not string[16]"),
      ("if (comm) { }", "a condition must be a number, a pointer or a bool, not string[16]"),
      ("$x = comm == 1;", "string[16] and int64 cannot be compared with '=='"),
      ("$x = (1, 2) < (1, 3);", "(int64,int64) and (int64,int64) cannot be compared with '<'"),
      ("$x = (1, 2); print($x.2);", "the tuple has 2 elements; the last is .1"),
      ("$x = count();", "count() can only be assigned to a map"),
      ("$x = printf(\"a\");", "printf() gives no value"),
      ("$x = (nosuch)1;", "there is no type 'nosuch'"),
      ("$x = ((struct pair *)0)->third;", "struct pair has no field 'third'"),
      ("@x[1] = 1; @x = 2;", "@x is used with a key elsewhere, but not here"),
      ("@x = 1; delete(@x, 1);", "@x is used without a key elsewhere, but with one here"),
      ("unroll (pid) { }", "unroll needs a number known at compile time"),
    ])
  func mismatch(body: String, message: String) {
    let text = mistake("BEGIN { \(body) }")
    #expect(text.hasSuffix(": ERROR: \(message)"), "\(text)")
  }
}
