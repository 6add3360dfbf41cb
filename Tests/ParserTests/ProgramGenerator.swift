import TestSupport

/// Writes random programs that are right; together they hold every construct of the language.
struct ProgramGenerator {
  private var random: SplitMix

  init(seed: UInt64) { random = SplitMix(seed: seed) }

  mutating func program() -> String {
    let start = one(in: 10) ? pick("#!/usr/bin/env swtrace\n", "// first\n", "/* first */\n\n", "\n\n") : ""
    let config = one(in: 6) ? config() : ""
    let items = (0..<Int.random(in: 1...3, using: &random)).map { _ in item() }
    let end = one(in: 10) ? pick("// last", "/* last */\n", "\n#define LAST \\\n  1") : ""
    return start + config + items.joined(separator: pick("\n", "\n\n", "\n\n\n")) + end
  }

  private mutating func pick(_ choices: String...) -> String { choices.randomElement(using: &random) ?? "" }

  private mutating func one(in count: Int) -> Bool { Int.random(in: 0..<count, using: &random) == 0 }

  private mutating func some(_ range: ClosedRange<Int>, _ separator: String, _ part: (inout Self) -> String) -> String {
    (0..<Int.random(in: range, using: &random)).map { _ in part(&self) }.joined(separator: separator)
  }

  /// White space between tokens, with a comment now and then.
  private mutating func trivia() -> String {
    one(in: 12)
      ? pick(" // c\n", " /* c */ ", "\n/* a\n * b */\n", "\n\n\n", "\n\t/*\n\t  d\n\t*/\n", "\n  // e\n", "\r\n")
      : pick(" ", "", "\n", "  ")
  }

  /// A place between tokens of one expression.
  private mutating func gap() -> String {
    one(in: 25) ? pick("/* g */", " // g\n", "\n", "\n // g\n /* h */") : ""
  }

  // MARK: Items

  private mutating func item() -> String {
    switch Int.random(in: 0..<14, using: &random) {
    case 0: macro()
    case 1, 2: declaration() + trivia()
    case 3: directive()
    case 4:
      "let \(pick("@", "@a"))\(trivia())= \(pick("hash", "lruhash", "percpuhash"))(\(pick("10", "1 + 2", "")))\(trivia())\(pick(";", ""))"
    case 5: "import\(trivia())\"\(pick("stdlib", "a/b.bt", "\\x41"))\"\(trivia());"
    default: probe()
    }
  }

  private mutating func config() -> String {
    let last = one(in: 2) ? "\(trivia())print_maps_on_exit = false\(pick("", ";"))" : ""
    let entries = some(0...3, "") { generator in
      "\(generator.trivia())\(generator.pick("max_map_keys", "stack_mode", "license"))\(generator.trivia())="
        + "\(generator.trivia())\(generator.pick("10", "1e3", "perf", "\"GPL v2\""))\(generator.trivia());"
    }
    return "config\(trivia())=\(trivia()){\(entries)\(last)\(trivia())}\n"
  }

  private mutating func macro() -> String {
    let parameters = some(0...3, ",") { generator in
      let value = generator.one(in: 4) ? " = \(generator.expression(1))" : ""
      return generator.gap() + generator.pick("a", "$b", "@c", "@") + value
    }
    return "macro m(\(parameters))\(trivia())\(block(3))"
  }

  private mutating func directive() -> String {
    let inner = pick(probe(), declaration(), macro())
    switch Int.random(in: 0..<5, using: &random) {
    case 0: return "#include \(pick("<linux/sched.h>", "\"a.h\""))\(pick("", " // c", "/* c */"))\n"
    case 1: return "#define A\(pick("", "(x, y)")) \(pick("", "1", "((x) + 1)", "\"/* no */\"", "1 \\\n  + 2"))\n"
    case 2: return "#  undef\tA\n"
    case 3: return "#ifdef A\n\(inner)\n#else\n\(probe())\n#endif\n"
    default: return "#if defined(A) && B /* c */ > 2\n\(inner)\n#endif // A\n"
    }
  }

  private mutating func probe() -> String {
    let points = some(1...2, ",\(trivia())") { generator in
      generator.pick("", "", "", "name=")
        + generator.pick(
          "BEGIN", "end", "kprobe:f", "kprobe:g*", "kprobe:a:f+0x10", "uprobe:/bin/a.so:f",
          "uprobe:/bin/a:cpp:\"f(int, char)\"",
          "interval:1s", "usdt:/a/*:b:c", "tracepoint:a:b", "tracepoint:sys_[ab]:$1", "uprobe:\"/x y\":\"f\\\"g\"",
          "watchpoint:0x1000:8:rw", "iter:task", "profile:hz:99", "software:faults:", "rawtracepoint:x",
          "self:signal:USR1")
    }
    let condition = expression(3)
    let start = condition.hasPrefix("*") || condition.hasPrefix("/") ? "/ " : "/"
    let predicate = one(in: 3) ? " \(start)\(condition)\(pick(" ", "\n"))/" : ""
    if one(in: 8) { return "\(points)\(predicate) < \(statements(2)) >\n" }
    return "\(points)\(predicate)\(trivia())\(block(4))"
  }

  // MARK: Declarations of C

  private mutating func declaration() -> String {
    switch Int.random(in: 0..<6, using: &random) {
    case 0:
      "typedef \(pick("unsigned int", "struct s", "void", "struct { int a; }", "enum e")) \(declarator()), *\(name());"
    case 1: "enum \(pick("e", "")) { \(enumerators()) };"
    case 2: "struct s;"
    default: aggregate(2, "\(pick("struct", "union")) \(pick("", "__attribute__((packed)) "))s") + pick(";", "", " ;")
    }
  }

  private mutating func name() -> String { pick("a", "b", "config", "for", "if_", "x1") }

  private mutating func enumerators() -> String {
    some(1...3, ",\(trivia())") { generator in
      generator.pick("A", "B", "C") + generator.pick("", " = 1 << 2", " = A + 1", " = sizeof(struct s)")
    } + pick("", ",", ",\n#ifdef X\nD\n#endif\n")
  }

  private mutating func aggregate(_ depth: Int, _ header: String) -> String {
    let members = some(0...3, "") { $0.member(depth - 1) }
    return
      "\(header) {\(members)\(trivia())}\(pick("", " __attribute__((packed))", " __packed", " __attribute__((aligned(16)))"))"
  }

  private mutating func member(_ depth: Int) -> String {
    switch Int.random(in: 0..<9, using: &random) {
    case 0 where depth > 0:
      return trivia() + aggregate(depth, pick("struct", "union", "struct t")) + pick("", " a", " a[2], *b", " *c") + ";"
    case 1: return "\(trivia())enum \(pick("", "f")) { \(enumerators()) } \(pick("", "k"));"
    case 2: return "\(trivia())unsigned int \(name()) : 3, : 2, \(name()) : 1 + 1;"
    case 3: return "\n#if A\n\(member(depth))\n#else\n\(member(depth))\n#endif\n"
    case 4: return "\n#define B 1\n"
    default:
      let type = pick(
        "int", "const char", "unsigned long long", "struct s", "u64", "__be16", "volatile uint8_t", "void")
      return "\(trivia())\(type) \(declarator())\(pick("", " __attribute__((aligned(8)))", ", *\(name())"));"
    }
  }

  private mutating func declarator() -> String {
    pick(
      name(), "*\(name())", "**\(name())", "\(name())[4]", "\(name())[]", "*\(name())[2][3]",
      "(*\(name()))(int, void *)",
      "(*\(name())[4])(void)", "(*\(name()))[4]", "\(name())[sizeof(int) * 2]")
  }

  // MARK: Statements

  private mutating func block(_ depth: Int) -> String {
    let last = one(in: 3) ? expression(depth - 1) + trivia() : ""
    return "{\(trivia())\(statements(depth))\(trivia())\(last)}"
  }

  private mutating func statements(_ depth: Int) -> String {
    (0..<Int.random(in: 0...3, using: &random)).map { _ in statement(depth - 1) }.joined(separator: trivia())
  }

  private mutating func statement(_ depth: Int) -> String {
    if depth <= 0 { return "\(target()) = \(expression(0));" }
    switch Int.random(in: 0..<15, using: &random) {
    case 0: return "if\(gap()) \(condition(depth))\(trivia())\(block(depth))"
    case 1: return "if \(condition(depth)) \(block(depth))\(trivia())else\(gap()) \(block(depth))"
    case 2: return "if (a) \(block(depth)) else if (b)\(trivia())\(block(depth)) else \(block(depth))"
    case 3: return "while \(condition(depth)) \(block(depth))"
    case 4:
      let range = "$i\(gap()) : \(expression(depth - 1))..\(expression(depth - 1))"
      return "for \(one(in: 3) ? "\(range) " : "(\(range))")\(trivia())\(block(depth))"
    case 5: return "for \(pick("($kv : @m)", "$kv : @m", "($kv\n:\n@m)")) \(block(depth))"
    case 6: return "unroll\(pick("(\(expression(0)))", " 3")) \(block(depth))"
    case 7:
      return
        "let \(gap())$v\(one(in: 2) ? " : \(one(in: 6) ? "(int64, string)" : type())" : "")\(one(in: 2) ? " = \(expression(depth))" : "")\(gap());"
    case 8: return pick("break;", "continue;", "return;", "_ = a;", ";")
    case 9: return "return \(expression(depth));"
    case 10: return "f(\(expression(depth)),\(trivia())\(expression(depth))\(trivia()));"
    case 11: return block(depth)
    case 12:
      return "\n#\(pick("if A > 1", "ifdef A", "ifndef B // c"))\n\(statement(depth - 1))\n"
        + (one(in: 2) ? "#\(pick("else", "elif 1"))\n\(statement(depth - 1))\n" : "") + "#endif\n"
    default:
      let operation = pick("=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>=")
      return "\(target())\(trivia())\(operation)\(trivia())\(expression(depth))\(trivia());"
    }
  }

  private mutating func condition(_ depth: Int) -> String {
    pick("(\(expression(depth)))", "comptime (\(expression(depth)))", "a", "$x == 1")
  }

  private mutating func target() -> String { pick("$x", "@", "@m[1]", "@m[\"a\", $b]", "@m[(1, 2)]") }

  private mutating func type() -> String {
    pick(
      "uint64", "struct s *", "int8[4]", "string[8]", "typeof($x)", "u32**", "unsigned int", "size_t",

      "union u", "enum e", "typeof(int32)", "const char *", "string", "buffer[1 + 2]", "struct s *[2]", "bool")
  }

  // MARK: Expressions

  private mutating func expression(_ depth: Int) -> String {
    if depth <= 0 {
      return gap()
        + pick(
          "1", "0x1f", "10ms", "1_000UL", "017", "0b1", "1e6", "\"a\\n\"", "\"\\x41\\033[0m\\\"\"", "$x", "@m", "@",
          "name", "true",
          "false", "$1", "$#", "args.f", "nsecs", "18446744073709551615") + gap()
    }
    let inner = depth - 1
    switch Int.random(in: 0..<19, using: &random) {
    case 0...3:
      let operation = pick(
        "+", "-", "*", "/", "%", "&", "|", "^", "&&", "||", "==", "!=", "<", "<=", ">", "<<", ">>", ">=")
      return "\(expression(inner)) \(operation) \(expression(inner))"
    case 4: return "(\(expression(inner)))"
    case 5: return "\(pick("!", "~", "-", "*", "&", "+", "- ", "comptime "))(\(expression(inner)))"
    case 6: return "(\(expression(inner)) ? \(expression(inner)) : \(expression(inner)))"
    case 7: return "(\(type()))\(pick("$x", "(a)", "-1", "!b", "f(1)", "*p", "sizeof(a)"))"
    case 8: return "(foo)\(pick("$x", "(-1)", "!b", "c", "5"))"
    case 9: return "f(\(expression(inner)), \(expression(inner))\(pick("", ",")))"
    case 10: return "(\(expression(inner)),\(gap()) \(expression(inner)))\(pick("", ".0", "[1]"))"
    case 11: return "(a = \(expression(inner)),\(gap()) b = 2)\(pick("", ".b"))"
    case 12: return "($x\(pick(".a", "->b", "[1]", ".0.1", "++", "--")))"
    case 13: return "({ \(statements(inner)) \(expression(inner)) })"
    case 14: return "(if a { \(expression(inner)) } else { \(expression(inner)) })"
    case 15: return "\(pick("sizeof", "typeinfo"))(\(pick(type(), "(\(expression(inner)))", "x[2]", "(x[2])", "x")))"
    case 16: return "(\(expression(inner)) ?: \(expression(inner)))"
    case 17: return "f(\(expression(inner))\(gap())).x[\(expression(inner)), 2]"
    default:
      return pick(
        "++$x", "--@m[1]", "(1,)", "()", "offsetof(struct s, a.b)", "offsetof($x, y)", "f(struct s, int8*)", "-(-$x)",
        "(x)-1",
        "@m[1, 2]++")
    }
  }
}
