import Testing
import TraceLang

/// Maps and variables whose assignments read what has no type itself.
@Suite struct UntypedTests {
  /// The types of a probe's maps and variables, without statements; or what is wrong.
  private func types(_ body: String) -> String {
    begin(body).split(separator: "\n")
      .filter { $0.contains("map ") || $0.contains("variable ") || $0.contains("ERROR") }
      .map { $0.replacing("map ", with: "").replacing("variable ", with: "") }.joined(separator: "; ")
  }

  @Test(
    "the type comes from the other operand, and is int64 where there is none",
    arguments: [
      ("@b = @b + 1;", "@b: int64"),
      ("@b = @b + (uint64)1;", "@b: uint64"),
      ("@b = pid * @b;", "@b: uint64"),
      ("@b[comm] = @b[comm] + pid;", "@b[string[16]]: uint64"),
      ("@b = @b + @b;", "@b: int64"),
      ("@b = @c + 1; @c = @b + 1;", "@b: int64; @c: int64"),
      ("@b = @c + 1; @c = @b + pid;", "@b: int64; @c: int64"),
      ("@b = @b;", "@b: int64"),
      ("@a = @b; @b = @a;", "@a: int64; @b: int64"),
      ("@a = @b; @b = @c; @c = pid + @a;", "@a: uint64; @b: uint64; @c: uint64"),
      ("@a += @b; @b = @a;", "@a: int64; @b: int64"),
      ("@a = @a << 1; @b = ~@b; @c = -@c; @d = !@d; @e = +@e;", "@a: int64; @b: int64; @c: int64; @d: bool; @e: int64"),
      ("@a = (uint8)@a; @b = (bool)@b; @c = (struct pair *)@c;", "@a: uint64; @b: bool; @c: struct pair *"),
      ("@s = @s == \"\" ? \"a\" : @s;", "@s: string[2]"),
      ("@s = @s != \"\" ? @s : comm;", "@s: string[16]"),
      ("@last = cpu > @last ? cpu : @last;", "@last: uint64"),
      ("@m = @m > 5 ? @m : 7;", "@m: int64"),
      ("@m = @n == 0 && @m < 3;", "@m: bool; @n: int64"),
      ("@p = @p + 1; @p = (struct pair *)0;", "@p: struct pair *"),
      ("@p = @p == 0 ? (struct pair *)0 : @p;", "@p: struct pair *"),
    ])
  func operands(body: String, expected: String) {
    let body = body.contains("@n == 0") ? body + " @n = @n;" : body
    #expect(types(body) == expected)
  }

  @Test(
    "so it is in tuples, keys, aggregations, blocks and loops",
    arguments: [
      ("@t = (@t.0 + 1, comm);", "@t: (int64,string[16])"),
      ("@t = (@u, 1); @u = @t.0;", "@t: (int64,int64); @u: int64"),
      ("@x = (@y.1, 7); @y = (@x.1, comm);", "@x: (string[16],int64); @y: (int64,string[16])"),
      ("@r = (hits = @r.hits + 1, name = comm);", "@r: (hits=int64,name=string[16])"),
      ("@n = (@n.0 + 1, (@n.1.0 + 2, \"x\"));", "@n: (int64,(int64,string[2]))"),
      ("@k[@j] = 1; @j = @k[2] + 1;", "@k[int64]: int64; @j: int64"),
      ("@k[@j, comm] = 1; @j = @i; @i = @j;", "@k[(int64,string[16])]: int64; @j: int64; @i: int64"),
      ("@k[@s] = 1; @s = @s == \"\" ? \"ab\" : @s;", "@k[string[3]]: int64; @s: string[3]"),
      ("@a = @b[\"x\"]; @b[\"x\"] = @a;", "@a: int64; @b[string[2]]: int64"),
      ("@m = max(@n); @n = @n + pid; @h = hist(@o); @o = @o;", "@m: max_t; @n: uint64; @h: hist_t; @o: int64"),
      ("@c = count(); @d = @d + @c;", "@c: count_t; @d: uint64"),
      ("@v = { $t = @v; $t + 2 };", "@v: int64; $t: int64"),
      ("@v = if (@v > 0) { @v * 2 } else { 3 };", "@v: int64"),
      ("@m[1] = @n; for ($kv : @m) { @n = $kv.1; }", "@m[int64]: int64; @n: int64; $kv: (int64,int64)"),
      ("@m[1] = @n; for ($kv : @m) { @n = @n + $kv.1 + pid; }", "@m[int64]: uint64; @n: uint64; $kv: (int64,uint64)"),
    ])
  func composites(body: String, expected: String) {
    #expect(types(body) == expected)
  }

  @Test(
    "variables feed maps and maps variables",
    arguments: [
      ("$x = @a; @a = $x + 1;", "@a: int64; $x: int64"),
      ("$x = @a; @a = $x;", "@a: int64; $x: int64"),
      ("$x = @a; @a = $x == \"\" ? comm : $x;", "@a: string[16]; $x: string[16]"),
      ("let $x; $x = $x + 1;", "$x: int64"),
      ("let $x; $x++; let $y; $y += pid;", "$x: int64; $y: uint64"),
      ("let $x; let $y; $x = $y; $y = $x;", "$x: int64; $y: int64"),
      ("let $x; print($x);", "$x: int64"),
    ])
  func variables(body: String, expected: String) {
    #expect(types(body) == expected)
  }

  @Test("a type that some assignment tells is taken before any is assumed")
  func known() {
    #expect(types("@a = @a + 1; @b = @a; @a = pid;") == "@a: uint64; @b: uint64")
    #expect(types("@a = @b; @b = @a; @a = comm;") == "@a: string[16]; @b: string[16]")
    #expect(types("@a = @b; @b = (@c, 1); @c = @d; @d = @c; @c = comm;").hasPrefix("@a: (string[16],int64)"))
    #expect(types("@t = (@t.0, 1); @t = (comm, 2);") == "@t: (string[16],int64)")
    let pair = "@p = @p == 0 ? (struct pair *)0 : @p;"
    #expect(types("@p = pid ? @p : 0; @p = @p + 1; \(pair)") == "@p: struct pair *")
    #expect(types("$x = pid ? @p : 0; @p = $x; \(pair)") == "@p: struct pair *; $x: struct pair *")
  }

  @Test("types pass through any number of maps")
  func chain() {
    let links = (0..<100).map { "@m\($0) = @m\($0 + 1);" }.joined(separator: " ")
    let types = types("\(links) @m100 = comm;").split(separator: ";")
    #expect(types.count == 101)
    #expect(types.allSatisfy { $0.hasSuffix(": string[16]") })
  }

  @Test(
    "a map that nothing is assigned to cannot be printed, cleared, searched or walked, and that is the only error",
    arguments: [
      ("print(@n);", "1:15-17"), ("$x = @n; clear(@n); @y = $x + 1;", "1:14-16"), ("delete(@n, 1);", "1:16-18"),
      ("for ($kv : @n) { print($kv.0); }", "1:20-22"), ("clear(@n);", "1:15-17"), ("zero(@n);", "1:14-16"),
      ("if (has_key(@n, 1)) { }", "1:21-23"), ("print(len(@n));", "1:19-21"), ("$p = &@n; print(*$p);", "1:15-17"),
    ])
  func unassigned(body: String, place: String) {
    let report = Checked("BEGIN { \(body) }").report
    #expect(report.hasPrefix("stdin:\(place): ERROR: the map @n is never assigned a value\n"), "\(report)")
    #expect(report.split(separator: "\n").count { $0.contains("ERROR") } == 1, "\(report)")
  }

  @Test(
    "a map that nothing is assigned to reads as 0, with a warning",
    arguments: [
      ("@a = @n; @b = @a + 1;", "1:14-16"), ("if (@n == 1) { }", "1:13-15"), ("@a = @n[@a];", "1:14-20"),
      ("@a[@n] = @a[1] + 1;", "1:12-14"), ("print(@n[1]);", "1:15-17"), ("printf(\"%d\", @n);", "1:22-24"),
      ("$x = @n ? 1 : 2; print($x);", "1:14-16"),
    ])
  func unassignedRead(body: String, place: String) {
    let report = Checked("BEGIN { \(body) }").report
    #expect(
      report.contains("stdin:\(place): WARNING: the map @n is never assigned a value: it reads as 0\n"), "\(report)")
    #expect(!report.contains("ERROR"), "\(report)")
  }

  @Test("a declared map that nothing uses is a warning") func unusedMap() {
    let report = Checked("let @n = hash(10); BEGIN { exit(); }").report
    #expect(report.hasPrefix("stdin:1:5-7: WARNING: the map @n is declared and never used\n"), "\(report)")
    #expect(!report.contains("ERROR"), "\(report)")
  }

  @Test(
    "what cannot be of any type is told as what it is taken for",
    arguments: [
      ("@a = @a.pid;", "int64 has no fields"),
      ("@a = (1, @a);", "@a is assigned a tuple that holds its own value"),
      ("@a = (@b, 1); @b = @c; @c = (@a.1, @b);", "@b is assigned a tuple that holds its own value"),
      ("@a = (@a, @a);", "the tuple is too large: at most 1024 values are allowed"),
      ("@a = @a + \"x\";", "'+' needs integers, not string[2]"),
      ("@a = @a + 1; @a = comm;", "'+' needs integers, not string[16]"),
    ])
  func impossible(body: String, message: String) {
    let report = Checked("BEGIN { \(body) }").report
    #expect(report.contains("ERROR: \(message)\n"), "\(report)")
  }
}
