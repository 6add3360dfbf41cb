import Testing
import TraceLang

/// What `getopt` and the parameters of the command line give.
@Suite struct ParameterTests {
  @Test("the default is the value when nothing is given")
  func defaults() {
    #expect(value("getopt(\"n\", 5)") == "5:int64")
    #expect(value("getopt(\"n\", -5)") == "-5:int64")
    #expect(value("getopt(\"n\", \"text\")") == "\"text\":string[5]")
    #expect(value("getopt(\"n\")") == "0:bool")
    #expect(value("getopt(\"n\", true)") == "1:bool")
  }

  @Test("what is given takes the default's type")
  func given() {
    #expect(value("getopt(\"n\", 5)", ["n": "0x10"]) == "16:int64")
    #expect(value("getopt(\"n\", \"a\")", ["n": "17"]) == "\"17\":string[3]")
    #expect(value("getopt(\"n\")", ["n": ""]) == "1:bool")
    #expect(value("getopt(\"n\", true)", ["n": "false"]) == "0:bool")
  }

  @Test("a value of the wrong type is told")
  func wrong() {
    #expect(value("getopt(\"n\", 5)", ["n": "many"]).hasPrefix("stdin:1:14-28: ERROR: --n takes a number, not 'many'"))
    #expect(value("getopt(\"n\", 5)", ["n": ""]).contains("--n takes a number, as in --n=VALUE"))
    #expect(value("getopt(\"n\")", ["n": "maybe"]).contains("--n takes true or false, not 'maybe'"))
  }

  @Test("a parameter nobody asks for is told")
  func unknown() {
    #expect(
      value("getopt(\"length\", 5)", ["lenght": "1"])
        == "ERROR: the script has no parameter --lenght\nNOTE: did you mean --length?\n")
  }

  @Test("help lists the parameters with defaults and what they say of themselves")
  func help() {
    let text =
      "begin { $a = getopt(\"count\", 5, \"how many\"); $b = getopt(\"v\", false, \"say more\"); $c = getopt(\"x\"); }"
    #expect(
      Compiled(text).program?.namedParameterHelp == """
        Options of the script, behind '--', with their defaults:
          --count=5  how many
          --v        say more
          --x

        """)
  }

  @Test(
    "numbers of the command line, as the language writes them and with a sign",
    arguments: [
      ("0x10", "16:int64"), ("0X1f", "31:int64"), ("010", "8:int64"), ("0b11", "3:int64"), ("1e3", "1000:int64"),
      ("1_000", "1000:int64"), ("-5", "-5:int64"), ("+5", "5:int64"), ("-0x10", "-16:int64"), ("5u", "5:int64"),
      ("5s", "5000000000:int64"), (" 5", "5:int64"), ("9223372036854775807", "9223372036854775807:int64"),
      ("-9223372036854775808", "-9223372036854775808:int64"),
    ])
  func numbers(text: String, expected: String) {
    #expect(value("getopt(\"n\", 5)", ["n": text]) == expected)
    let options = CheckerOptions(parameters: [text])
    #expect(Compiled("begin { $x = $1; }", options: options).text.hasSuffix("$x = \(expected)\n"))
  }

  @Test("a number that only an unsigned one holds") func unsigned() {
    #expect(value("getopt(\"n\", 5)", ["n": "18446744073709551615"]).hasSuffix(":uint64"))
  }

  @Test(
    "what spells no number",
    arguments: ["", "abc", "1K", "0xZZ", "99999999999999999999", "-9223372036854775809", "09", "- 5"])
  func noNumbers(text: String) {
    var options = CheckerOptions()
    options.namedParameterBytes = ["n": Array(text.utf8)]
    #expect(
      Compiled("begin { $x = getopt(\"n\", 5); }", options: options).text.contains("--n takes a number, not '\(text)'"))
  }

  @Test("words for true and false, whatever their case") func booleans() {
    for word in ["true", "TRUE", "True", "1", "yes", "on", "ON"] {
      #expect(value("getopt(\"b\")", ["b": word]).hasPrefix("1:"))
    }
    for word in ["false", "False", "0", "no", "off", "OFF"] {
      #expect(value("getopt(\"b\", true)", ["b": word]).hasPrefix("0:"))
    }
    for word in ["2", "y", "t"] {
      #expect(value("getopt(\"b\")", ["b": word]).contains("--b takes true or false, not '\(word)'"))
    }
  }

  @Test("a text may be empty; a name without '=' is no text") func emptyText() {
    var options = CheckerOptions()
    options.namedParameterBytes = ["s": []]
    #expect(Compiled("begin { $x = getopt(\"s\", \"d\"); }", options: options).text.contains("$x = \"\""))
    options.namedParameterBytes = ["s": nil]
    #expect(
      Compiled("begin { $x = getopt(\"s\", \"d\"); }", options: options).text.contains(
        "--s takes a text, as in --s=VALUE"))
  }

  @Test("parameters both kinds of which keep bytes that are not UTF-8") func bytes() {
    var options = CheckerOptions()
    options.parameterBytes = [[0x61, 0xff]]
    options.namedParameterBytes = ["s": [0xfe]]
    let text = Compiled("begin { $x = str($1); $y = getopt(\"s\", \"\"); }", options: options).text
    #expect(text.contains("string[3]") && text.contains("string[2]"))
  }

  @Test("parameters of both kinds count apart")
  func positional() {
    let options = CheckerOptions(parameters: ["7", "text"], namedParameters: ["n": "1"])
    #expect(
      Compiled("begin { $a = $1; $b = str($2); $c = $#; $d = getopt(\"n\", 0); }", options: options).text.hasSuffix(
        """
          $a = 7:int64
          $b = "text":string[5]
          $c = 2:int64
          $d = 1:int64

        """))
  }

  private func value(_ call: String, _ named: [String: String] = [:]) -> String {
    let text = Compiled("begin { $x = \(call); }", options: CheckerOptions(namedParameters: named)).text
    guard text.hasPrefix("probe"), let equals = text.lastIndex(of: "=") else { return text }
    return text[equals...].dropFirst(2).dropLast().description
  }
}
