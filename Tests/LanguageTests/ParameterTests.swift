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
