import Testing

@testable import TraceLang

@Suite struct DiagnosticTests {
  @Test func anErrorShowsItsLineAndARangeOfMarks() {
    #expect(
      Parsed("BEGIN { $x = 08; }").report == """
        stdin:1:15-16: ERROR: '8' is not an octal digit: numbers that start with 0 are octal
        BEGIN { $x = 08; }
                      ~

        """)
  }

  @Test func notesPointAtOpeningBrackets() {
    #expect(
      Parsed("BEGIN { f(1; }").report == """
        stdin:1:12-13: ERROR: expected ',' or ')', found ';'
        BEGIN { f(1; }
                   ~
        stdin:1:10-11: NOTE: to close this '('
        BEGIN { f(1; }
                 ~

        """)
  }

  @Test func sureRepairsAreShownBeneathTheirPlace() {
    #expect(
      Parsed("BEGIN { f()\ng(); }").report == """
        stdin:1:12-13: ERROR: expected ';' after the statement
        BEGIN { f()
                   ~
                   ;

        """)
  }

  @Test func anUnterminatedStringIsOneError() {
    #expect(
      Parsed("BEGIN { print(\"a); }\nEND { }").report == """
        stdin:1:15-21: ERROR: unterminated string: '"' is missing at the end of the line
        BEGIN { print("a); }
                      ~~~~~~
        stdin:1:15-16: NOTE: the string starts here
        BEGIN { print("a); }
                      ~

        """)
  }

  @Test func anUnterminatedCommentIsOneError() {
    #expect(
      Parsed("BEGIN { /* a\n}").report == """
        stdin:1:9-11: ERROR: unterminated comment: '*/' is missing
        BEGIN { /* a
                ~~
        NOTE: all text after this '/*' is part of the comment

        """)
  }

  @Test func rangesOverLinesNameTheLines() {
    let sources = SourceMap(SourceFile(name: "a.bt", text: "one\n two\nthree"))
    let diagnostic = Diagnostic.warning("over lines", at: SourceRange(SourceID(0), 5, 12))
    #expect(
      DiagnosticRenderer(sources: sources).render(diagnostic) == "a.bt:2-3: WARNING: over lines\n two\n ~~~\n")
  }

  @Test func tabsAndWideCharactersKeepTheMarksAligned() {
    let text = "\tprint(\"日本\", 08);"
    let parsed = Parsed("BEGIN {\n\(text) }")
    #expect(parsed.report.hasSuffix("\(text) }\n\t               ~\n"))
  }

  @Test func longLinesAreShownInAWindow() {
    let padding = String(repeating: "f(); ", count: 100)
    let lines = Parsed("BEGIN { \(padding)$x = ; \(padding)}").report.split(separator: "\n")
    #expect(lines.count == 3)
    #expect(lines[1].hasPrefix("...") && lines[1].hasSuffix("...") && lines[1].utf8.count < 200)
    #expect(Array(lines[1])[lines[2].count - 1] == ";")
  }

  @Test func colorsAreOptional() {
    let parsed = Parsed("BEGIN { $0; }")
    let colored = DiagnosticRenderer(sources: parsed.sources, colors: true).render(parsed.diagnostics)
    #expect(!parsed.report.contains("\u{1b}"))
    #expect(colored.contains("\u{1b}[1;31mERROR\u{1b}[0m"))
  }

  @Test func controlCharactersOfASourceAreNotPrinted() {
    #expect(!Parsed("BEGIN { print(\"\u{1b}[2J\", 08); }").report.contains("\u{1b}"))
  }

  @Test func editorsGetJSONLines() {
    let parsed = Parsed("BEGIN { f(\"a\" 1; }")
    #expect(
      DiagnosticRenderer(sources: parsed.sources).renderJSON(parsed.diagnostics)
        == "{\"type\": \"diagnostic\", \"data\": {\"severity\": \"error\", "
        + "\"message\": \"expected ',' or ')', found the number 1\", \"file\": \"stdin\", \"line\": 1, "
        + "\"column\": 15, \"end_line\": 1, \"end_column\": 16, \"notes\": [{\"message\": \"to close this '('\", "
        + "\"file\": \"stdin\", \"line\": 1, \"column\": 10, \"end_line\": 1, \"end_column\": 11}], "
        + "\"fixits\": [{\"file\": \"stdin\", \"line\": 1, \"column\": 14, \"end_line\": 1, \"end_column\": 14, "
        + "\"replacement\": \",\"}]}}\n")
  }

  @Test func anEmptyProgramIsExplained() {
    for text in ["", "\n\n", "// only a comment\n"] {
      #expect(
        Parsed(text).messages == [
          "the program is empty: write a probe and its actions, such as 'interval:1s { print(nsecs); }'"
        ])
    }
  }

  @Test(arguments: [
    ([0x7f, 0x45, 0x4c, 0x46, 0, 1], "this is not a script: byte 0x7f at offset 0"),
    (Array("BEGIN { }".utf8) + [0], "this is not a script: byte 0x00 at offset 9"),
    ([0xff, 0xfe, 0xfd], "this is not a script: byte 0xff at offset 0"),
  ])
  func binaryFilesAreRefusedInOneLine(bytes: [UInt8], message: String) {
    #expect(Parsed(bytes).messages == [message])
  }

  @Test(arguments: [
    ("$x = 'a';", "character literals are not supported: write the code, 97, or a string"),
    ("f('ab');", "strings are written in double quotes, not in single quotes"),
    ("f(\u{201c}a\u{201d});", "typographic quotes are not quotes of this language: write '\"'"),
    ("f(a\u{a0});", "this is a white space character that is not a space: replace it with a space"),
    ("$ = 1;", "expected a name or a number after '$'"),
    ("f(é);", "unexpected text 'é': only strings and comments may hold it"),
  ])
  func foreignCharactersAreExplained(text: String, message: String) {
    #expect(Parsed("BEGIN { \(text) }").messages == [message])
  }

  @Test func aByteOrderMarkIsSkipped() {
    #expect(Parsed([0xef, 0xbb, 0xbf] + Array("BEGIN { }".utf8)).messages == [])
  }

  @Test func theFirstErrorsAreToldAndTheRestOfTheScriptIsNotRead() {
    let told = Parsed(String(repeating: "#\n", count: 1000)).diagnostics.told()
    #expect(told.count == 21)
    #expect(told.last == .error("at least 31 more errors are not shown", at: nil))
  }

  @Test func errorsAndWarningsAreToldToANumberEach() {
    var diagnostics = Diagnostics()
    for number in 0..<30 {
      diagnostics.warning("w\(number)", at: nil)
      if number < 21 { diagnostics.error("e\(number)", at: nil) }
      diagnostics.error("e0", at: nil)
    }
    #expect(diagnostics.told().count == 41)
    #expect(diagnostics.told().last == .error("1 more error and 10 more warnings are not shown", at: nil))
    #expect(diagnostics.told(withWarnings: false).last == .error("1 more error is not shown", at: nil))
    #expect(diagnostics.told().map(\.message).contains("w19") && !diagnostics.told().map(\.message).contains("w20"))
    var whole = Diagnostics()
    whole.error("before", at: nil)
    whole.report(contentsOf: diagnostics)
    #expect(whole.told().last == .error("2 more errors and 10 more warnings are not shown", at: nil))
    #expect(
      DiagnosticRenderer(sources: SourceMap()).renderJSON(whole).hasSuffix(
        #"{"type": "diagnostic", "data": {"severity": "error", "#
          + #""message": "2 more errors and 10 more warnings are not shown"}}"# + "\n"))
  }

  @Test func adviceIsOnlySoughtForErrorsThatAreTold() {
    var diagnostics = Diagnostics()
    var sought = 0
    for number in 0..<100 {
      _ = diagnostics.advice {
        sought += 1
        return Hint()
      }
      diagnostics.error("e\(number)", at: nil)
    }
    #expect(sought == 20)
  }

  @Test func controlCharactersOfNamesAndTextsAreEscaped() {
    let sources = SourceMap(SourceFile(name: "a\u{1b}[2J\n.bt", text: "x \u{1b}[31m\u{202e} y"))
    let diagnostic = Diagnostic.error(
      "no '\u{9b}1m\u{7f}\r\t\u{2066}'", at: SourceRange(SourceID(0), 12, 13),
      notes: [.init("nor '\u{0}'")], fixIts: [.init(SourceRange(SourceID(0), 0, 1), "\u{8}")])
    let text = DiagnosticRenderer(sources: sources).render(diagnostic)
    #expect(
      text == """
        a\\x1b[2J\\n.bt:1:13-14: ERROR: no '\\x9b1m\\x7f\\r\\t\\u{2066}'
        x \u{fffd}[31m\u{fffd} y
                  ~
        \u{fffd}
        NOTE: nor '\\x00'

        """)
    let json = DiagnosticRenderer(sources: sources).renderJSON(diagnostic)
    #expect(json.contains(#""message": "no '\u009b1m\u007f\r\t"#) && json.contains(#""file": "a\u001b[2J\n.bt""#))
  }
}

@Suite struct SuggestionTests {
  @Test func ofManyNamesTheNearestAreListed() {
    let names = (0..<30).map { "name\($0)" } + ["other"]
    #expect(
      Suggestions.some(of: names, nearestTo: "name1x")
        == "name1, name10, name11, name12, name13, name14, name15, name16, name17, name18, name19, name0 and 19 more")
    #expect(Suggestions.some(of: ["b", "a"], nearestTo: "a") == "b, a")
  }

  @Test func nearNamesComeFirst() {
    #expect(Suggestions.nearest(to: "kprob", among: ["uprobe", "kprobe", "usdt"]) == ["kprobe", "uprobe"])
  }

  @Test func swappedLettersAreOneMistake() {
    #expect(Suggestions.nearest(to: "cuont", among: ["mount", "count"]) == ["count", "mount"])
  }

  @Test func farNamesAreNotSuggested() {
    #expect(Suggestions.nearest(to: "abc", among: ["xyz", "abcdefgh", ""]) == [])
  }

  @Test func caseIsHalfAMistake() {
    #expect(Suggestions.nearest(to: "Begin", among: ["begin", "BEGIN"], limit: 1) == ["begin"])
  }

  @Test func longNamesAreNotCompared() {
    let long = String(repeating: "a", count: 10_000)
    #expect(Suggestions.nearest(to: long, among: [long + "b"]) == [])
  }
}
