import Glibc
import TestSupport
import Testing

/// Scripts that repeat one thing of the language until they have a given length: each is compiled or refused with a reason,
/// in bounded memory. What compiles them is the executable that SWTRACE_LARGE_SCRIPTS names, else the one built with the tests,
/// which takes minutes.
@Suite struct LargeScriptTests {
  struct Construct: Sendable, CustomTestStringConvertible {
    let what: String
    /// What stands before and after the repeated part.
    let before: String
    let after: String
    /// The part of each number.
    let part: @Sendable (Int) -> String
    /// The end of the error that a megabyte gives; `nil` where it is compiled.
    let error: String?

    /// The parts are actions of one probe.
    init(
      _ what: String, refused error: String? = nil, begin before: String = "",
      _ part: @escaping @Sendable (Int) -> String
    ) {
      self.init(what, refused: error, before: "begin { \(before)", after: " exit(); }\n", part)
    }

    init(
      _ what: String, refused error: String? = nil, before: String, after: String,
      _ part: @escaping @Sendable (Int) -> String
    ) {
      self.what = what
      self.before = before
      self.after = after
      self.part = part
      self.error = error
    }

    func text(ofLength length: Int) -> String {
      var text = before
      var number = 0
      while text.utf8.count < length {
        text += part(number)
        number += 1
      }
      return text + after
    }

    var testDescription: String { what }
  }

  /// What a compilation may hold besides what every one holds, in bytes.
  private static let memory = 100 << 20

  /// Compiles scripts side by side. A debug build on a machine that others use may take minutes for a megabyte.
  private func build(_ scripts: [String]) throws -> [CommandResult] {
    let words = [Self.swtrace, "build", "-o", "/dev/null", "--target", Self.target, "/dev/stdin"]
    let running = try scripts.map { try RunningCommand(words, input: $0) }
    return try running.map { try $0.finish(seconds: 600) }
  }

  private static let swtrace =
    getenv("SWTRACE_LARGE_SCRIPTS").map { String(cString: $0) } ?? Repository.swtrace
  private static let target = Repository.root + "/Tests/Targets/x86_64.json"

  @Test("a megabyte of it is answered in bounded memory", arguments: pairs) func bounded(constructs: [Construct]) throws
  {
    let least = try build(["begin { }"])[0].peakMemory
    for length in [1 << 10, 1 << 20] {
      let results = try build(constructs.map { $0.text(ofLength: length) })
      for (construct, result) in zip(constructs, results) {
        #expect(result.peakMemory - least < Self.memory, "\(construct.what)")
        let error = result.errors.split(separator: "\n").first { $0.contains("ERROR: ") }.map(String.init)
        #expect(result.ending == .exited(error == nil ? 0 : 1), "\(construct.what)")
        if length < 1 << 20 { continue }
        if let expected = construct.error {
          #expect(error?.hasSuffix(expected) ?? false, "\(construct.what): \(error ?? "compiled")")
        } else {
          #expect(error == nil, "\(construct.what)")
        }
      }
    }
  }

  /// All constructs, two at a time, as most machines have two CPUs.
  private static let pairs = stride(from: 0, to: constructs.count, by: 2).map { Array(constructs[$0...].prefix(2)) }

  private static let tooLarge = "ERROR: the probe is too large: it becomes more than 65536 instructions up to here"
  private static let tooManyLoops =
    "ERROR: the probe has too many loops: the kernel allows a program 255 that it does not unroll"
  private static let tooManyMaps = "ERROR: the script has too many maps: at most 4096 are allowed"
  private static let tooManyProbes =
    "ERROR: the script would attach 1025 probes up to here, more than max_probes = 1024"
  private static let tooLong = "ERROR: the expression is too long: at most 500 operators are allowed in one statement"
  private static let tooDeep = "ERROR: nested too deeply: at most 256 levels are allowed"
  private static let longString = "ERROR: the string is too long: at most 65535 bytes are allowed"

  private static let constructs = actions + loops + expressions + declarations + texts + mistakes

  private static let actions = [
    Construct("variables") { "$v\($0) = \($0);\n" },
    Construct("one variable") { "$v = \($0);\n" },
    Construct("variables from one another", begin: "$v0 = 1;") { "$v\($0 + 1) = $v\($0) + 1;\n" },
    Construct("variables of the run", refused: tooLarge, begin: "$z = nsecs;") {
      "$v\($0) = $z + \($0); @m[$v\($0) % 100] = $v\($0);\n"
    },
    Construct("constant keys", refused: tooLarge) { "@a[\($0)] = \($0);\n" },
    Construct("few constant keys", refused: tooLarge) { "$v\($0) = \($0); @m[\($0) % 100] = $v\($0);\n" },
    Construct("string keys", refused: tooLarge) { "@a[\"k\($0)\"] = \($0);\n" },
    Construct("tuple keys", refused: tooLarge) { "@a[\($0), \"k\($0)\"] = \($0);\n" },
    Construct("counts by constant keys", refused: tooLarge) { "@m[\($0)] = count();\n" },
    Construct("counts", refused: tooLarge) { "@m[pid, \($0)] = count();\n" },
    Construct("histograms", refused: tooLarge) { "@m[pid] = hist(\($0));\n" },
    Construct("tests for keys", refused: tooLarge, begin: "@m[1] = 1;") { "if (has_key(@m, \($0))) { @a = 1; }\n" },
    Construct("deletions", refused: tooLarge, begin: "@m[1] = 1;") { "delete(@m, \($0));\n" },
    Construct("maps", refused: tooManyMaps) { "@m\($0) = \($0);\n" },
    Construct("maps with keys", refused: tooManyMaps) { "@m\($0)[pid] = \($0);\n" },
    Construct("comparisons of strings", refused: tooLarge) { "if (comm == \"c\($0)\") { @x = \($0); }\n" },
    Construct("searches in strings", refused: tooLarge) { "@a = strcontains(comm, \"a\($0)\");\n" },
    Construct(
      "patterns", refused: "ERROR: the script has too many patterns: globmatch() takes at most 1024 different ones"
    ) { "@a = globmatch(comm, \"a\($0)*\");\n" },
    Construct("branches", refused: tooLarge) { "if (pid == \($0)) { @a = \($0); }\n" },
    Construct("nested branches", refused: tooLarge) { _ in
      String(repeating: "if (pid) {", count: 100) + "@a = 1;" + String(repeating: "}", count: 100)
    },
    Construct(
      "else branches", refused: "ERROR: too many branches: at most 500 'else if' are allowed",
      begin: "if (pid == 0) { @a = 0; }"
    ) { "else if (pid == \($0)) { @a = \($0); }\n" },
    Construct("ways out of the probe", refused: tooLarge) { "if (pid == \($0)) { return; }\n" },
    Construct("variables of inner blocks", refused: tooLarge) { "if (pid) { $x\($0) = 1; } print($x\($0));\n" },
    Construct("printf", refused: tooLarge) { "printf(\"%d \($0)\\n\", pid);\n" },
    Construct("printf of strings", refused: tooLarge) { "printf(\"%s\", str(\($0)));\n" },
    Construct("print of one map", refused: tooLarge, begin: "@x = 1;") { _ in "print(@x);\n" },
    Construct("print of tuples", refused: tooLarge) { "print((\($0), pid));\n" },
    Construct("times", refused: tooLarge) { "print(strftime(\"%H \($0)\", nsecs));\n" },
    Construct("steps of a map", refused: tooLarge) { _ in "@b[pid]++;\n" },
    Construct("steps of a variable", refused: tooLarge, begin: "$x = 0;") { _ in "$x++;\n" },
    Construct("stacks", refused: tooLarge) { _ in "@[kstack] = count();\n" },
    Construct("addresses", refused: tooLarge, begin: "$x = 1;") { "$p\($0) = &$x;\n" },
  ]

  private static let loops = [
    Construct("loops over a map", refused: tooManyLoops, begin: "@m[1] = 1;") {
      "for ($k\($0) : @m) { @c = $k\($0).0; }\n"
    },
    Construct("loops over a range", refused: tooManyLoops) { "for ($i\($0) : 0..nsecs) { @a = $i\($0); }\n" },
    Construct("loops with a condition", refused: tooManyLoops, begin: "$i = 0;") { _ in "while ($i < nsecs) { $i++; }\n"
    },
    Construct("short loops", refused: tooLarge) { _ in "for ($i : 0..3) { @a += $i; }\n" },
    Construct("unrolled loops", refused: tooLarge) { "unroll(100) { @a += \($0); }\n" },
    Construct(
      "unrolled loops in one another", refused: tooLarge, before: "begin { unroll(100) { unroll(100) { unroll(100) { ",
      after: "} } } exit(); }"
    ) { "@a += \($0);\n" },
    Construct(
      "iterations that end early", refused: tooLarge,
      before: "begin { @m[1] = 1; " + (0..<200).map { "$v\($0) = 0; " }.joined() + "for ($k : @m) {",
      after: "} exit(); }"
    ) { "if (pid == \($0)) { $v\($0 % 200) = 1; continue; }\n" },
  ]

  private static let expressions = [
    Construct("parentheses", refused: tooDeep, before: "begin { @a = ", after: "") { _ in "(" },
    Construct("tuples in one another", refused: tooDeep, before: "begin { print(", after: "") { _ in "(1," },
    Construct(
      "many tuples in one another",
      refused: "ERROR: tuples are nested too deeply: at most 64 in one another are allowed"
    ) { _ in "print(" + String(repeating: "(1,", count: 100) + "1" + String(repeating: ")", count: 100) + ");\n" },
    Construct("blocks in one another", refused: tooDeep, before: "begin ", after: "") { _ in "{" },
    Construct("negations", refused: tooDeep, before: "begin { @a = ", after: "1; }") { _ in "!" },
    Construct("conditional expressions", refused: tooDeep, before: "begin { @a = ", after: "0; }") {
      "pid == \($0) ? 1 : "
    },
    Construct("choices", refused: tooLarge) { "@a = pid == \($0) ? \($0) : 0;\n" },
    Construct("a sum", refused: tooLong, before: "begin { @a = 0", after: "; }") { _ in " + pid" },
    Construct("a condition", refused: tooLong, before: "begin { if (pid == 0", after: ") { } }") { " || pid == \($0)" },
    Construct("sums", refused: tooLarge) { _ in "@a = pid" + String(repeating: " + pid", count: 99) + ";\n" },
    Construct("conditions", refused: tooLarge) { _ in
      "if (pid" + String(repeating: " || pid == 7", count: 99) + ") { @a = 1; }\n"
    },
    Construct(
      "a tuple", refused: "ERROR: the tuple is too large: at most 1024 values are allowed", before: "begin { print((0",
      after: ")); }"
    ) { ", \($0)" },
    Construct("expressions of blocks", refused: tooLarge) { "@a = { let $x = \($0); $x + 1 };\n" },
    Construct(
      "types that follow from one another, backwards", refused: tooManyMaps, before: "begin { ", after: " }"
    ) { "@m\($0) = @m\($0 + 1);\n" },
  ]

  private static let declarations = [
    Construct("probes", refused: tooManyProbes, before: "", after: "") { "interval:ms:\($0 + 1) { @a = 1; }\n" },
    Construct("probes of one event", refused: tooManyProbes, before: "", after: "") { _ in "begin { @a = 1; }\n" },
    Construct("predicates", refused: tooManyProbes, before: "", after: "") { "begin /pid == \($0)/ { @a = 1; }\n" },
    Construct("structs", before: "", after: "begin { }") { "struct s\($0) { int a; long b; };\n" },
    Construct("members", before: "struct s { ", after: "}; begin { @a = sizeof(struct s); }") { "int a\($0);\n" },
    Construct("pointers to structs", before: "", after: "begin { }") { "struct s\($0) { struct s\($0 + 1) *p; };\n" },
    Construct("enumerators", before: "enum e { ", after: "}; begin { @a = E0; }") { "E\($0),\n" },
    Construct("enums", before: "", after: "begin { @a = A0; }") { "enum e\($0) { A\($0), B\($0) = 7 };\n" },
    Construct("types of types", before: "typedef int t0;\n", after: "begin { }") { "typedef t\($0) t\($0 + 1);\n" },
    Construct("definitions", before: "", after: "begin { @a = D0; }") { "#define D\($0) \($0)\n" },
    Construct("conditions on definitions", before: "", after: "begin { }") { "#ifdef A\($0)\n#endif\n" },
    Construct("macros", before: "", after: "begin { @a = m0(1); }") { "macro m\($0)(x) { x + \($0) }\n" },
    Construct("calls of a macro", refused: tooLarge, before: "macro m(x) { x + 1 }\nbegin { ", after: "}") {
      "@a = m(\($0));\n"
    },
    Construct("map declarations", refused: tooManyMaps, before: "", after: "begin { @a = 1; }") {
      "let @m\($0) = hash(\($0 + 1));\n"
    },
    Construct("settings", before: "config = { ", after: "}\nbegin { }") { _ in "max_map_keys = 100;\n" },
    Construct("options", refused: tooLarge) { "@a = getopt(\"o\($0)\", \($0));\n" },
  ]

  private static let texts = [
    Construct("a string", refused: longString, before: "begin { @s = \"", after: "\"; }") { _ in "x" },
    Construct("escapes", refused: longString, before: "begin { @s = \"", after: "\"; }") { _ in "\\x41\\n\\101" },
    Construct("a format", before: "begin { printf(\"", after: "\"); }") { _ in "x" },
    Construct("strings", refused: tooLarge) { "@s = \"string \($0)\";\n" },
    Construct("a name", before: "begin { $", after: " = 1; }") { _ in "a" },
    Construct("digits", before: "begin { @a = 0x", after: "1; }") { _ in "0" },
    Construct("line comments", before: "", after: "begin { }") { _ in "// c\n" },
    Construct("comments", before: "", after: "begin { }") { _ in "/* c */ " },
    Construct("semicolons") { _ in ";" },
    Construct("blanks") { _ in " " },
  ]

  private static let mistakes = [
    Construct("parentheses that stay open", refused: tooDeep, before: "begin { ", after: "") { _ in "(" },
    Construct("unknown names", refused: "ERROR: there is nothing named 'FOO0'") { "@a = FOO\($0);\n" },
    Construct("unknown functions", refused: "ERROR: there is no function 'foo0'") { "foo\($0)();\n" },
    Construct("variables without a value", refused: "ERROR: the variable $v0 is used before it is assigned") {
      "@a = $v\($0);\n"
    },
    Construct("wrong types", refused: "ERROR: '-' needs integers, not string[2]") { "$v\($0) = 1 - \"a\";\n" },
    Construct("wrong syntax", refused: "ERROR: expected an expression, found '='") { _ in "= ;\n" },
  ]
}

/// Scripts at the limits of what the kernel takes.
@Suite(.root) struct LargeProgramTests {
  @Test("the kernel takes a program whose jumps are longer than 16 bits") func longJumps() throws {
    let lines = (0..<3000).map { "$v\($0) = \($0); @m[\($0) % 100] = $v\($0);" }.joined(separator: "\n")
    #expect(try Tracing.output("begin { \(lines) print(len(@m)); clear(@m); exit(); }") == "100\n\n\n")
  }

  @Test("the kernel takes as many loops as are allowed") func loops() throws {
    let loops = (0..<255).map { "for ($k\($0) : @m) { $n += $k\($0).1; }" }.joined(separator: "\n")
    #expect(try Tracing.output("begin { @m[1] = 1; $n = 0; \(loops) print($n); clear(@m); exit(); }") == "255\n\n\n")
  }

  @Test("one loop more is refused where it stands") func tooManyLoops() throws {
    let loops = (0..<256).map { "for ($k\($0) : @m) { @n = $k\($0).1; }" }.joined(separator: "\n")
    let result = try run([Repository.swtrace, "-e", "begin { @m[1] = 1;\n\(loops)\nexit(); }"])
    #expect(
      result.errors.hasPrefix(
        "stdin:257:1-35: ERROR: the probe has too many loops: the kernel allows a program 255 that it does not unroll\n"
      ))
  }

  @Test("what nests as deep as is allowed is compiled on a small stack", arguments: [512, 8192])
  func smallStack(kilobytes: Int) throws {
    func nested(_ open: String, _ inner: String, _ close: String, _ depth: Int) -> String {
      String(repeating: open, count: depth) + inner + String(repeating: close, count: depth)
    }
    let scripts = [
      "begin { $x = \(nested("(", "1", ")", 240)); print($x); exit(); }",
      "begin { $x = \(nested("!", "1", "", 240)); print($x); exit(); }",
      "begin { $x = 1\(nested(" + 1 - 1", "", "", 240)); print($x); exit(); }",
      "begin { \(nested("if (pid) {", "print(1);", "}", 240)) exit(); }",
      "begin { \(nested("{", "print(1);", "}", 240)) exit(); }",
      "macro m(x) { \(nested("(", "x", ")", 100)) }\nbegin { $x = \(nested("m(", "1", ")", 5)); print($x); exit(); }",
    ]
    for script in scripts {
      let command = "ulimit -s \(kilobytes); exec \"$0\" \"$@\""
      let result = try run(["/bin/bash", "-c", command, Repository.swtrace, "-q", "-e", script])
      #expect(result.ending == .exited(0))
      #expect(!result.output.isEmpty)
    }
  }
}
