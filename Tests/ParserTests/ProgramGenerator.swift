/// A small generator of random numbers: the same seed gives the same numbers (SplitMix64).
struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
    state = next()
  }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}

/// Writes random programs that are right.
struct ProgramGenerator {
  private var random: SeededRandom

  init(seed: UInt64) { random = SeededRandom(seed: seed) }

  mutating func program() -> String {
    (0..<Int.random(in: 1...3, using: &random)).map { _ in item() }.joined(separator: pick("\n", "\n\n", " "))
  }

  private mutating func pick(_ choices: String...) -> String { choices.randomElement(using: &random) ?? "" }

  private mutating func one(in count: Int) -> Bool { Int.random(in: 0..<count, using: &random) == 0 }

  /// A comment now and then.
  private mutating func trivia() -> String {
    one(in: 12) ? pick(" // c\n", " /* c */ ", "\n/* a\n * b */\n", "\n\n\n") : pick(" ", "", "\n", "  ")
  }

  private mutating func item() -> String {
    switch Int.random(in: 0..<8, using: &random) {
    case 0: "macro m(a, $b, @c) \(block(3))"
    case 1: "struct s { int a; struct { char b[2]; }; } \(pick(";", ""))"
    default: probe()
    }
  }

  private mutating func probe() -> String {
    let points = pick(
      "BEGIN", "kprobe:f", "kprobe:f,kprobe:g*", "uprobe:/bin/a.so:f", "interval:1s", "usdt:/a/*:b:c",
      "tracepoint:a:b, uprobe:\"/x y\":\"f(int)\"")
    let condition = expression(3)
    let start = condition.hasPrefix("*") ? "/ " : "/"
    let predicate = one(in: 3) ? " \(start)\(condition)\(pick(" ", ""))/" : ""
    if one(in: 6) { return "\(points)\(predicate) < \(statements(2)) >\n" }
    return "\(points)\(predicate)\(trivia())\(block(4))"
  }

  private mutating func block(_ depth: Int) -> String {
    let last = one(in: 3) ? expression(depth - 1) + trivia() : ""
    return "{\(trivia())\(statements(depth))\(trivia())\(last)}"
  }

  private mutating func statements(_ depth: Int) -> String {
    (0..<Int.random(in: 0...4, using: &random)).map { _ in statement(depth - 1) }.joined(separator: trivia())
  }

  private mutating func statement(_ depth: Int) -> String {
    if depth <= 0 { return "\(target()) = \(expression(0));" }
    switch Int.random(in: 0..<13, using: &random) {
    case 0: return "if \(condition(depth)) \(block(depth))"
    case 1: return "if \(condition(depth)) \(block(depth))\(trivia())else \(block(depth))"
    case 2: return "if (a) \(block(depth)) else if (b) \(block(depth)) else \(block(depth))"
    case 3: return "while \(condition(depth)) \(block(depth))"
    case 4: return "for ($i : \(expression(depth - 1))..\(expression(depth - 1))) \(block(depth))"
    case 5: return "for ($kv : @m) \(block(depth))"
    case 6: return "unroll(\(expression(0))) \(block(depth))"
    case 7: return "let $v\(one(in: 2) ? " : \(type())" : "")\(one(in: 2) ? " = \(expression(depth))" : "");"
    case 8: return pick("break;", "continue;", "return;", "_ = a;", ";")
    case 9: return "return \(expression(depth));"
    case 10: return "f(\(expression(depth)),\(trivia())\(expression(depth)));"
    case 11: return block(depth)
    default:
      return "\(target())\(trivia())\(pick("=", "+=", "<<=", "/=", "&="))\(trivia())\(expression(depth));"
    }
  }

  private mutating func condition(_ depth: Int) -> String {
    one(in: 2) ? "(\(expression(depth)))" : "comptime (\(expression(depth)))"
  }

  private mutating func target() -> String { pick("$x", "@", "@m[1]", "@m[\"a\", $b]") }

  private mutating func type() -> String {
    pick("uint64", "struct s *", "int8[4]", "string[8]", "typeof($x)", "u32**", "unsigned int", "size_t")
  }

  private mutating func expression(_ depth: Int) -> String {
    if depth <= 0 {
      return pick("1", "0x1f", "10ms", "\"a\\n\"", "$x", "@m", "@", "name", "true", "$1", "$#", "args.f", "nsecs")
    }
    let inner = depth - 1
    switch Int.random(in: 0..<17, using: &random) {
    case 0...3:
      return "\(expression(inner)) \(pick("+", "-", "*", "/", "%", "&", "|", "^", "&&", "||", "==", "<", "<<", ">=")) "
        + expression(inner)
    case 4: return "(\(expression(inner)))"
    case 5: return "\(pick("!", "~", "-", "*", "&", "+", "- ", "comptime "))(\(expression(inner)))"
    case 6: return "(\(expression(inner)) ? \(expression(inner)) : \(expression(inner)))"
    case 7: return "(\(type()))\(pick("$x", "(a)", "-1", "!b", "f(1)", "*p"))"
    case 8: return "(foo)\(pick("$x", "(-1)", "!b", "c", "5"))"
    case 9: return "f(\(expression(inner)), \(expression(inner)))"
    case 10: return "(\(expression(inner)), \(expression(inner)))\(pick("", ".0", "[1]"))"
    case 11: return "(a = \(expression(inner)), b = 2)\(pick("", ".b"))"
    case 12: return "($x\(pick(".a", "->b", "[1]", ".0.1", "++", "--")))"
    case 13: return "({ \(statements(inner)) \(expression(inner)) })"
    case 14: return "(if a { \(expression(inner)) } else { \(expression(inner)) })"
    case 15: return "\(pick("sizeof", "typeinfo"))(\(pick(type(), "(\(expression(inner)))", "x[2]", "(x[2])", "x")))"
    default: return pick("++$x", "(1,)", "()", "offsetof(struct s, a.b)", "f(struct s, int8*)", "-(-$x)", "(x)-1")
    }
  }
}
