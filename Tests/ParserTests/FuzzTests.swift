import TestSupport
import Testing
import TraceLang

/// Nothing that is read may crash, hang or grow out of bounds; what is wrong with it is said.
@Suite struct FuzzTests {
  /// Runs every function on a text; what parses without an error must survive printing.
  private static func run(_ bytes: [UInt8]) {
    let parsed = Parsed(bytes)
    _ = parsed.report
    _ = DiagnosticRenderer(sources: parsed.sources).renderJSON(parsed.diagnostics)
    #expect(parsed.diagnostics.all.count <= 51)
    let dump = parsed.dump
    let printed = parsed.printed
    if parsed.diagnostics.hasErrors { return }
    let again = Parsed(SyntaxPrinter.bytes(of: parsed.script, in: parsed.sources))
    #expect(difference(again.dump, dump) == "", "\(String(decoding: bytes, as: UTF8.self))\n=>\n\(printed)")
    #expect(difference(again.printed, printed) == "", "\(String(decoding: bytes, as: UTF8.self))")
  }

  @Test(arguments: 0..<40)
  func mutatedScriptsAreSurvived(seed: Int) {
    var random = SplitMix(seed: UInt64(1000 + seed))
    let scripts = Corpus.examples.map { Array($0.utf8) } + Corpus.installed.map(Corpus.bytes)
    for _ in 0..<100 {
      guard var script = scripts.randomElement(using: &random) else { return }
      for _ in 0..<Int.random(in: 1...6, using: &random) { Self.mutate(&script, scripts, &random) }
      Self.run(script)
    }
  }

  private static func mutate(_ script: inout [UInt8], _ others: [[UInt8]], _ random: inout SplitMix) {
    guard !script.isEmpty else { return }
    let start = Int.random(in: 0..<script.count, using: &random)
    let length = min(Int.random(in: 0...12, using: &random), script.count - start)
    let piece = start..<start + length
    switch Int.random(in: 0..<7, using: &random) {
    case 0: script[start] = UInt8.random(in: 0...255, using: &random)
    case 1: script[start] = Array("(){}[]<>/\"'$@.,;:=+-*&|!?#\\ \n".utf8).randomElement(using: &random) ?? 0
    case 2: script.removeSubrange(piece)
    case 3: script.insert(contentsOf: script[piece], at: Int.random(in: 0...script.count, using: &random))
    case 4: script.removeSubrange(start...)
    case 5: script.insert(contentsOf: words.randomElement(using: &random)?.utf8 ?? "".utf8, at: start)
    default:
      guard let other = others.randomElement(using: &random), other.count > 60 else { return }
      let from = Int.random(in: 0..<other.count - 60, using: &random)
      script.replaceSubrange(piece, with: other[from..<from + 60])
    }
  }

  private static let words = [
    "if", "else ", "for", "while ", "struct s ", "(uint64)", "typeof(", "sizeof(", "comptime ", "return ", "let $x",
    "macro m(", "config = {", "BEGIN ", "kprobe:f", "++", "--", "->", "..", "<<=", "0x", "1e", "99999999999999999999",
    "/*", "*/", "//", "\"", "\\", "$#", "$1", "@", "{", "}", "(", ")", "<", ">", "#define A", "/", ";", "? :", "=",
  ]

  @Test(arguments: 0..<40)
  func wordSoupIsSurvived(seed: Int) {
    var random = SplitMix(seed: UInt64(2000 + seed))
    for _ in 0..<100 {
      var text = "BEGIN { "
      for _ in 0..<Int.random(in: 1...40, using: &random) {
        text += (Self.words.randomElement(using: &random) ?? "") + (Bool.random(using: &random) ? " " : "")
      }
      Self.run(Array(text.utf8))
    }
  }

  @Test(arguments: 0..<10)
  func noiseIsSurvived(seed: Int) {
    var random = SplitMix(seed: UInt64(3000 + seed))
    for size in [1, 10, 100, 1000] {
      Self.run((0..<size).map { _ in UInt8.random(in: 0...255, using: &random) })
      Self.run((0..<size).map { _ in UInt8.random(in: 1...127, using: &random) })
      Self.run((0..<size).map { _ in UInt8.random(in: 32...126, using: &random) })
    }
  }
}

@Suite struct LimitTests {
  private static let size = 1 << 20

  /// A megabyte of a pattern between a start and an end.
  private static func megabyte(_ pattern: String, _ start: String = "BEGIN { $x = ", _ end: String = "") -> [UInt8] {
    Array((start + String(repeating: pattern, count: size / pattern.utf8.count) + end).utf8)
  }

  @Test(arguments: [
    "(", "{", "-", "! ", "(int8)", "(typeof(", "@a[", "(a[", "a ? ", "a ? b : ", "{ 1 + ", "if (1) { ", "f(", "(a=",
  ])
  func nestingHasALimit(pattern: String) {
    #expect(Parsed(Self.megabyte(pattern)).messages == ["nested too deeply: at most 256 levels are allowed"])
  }

  @Test func tenMegabytesOfParenthesesAreOneError() {
    let parentheses = [UInt8](repeating: UInt8(ascii: "("), count: 10 * Self.size)
    #expect(Parsed(parentheses).messages == ["nested too deeply: at most 256 levels are allowed"])
    #expect(
      Parsed(Array("BEGIN { $x = ".utf8) + parentheses).messages == [
        "nested too deeply: at most 256 levels are allowed"
      ])
  }

  @Test(arguments: ["+ 1", "||1&&1|1^1&1==1<1<<1+1*(1", ".a", "[1]", " ->b", "&& a"])
  func chainsHaveALimit(pattern: String) {
    #expect(
      Parsed(Self.megabyte(pattern, "BEGIN { $x = a ")).messages == [
        "the expression is too long: at most 500 operators are allowed in one statement"
      ])
  }

  @Test func branchesHaveALimit() {
    #expect(
      Parsed(Self.megabyte("else if (1) {} ", "BEGIN { if (1) {} ")).messages == [
        "too many branches: at most 500 'else if' are allowed"
      ])
  }

  @Test func structsHaveALimit() {
    #expect(
      Parsed(Self.megabyte("struct { ", "struct s { ")).messages == [
        "nested too deeply: at most 64 structs in one another are allowed"
      ])
  }

  @Test(arguments: [
    ("$x = 1 + 2 * 3; ", "BEGIN { ", "}"), ("kprobe:f { $x = 1; }\n", "", ""), ("kprobe:f,", "", "BEGIN { }"),
    ("/**/a;", "BEGIN { ", "}"), ("#define A 1\n", "", ""), ("1,", "BEGIN { $x = (", "); }"),
    ("a = 1; ", "config = { ", "}"), ("a", "BEGIN { print(\"", "\"); }"), ("int a; ", "struct s { ", "}"),
    ("x,", "macro m(", "x) { 1 }"), (" \n", "BEGIN { ", "}"), ("A,", "enum e { ", "}"),
  ])
  func longScriptsHaveNone(pattern: String, start: String, end: String) {
    #expect(Parsed(Self.megabyte(pattern, start, end)).messages == [])
  }

  @Test(arguments: [
    "\"", "'", "/", "/*", "$", "@", ";", "}", ")", "a ", "a\n", "a:", "<", "> ", "é", "#", "#\n", "\\", "..", "?",
    "BEGIN ", "BEGIN { ", "kprobe:f /", "struct ", "let ", "macro ", "typedef ", "enum e { ", "\u{1}", "\t", "= ",
  ])
  func repetitionIsRefusedInFewWords(pattern: String) {
    for start in ["", "BEGIN { "] {
      let messages = Parsed(start + String(repeating: pattern, count: 50_000)).messages
      #expect(!messages.isEmpty && messages.count <= 51)
    }
  }

  @Test func theDeepestTreesPrintAndDump() {
    let deep = [
      "BEGIN { $x = \(String(repeating: "(", count: 100))1\(String(repeating: "+1)", count: 100)); }",
      "BEGIN { if (1) {}\(String(repeating: "else if (1) {}", count: 499)) }",
      "BEGIN { $x = \(String(repeating: "! ", count: 240))1\(String(repeating: "+ 1", count: 490)); }",
      "BEGIN { \(String(repeating: "{", count: 250))\(String(repeating: "}", count: 250)) }",
      "struct s { \(String(repeating: "struct {", count: 60))int x;\(String(repeating: "};", count: 60)) };",
    ]
    for text in deep { RoundTripTests.check(Array(text.utf8)) }
  }
}
