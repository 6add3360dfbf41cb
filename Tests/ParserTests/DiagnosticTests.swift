import Testing
import TraceLang

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

  @Test func manyErrorsAreCut() {
    let messages = Parsed(String(repeating: "#\n", count: 1000)).messages
    #expect(messages.count == 51)
    #expect(messages.last == "too many errors: the rest of the script was not read")
  }
}

@Suite struct SuggestionTests {
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
