import TestSupport
import Testing

@testable import TraceLang

@Suite struct JSONTests {
  private func reprinted(_ text: String, _ style: JSONValue.Style = .compact) throws -> String {
    String(decoding: try JSONValue(parsing: Array(text.utf8)).encoded(style), as: UTF8.self)
  }

  @Test func objectsKeepTheOrderOfTheirMembers() throws {
    #expect(try reprinted(#"{ "b" : [ 1 , -2.5e3, true ], "a":null }"#) == #"{"b":[1,-2500.0,true],"a":null}"#)
  }

  @Test func integersOf64BitsAreExact() throws {
    let text = "[18446744073709551615,9223372036854775807,-9223372036854775808]"
    #expect(try reprinted(text) == text)
  }

  @Test func escapesAreReadAndTheNecessaryOnesWritten() throws {
    #expect(try reprinted(#""a\/\u00e9\ud83d\ude00\n\u0001\"\\""#) == #""a/é😀\n\u0001\"\\""#)
  }

  @Test func prettyBreaksOnlyWhatDoesNotFit() throws {
    let text = #"{"short":[1,2],"long":["aaaaaaaaaa","bbbbbbbbbb",{"c":1}]}"#
    #expect(
      try reprinted(text, .pretty(width: 24)) == """
        {
          "short": [1, 2],
          "long": [
            "aaaaaaaaaa",
            "bbbbbbbbbb",
            {"c": 1}
          ]
        }
        """)
  }

  @Test(arguments: [
    ("", "the text ends where a value should be (byte 0)"),
    ("[1,]", "expected a value (byte 3)"),
    ("[1 2]", "expected , or ] in an array (byte 3)"),
    ("{\"a\":1,\"a\":2}", "the key \"a\" is here twice (byte 7)"),
    ("{a:1}", "expected a key in quotes (byte 1)"),
    ("01", "unexpected text after the value (byte 1)"),
    ("1.", "expected a digit (byte 2)"),
    ("1e999", "a number too large (byte 0)"),
    ("\"a", "the text ends inside a string (byte 2)"),
    ("\"\\ud800\"", "half of a surrogate pair (byte 3)"),
    ("\"\\x\"", "an unknown escape in a string (byte 2)"),
    ("\"\u{1}\"", "a control character in a string (byte 1)"),
    ("nul", "expected null (byte 0)"),
  ])
  func errorsSayWhere(text: String, message: String) {
    #expect(throws: JSONError.self) { try JSONValue(parsing: Array(text.utf8)) }
    do { _ = try JSONValue(parsing: Array(text.utf8)) } catch { #expect(error.description == message) }
  }

  @Test func nestingBeyondTheLimitIsRefused() throws {
    func nested(_ depth: Int) -> [UInt8] {
      Array(String(repeating: "[", count: depth).utf8) + Array(String(repeating: "]", count: depth).utf8)
    }
    _ = try JSONValue(parsing: nested(JSONValue.depthLimit))
    #expect(throws: JSONError.self) { try JSONValue(parsing: nested(JSONValue.depthLimit + 1)) }
  }

  @Test func damagedTextsNeverTrap() {
    var random = SplitMix(seed: 2)
    let text = Array(#"{"a":[1,-2.5e3,"x\u00e9\n",true,null,{"b":18446744073709551615}]}"#.utf8)
    for _ in 0..<20_000 { _ = try? JSONValue(parsing: random.damaged(text)) }
  }
}
