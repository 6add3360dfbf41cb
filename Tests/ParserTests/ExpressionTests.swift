import Testing
import TraceLang

@Suite struct ExpressionTests {
  @Test func multiplicationBindsTighterThanAddition() {
    #expect(expression("1 + 2 * 3") == "(+ (integer 1) (* (integer 2) (integer 3)))")
  }

  @Test func operatorsOfOnePrecedenceGroupToTheLeft() {
    #expect(expression("1 - 2 - 3") == "(- (- (integer 1) (integer 2)) (integer 3))")
  }

  @Test func precedenceIsThatOfC() {
    #expect(
      expression("a || b && c | d ^ e & f == g < h << i + j")
        == "(|| (name a) (&& (name b) (| (name c) (^ (name d) (& (name e) (== (name f) "
        + "(< (name g) (<< (name h) (+ (name i) (name j))))))))))")
  }

  @Test func ternaryGroupsToTheRight() {
    #expect(
      expression("a ? b : c ? d : e") == "(ternary (name a) (name b) (ternary (name c) (name d) (name e)))")
  }

  @Test func ternaryMayLeaveOutItsMiddle() {
    #expect(expression("a ?: b") == "(ternary (name a) (name b))")
  }

  @Test func unaryOperatorsNest() {
    #expect(expression("!~-*x") == "(unary ! (unary ~ (unary - (unary * (name x)))))")
  }

  @Test func stepsArePrefixOrPostfix() {
    #expect(expression("++$x + @m[1]--") == "(+ (prefix ++ ($x)) (postfix -- (index (@m) (integer 1))))")
  }

  @Test func stepsNeedAVariable() {
    #expect(statements("5++;") == "'++' needs a variable or a map")
  }

  @Test func elementsAreNotFractions() {
    #expect(expression("$x.0.1") == "(.1 (.0 ($x)))")
  }

  @Test func fieldsMayBeCalledLikeKeywords() {
    #expect(expression("args.for->config") == "(->config (.for (name args)))")
  }

  @Test func decimals() {
    #expect(expression("1.5") == "(decimal 1.5)")
    #expect(expression("0.050") == "(decimal 0.050)")
    #expect(expression("1_000.25") == "(decimal 1000.25)")
    for text in ["1.5e3", "1.5s", "0x1.5"] {
      #expect(expression(text) == "a number with decimals has digits only, without exponent or unit")
    }
    #expect(expression("1844674407370955161.6").hasPrefix("the number has too many digits"))
    #expect(expression("1844674407370955161.5") == "(decimal 1844674407370955161.5)")
  }

  @Test(arguments: [
    ("1_000", "1000"), ("0x1F", "31"), ("0777", "511"), ("0b101", "5"), ("1e6", "1000000"), ("123UL", "123"),
    ("5ull", "5"), ("10ns", "10"), ("2us", "2000"), ("3ms", "3000000"), ("1s", "1000000000"), ("1m", "60000000000"),
    ("1h", "3600000000000"), ("1d", "86400000000000"), ("18446744073709551615", "18446744073709551615"), ("0", "0"),
  ])
  func integersHaveManySpellings(text: String, value: String) {
    #expect(expression(text) == "(integer \(value))")
  }

  @Test(arguments: [
    ("18446744073709551616", "the number is too large: integers have 64 bits, at most 18446744073709551615"),
    ("1e20", "the number is too large: integers have 64 bits, at most 18446744073709551615"),
    ("99999999d", "the number is too large: integers have 64 bits, at most 18446744073709551615"),
    ("08", "'8' is not an octal digit: numbers that start with 0 are octal"),
    ("1e", "expected digits after '1e': exponents are whole and not negative"),
    ("5x", "invalid suffix 'x' of a number: durations end in ns, us, ms, s, m, h or d"),
    ("1_", "a number cannot end in '_'"), ("0x", "expected digits after '0x'"),
  ])
  func malformedIntegersAreRefused(text: String, message: String) {
    #expect(expression(text) == message)
  }

  @Test func escapesAreReplaced() {
    #expect(expression(#""\n\t\r\"\\\033\x41\0z""#) == #"(string "\n\t\r\"\\\x1bA\x00z")"#)
  }

  @Test func unknownEscapesAreRefused() {
    #expect(expression(#""a\qb""#) == #"invalid escape '\q': known are \n \t \r \" \\ \0nn \xnn"#)
  }

  @Test func neighbouringStringsAreNotJoined() {
    #expect(expression(#"f("a" "b")"#) == "expected ',' or ')', found a string")
  }

  @Test func tuplesMayBeEmptyOrHaveOneElement() {
    #expect(expression("((), (1,), (1, 2))") == "(tuple (tuple) (tuple (integer 1)) (tuple (integer 1) (integer 2)))")
  }

  @Test func recordsNameTheirFields() {
    #expect(expression("(name = 1, b = 2)") == "(record (field name (integer 1)) (field b (integer 2)))")
  }

  @Test func recordsDoNotRepeatFields() {
    #expect(Parsed("BEGIN { (a=1, a=2); }").messages == ["the record has two fields 'a'"])
  }

  @Test func mapsHaveKeys() {
    #expect(expression("@m[1, (2, 3)]") == "(index (@m) (integer 1) (tuple (integer 2) (integer 3)))")
  }

  @Test func positionalParametersCountFromOne() {
    #expect(expression("$1 + $#") == "(+ ($1) ($#))")
    #expect(expression("$0") == "'$0' is not a parameter: the first is '$1'")
  }

  @Test func blocksAreExpressions() {
    #expect(
      expression("{ let $b = 1; $b }") == "(block (let $b (integer 1)) (result ($b)))")
  }

  @Test func ifIsAnExpression() {
    #expect(
      expression("if a { 1 } else { 2 }")
        == "(if (name a) (block (result (integer 1))) (block (result (integer 2))))")
  }

  @Test func comptimeTakesOneOperand() {
    #expect(expression("comptime a + b") == "(+ (comptime (name a)) (name b))")
  }

  @Test func misspelledComparisonIsExplained() {
    let parsed = Parsed("BEGIN { if ($x = 1) { } }")
    #expect(
      parsed.diagnostics.all.first?.notes.last?.message
        == "'=' assigns and only stands after a variable or map; to compare, write '=='")
  }

  @Test func theRangeOfParenthesesIncludesThem() {
    let text = "(a + b) * c"
    let sources = SourceMap(SourceFile(name: "stdin", text: text))
    var diagnostics = Diagnostics()
    let expression = parseExpression(SourceID(0), in: sources, diagnostics: &diagnostics)
    #expect(expression.map { sources.text($0.range) } == text)
  }
}
