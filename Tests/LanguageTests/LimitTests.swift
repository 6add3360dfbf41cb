import Testing
import TraceLang

/// Scripts of a megabyte and such that grow exponentially are refused with a place and a reason.
@Suite struct ExpansionLimitTests {
  private static func lines(_ count: Int, _ line: (Int) -> String) -> String {
    (0..<count).map(line).joined(separator: "\n")
  }

  /// The first line of what is told of a script.
  private func told(_ text: String) -> String {
    String(Compiled(text).report.prefix { $0 != "\n" })
  }

  @Test("conditions on definitions that use others twice are computed")
  func conditions() {
    let defines = Self.lines(30) { "#define A\($0) (A\($0 + 1) + A\($0 + 1))" } + "\n#define A30 1\n"
    #expect(told(defines + "#if A0 == 1 << 30\n#error yes\n#endif\nbegin { }") == "stdin:33:1-11: ERROR: yes")
  }

  @Test("macros that double their argument are refused")
  func macros() {
    let macros = Self.lines(60) { "macro m\($0)(x) { m\($0 + 1)(x + x) }" } + "\nmacro m60(x) { x }\n"
    #expect(told(macros + "begin { $x = m0(1); }").hasSuffix("ERROR: macros make too much code of this"))
  }

  @Test("tuples that double are refused")
  func tuples() {
    let text = "begin { $a0 = (1, 1); " + Self.lines(40) { "$a\($0 + 1) = ($a\($0), $a\($0));" } + " }"
    #expect(told(text).hasSuffix("ERROR: the tuple is too large: at most 1024 values are allowed"))
  }

  @Test("keys of maps that double are refused")
  func keys() {
    let text =
      "begin { @a0[1, 1] = 1; " + Self.lines(40) { "for ($k : @a\($0)) { @a\($0 + 1)[$k.0, $k.0] = 1; }" } + " }"
    #expect(Compiled(text).report.contains("ERROR: the tuple is too large: at most 1024 values are allowed"))
  }

  @Test("there is a limit to the length of strings and the number of maps and probes")
  func numbers() {
    #expect(
      told("begin { print(\"\(String(repeating: "a", count: 1 << 20))\"); }").hasSuffix(
        "ERROR: the string is too long: at most 65535 bytes are allowed"))
    #expect(
      told("begin { \(Self.lines(5000) { "@a\($0) = 1;" }) }").hasSuffix(
        "ERROR: the script has too many maps: at most 4096 are allowed"))
    #expect(
      told("config = { max_probes = 100000 }\n" + String(repeating: "begin { }\n", count: 5000)).hasSuffix(
        "ERROR: the script has too many probes: at most 4096 are allowed"))
  }

  @Test("many variables are no trouble")
  func variables() {
    #expect(told("begin { $a0 = 1; \(Self.lines(20_000) { "$a\($0 + 1) = $a\($0);" }) }") == "")
  }

  @Test("tuples that nest deeply are refused") func nestedTuples() {
    func nested(_ depth: Int) -> String {
      "begin { print(\(String(repeating: "(1, ", count: depth))1\(String(repeating: ")", count: depth))); }"
    }
    #expect(told(nested(64)) == "")
    #expect(told(nested(65)).hasSuffix("ERROR: tuples are nested too deeply: at most 64 in one another are allowed"))
  }

  @Test("wildcards that stand for too much together are refused, however few each") func wildcards() {
    let block = Array(repeating: "tracepoint:sched:*", count: 128).joined(separator: ", ") + " { @ = count(); }\n"
    let settings = "config = { max_probes = 100000 }\n"
    #expect(told(settings + String(repeating: block, count: 512)) == "")
    #expect(
      told(settings + String(repeating: block, count: 513)).hasSuffix(
        "ERROR: the script has too many probes: wildcards stand for more than 65536 up to here"))
  }

  @Test("the first errors are told, and after fifty thousand the rest of the script is not checked") func errors() {
    let report = Compiled("begin { \(Self.lines(60_000) { "@a = foo\($0);" }) }").report
    #expect(report.split(separator: "\n").count { $0.contains("there is nothing named") } == 20)
    #expect(report.hasSuffix("ERROR: at least 49980 more errors are not shown\n"))
  }

  @Test("types that follow from one another over a long way, in a long script, are refused") func walks() {
    let chain = Self.lines(3000) { "@m\($0) = @m\($0 + 1);" } + "@m3000 = 1;"
    let filling = Self.lines(40_000) { "$v\($0) = pid;" }
    #expect(
      Compiled("begin { \(chain) \(filling) }").report.contains(
        "ERROR: the types of the script depend on one another over too many steps"))
  }

  @Test("different patterns are counted, not their uses") func patterns() {
    func globs(_ count: Int, _ different: Int) -> String {
      "begin { \(Self.lines(count) { "@ = globmatch(comm, \"a\($0 % different)*\");" }) }"
    }
    #expect(told(globs(2000, 1024)) == "")
    #expect(
      told(globs(2000, 1025)).hasSuffix(
        "ERROR: the script has too many patterns: globmatch() takes at most 1024 different ones"))
  }
}
